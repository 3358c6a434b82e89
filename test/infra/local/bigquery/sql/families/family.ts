import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run, startBigQuery, type Testbed } from '../../testbed.ts';

/** A query and its rows, cells as text; or the failure that it ends in. */
export type Case = [sql: string, answer: unknown[][] | string | RegExp];

/** Runs tables of queries, each table under its family's name, against one warehouse that `setup` filled. */
export function testFamilies(families: Record<string, Case[]>, setup = ''): void {
  let bed: Testbed;
  beforeAll(async () => {
    bed = await startBigQuery();
    await run(bed, `CREATE SCHEMA shop; ${setup}`);
  });
  afterAll(() => bed.stop());
  for (const [family, cases] of Object.entries(families)) {
    describe(family, () => {
      test.each(cases)('%s', async (sql, answer) => {
        const found = await run(bed, sql);
        if (answer instanceof RegExp) expect(found).toMatch(answer);
        else expect(found).toEqual(answer);
      });
    });
  }
}
