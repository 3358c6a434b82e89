import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BuildReport } from '../../functions/model/report.ts';
import type { LedgerEntry } from '../../functions/model/run.ts';
import { type Pipeline, startPipeline } from './pipeline.ts';

/** A file that would cost more than its source lets it waits for a person, and nothing of it has been paid for. */
const project = fileURLToPath(new URL('./cost', import.meta.url));
let pipeline: Pipeline;

beforeAll(async () => {
  pipeline = await startPipeline(project, { env: { SLUICE_SHARD_BYTES: '40000' } });
});
afterAll(() => pipeline?.stop());

/** Values repeat, since it is the distinct ones that cost. Every 50th row is broken. */
const visits = (count: number): string =>
  `id,email,born,seen,income,notes,remark,city\n${Array.from({ length: count }, (_, n) => {
    const person = n % 97;
    const note = n % 3 === 0 ? `write to guest${person}@example.com` : 'all was well';
    return `${n % 50 === 49 ? 'x' : n}, Guest${person}@example.com,19${50 + (n % 40)}-03-0${1 + (n % 9)},2026-01-0${1 + (n % 9)}T10:00:0${n % 10}.5Z,${n * 7}.25,${note},I am Ann number ${n % 60},Bonn\n`;
  }).join('')}`;

const billed = async (): Promise<{ inspected: number; transformed: number; usd: number }> => {
  const response = await fetch(`${pipeline.endpoints.admin}/bill`);
  const { lines } = (await response.json()) as { lines: { sku: string; units: number; listPrice: number }[] };
  const of = (sku: string, what: 'units' | 'listPrice'): number => lines.find((line) => line.sku === sku)?.[what] ?? 0;
  return {
    inspected: of('dlp.inspect_bytes', 'units'),
    transformed: of('dlp.transform_bytes', 'units'),
    usd: of('dlp.inspect_bytes', 'listPrice') + of('dlp.transform_bytes', 'listPrice'),
  };
};
const NOTHING = { inspected: 0, transformed: 0, usd: 0 };

async function runOf(name: string, runs: number): Promise<LedgerEntry> {
  const run = (await pipeline.settle(runs)).find(({ detail }) => detail.object.name === name)?.run;
  const { entry } = await pipeline.adhoc<{ entry: LedgerEntry }>({ action: 'show', run });
  return entry;
}
const replay = async (run: string, acceptCost?: string): Promise<void> => {
  await pipeline.adhoc({ action: 'replay', run, ...(acceptCost && { acceptCost }) });
};
const costOf = ({ detail }: LedgerEntry) => detail.reasons?.[0]?.cost;

// One after the other: the same run, from the moment that it is refused to its table.
describe('a file above its source’s max_cost', () => {
  let run: string;
  let estimate: number;

  test('waits in quarantine with what it would cost, and DLP has seen nothing of it', async () => {
    await pipeline.drop('visits/1.csv', visits(300));
    const entry = await runOf('visits/1.csv', 1);
    run = entry.run;
    expect(entry).toMatchObject({ state: 'QUARANTINED', detail: { reasons: [{ code: 'COST_ABOVE_LIMIT' }] } });
    expect(costOf(entry)?.limit).toBe(0.00002);
    estimate = costOf(entry)?.estimate ?? 0;
    expect(estimate).toBeGreaterThan(0.00002);
    expect(await billed()).toEqual(NOTHING);
    const events = (await pipeline.events()).filter(({ type }) => type === 'run.quarantined');
    expect(events).toMatchObject([{ run, subject: 'shop.visits', detail: { reasons: [{ cost: { estimate } }] } }]);
  });

  test('waits again when it is replayed as it is', async () => {
    await replay(run);
    expect(await runOf('visits/1.csv', 1)).toMatchObject({ epoch: 1, state: 'QUARANTINED' });
    expect(await billed()).toEqual(NOTHING);
  });

  test.each([
    ['less than it would cost', '0.00003', 'answered 409'],
    ['what is no amount', 'all', 'answered 400'],
    ['nothing', '0', 'answered 400'],
  ])('is not let through for %s', async (_, amount, answer) => {
    await expect(replay(run, amount)).rejects.toThrow(answer);
  });

  test('goes on once a person accepts the cost: the ledger says who, and it costs what was said', async () => {
    await replay(run, 'estimate');
    const entry = await runOf('visits/1.csv', 1);
    expect(entry).toMatchObject({ epoch: 2, state: 'DONE', detail: { rows: 294, rejects: 6 } });
    expect(entry.detail.accepted?.usd).toBeGreaterThan(estimate);
    expect(entry.detail.accepted?.by).toMatch(/^[^@]+@[^@]+$/);
    const { usd, inspected, transformed } = await billed();
    expect(Math.min(inspected, transformed)).toBeGreaterThan(0);
    expect(usd).toBeCloseTo(estimate, 11);
    expect(await pipeline.query('SELECT COUNT(*) AS n FROM shop.visits')).toEqual([{ n: '294' }]);
  });

  test('and one that has ended has no cost to accept', async () => {
    await expect(replay(run, '5')).rejects.toThrow('answered 409');
  });

  test('is refused by the first of its shards that is above its share, and goes on whole', async () => {
    const before = await billed();
    await pipeline.drop('visits/2.csv', visits(1500));
    const held = await runOf('visits/2.csv', 2);
    expect(held.detail.shards).toBeGreaterThan(2);
    expect(held).toMatchObject({ state: 'QUARANTINED', detail: { reasons: [{ code: 'COST_ABOVE_LIMIT' }] } });
    expect(await billed()).toEqual(before);
    await replay(held.run, '1.50');
    const done = await runOf('visits/2.csv', 2);
    expect(done).toMatchObject({ epoch: 1, state: 'DONE', detail: { rows: 1470, accepted: { usd: 1.5 } } });
    const spent = (await billed()).usd - before.usd;
    expect(spent / (costOf(held)?.estimate ?? 0)).toBeGreaterThan(0.8);
    expect(spent / (costOf(held)?.estimate ?? 0)).toBeLessThan(1.2);
  });
});

test('a query above its transform’s max_cost is refused before it runs', async () => {
  const { build } = await pipeline.adhoc<{ build: { id: string } }>({ action: 'run', selector: 'shop.visits_by_city' });
  await pipeline.settle(2);
  const { done } = await pipeline.adhoc<BuildReport>({ action: 'build', build: build.id });
  expect(done).toMatchObject([{ outcome: 'failed', bytesBilled: 0, message: expect.stringContaining('max_cost') }]);
  const failed = (await pipeline.events()).filter(({ type }) => type === 'transform.failed');
  expect(failed).toMatchObject([{ subject: 'shop.visits_by_city' }]);
});
