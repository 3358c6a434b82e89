import { appendFileSync, cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunState } from '../../functions/model/run.ts';
import { type Pipeline, startPipeline } from './pipeline.ts';

/** After every load, incremental transforms hold what a query over their source's whole table would. */
const project = fileURLToPath(new URL('./marts', import.meta.url));
let pipeline: Pipeline;
let files = 0;

beforeAll(async () => {
  pipeline = await startPipeline(project);
});
afterAll(() => pipeline?.stop());

async function drop(name: string, body: string): Promise<string> {
  await pipeline.drop(name, body);
  const run = (await pipeline.settle(++files)).find(({ detail }) => detail.object.name === name);
  return run?.run ?? '';
}

async function expectDays(source: string, days: Record<string, number>): Promise<void> {
  const expected = Object.entries(days).map(([day, n]) => ({ day, n: String(n) }));
  const table = `SELECT CAST(day AS STRING) AS day, COUNT(*) AS n FROM shop.${source} GROUP BY day ORDER BY day`;
  expect(await pipeline.query(table)).toEqual(expected);
  expect(await pipeline.query(`SELECT CAST(day AS STRING) AS day, n FROM shop.${source}_days ORDER BY day`)).toEqual(
    expected,
  );
}

const stateOf = async (run: string): Promise<RunState> =>
  (await pipeline.adhoc<{ entry: { state: RunState } }>({ action: 'show', run })).entry.state;

test('a merge takes a row out of the day where it lay before', async () => {
  await drop('merged/1.csv', 'id,version,day\n1,1,2026-01-01\n2,1,2026-01-01\n');
  await expectDays('merged', { '2026-01-01': 2 });
  await drop('merged/2.csv', 'id,version,day\n1,2,2026-02-01\n');
  await expectDays('merged', { '2026-01-01': 1, '2026-02-01': 1 });
});

test('a snapshot takes all days away that it does not have, and one without rows takes them all', async () => {
  await drop('replaced/1.csv', 'id,day\n1,2026-01-01\n2,2026-01-02\n');
  await expectDays('replaced', { '2026-01-01': 1, '2026-01-02': 1 });
  await drop('replaced/2.csv', 'id,day\n3,2026-01-02\n4,2026-01-05\n5,2026-01-05\n');
  await expectDays('replaced', { '2026-01-02': 1, '2026-01-05': 2 });
  await drop('replaced/3.csv', 'id,day\n');
  await expectDays('replaced', {});
});

test('a replay brings days that nobody had told of before', async () => {
  await drop('appended/1.csv', 'id,day\n1,2026-01-01\n');
  const held = await drop('appended/2.csv', 'id,day,colour\n2,2026-01-09,red\n');
  await expectDays('appended', { '2026-01-01': 1 });
  const mended = mkdtempSync(join(tmpdir(), 'sluice-mended-'));
  cpSync(project, mended, { recursive: true });
  appendFileSync(join(mended, 'sources/shop/appended.yaml'), 'on_new_column: hold\n');
  await pipeline.release(mended);
  rmSync(mended, { recursive: true });
  await pipeline.adhoc({ action: 'replay', run: held });
  await pipeline.settle(files);
  await expectDays('appended', { '2026-01-01': 1, '2026-01-09': 1 });
});

test('a file without rows replaces no partition, and nothing is newer than it', async () => {
  await drop('swapped/1.csv', 'id,day\n1,2026-01-01\n');
  const empty = await drop('swapped/2.csv', 'id,day\n');
  expect(await stateOf(empty)).toBe('DONE');
  await expectDays('swapped', { '2026-01-01': 1 });
});
