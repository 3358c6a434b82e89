import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { loadSync } from '@grpc/proto-loader';
import { describe, expect, test } from 'vitest';
import { INFO_TYPES } from '../../../../infra/local/dlp/detect/registry.ts';
import { createDlp } from '../../../../infra/local/dlp/dlp.ts';
import { createTemporaryContext } from '../temporary-context.ts';

const page = readFileSync(new URL('../../../../infra/local/dlp/SUPPORT.md', import.meta.url), 'utf8');
const section = (title: string): string => page.split('\n## ').find((part) => part.startsWith(title)) ?? '';
/** Names of methods: several capitalized words run together. */
const methodsIn = (text: string): string[] =>
  [
    ...text.matchAll(
      /\b(?:Create|Update|Get|List|Delete|Inspect|Deidentify|Reidentify|Cancel|Activate|Redact|Hybrid|Finish|Search)[A-Z]\w+/g,
    ),
  ]
    .map(([name]) => name)
    .sort();

describe('SUPPORT.md', () => {
  test('names every method of the service once, as served or as refused', () => {
    const protos = fileURLToPath(new URL('../../../../node_modules/@google-cloud/dlp/build/protos', import.meta.url));
    const definition = loadSync('google/privacy/dlp/v2/dlp.proto', {
      includeDirs: [
        protos,
        fileURLToPath(new URL('../../../../node_modules/google-gax/build/protos', import.meta.url)),
      ],
    });
    const all = Object.keys(definition['google.privacy.dlp.v2.DlpService'] ?? {}).sort();
    const { context, remove } = createTemporaryContext();
    const served = Object.keys(createDlp(context).rpc.methods).sort();
    remove();
    expect(methodsIn(section('Served'))).toEqual(served);
    expect(methodsIn(section('Refused'))).toEqual(all.filter((method) => !served.includes(method)));
  });

  test('lists the infoTypes that are found', () => {
    expect(section('InfoTypes').match(/[A-Z][A-Z_]+/g)).toEqual([...INFO_TYPES].sort());
  });
});
