import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Lock, Manifest } from '../../../../infra/cli/archive/runtime-manifest.ts';
import { makeSbom } from '../../../../infra/cli/archive/sbom.ts';
import { REPOSITORY } from '../../../cold-function.ts';

interface Sbom {
  bomFormat: string;
  specVersion: string;
  components: { name: string; version: string; hashes?: unknown[]; licenses?: unknown[] }[];
}

const read = <T>(name: string): T => JSON.parse(readFileSync(join(REPOSITORY, name), 'utf8')) as T;
const manifest = read<Manifest>('package.json');
let sbom: Sbom;
beforeAll(() => {
  sbom = JSON.parse(makeSbom(manifest, read<Lock>('package-lock.json'))) as Sbom;
});

describe('the bill of materials of the functions', () => {
  test('is CycloneDX', () => {
    expect(sbom).toMatchObject({ bomFormat: 'CycloneDX', specVersion: expect.stringMatching(/^1\.[5-9]$/) });
  });

  test('has every dependency at its version, with hash and licence', () => {
    const found = new Map(sbom.components.map((component) => [component.name, component]));
    for (const [name, version] of Object.entries(manifest.dependencies ?? {}))
      expect(found.get(name)).toMatchObject({ version, hashes: [expect.anything()], licenses: [expect.anything()] });
  });

  test('has nothing that only the tests and the laptop need', () => {
    const names = sbom.components.map(({ name }) => name);
    expect(names.filter((name) => ['vitest', 'fastify', 'typescript', 'commander', 'rolldown'].includes(name))).toEqual(
      [],
    );
  });
});
