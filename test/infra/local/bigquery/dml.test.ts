import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { call, run, startBigQuery, type Testbed } from './testbed.ts';

let bed: Testbed;
beforeAll(async () => {
  bed = await startBigQuery();
  await run(bed, 'CREATE SCHEMA shop');
});
afterAll(() => bed.stop());
beforeEach(async () => {
  await run(bed, 'CREATE OR REPLACE TABLE shop.t (id INT64 NOT NULL, name STRING, n INT64, tags ARRAY<STRING>)');
  await run(bed, "INSERT shop.t (id, name, n) VALUES (1, 'a', 10), (2, 'b', 20), (3, 'c', 30)");
});

const rows = () => run(bed, 'SELECT id, name, n FROM shop.t ORDER BY id, name');

describe('statements', () => {
  test.each([
    [
      "INSERT INTO shop.t (id, name) VALUES (4, 'd'), (5, DEFAULT)",
      '2 rows',
      [
        ['1', 'a', '10'],
        ['2', 'b', '20'],
        ['3', 'c', '30'],
        ['4', 'd', null],
        ['5', null, null],
      ],
    ],
    [
      'INSERT shop.t SELECT id + 10, name, n, ["x"] FROM shop.t WHERE id = 1',
      '1 rows',
      [
        ['1', 'a', '10'],
        ['2', 'b', '20'],
        ['3', 'c', '30'],
        ['11', 'a', '10'],
      ],
    ],
    [
      "UPDATE shop.t SET name = CONCAT(name, '!'), n = n + 1, tags = ['x'] WHERE id < 3",
      '2 rows',
      [
        ['1', 'a!', '11'],
        ['2', 'b!', '21'],
        ['3', 'c', '30'],
      ],
    ],
    [
      'UPDATE shop.t t SET n = s.n FROM (SELECT 2 AS id, 99 AS n) s WHERE s.id = t.id',
      '1 rows',
      [
        ['1', 'a', '10'],
        ['2', 'b', '99'],
        ['3', 'c', '30'],
      ],
    ],
    [
      'UPDATE shop.t SET n = (SELECT MAX(n) FROM shop.t) WHERE id = 1',
      '1 rows',
      [
        ['1', 'a', '30'],
        ['2', 'b', '20'],
        ['3', 'c', '30'],
      ],
    ],
    [
      'DELETE FROM shop.t AS t WHERE EXISTS (SELECT 1 FROM UNNEST([1, 2]) x WHERE x = t.id)',
      '2 rows',
      [['3', 'c', '30']],
    ],
    ['TRUNCATE TABLE shop.t', '3 rows', []],
  ])('%s', async (sql, answer, expected) => {
    expect(await run(bed, sql)).toBe(answer);
    expect(await rows()).toEqual(expected);
  });

  test.each([
    ["INSERT shop.t (name) VALUES ('x')", 'invalidQuery: Required field id cannot be null'],
    ['UPDATE shop.t SET id = NULL WHERE id = 1', 'invalidQuery: Required field id cannot be null'],
    [
      'INSERT shop.t (id, name) VALUES (1)',
      'invalidQuery: Inserted row has wrong column count; Has 1, expected 2 at [1:1]',
    ],
    [
      "INSERT shop.t (id) VALUES ('one')",
      'invalidQuery: Value of type STRING cannot be assigned to id, which has type INT64 at [1:28]',
    ],
    [
      'INSERT shop.t (id) SELECT "one"',
      'invalidQuery: Query column 1 of type STRING cannot be assigned to id, which has type INT64 at [1:20]',
    ],
    [
      'INSERT shop.t (id, nope) VALUES (1, 2)',
      'invalidQuery: Column nope is not present in table local.shop.t at [1:20]',
    ],
    [
      'UPDATE shop.t SET nope = 1 WHERE TRUE',
      'invalidQuery: Column nope is not present in table local.shop.t at [1:19]',
    ],
    [
      'UPDATE shop.t t SET n = s.n FROM (SELECT 1 AS id, 1 AS n UNION ALL SELECT 1, 2) s WHERE s.id = t.id',
      'invalidQuery: UPDATE/MERGE must match at most one source row for each target row',
    ],
  ])('%s is refused and changes nothing', async (sql, failure) => {
    expect(await run(bed, sql)).toBe(failure);
    expect(await rows()).toEqual([
      ['1', 'a', '10'],
      ['2', 'b', '20'],
      ['3', 'c', '30'],
    ]);
  });
});

describe('MERGE', () => {
  const source = "(SELECT 2 AS id, 'B' AS name, 21 AS n UNION ALL SELECT 4, 'D', 40)";
  test.each([
    [
      'updates and inserts',
      `MERGE shop.t USING ${source} s ON t.id = s.id WHEN MATCHED THEN UPDATE SET name = s.name, n = t.n + s.n WHEN NOT MATCHED THEN INSERT (id, name) VALUES (s.id, s.name)`,
      '2 rows',
      [
        ['1', 'a', '10'],
        ['2', 'B', '41'],
        ['3', 'c', '30'],
        ['4', 'D', null],
      ],
    ],
    [
      'takes the first clause whose condition holds',
      `MERGE INTO shop.t AS x USING ${source} AS s ON x.id = s.id WHEN MATCHED AND s.n > 100 THEN DELETE WHEN MATCHED AND s.n > 20 THEN UPDATE SET n = 0 WHEN MATCHED THEN DELETE`,
      '1 rows',
      [
        ['1', 'a', '10'],
        ['2', 'b', '0'],
        ['3', 'c', '30'],
      ],
    ],
    [
      'reaches target rows without a source',
      `MERGE shop.t USING ${source} s ON t.id = s.id WHEN NOT MATCHED BY SOURCE AND t.id = 1 THEN DELETE WHEN NOT MATCHED BY SOURCE THEN UPDATE SET name = 'gone'`,
      '2 rows',
      [
        ['2', 'b', '20'],
        ['3', 'gone', '30'],
      ],
    ],
    [
      'does all at once',
      `MERGE shop.t USING ${source} s ON t.id = s.id WHEN MATCHED THEN DELETE WHEN NOT MATCHED BY TARGET THEN INSERT (id, name, n) ROW WHEN NOT MATCHED BY SOURCE THEN UPDATE SET n = -1`,
      '4 rows',
      [
        ['1', 'a', '-1'],
        ['3', 'c', '-1'],
        ['4', 'D', '40'],
      ],
    ],
    [
      'ON FALSE replaces',
      `MERGE shop.t USING ${source} s ON FALSE WHEN NOT MATCHED BY TARGET THEN INSERT (id, name, n) VALUES (id, name, n) WHEN NOT MATCHED BY SOURCE THEN DELETE`,
      '5 rows',
      [
        ['2', 'B', '21'],
        ['4', 'D', '40'],
      ],
    ],
  ])('%s', async (_, sql, answer, expected) => {
    expect(await run(bed, sql)).toBe(answer);
    expect(await rows()).toEqual(expected);
  });

  test('refuses two source rows for one target row, and changes nothing', async () => {
    const twice = "(SELECT 1 AS id, 'x' AS name UNION ALL SELECT 1, 'y')";
    expect(
      await run(bed, `MERGE shop.t USING ${twice} s ON t.id = s.id WHEN MATCHED THEN UPDATE SET name = s.name`),
    ).toBe('invalidQuery: UPDATE/MERGE must match at most one source row for each target row');
    expect(
      await run(
        bed,
        `MERGE shop.t USING ${twice} s ON t.id = s.id WHEN MATCHED AND s.name = 'y' THEN UPDATE SET name = s.name`,
      ),
    ).toBe('1 rows');
  });

  test('tells its parts in dmlStats', async () => {
    const [job] = await bed.client.createQueryJob(
      `MERGE shop.t USING ${source} s ON t.id = s.id WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT (id, name, n) ROW WHEN NOT MATCHED BY SOURCE THEN UPDATE SET n = 0`,
    );
    await job.getQueryResults();
    const [metadata] = await job.getMetadata();
    expect(metadata.statistics.query).toMatchObject({
      statementType: 'MERGE',
      numDmlAffectedRows: '4',
      dmlStats: { insertedRowCount: '1', updatedRowCount: '2', deletedRowCount: '1' },
    });
  });
});

describe('DDL', () => {
  test.each([
    [
      'CREATE TABLE shop.d1 (a INT64 NOT NULL OPTIONS(description="key"), b ARRAY<STRUCT<c STRING>>) CLUSTER BY a OPTIONS(description="d", labels=[("x", "y")])',
      {
        description: 'd',
        labels: { x: 'y' },
        clustering: { fields: ['a'] },
        schema: {
          fields: [
            { name: 'a', mode: 'REQUIRED', description: 'key' },
            { name: 'b', mode: 'REPEATED', type: 'RECORD' },
          ],
        },
      },
    ],
    [
      'CREATE OR REPLACE TABLE shop.d1 PARTITION BY DATE_TRUNC(day, MONTH) OPTIONS(require_partition_filter=true) AS SELECT DATE "2026-01-01" AS day',
      { numRows: '1', timePartitioning: { type: 'MONTH', field: 'day' }, requirePartitionFilter: true },
    ],
    ['CREATE TABLE IF NOT EXISTS shop.d1 (other INT64)', { schema: { fields: [{ name: 'day' }] } }],
    [
      'ALTER TABLE shop.d1 ADD COLUMN IF NOT EXISTS day DATE, ADD COLUMN note STRING',
      { schema: { fields: [{ name: 'day' }, { name: 'note' }] } },
    ],
  ])('%s', async (sql, expected) => {
    expect(await run(bed, sql)).toEqual([]);
    expect((await call(bed, 'GET', '/datasets/shop/tables/d1')).body).toMatchObject(expected);
  });

  test.each([
    ['CREATE TABLE shop.t (a INT64)', 'duplicate: Already Exists: Table local:shop.t'],
    ['CREATE TABLE nowhere.t (a INT64)', 'notFound: Not found: Dataset local:nowhere was not found in location US'],
    ['DROP TABLE shop.nowhere', 'notFound: Not found: Table local:shop.nowhere was not found in location US'],
    ['DROP SCHEMA shop', 'resourceInUse: Dataset local:shop is still in use'],
    ['ALTER TABLE shop.t ADD COLUMN name STRING', 'invalidQuery: Column already exists: name at [1:31]'],
    [
      'CREATE TABLE shop.p (a INT64) PARTITION BY RANGE_BUCKET(a, [0, 10])',
      /^invalidQuery: PARTITION BY expression must be .* at \[1:44\]$/,
    ],
    [
      'CREATE TABLE shop.p (a INT64) OPTIONS(kms_key_name="k")',
      'invalidQuery: not supported by the embedded warehouse: option kms_key_name at [1:39]',
    ],
  ])('%s is refused', async (sql, failure) => {
    const answer = await run(bed, sql);
    if (typeof failure === 'string') expect(answer).toBe(failure);
    else expect(answer).toMatch(failure);
  });

  test('a partitioned table that wants a filter refuses queries without one', async () => {
    await run(
      bed,
      'CREATE OR REPLACE TABLE shop.f (day DATE, x INT64) PARTITION BY day OPTIONS(require_partition_filter=true)',
    );
    const failure =
      "invalidQuery: Cannot query over table 'local.shop.f' without a filter over column(s) 'day' that can be used for partition elimination";
    expect(await run(bed, 'SELECT x FROM shop.f WHERE x > 1')).toBe(failure);
    expect(await run(bed, 'DELETE shop.f WHERE TRUE')).toBe(failure);
    expect(await run(bed, "SELECT x FROM shop.f WHERE day >= '2026-01-01'")).toEqual([]);
  });

  test('views follow what they read, and drop as views', async () => {
    await run(bed, 'CREATE OR REPLACE VIEW shop.v (key) AS SELECT id FROM shop.t WHERE n > 10');
    expect(await run(bed, 'SELECT key FROM shop.v ORDER BY key')).toEqual([['2'], ['3']]);
    expect(await run(bed, 'DROP TABLE shop.v')).toMatch(/^invalidQuery: local:shop.v is a VIEW/);
    expect(await run(bed, 'DROP VIEW shop.v')).toEqual([]);
    expect(await run(bed, 'DROP VIEW IF EXISTS shop.v')).toEqual([]);
  });
});

describe('scripts', () => {
  test('commit their transaction as one, and sum their statistics', async () => {
    const [job] = await bed.client.createQueryJob(
      'BEGIN TRANSACTION; DELETE shop.t WHERE id = 1; INSERT shop.t (id) VALUES (8), (9); COMMIT TRANSACTION; SELECT COUNT(*) AS n FROM shop.t;',
    );
    const [result] = await job.getQueryResults();
    expect(result).toEqual([{ n: 4 }]);
    const [metadata] = await job.getMetadata();
    expect(metadata.statistics).toMatchObject({
      numChildJobs: '3',
      query: { statementType: 'SCRIPT', numDmlAffectedRows: '3' },
    });
  });

  test.each([
    [
      'a failing statement',
      'BEGIN TRANSACTION; INSERT shop.t (id) VALUES (8); SELECT 1 / 0; COMMIT TRANSACTION',
      'invalidQuery: division by zero: 1 / 0',
    ],
    [
      'a failing ASSERT',
      "BEGIN TRANSACTION; INSERT shop.t (id) VALUES (8); ASSERT (SELECT COUNT(*) FROM shop.t) = 3 AS 'three rows'; COMMIT TRANSACTION",
      'invalidQuery: three rows',
    ],
    ['ROLLBACK', 'BEGIN TRANSACTION; INSERT shop.t (id) VALUES (8); ROLLBACK TRANSACTION', []],
    ['no COMMIT at all', 'BEGIN TRANSACTION; INSERT shop.t (id) VALUES (8)', []],
  ])('take all back on %s', async (_, sql, answer) => {
    expect(await run(bed, sql)).toEqual(answer);
    expect(await run(bed, 'SELECT COUNT(*) FROM shop.t')).toEqual([['3']]);
  });

  test('keep what was done before a statement outside of a transaction failed', async () => {
    expect(await run(bed, 'INSERT shop.t (id) VALUES (8); SELECT nope')).toBe(
      'invalidQuery: Unrecognized name: nope at [1:39]',
    );
    expect(await run(bed, 'SELECT COUNT(*) FROM shop.t')).toEqual([['4']]);
  });

  test('of two transactions that change one table, the later is aborted', async () => {
    const slow =
      'SELECT COUNT(*) FROM UNNEST(GENERATE_ARRAY(1, 3000)) a, UNNEST(GENERATE_ARRAY(1, 8000)) b WHERE MOD(a * b, 7) = 3;';
    const script = (n: number) =>
      `BEGIN TRANSACTION; UPDATE shop.t SET n = ${n} WHERE id = ${n}; ${slow} COMMIT TRANSACTION;`;
    const answers = await Promise.all([run(bed, script(1)), run(bed, script(2))]);
    expect(answers.filter((answer) => typeof answer !== 'string' || / rows$/.test(answer))).toHaveLength(1);
    expect(answers.find((answer) => typeof answer === 'string' && answer.startsWith('invalidQuery'))).toMatch(
      /^invalidQuery: Query error: Transaction is aborted due to concurrent update against table local:shop\.t\. Transaction ID: \S+ at \[1:20\]$/,
    );
  });

  test('beside each other queue their single statements', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => run(bed, 'UPDATE shop.t SET n = n + 1 WHERE id = 1')),
    );
    expect(answers).toEqual(Array(8).fill('1 rows'));
    expect(await run(bed, 'SELECT n FROM shop.t WHERE id = 1')).toEqual([['18']]);
  });

  test('insert beside each other', async () => {
    await Promise.all(Array.from({ length: 10 }, (_, i) => run(bed, `INSERT shop.t (id) VALUES (${100 + i})`)));
    expect(await run(bed, 'SELECT COUNT(*) FROM shop.t WHERE id >= 100')).toEqual([['10']]);
  });
});
