import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { jsonSchemas, renderJson } from '../../functions/declare/json-schema.ts';
import { readHeader } from '../../functions/declare/sql/header.ts';
import { parseYaml } from '../../functions/declare/yaml-document.ts';
import { CUSTOMERS, ORDERS, release } from './projects.ts';
import { readSample, SAMPLE_PROJECT, sampleDeclarations } from './sample-files.ts';

const files = sampleDeclarations();
const paths = Object.keys(files);

describe('the sample project', () => {
  test('compiles to what is known', async () => {
    // Versions and the id are hashes of the rest, and the SQL is in its file.
    const text = JSON.stringify(release(files, { id: 'golden' }), (key, value) =>
      key === 'version' || key === 'sql' ? undefined : value,
    );
    await expect(`${renderJson(JSON.parse(text))}\n`).toMatchFileSnapshot('sample-release.golden.json');
  });

  test.each(paths.filter((path) => path.startsWith('sources/')))('%s tells editors its schema', (path) => {
    expect(readSample(path).split('\n')[0]).toBe('# yaml-language-server: $schema=../../source.schema.json');
  });
});

describe('the published JSON Schema', () => {
  const schemas = jsonSchemas();

  test.each(Object.entries(schemas))(
    'sql/%s is what the compiler checks by (write it with `vitest run test/declare -u`)',
    async (file, schema) => {
      await expect(`${renderJson(schema)}\n`).toMatchFileSnapshot(new URL(file, SAMPLE_PROJECT).pathname);
    },
  );

  const source = z.fromJSONSchema(schemas['source.schema.json'] as z.core.JSONSchema.JSONSchema);
  const header = z.fromJSONSchema(schemas['transform-header.schema.json'] as z.core.JSONSchema.JSONSchema);

  test.each(paths)('takes %s', (path) => {
    const text = readSample(path);
    if (path.endsWith('.yaml')) expect(source.safeParse(parse(text)).error).toBeUndefined();
    else {
      const found = readHeader(text);
      expect(header.safeParse(parseYaml(found.kind === 'yaml' ? found.text : '{}').value).error).toBeUndefined();
    }
  });

  test.each([
    [CUSTOMERS, true],
    [ORDERS, true],
    [CUSTOMERS.replace('tokenize', 'tokenise'), false],
    [CUSTOMERS.replace('5m', '5 months'), false],
    [CUSTOMERS.replace('mode: required', 'mode: needed'), false],
    [ORDERS.replace('privacy: public }', '}'), false],
    [`${ORDERS}retention: 1 day\n`, false],
  ])('agrees with the compiler (%#)', (text, good) => {
    expect(source.safeParse(parse(text)).success).toBe(good);
  });
});
