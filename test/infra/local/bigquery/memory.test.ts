import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { watchMemory } from '../../../bench/process-usage.ts';
import { type Killable, startKillable } from './killable.ts';
import { call, failureOf, load, run, runJob } from './testbed.ts';

/** DuckDB's share, a tenth of what it has by default: what does not fit must be written to disk, or fail. */
const LIMIT = '100MB';
/** Node with nothing to do takes 170 MiB; what is held at once beside DuckDB's share is a page and garbage. */
const CEILING_MIB = 750;
const ROWS = 500_000;
/** Text is slow to read and to write: a part of the rows shows as much. */
const PART = 150_000;

const dir = mkdtempSync(join(tmpdir(), 'bigquery-memory-'));
let service: Killable;
beforeAll(async () => {
  mkdirSync(join(dir, 'objects', 'lake'), { recursive: true });
  service = await startKillable(dir, LIMIT);
  const made = await run(
    service,
    `CREATE SCHEMA shop;
    CREATE TABLE shop.big AS SELECT n, CONCAT('customer', CAST(n AS STRING), '@example.com') AS email FROM UNNEST(GENERATE_ARRAY(1, ${ROWS})) AS n;
    CREATE TABLE shop.part AS SELECT * FROM shop.big WHERE n <= ${PART}`,
    { timeoutMs: 60_000 },
  );
  expect(made).toEqual([]);
}, 60_000);
afterAll(async () => {
  await service.kill();
  rmSync(dir, { recursive: true, force: true });
});

type Page = { jobReference: { jobId: string }; rows?: { f: { v: string }[] }[]; pageToken?: string; totalRows: string };

/** Pages of a result, each with the bytes of its answer. */
async function* pagesOf(query: string): AsyncGenerator<{ page: Page; bytes: number }> {
  const asked = { query, useLegacySql: false, maxResults: 1_000_000, timeoutMs: 60_000 };
  let { body: page } = await call<Page>(service, 'POST', '/queries', asked);
  const path = `/queries/${page.jobReference.jobId}?maxResults=1000000&pageToken=`;
  yield { page, bytes: JSON.stringify(page).length };
  while (page.pageToken) {
    page = (await call<Page>(service, 'GET', `${path}${page.pageToken}`)).body;
    yield { page, bytes: JSON.stringify(page).length };
  }
}

const table = (tableId: string) => ({ projectId: 'local', datasetId: 'shop', tableId });
const extract = async (tableId: string, name: string, destinationFormat: string) =>
  failureOf(
    await runJob(service, {
      extract: { sourceTable: table(tableId), destinationUris: [`gs://lake/${name}`], destinationFormat },
    }),
  );
const loaded = async (name: string, sourceFormat: string, more: object = {}) => {
  const tableId = `from_${sourceFormat}`;
  expect(failureOf(await load(service, [`gs://lake/${name}`], tableId, { sourceFormat, ...more }))).toBeUndefined();
  return run(service, `SELECT COUNT(*), SUM(n) FROM shop.${tableId}`);
};
const sums = (rows: number) => [[String(rows), String((rows * (rows + 1)) / 2)]];
const schema = {
  fields: ['n:INTEGER', 'email:STRING'].map((field) => ({ name: field.split(':')[0], type: field.split(':')[1] })),
};
const answer = (query: string) => run(service, query, { timeoutMs: 60_000, useQueryCache: false });

test.runIf(process.platform === 'linux').each<[string, () => Promise<unknown>, unknown]>([
  [
    'a result that is read to its end, asked for whole',
    async () => {
      let rows = 0;
      for await (const { page, bytes } of pagesOf('SELECT n, email FROM shop.big WHERE n <= 150000')) {
        expect(page.rows?.length).toBeLessThanOrEqual(100_000);
        expect(bytes).toBeLessThan(12e6);
        rows += page.rows?.length ?? 0;
      }
      return rows;
    },
    150_000,
  ],
  [
    'a result of wide rows',
    async () => {
      let characters = 0;
      for await (const { page, bytes } of pagesOf(
        "SELECT n, REPEAT('wide ', 100000) AS t FROM shop.big WHERE n <= 50",
      )) {
        expect(bytes).toBeLessThan(12e6);
        for (const row of page.rows ?? []) characters += row.f[1]?.v.length ?? 0;
      }
      return characters;
    },
    50 * 500_000,
  ],
  ['an extract of CSV', () => extract('part', 'part.csv', 'CSV'), undefined],
  ['an extract of JSON', () => extract('part', 'part.json', 'NEWLINE_DELIMITED_JSON'), undefined],
  ['an extract of Parquet', () => extract('big', 'big.parquet', 'PARQUET'), undefined],
  ['a load of CSV', () => loaded('part.csv', 'CSV', { schema, skipLeadingRows: 1 }), sums(PART)],
  ['a load of JSON', () => loaded('part.json', 'NEWLINE_DELIMITED_JSON', { schema }), sums(PART)],
  ['a load of Parquet', () => loaded('big.parquet', 'PARQUET'), sums(ROWS)],
  [
    'a sort, a join and groups that do not fit',
    () =>
      Promise.all([
        answer('SELECT SUM(r) FROM (SELECT ROW_NUMBER() OVER (ORDER BY email) AS r FROM shop.big)'),
        answer('SELECT COUNT(*) FROM shop.big a JOIN shop.big b USING (email)'),
        answer('SELECT COUNT(*) FROM (SELECT email FROM shop.big GROUP BY email)'),
      ]),
    [[[String((ROWS * (ROWS + 1)) / 2)]], [[String(ROWS)]], [[String(ROWS)]]],
  ],
  [
    'a cross join that nothing holds',
    async () => {
      const held =
        'SELECT ARRAY_LENGTH(ARRAY_AGG(STRUCT(a.email, b.n))) FROM shop.big a CROSS JOIN shop.big b WHERE b.n <= 80';
      return [String(await answer(held)).split(':')[0], await answer('SELECT 1')];
    },
    ['resourcesExceeded', [['1']]],
  ],
])('%s takes bounded memory', { timeout: 60_000 }, async (_, work, expected) => {
  const watch = watchMemory(service.pid, join(dir, 'objects'));
  let answered: unknown;
  try {
    answered = await work();
  } finally {
    expect(watch.stop().rss).toBeLessThan(CEILING_MIB);
  }
  expect(answered).toEqual(expected);
});
