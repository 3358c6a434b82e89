import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EQUIVALENT, SETUP, type Spelling } from './spellings/queries.ts';
import { run, startBigQuery, type Testbed } from './testbed.ts';

/** How many queries, each in about twelve spellings; `npm run fuzz` takes many, and another seed each time. */
const COUNT = Number(process.env.SLUICE_FUZZ ?? 10);
const SEED = process.env.SLUICE_FUZZ === undefined ? 1 : Number(process.env.SLUICE_FUZZ_SEED ?? Date.now() % 1e9);

let bed: Testbed;
beforeAll(async () => {
  bed = await startBigQuery();
  await run(bed, `CREATE SCHEMA shop; ${SETUP}`);
});
afterAll(() => bed.stop());

/**
 * The rows without their order; a refusal by name says nothing about the rows. The sign of a zero is left out: DuckDB loses
 * it where a subquery's one value is an array or a struct.
 */
async function answer({ query, queryParameters }: Spelling): Promise<string | undefined> {
  const rows = await run(bed, query, queryParameters ? { parameterMode: 'NAMED', queryParameters } : {});
  if (typeof rows !== 'string')
    return rows
      .map((row) => JSON.stringify(row).replaceAll('"-0.0"', '"0.0"'))
      .sort()
      .join('\n');
  return rows.includes('not supported by the embedded warehouse') ? undefined : rows;
}

test(
  'a query has the same rows however it is spelled',
  async () => {
    const asked = { spellings: 0, answers: 0 };
    await fc.assert(
      fc.asyncProperty(EQUIVALENT, async (spellings) => {
        const known: { spelling: Spelling; rows: string }[] = [];
        for (const spelling of spellings) {
          const rows = await answer(spelling);
          if (rows !== undefined) known.push({ spelling, rows });
        }
        asked.spellings += spellings.length;
        asked.answers += known.length;
        const [first, ...others] = known;
        const other = others.find(({ rows }) => rows !== first?.rows);
        if (first && other)
          throw new Error(
            [first, other].map(({ spelling, rows }) => `${spelling.name}: ${spelling.query}\n${rows}`).join('\n\n'),
          );
      }),
      // A query made smaller is a hundred others to ask: the seed and path that are reported make it again.
      { numRuns: COUNT, seed: SEED, endOnFailure: true },
    );
    // Refusals by name are no answers, and few: else a campaign of them would pass.
    expect(asked.answers / asked.spellings).toBeGreaterThan(0.85);
  },
  30_000 + COUNT * 10_000,
);
