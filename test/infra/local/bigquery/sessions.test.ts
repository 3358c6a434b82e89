import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openSessions } from '../../../../infra/local/bigquery/jobs/sessions.ts';
import { openWarehouse } from '../../../../infra/local/bigquery/warehouse.ts';
import { call, run, startBigQuery, type Testbed } from './testbed.ts';

const dir = mkdtempSync(join(tmpdir(), 'bigquery-sessions-'));
let bed: Testbed;
let session: string;
let later = 0;
const start = () => startBigQuery(dir, { now: () => Date.now() + later });
beforeAll(async () => {
  bed = await start();
  await run(bed, 'CREATE SCHEMA shop');
});
afterAll(async () => {
  await bed.stop();
  rmSync(dir, { recursive: true, force: true });
});

interface Answer {
  sessionInfo?: { sessionId: string };
  jobReference: { jobId: string };
}
const open = async (query = 'SELECT 1') =>
  (await call<Answer>(bed, 'POST', '/queries', { query, useLegacySql: false, createSession: true })).body;
const within = (id: string) => ({ connectionProperties: [{ key: 'session_id', value: id }] });
const ask = (query: string) => run(bed, query, within(session));

beforeEach(async () => {
  session = (await open()).sessionInfo?.sessionId ?? '';
  await run(bed, 'CREATE OR REPLACE TABLE shop.t (x INT64)');
});

describe('a session', () => {
  test('is told with the job that makes it, and with those that run in it', async () => {
    const first = await open('SELECT @@session_id');
    const id = first.sessionInfo?.sessionId ?? '';
    expect(first).toMatchObject({ rows: [{ f: [{ v: id }] }] });
    const { body } = await call<Answer>(bed, 'POST', '/queries', {
      query: 'SELECT 2',
      useLegacySql: false,
      ...within(id),
    });
    expect(body.sessionInfo).toEqual({ sessionId: id });
    const job = await call(bed, 'GET', `/jobs/${body.jobReference.jobId}`);
    expect(job.body).toMatchObject({ statistics: { sessionInfo: { sessionId: id } } });
  });

  test('keeps variables, temporary tables and functions from one query to the next, to itself', async () => {
    await ask('DECLARE n INT64 DEFAULT 5; CREATE TEMP TABLE seen AS SELECT 1 AS x; BEGIN DECLARE inner_n INT64; END');
    await ask('CREATE TEMP FUNCTION twice(x INT64) AS (x * 2)');
    await ask('SET n = n + 1; INSERT seen VALUES (n)');
    expect(await ask('SELECT n, twice(x) FROM seen ORDER BY x')).toEqual([
      ['6', '2'],
      ['6', '12'],
    ]);
    expect(await ask('SELECT x FROM _SESSION.seen WHERE x > n - 1')).toEqual([['6']]);
    expect(await ask('SELECT inner_n')).toMatch(/Unrecognized name: inner_n/);
    for (const query of ['SELECT n', 'SELECT twice(1)', 'SELECT * FROM seen'])
      expect(await run(bed, query)).toMatch(/^(invalid|invalidQuery|notFound): /);
  });

  test('runs one query at a time', async () => {
    await ask('DECLARE n INT64 DEFAULT 0');
    await Promise.all(Array.from({ length: 8 }, () => ask('SET n = n + 1')));
    expect(await ask('SELECT n')).toEqual([['8']]);
  });

  test.each(['CALL BQ.ABORT_SESSION()', 'from outside'])('ends: %s', async (how) => {
    await ask('CREATE TEMP TABLE gone AS SELECT 1 AS x; BEGIN TRANSACTION; INSERT shop.t VALUES (1)');
    if (how === 'from outside') await run(bed, `CALL BQ.ABORT_SESSION('${session}')`);
    else expect(await ask(how)).toEqual([]);
    expect(await ask('SELECT 1')).toBe(`invalid: Session ${session} is not found, or it was terminated`);
    expect(await run(bed, 'DELETE shop.t WHERE TRUE')).toBe('0 rows');
  });

  test.each([
    ['a day without a query', 25],
    ['a week', 24 * 8],
  ])('ends after %s', async (_, hours) => {
    const before = later;
    if (hours > 25)
      for (let at = 20; at < hours; at += 20) {
        later = before + at * 3_600_000;
        await ask('SELECT 1');
      }
    later = before + hours * 3_600_000;
    expect(await ask('SELECT 1')).toMatch(/^invalid: Session/);
  });

  test.each([
    ['an unknown id', within('nope'), /^invalid: Session nope/],
    [
      'another property',
      { connectionProperties: [{ key: 'time_zone', value: 'Asia/Tokyo' }] },
      /connection property time_zone/,
    ],
  ])('%s is refused', async (_, more, message) => {
    expect(await run(bed, 'SELECT 1', more)).toMatch(message);
  });
});

describe('a transaction of a session', () => {
  const outside = () => run(bed, 'SELECT x FROM shop.t ORDER BY x');

  test('goes over several queries, is seen inside alone, and is committed as one', async () => {
    await ask('BEGIN TRANSACTION');
    expect(await ask('INSERT shop.t VALUES (1), (2)')).toBe('2 rows');
    await ask('UPDATE shop.t SET x = x * 10 WHERE TRUE');
    expect([await ask('SELECT x FROM shop.t ORDER BY x'), await outside()]).toEqual([[['10'], ['20']], []]);
    await ask('COMMIT TRANSACTION');
    expect(await outside()).toEqual([['10'], ['20']]);
  });

  test('is undone by ROLLBACK, whatever else its script does', async () => {
    await ask('BEGIN; INSERT shop.t VALUES (1)');
    await ask('SELECT COUNT(*) FROM shop.t; ROLLBACK; INSERT shop.t VALUES (2)');
    expect(await outside()).toEqual([['2']]);
  });

  test('that fails is undone, and nothing goes on until its ROLLBACK', async () => {
    await ask('BEGIN TRANSACTION; INSERT shop.t VALUES (1)');
    expect(await ask('INSERT shop.t SELECT 1 / 0')).toMatch(/division by zero|cannot be/);
    for (const query of ['INSERT shop.t VALUES (3)', 'SELECT * FROM shop.t', 'COMMIT', 'BEGIN'])
      expect(await ask(query)).toMatch(/^invalidQuery/);
    await ask('ROLLBACK');
    expect(await ask('INSERT shop.t VALUES (4)')).toBe('1 rows');
    expect(await outside()).toEqual([['4']]);
  });

  test('and another that changes the same table: the later is aborted', async () => {
    const other = (await open()).sessionInfo?.sessionId ?? '';
    await run(bed, 'INSERT shop.t VALUES (1)');
    await ask('BEGIN; UPDATE shop.t SET x = 2 WHERE TRUE');
    expect(await run(bed, 'BEGIN; UPDATE shop.t SET x = 3 WHERE TRUE', within(other))).toMatch(
      /Transaction is aborted due to concurrent update against table local:shop.t/,
    );
    await ask('COMMIT');
    expect(await outside()).toEqual([['2']]);
  });

  test('refuses what it cannot show: a large result', async () => {
    await ask('BEGIN');
    expect(await ask('SELECT REPEAT("x", 1000) FROM UNNEST(GENERATE_ARRAY(1, 10000))')).toMatch(
      /not supported by the embedded warehouse: a result of more than 4 MB/,
    );
  });

  test('is lost with the process, and what was committed is not', async () => {
    await ask('DECLARE n INT64 DEFAULT 7; CREATE TEMP TABLE kept AS SELECT 1 AS x');
    await ask('BEGIN; INSERT shop.t VALUES (1); COMMIT');
    await ask('BEGIN; INSERT shop.t VALUES (2)');
    await bed.stop();
    bed = await start();
    expect(await outside()).toEqual([['1']]);
    expect(await ask('COMMIT')).toMatch(/^invalidQuery/);
    await ask('ROLLBACK');
    expect(await ask('SELECT n, x FROM kept')).toEqual([['7', '1']]);
  });

  test('that was committed before a kill is not asked to be committed again', async () => {
    const kept = mkdtempSync(join(tmpdir(), 'bigquery-commit-'));
    const first = await openWarehouse(kept);
    const sessions = await openSessions(first, () => 0);
    const made = await sessions.create('local');
    await first.transaction(async (tx) => {
      await sessions.save(tx, { ...made, transaction: 'open' });
      await sessions.noteCommit(tx, made);
    });
    await first.stop();
    const second = await openWarehouse(kept);
    const again = await openSessions(second, () => 0);
    const found = again.require('local', made.id);
    expect(found).toMatchObject({ transaction: 'none', commits: 1 });
    expect([again.takeCommit(found), again.takeCommit(found)]).toEqual([true, false]);
    await second.stop();
    rmSync(kept, { recursive: true, force: true });
  });
});
