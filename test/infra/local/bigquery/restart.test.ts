import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { call, run, startBigQuery } from './testbed.ts';

const dir = mkdtempSync(join(tmpdir(), 'bigquery-restart-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

test('results of a finished query outlive a restart', async () => {
  const first = await startBigQuery(dir);
  const query = 'SELECT x, TIMESTAMP_MICROS(x) AS t FROM UNNEST(GENERATE_ARRAY(1, 20000)) x ORDER BY x';
  const small = await first.client.createQueryJob(
    'SELECT TIMESTAMP "2026-01-01 00:00:00+00" AS t, [STRUCT(1 AS a)] AS s',
  );
  const large = await first.client.createQueryJob(query);
  await Promise.all([small[0].getQueryResults(), large[0].getQueryResults({ maxResults: 1 })]);
  await first.stop();
  const second = await startBigQuery(dir);
  const [rows] = await second.client.job(small[0].id ?? '').getQueryResults();
  expect(rows).toMatchObject([{ t: { value: '2026-01-01T00:00:00.000Z' }, s: [{ a: 1 }] }]);
  const page = await call<{ rows: { f: { v: string }[] }[]; totalRows: string }>(
    second,
    'GET',
    `/queries/${large[0].id}?startIndex=19999`,
  );
  expect([page.body.totalRows, page.body.rows]).toEqual(['20000', [{ f: [{ v: '20000' }, { v: '2.0E-2' }] }]]);
  await second.stop();
});

test('ids of streamed rows outlive a restart, for their minute', async () => {
  let now = Date.now();
  const clock = { now: () => now };
  const first = await startBigQuery(dir, clock);
  await run(first, 'CREATE SCHEMA shop; CREATE TABLE shop.t (id INT64)');
  const send = (bed: { url: string }, ...ids: number[]) =>
    call(bed, 'POST', '/datasets/shop/tables/t/insertAll', {
      rows: ids.map((id) => ({ insertId: String(id), json: { id } })),
    });
  await send(first, 1, 2);
  await first.stop();
  const second = await startBigQuery(dir, clock);
  await send(second, 2, 3);
  expect(await run(second, 'SELECT id FROM shop.t ORDER BY id')).toEqual([['1'], ['2'], ['3']]);
  now += 61_000;
  await send(second, 3);
  expect(await run(second, 'SELECT COUNT(*) FROM shop.t')).toEqual([['4']]);
  await second.stop();
});

test('a query that was cancelled is not taken up again', async () => {
  const first = await startBigQuery(dir);
  const query =
    'SELECT COUNT(*) FROM UNNEST(GENERATE_ARRAY(1, 100000)) a CROSS JOIN UNNEST(GENERATE_ARRAY(1, 500000)) b WHERE MOD(a * b, 7) = 3';
  await call(first, 'POST', '/jobs', {
    configuration: { query: { query, useLegacySql: false } },
    jobReference: { jobId: 'endless' },
  });
  await call(first, 'POST', '/jobs/endless/cancel');
  await first.stop();
  const second = await startBigQuery(dir);
  const state = async () =>
    (await call<{ status: { state: string; errorResult?: object } }>(second, 'GET', '/jobs/endless')).body.status;
  await expect.poll(state, { timeout: 5000 }).toMatchObject({ state: 'DONE', errorResult: { reason: 'stopped' } });
  await second.stop();
});
