import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { call, type JobBody, run, startBigQuery } from './testbed.ts';

const dir = mkdtempSync(join(tmpdir(), 'bigquery-script-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Loops, a handler, a procedure and a temporary table: all that a script's state holds. */
const SCRIPT = `DECLARE i INT64 DEFAULT 0;
DECLARE last INT64;
CREATE TEMP TABLE seen (n INT64);
WHILE i < 40 DO
  SET i = i + 1;
  BEGIN
    INSERT shop.counted VALUES (i);
    IF MOD(i, 10) = 0 THEN RAISE USING MESSAGE = CAST(i AS STRING); END IF;
  EXCEPTION WHEN ERROR THEN
    INSERT seen VALUES (CAST(@@error.message AS INT64));
  END;
  CALL shop.note(i, last);
END WHILE;
FOR r IN (SELECT n FROM seen ORDER BY n) DO
  INSERT shop.counted VALUES (1000 + r.n);
END FOR;
SELECT i, last, (SELECT COUNT(*) FROM seen)`;

test('a script that is interrupted again and again goes on where it stood, and does nothing twice', async () => {
  let bed = await startBigQuery(dir);
  await run(bed, 'CREATE SCHEMA shop; CREATE TABLE shop.counted (n INT64); CREATE TABLE shop.noted (n INT64)');
  await run(
    bed,
    'CREATE PROCEDURE shop.note(n INT64, OUT last INT64) BEGIN INSERT shop.noted VALUES (n); SET last = n; END',
  );
  const { body } = await call<JobBody>(bed, 'POST', '/jobs', {
    configuration: { query: { query: SCRIPT, useLegacySql: false } },
  });
  const path = `/jobs/${body.jobReference.jobId}`;
  const state = async () => (await call<JobBody>(bed, 'GET', path)).body.status.state;
  let interrupted = 0;
  while ((await state()) !== 'DONE') {
    await new Promise((resolve) => setTimeout(resolve, 60));
    if (interrupted >= 4 || (await state()) === 'DONE') continue;
    await bed.stop();
    bed = await startBigQuery(dir);
    interrupted++;
  }
  expect(interrupted).toBeGreaterThan(0);
  expect((await call<JobBody>(bed, 'GET', path)).body.status.errorResult).toBeUndefined();
  expect(await run(bed, 'SELECT COUNT(*), COUNT(DISTINCT n), SUM(n) FROM shop.counted')).toEqual([
    ['44', '44', '4920'],
  ]);
  expect(await run(bed, 'SELECT COUNT(*), COUNT(DISTINCT n) FROM shop.noted')).toEqual([['40', '40']]);
  const { body: result } = await call<{ rows: unknown }>(bed, 'GET', `/queries/${body.jobReference.jobId}`);
  expect(result.rows).toEqual([{ f: [{ v: '40' }, { v: '40' }, { v: '4' }] }]);
  await bed.stop();
});

test('an EXPORT DATA that is interrupted begins anew, and is not stopped by files of its own', async () => {
  let bed = await startBigQuery(dir);
  const query = `EXPORT DATA OPTIONS (uri = 'gs://lake/own-*.csv', format = 'CSV') AS
    SELECT n, REPEAT('x', 20) AS t FROM UNNEST(GENERATE_ARRAY(1, 250000)) AS n ORDER BY n`;
  const { body } = await call<JobBody>(bed, 'POST', '/jobs', {
    configuration: { query: { query, useLegacySql: false } },
  });
  const path = `/jobs/${body.jobReference.jobId}`;
  const job = async () => (await call<JobBody>(bed, 'GET', path)).body;
  while ((await job()).status.state === 'PENDING') await new Promise((resolve) => setTimeout(resolve, 2));
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect((await job()).status.state).toBe('RUNNING');
  await bed.stop();
  // As if its first file had come to lie there before the end.
  bed.put('own-000000000000.csv', '1,\n');
  bed = await startBigQuery(dir);
  while ((await job()).status.state !== 'DONE') await new Promise((resolve) => setTimeout(resolve, 20));
  expect((await job()).status.errorResult).toBeUndefined();
  expect(readFileSync(join(dir, 'objects/lake/own-000000000000.csv'), 'utf8').split('\n')).toHaveLength(250_001);
  await bed.stop();
});
