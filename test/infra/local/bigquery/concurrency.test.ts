import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { call, failureOf, type JobBody, run, runJob, startBigQuery, type Testbed } from './testbed.ts';

let bed: Testbed;
const ACCOUNTS = 10;
const TOTAL = 1000 * ACCOUNTS;
const PAGED = 60_000;
const EACH = 50;

beforeAll(async () => {
  bed = await startBigQuery();
  const made = await run(
    bed,
    `CREATE SCHEMA shop;
    CREATE TABLE shop.accounts AS SELECT id, 1000 AS balance FROM UNNEST(GENERATE_ARRAY(0, ${ACCOUNTS - 1})) AS id;
    CREATE TABLE shop.counters (k INT64, v INT64);
    CREATE TABLE shop.events (source STRING, n INT64);
    CREATE TABLE shop.big AS SELECT n, CONCAT('row ', CAST(n AS STRING)) AS s FROM UNNEST(GENERATE_ARRAY(1, ${PAGED})) AS n;
    CREATE TABLE shop.fifty AS SELECT 'copied' AS source, n FROM UNNEST(GENERATE_ARRAY(1, ${EACH})) AS n`,
  );
  expect(made).toEqual([]);
});
afterAll(() => bed.stop());

/** Three counters, by turns. */
const count = (round: number) =>
  run(
    bed,
    `MERGE shop.counters c USING (SELECT ${round % 3} AS k) s ON c.k = s.k WHEN MATCHED THEN UPDATE SET v = v + 1 WHEN NOT MATCHED THEN INSERT (k, v) VALUES (s.k, 1)`,
  );

const table = (tableId: string) => ({ projectId: 'local', datasetId: 'shop', tableId });
const csv = (source: string, round: number) =>
  Array.from({ length: EACH }, (_, i) => `${source},${round * EACH + i}\n`).join('');

/** Each does its work `rounds` times; what it returns of a round must be what is expected of it. */
const CLIENTS: Record<string, { rounds: number; work: (round: number) => Promise<unknown>; expected: unknown }> = {
  'moves money in one statement': { rounds: 8, work: (round) => move(round, round + 3), expected: '2 rows' },
  'moves money the other way': { rounds: 8, work: (round) => move(round + 5, round), expected: '2 rows' },
  'moves money in transactions': { rounds: 4, work: moveInTransaction, expected: undefined },
  'adds up the balances': {
    rounds: 12,
    work: () => run(bed, 'SELECT SUM(balance), COUNT(*) FROM shop.accounts', { useQueryCache: false }),
    expected: [[String(TOTAL), String(ACCOUNTS)]],
  },
  'counts by MERGE': { rounds: 8, work: count, expected: '1 rows' },
  'counts by MERGE too': { rounds: 8, work: count, expected: '1 rows' },
  'inserts events': {
    rounds: 6,
    work: (round) =>
      run(
        bed,
        `INSERT shop.events SELECT 'inserted', ${round * EACH} + n FROM UNNEST(GENERATE_ARRAY(1, ${EACH})) AS n`,
      ),
    expected: `${EACH} rows`,
  },
  'loads events': {
    rounds: 6,
    work: async (round) => {
      const uri = bed.put(`events-${round}.csv`, csv('loaded', round));
      return failureOf(await runJob(bed, { load: { sourceUris: [uri], destinationTable: table('events') } }));
    },
    expected: undefined,
  },
  'copies events': {
    rounds: 5,
    work: async () =>
      failureOf(
        await runJob(bed, {
          copy: { sourceTable: table('fifty'), destinationTable: table('events'), writeDisposition: 'WRITE_APPEND' },
        }),
      ),
    expected: undefined,
  },
  'streams events': {
    rounds: 12,
    work: async (round) => {
      const rows = Array.from({ length: EACH }, (_, i) => ({
        insertId: `${round}-${i}`,
        json: { source: 'streamed', n: round * EACH + i },
      }));
      // A client that lost patience sends its rows again, and both requests are answered.
      const replies = await Promise.all(
        [1, 2].map(() => call(bed, 'POST', '/datasets/shop/tables/events/insertAll', { rows })),
      );
      return replies.map(({ status, body }) => [status, 'insertErrors' in body]);
    },
    expected: [
      [200, false],
      [200, false],
    ],
  },
  'reads a result to its end': { rounds: 2, work: page, expected: (PAGED * (PAGED + 1)) / 2 },
  'replaces a table and reads it': {
    rounds: 6,
    work: async (round) => {
      await run(
        bed,
        `CREATE OR REPLACE TABLE shop.mine AS SELECT ${round} AS n; ALTER TABLE shop.mine ADD COLUMN m INT64`,
      );
      const [row] = (await run(bed, 'SELECT n, m FROM shop.mine')) as (string | null)[][];
      return [row?.[0] === String(round), row?.[1]];
    },
    expected: [true, null],
  },
  'asks for the table’s resource': {
    rounds: 12,
    work: async () => {
      const { body } = await call<{ numRows: string }>(bed, 'GET', '/datasets/shop/tables/events');
      return Number(body.numRows) % EACH;
    },
    expected: 0,
  },
};

function move(from: number, to: number): ReturnType<typeof run> {
  const [a, b] = [from % ACCOUNTS, to % ACCOUNTS];
  return run(bed, `UPDATE shop.accounts SET balance = balance + IF(id = ${a}, -7, 7) WHERE id IN (${a}, ${b})`);
}

/** BigQuery aborts a transaction whose table another changed: its client begins it anew. */
async function moveInTransaction(round: number): Promise<string | undefined> {
  const query = `BEGIN TRANSACTION;
    UPDATE shop.accounts SET balance = balance - 11 WHERE id = ${round % ACCOUNTS};
    UPDATE shop.accounts SET balance = balance + 11 WHERE id = ${(round + 1) % ACCOUNTS};
    COMMIT TRANSACTION`;
  for (;;) {
    const failure = failureOf(await runJob(bed, { query: { query, useLegacySql: false } }));
    if (!failure?.includes('concurrent update')) return failure;
  }
}

async function page(): Promise<number> {
  type Page = { jobReference: { jobId: string }; rows?: { f: { v: string }[] }[]; pageToken?: string };
  const query = 'SELECT n, s FROM shop.big ORDER BY n';
  const asked = { query, useLegacySql: false, maxResults: 7000, useQueryCache: false };
  let { body } = await call<Page>(bed, 'POST', '/queries', asked);
  const { jobId } = body.jobReference;
  let sum = 0;
  for (;;) {
    for (const row of body.rows ?? []) sum += Number(row.f[0]?.v);
    if (body.pageToken === undefined) return sum;
    body = (await call<Page>(bed, 'GET', `/queries/${jobId}?maxResults=7000&pageToken=${body.pageToken}`)).body;
  }
}

test('a dozen clients at work on the same tables lose nothing, double nothing and wait for none for ever', async () => {
  await Promise.all(
    Object.entries(CLIENTS).map(async ([name, { rounds, work, expected }]) => {
      for (let round = 0; round < rounds; round++)
        expect([name, round, await work(round)]).toEqual([name, round, expected]);
    }),
  );
  expect(await run(bed, 'SELECT SUM(balance) FROM shop.accounts')).toEqual([[String(TOTAL)]]);
  expect(await run(bed, 'SELECT k, v FROM shop.counters ORDER BY k')).toEqual([
    ['0', '6'],
    ['1', '6'],
    ['2', '4'],
  ]);
  expect(
    await run(bed, 'SELECT source, COUNT(*), COUNT(DISTINCT n) FROM shop.events GROUP BY source ORDER BY 1'),
  ).toEqual([
    ['copied', String(5 * EACH), String(EACH)],
    ['inserted', String(6 * EACH), String(6 * EACH)],
    ['loaded', String(6 * EACH), String(6 * EACH)],
    ['streamed', String(12 * EACH), String(12 * EACH)],
  ]);
}, 60_000);

const LONG = 'FROM shop.big a CROSS JOIN shop.big b CROSS JOIN shop.big c WHERE MOD(a.n * b.n + c.n, 7) = 3';

const SLOW = Array.from({ length: 300_000 }, (_, n) => `x,${n}\n`).join('');

describe('a cancelled job ends soon, and nothing of it stays', () => {
  test.each<[string, () => object]>([
    ['a query', () => ({ query: { query: `SELECT COUNT(*) ${LONG}`, useLegacySql: false } })],
    ['a sort', () => ({ query: { query: `SELECT a.s ${LONG} ORDER BY a.s`, useLegacySql: false } })],
    ['DML', () => ({ query: { query: `INSERT shop.events SELECT a.s, b.n ${LONG}`, useLegacySql: false } })],
    [
      'CREATE TABLE AS',
      () => ({ query: { query: `CREATE TABLE shop.never AS SELECT a.s ${LONG}`, useLegacySql: false } }),
    ],
    [
      'a loop',
      () => ({
        query: { query: 'DECLARE i INT64 DEFAULT 0; WHILE TRUE DO SET i = i + 1; END WHILE', useLegacySql: false },
      }),
    ],
    [
      'a loop of statements',
      () => ({
        query: {
          query: `LOOP CREATE TEMP TABLE t AS SELECT COUNT(*) AS n FROM shop.big; DROP TABLE t; END LOOP`,
          useLegacySql: false,
        },
      }),
    ],
    [
      'EXPORT DATA',
      () => ({
        query: {
          query: `EXPORT DATA OPTIONS (uri = 'gs://lake/never-*.csv', format = 'CSV') AS SELECT a.s ${LONG}`,
          useLegacySql: false,
        },
      }),
    ],
    [
      'a load',
      () => ({
        load: {
          sourceUris: Array.from({ length: 40 }, (_, i) => bed.put(`slow-${i}.csv`, SLOW)),
          schema: {
            fields: [
              { name: 'source', type: 'STRING' },
              { name: 'n', type: 'INTEGER' },
            ],
          },
          destinationTable: table('never'),
        },
      }),
    ],
  ])('%s', async (_, configuration) => {
    const before = await run(bed, 'SELECT COUNT(*) FROM shop.events');
    const { body } = await call<JobBody>(bed, 'POST', '/jobs', { configuration: configuration() });
    const job = async () => (await call<JobBody>(bed, 'GET', `/jobs/${body.jobReference.jobId}`)).body;
    await expect.poll(async () => (await job()).status.state).toBe('RUNNING');
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect((await job()).status.state).toBe('RUNNING');
    const begun = performance.now();
    await call(bed, 'POST', `/jobs/${body.jobReference.jobId}/cancel`);
    await expect.poll(async () => (await job()).status.state, { timeout: 10_000 }).toBe('DONE');
    // A second or so, on a machine that is busy with other tests.
    expect(performance.now() - begun).toBeLessThan(8000);
    expect((await job()).status.errorResult?.reason).toBe('stopped');
    expect(await run(bed, 'SELECT COUNT(*) FROM shop.events')).toEqual(before);
    expect((await call(bed, 'GET', '/datasets/shop/tables/never')).status).toBe(404);
  });

  test('one that waits for its turn ends at once', async () => {
    const first = await call<JobBody>(bed, 'POST', '/jobs', {
      configuration: {
        query: {
          query: `UPDATE shop.accounts SET balance = balance + (SELECT COUNT(*) ${LONG}) WHERE TRUE`,
          useLegacySql: false,
        },
      },
    });
    const second = await call<JobBody>(bed, 'POST', '/jobs', {
      configuration: { query: { query: 'UPDATE shop.accounts SET balance = 0 WHERE TRUE', useLegacySql: false } },
    });
    for (const { body } of [second, first]) {
      const path = `/jobs/${body.jobReference.jobId}`;
      await call(bed, 'POST', `${path}/cancel`);
      await expect
        .poll(async () => (await call<JobBody>(bed, 'GET', path)).body.status, { timeout: 4000 })
        .toMatchObject({ state: 'DONE', errorResult: { reason: 'stopped' } });
    }
    expect(await run(bed, 'SELECT SUM(balance) FROM shop.accounts')).toEqual([[String(TOTAL)]]);
  });
});
