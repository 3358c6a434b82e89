import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { call, failureOf, run, runJob, startBigQuery, type Testbed } from './testbed.ts';

let bed: Testbed;
beforeAll(async () => {
  bed = await startBigQuery();
});
afterAll(() => bed.stop());
beforeEach(async () => {
  const made = await run(
    bed,
    `DROP SCHEMA IF EXISTS shop CASCADE; CREATE SCHEMA shop;
    CREATE TABLE shop.t (id INT64, name STRING);
    INSERT shop.t VALUES (1, 'ann'), (2, 'bob');
    CREATE TABLE shop.daily (id INT64, day DATE) PARTITION BY day;
    INSERT shop.daily VALUES (1, DATE '2026-01-01'), (2, DATE '2026-01-02');
    CREATE TABLE shop.kept (id INT64, day DATE) PARTITION BY day;
    INSERT shop.kept VALUES (7, DATE '2026-01-01'), (8, DATE '2026-01-02');
    CREATE VIEW shop.seen AS SELECT 1 AS one`,
  );
  expect(made).toEqual([]);
});

const table = (tableId: string) => ({ projectId: 'local', datasetId: 'shop', tableId });
const copy = (from: string, to: string, more: object = {}) =>
  runJob(bed, { copy: { sourceTable: table(from), destinationTable: table(to), ...more } });
const get = async (name: string) => (await call(bed, 'GET', `/datasets/shop/tables/${name}`)).body;

test('a table that is copied into itself, with others and twice, is read as it was', async () => {
  const sources = ['t', 'daily_ids', 't'];
  await run(bed, "CREATE TABLE shop.daily_ids AS SELECT 3 AS id, 'cy' AS name");
  const job = await runJob(bed, {
    copy: { sourceTables: sources.map(table), destinationTable: table('t'), writeDisposition: 'WRITE_APPEND' },
  });
  expect(job.statistics).toMatchObject({ copy: { copiedRows: '5' } });
  expect(await run(bed, 'SELECT id, COUNT(*) FROM shop.t GROUP BY id ORDER BY id')).toEqual([
    ['1', '3'],
    ['2', '3'],
    ['3', '1'],
  ]);
});

test('a copy lives as long as its job says, a time that is to come', async () => {
  const destinationExpirationTime = new Date(Date.now() + 3_600_000).toISOString();
  await copy('t', 'brief', { destinationExpirationTime });
  expect(await get('brief')).toMatchObject({ expirationTime: String(Date.parse(destinationExpirationTime)) });
  const past = await copy('t', 'late', { destinationExpirationTime: '2020-01-01T00:00:00Z' });
  expect(failureOf(past)).toMatch(/^invalid: Invalid destinationExpirationTime/);
});

describe('a snapshot', () => {
  test.each([
    ['a copy job', () => copy('t', 's', { operationType: 'SNAPSHOT' })],
    ['SQL', () => run(bed, 'CREATE SNAPSHOT TABLE shop.s CLONE shop.t')],
  ])('made by %s holds the rows of its time, and tells of what it was made', async (_, make) => {
    await make();
    await run(bed, "UPDATE shop.t SET name = 'new' WHERE TRUE");
    expect(await run(bed, 'SELECT name FROM shop.s ORDER BY id')).toEqual([['ann'], ['bob']]);
    const base = 'base_table_catalog, base_table_schema, base_table_name';
    const told = ['s', 'local', 'shop', 't', 'true'];
    expect(
      await run(
        bed,
        `SELECT table_name, ${base}, snapshot_time <= CURRENT_TIMESTAMP() FROM shop.INFORMATION_SCHEMA.TABLE_SNAPSHOTS`,
      ),
    ).toEqual([told]);
    expect(
      await run(
        bed,
        `SELECT table_name, ${base}, snapshot_time_ms = creation_time FROM shop.INFORMATION_SCHEMA.TABLES WHERE base_table_name IS NOT NULL`,
      ),
    ).toEqual([told]);
    expect(await get('s')).toMatchObject({
      type: 'SNAPSHOT',
      snapshotDefinition: { baseTableReference: table('t'), snapshotTime: expect.stringMatching(/^\d{4}-.*Z$/) },
    });
  });

  test.each([
    ['DML', () => run(bed, 'DELETE FROM shop.s WHERE TRUE'), /Cannot modify snapshot local.shop.s/],
    ['MERGE', () => run(bed, 'MERGE shop.s USING shop.t ON FALSE WHEN NOT MATCHED THEN INSERT ROW'), /Cannot modify/],
    ['a change of schema', () => run(bed, 'ALTER TABLE shop.s ADD COLUMN x INT64'), /which is a SNAPSHOT/],
    ['DROP TABLE', () => run(bed, 'DROP TABLE shop.s'), /is a SNAPSHOT, which DROP TABLE cannot drop/],
    ['a view’s name', () => run(bed, 'CREATE OR REPLACE VIEW shop.s AS SELECT 1 AS x'), /is a snapshot/],
    [
      'a copy',
      async () => failureOf(await copy('t', 's', { writeDisposition: 'WRITE_APPEND' })),
      /currently a SNAPSHOT/,
    ],
    ['a snapshot of it', async () => failureOf(await copy('s', 'x', { operationType: 'SNAPSHOT' })), /is a snapshot/],
    [
      'insertAll',
      async () =>
        JSON.stringify(
          (await call(bed, 'POST', '/datasets/shop/tables/s/insertAll', { rows: [{ json: { id: 3 } }] })).body,
        ),
      /Cannot add rows to a table of type SNAPSHOT/,
    ],
  ])('refuses %s', async (_, change, failure) => {
    await copy('t', 's', { operationType: 'SNAPSHOT' });
    expect(await change()).toMatch(failure);
    expect(await run(bed, 'SELECT COUNT(*) FROM shop.s')).toEqual([['2']]);
  });

  test('is restored as a table that can be changed, and dropped as a snapshot', async () => {
    await copy('t', 's', { operationType: 'SNAPSHOT' });
    expect(failureOf(await copy('s', 'back', { operationType: 'RESTORE' }))).toBeUndefined();
    expect(await run(bed, 'DELETE FROM shop.back WHERE id = 1')).toBe('1 rows');
    expect(failureOf(await copy('t', 'x', { operationType: 'RESTORE' }))).toMatch(/it is no snapshot/);
    expect(await run(bed, 'DROP SNAPSHOT TABLE shop.s')).toEqual([]);
    expect(await run(bed, 'SELECT * FROM shop.s')).toMatch(/^notFound/);
  });
});

test('a clone is a table of its own, which knows its base', async () => {
  await copy('t', 'c', { operationType: 'CLONE' });
  expect(await run(bed, 'DELETE FROM shop.c WHERE id = 1')).toBe('1 rows');
  expect(await run(bed, 'SELECT COUNT(*) FROM shop.t')).toEqual([['2']]);
  expect(await get('c')).toMatchObject({ type: 'TABLE', cloneDefinition: { baseTableReference: table('t') } });
});

describe('a partition', () => {
  const rows = (of: string) => run(bed, `SELECT id, CAST(day AS STRING) FROM shop.${of} ORDER BY id`);

  test('is copied into a table that is made for it', async () => {
    expect(failureOf(await copy('daily$20260102', 'one'))).toBeUndefined();
    expect(await rows('one')).toEqual([['2', '2026-01-02']]);
    expect(await get('one')).toMatchObject({ timePartitioning: { type: 'DAY', field: 'day' } });
  });

  test.each([
    [
      'WRITE_TRUNCATE',
      [
        ['2', '2026-01-02'],
        ['7', '2026-01-01'],
      ],
    ],
    [
      'WRITE_APPEND',
      [
        ['2', '2026-01-02'],
        ['7', '2026-01-01'],
        ['8', '2026-01-02'],
      ],
    ],
  ])('goes into its like with %s', async (writeDisposition, expected) => {
    expect(failureOf(await copy('daily$20260102', 'kept$20260102', { writeDisposition }))).toBeUndefined();
    expect(await rows('kept')).toEqual(expected);
  });

  test.each([
    ['daily$20260102', 'kept$20260102', /^duplicate: Already Exists: Table local:shop.kept\$20260102/],
    ['daily$20260102', 'kept$20260101', /it must be the same partition/],
    ['daily', 'kept$20260101', /it must be the same partition/],
    ['t$20260101', 'x', /is not partitioned/],
    ['daily$2026', 'x', /Invalid partition ID 2026/],
    ['seen', 'x', /currently a VIEW/],
  ])('%s into %s is refused', async (from, to, failure) => {
    expect(failureOf(await copy(from, to))).toMatch(failure);
    expect(await rows('kept')).toHaveLength(2);
  });
});
