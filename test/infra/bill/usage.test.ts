import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { USAGE } from '../../../infra/bill/usage.ts';
import { type MeteredPipeline, startMeteredPipeline } from '../../bench/metered-pipeline.ts';

/** That the pipeline still uses what was measured of it: one file and one sweep, of all that the benchmark measures. */

const PROJECT = fileURLToPath(new URL('../../bench/project', import.meta.url));
const AGAIN = 'the pipeline uses more or less than infra/bill/usage.json says: npm run bench:usage -- --write';
const COUNTED = ['storage.class_a', 'storage.class_b', 'tasks.operations', 'run.requests', 'bigquery.jobs'] as const;

let pipeline: MeteredPipeline;
beforeAll(async () => {
  pipeline = await startMeteredPipeline(PROJECT, { quietMs: 700 });
  // The first file makes the table.
  await drop(1);
  await pipeline.settle(1);
}, 30_000);
afterAll(() => pipeline.stop());

const drop = (n: number): Promise<void> =>
  pipeline.drop(
    `bench/orders/${n}.csv`,
    `order_id,email,phone,full_name,card,birthday,notes,country,created_at,amount
${n},a@example.com,+1 555 0100,Ann,4000,1980-01-01,fine,DE,2026-01-01 10:00:00,9.99
`,
  );

/** Waits for rows in the table, as its resource tells them: asking for it is not metered. */
async function rows(count: number): Promise<void> {
  const { bigquery, project } = pipeline.endpoints;
  const url = `${bigquery}/bigquery/v2/projects/${project}/datasets/bench/tables/orders`;
  for (;;) {
    const { numRows } = (await (await fetch(url)).json()) as { numRows?: string };
    if (Number(numRows) >= count) return;
    await sleep(50);
  }
}

test('a file that is loaded by itself uses what a file and a load use', async () => {
  const used = await pipeline.used(async () => {
    await drop(2);
    // On a machine that is busy with other tests a step may take longer than the meter has to be quiet.
    await rows(2);
  });
  // A source of `batch: 0` asks for its newest load, in case that it had too many; one of five minutes need not.
  const asked: Partial<Record<(typeof COUNTED)[number], number>> = { 'storage.class_a': 1, 'storage.class_b': 1 };
  for (const what of COUNTED)
    expect(used[what], `${what}: ${AGAIN}`).toBe(USAGE.file[what] + USAGE.batch[what] + (asked[what] ?? 0));
}, 30_000);

test('a sweep that finds nothing uses what a sweep uses', async () => {
  const used = await pipeline.used(() => pipeline.fire('sweep'));
  for (const what of COUNTED) expect(used[what], `${what}: ${AGAIN}`).toBe(USAGE.sweep[what]);
}, 30_000);
