import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FEATURES, REFUSED_FEATURES, renderSupport } from '../../../../../infra/local/bigquery/sql/support.ts';
import { run, startBigQuery, type Testbed } from '../testbed.ts';

let bed: Testbed;
beforeAll(async () => {
  bed = await startBigQuery();
  bed.put('support.csv', '1\n');
  await run(bed, 'CREATE SCHEMA support; CREATE TABLE support.t (a INT64)');
});
afterAll(() => bed.stop());

test('SUPPORT.md says what the registries hold', async () => {
  await expect(renderSupport()).toMatchFileSnapshot('../../../../../infra/local/bigquery/SUPPORT.md');
});

describe('what it calls supported is carried out', () => {
  test.each(Object.values(FEATURES).flatMap((entries) => Object.entries(entries)))('%s', async (_, sql) => {
    const answer = await run(bed, sql);
    if (typeof answer === 'string') expect(answer).toMatch(/^\d+ rows$/);
  });
});

describe('what it calls refused is refused by name', () => {
  test.each(Object.entries(REFUSED_FEATURES))('%s', async (_, sql) => {
    expect(await run(bed, sql)).toMatch(/not supported by the embedded warehouse: /);
  });
});
