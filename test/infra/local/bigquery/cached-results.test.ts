import { afterAll, beforeAll, expect, test } from 'vitest';
import { call, run, startBigQuery, type Testbed } from './testbed.ts';

let bed: Testbed;
let later = 0;
beforeAll(async () => {
  bed = await startBigQuery(undefined, { now: () => Date.now() + later });
  await run(
    bed,
    `CREATE SCHEMA shop; CREATE TABLE shop.t AS SELECT n AS id FROM UNNEST(GENERATE_ARRAY(1, 5)) n;
     CREATE TABLE shop.big AS SELECT n AS id, REPEAT('x', 50) AS text FROM UNNEST(GENERATE_ARRAY(1, 3000)) n;
     CREATE VIEW shop.v AS SELECT id FROM shop.t; CREATE VIEW shop.today AS SELECT id, CURRENT_DATE() AS day FROM shop.t;
     CREATE FUNCTION shop.twice(x INT64) AS (x * 2)`,
  );
});
afterAll(() => bed.stop());

interface Answer {
  cacheHit: boolean;
  totalBytesProcessed: string;
  totalBytesBilled: string;
  jobReference: { jobId: string };
  rows?: { f: { v: string }[] }[];
  error?: { errors: { reason: string }[] };
}
const ask = async (query: string, more: object = {}) =>
  (await call<Answer>(bed, 'POST', '/queries', { query, useLegacySql: false, ...more })).body;
const hit = async (query: string, more: object = {}) => (await ask(query, more)).cacheHit;

test('the same question is answered from the cache, and costs nothing', async () => {
  const before = bed.meter.read().get('bigquery.query_bytes') ?? 0;
  const [first, second] = [
    await ask('SELECT id FROM shop.t ORDER BY id'),
    await ask('SELECT id FROM shop.t ORDER BY id'),
  ];
  expect([first.cacheHit, first.totalBytesBilled]).toEqual([false, '10485760']);
  expect(second).toMatchObject({ cacheHit: true, totalBytesProcessed: '0', totalBytesBilled: '0', rows: first.rows });
  expect((bed.meter.read().get('bigquery.query_bytes') ?? 0) - before).toBe(10485760);
  const job = await call(bed, 'GET', `/jobs/${second.jobReference.jobId}`);
  expect(job.body).toMatchObject({
    configuration: { query: { destinationTable: { datasetId: '_anonymous', tableId: first.jobReference.jobId } } },
    statistics: { totalBytesProcessed: '0', query: { cacheHit: true, statementType: 'SELECT' } },
  });
});

test.each([
  ['INSERT', 'INSERT shop.t VALUES (6)'],
  ['DELETE', 'DELETE shop.t WHERE id = 6'],
  ['a table of the same name', 'CREATE OR REPLACE TABLE shop.t AS SELECT 7 AS id'],
  ['a new column', 'ALTER TABLE shop.t ADD COLUMN note STRING'],
])('after %s it is asked anew', async (_, change) => {
  for (const query of ['SELECT * FROM shop.t', 'SELECT * FROM shop.v']) {
    await ask(query);
    expect(await hit(query)).toBe(true);
  }
  await run(bed, change);
  expect([await hit('SELECT * FROM shop.t'), await hit('SELECT * FROM shop.v')]).toEqual([false, false]);
});

test('after a streamed row it is asked anew', async () => {
  await ask('SELECT COUNT(*) FROM shop.t');
  await call(bed, 'POST', '/datasets/shop/tables/t/insertAll', { rows: [{ json: { id: 8 } }] });
  expect((await ask('SELECT COUNT(*) FROM shop.t')).rows).toEqual([{ f: [{ v: '2' }] }]);
});

test('after a view is replaced it is asked anew', async () => {
  await ask('SELECT * FROM shop.v');
  await run(bed, 'CREATE OR REPLACE VIEW shop.v AS SELECT id + 1 AS id FROM shop.t');
  expect(await hit('SELECT * FROM shop.v')).toBe(false);
});

test.each([
  'SELECT RAND()',
  'SELECT GENERATE_UUID()',
  'SELECT CURRENT_TIMESTAMP()',
  'SELECT * FROM shop.today',
  'SELECT * FROM `shop.*`',
  'SELECT table_name FROM shop.INFORMATION_SCHEMA.TABLES',
  'SELECT @@project_id',
  'SELECT shop.twice(id) FROM shop.t',
  'SELECT * FROM shop.big TABLESAMPLE SYSTEM (100 PERCENT)',
  'SELECT 1; SELECT 2',
])('%s is never answered from the cache', async (query) => {
  await ask(query);
  expect(await hit(query)).toBe(false);
});

test.each([
  ['its text', 'SELECT  1', {}],
  [
    'a parameter',
    'SELECT 1',
    { queryParameters: [{ name: 'p', parameterType: { type: 'INT64' }, parameterValue: { value: '1' } }] },
  ],
  ['the default dataset', 'SELECT 1', { defaultDataset: { datasetId: 'shop' } }],
  ['useQueryCache', 'SELECT 1', { useQueryCache: false }],
])('another question is one that differs in %s', async (_, query, more) => {
  await ask('SELECT 1');
  expect(await hit(query, more)).toBe(false);
});

test('a job may insist on the cache', async () => {
  const insist = { createDisposition: 'CREATE_NEVER' };
  expect((await ask('SELECT 41', insist)).error?.errors[0]?.reason).toBe('notFound');
  await ask('SELECT 41');
  expect(await hit('SELECT 41', insist)).toBe(true);
});

test('a result that is shared lives as long as one of its jobs', async () => {
  const query = 'SELECT * FROM shop.big ORDER BY id';
  const [first, second] = [await ask(query), await ask(query)];
  expect(second.cacheHit).toBe(true);
  await call(bed, 'DELETE', `/jobs/${first.jobReference.jobId}/delete`);
  const page = await call<Answer>(bed, 'GET', `/queries/${second.jobReference.jobId}?startIndex=2999&maxResults=1`);
  expect(page.body.rows?.[0]?.f[0]?.v).toBe('3000');
  expect(await hit(query)).toBe(false);
});

test('after a day it is asked anew', async () => {
  await ask('SELECT 42');
  later = 23 * 60 * 60 * 1000;
  expect(await hit('SELECT 42')).toBe(true);
  later = 25 * 60 * 60 * 1000;
  expect(await hit('SELECT 42')).toBe(false);
});
