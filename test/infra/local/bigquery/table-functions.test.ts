import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { call, type JobBody, run, runJob, startBigQuery, type Testbed } from './testbed.ts';

let bed: Testbed;
beforeAll(async () => {
  bed = await startBigQuery();
  expect(
    await run(
      bed,
      `CREATE SCHEMA shop;
      CREATE TABLE shop.orders AS SELECT * FROM UNNEST([STRUCT(1 AS id, 'pencil' AS item, 5 AS sales), (2, 'pen', 7), (3, 'pencil', 1)]);
      CREATE TABLE FUNCTION shop.sales_of(orders TABLE<sales INT64, item STRING>, item_name STRING)
        AS (SELECT SUM(sales) AS total, item FROM orders WHERE item = item_name GROUP BY item);
      CREATE TABLE FUNCTION shop.by_id(y INT64) AS SELECT * FROM local.shop.orders WHERE id = y;
      CREATE TABLE FUNCTION shop.shadowed(sales INT64) AS SELECT id FROM local.shop.orders WHERE sales = 7;
      CREATE TABLE FUNCTION shop.typed(y ANY TYPE) RETURNS TABLE<v FLOAT64, w STRING> AS SELECT 'a' AS w, y AS v, 1 AS more`,
    ),
  ).toEqual([]);
});
afterAll(() => bed.stop());

describe('a table function stands where a table may', () => {
  test.each<[string, unknown]>([
    ["SELECT total, item FROM shop.sales_of(TABLE shop.orders, 'pencil')", [['6', 'pencil']]],
    ["SELECT total FROM shop.sales_of(item_name => 'pen', orders => TABLE orders)", [['7']]],
    ["SELECT s.total FROM `local.shop.sales_of`((SELECT 9 AS sales, 'x' AS item), 'x') AS s", [['9']]],
    [
      "WITH w AS (SELECT item, 2 * sales AS sales FROM orders) SELECT total FROM shop.sales_of(TABLE w, 'pen')",
      [['14']],
    ],
    ['SELECT item FROM shop.by_id(2)', [['pen']]],
    ['SELECT by_id.item FROM by_id(1)', [['pencil']]],
    [
      'SELECT a.item, b.item AS other FROM shop.by_id(1) AS a JOIN shop.by_id(3) AS b USING (item)',
      [['pencil', 'pencil']],
    ],
    ['SELECT (SELECT COUNT(*) FROM shop.by_id(o.id)) FROM shop.orders AS o WHERE id < 3', [['1'], ['1']]],
    // A column comes before a parameter of its name.
    ['SELECT id FROM shop.shadowed(5)', [['2']]],
    ['SELECT * FROM shop.typed(2)', [['2.0', 'a']]],
    ['FROM shop.by_id(3) |> SELECT sales', [['1']]],
  ])('%s', async (sql, rows) => {
    expect(await run(bed, sql)).toEqual(rows);
  });

  test('the tables behind it are referenced, and their bytes are counted', async () => {
    const { statistics }: JobBody = await runJob(bed, {
      query: { query: 'SELECT item FROM shop.by_id(2)', useLegacySql: false },
    });
    expect(statistics.query).toMatchObject({ referencedTables: [{ datasetId: 'shop', tableId: 'orders' }] });
    const plain: JobBody = await runJob(bed, {
      query: { query: 'SELECT item FROM shop.orders WHERE id = 2', useLegacySql: false },
    });
    expect(statistics.totalBytesProcessed).toBe(plain.statistics.totalBytesProcessed);
  });
});

describe('what is wrong is told', () => {
  test.each([
    ['SELECT * FROM shop.none(1)', /Table-valued function not found: shop.none at \[1:15]/],
    ["SELECT * FROM shop.by_id('a')", /Argument y of shop.by_id is of type STRING/],
    ['SELECT * FROM shop.by_id()', /No matching signature for table-valued function shop.by_id/],
    ['SELECT * FROM shop.by_id(z => 1)', /Named argument z not found/],
    ["SELECT * FROM shop.sales_of(TABLE shop.none, 'a')", /Not found: Table local:shop.none/],
    ["SELECT * FROM shop.sales_of((SELECT 1 AS item), 'a')", /Required column "sales" of type INT64 not found/],
    ["SELECT * FROM shop.sales_of(1, 'a')", /must be a table/],
    ["SELECT * FROM shop.typed('x')", /Column v for the output table of shop.typed has type STRING/],
    ['SELECT * FROM shop.orders, shop.by_id(orders.id)', /Unrecognized name: orders/],
    ['CREATE TABLE FUNCTION shop.by_id() AS SELECT 1 AS a', /Already Exists: Routine local:shop.by_id/],
    ['CREATE TABLE FUNCTION shop.x() AS SELECT 1 + "a" AS a', /No matching signature for operator \+.* at \[1:/],
    ['CREATE TABLE FUNCTION shop.x() AS SELECT @p AS a', /Query parameters cannot be used inside of a table function/],
    [
      'CREATE TABLE FUNCTION shop.x(t ANY TABLE) AS SELECT 1 AS a',
      /not supported by the embedded warehouse: ANY TABLE/,
    ],
    [
      'SELECT * FROM ML.PREDICT(MODEL shop.m, TABLE shop.t)',
      /not supported by the embedded warehouse: table function ML/,
    ],
    ['DROP FUNCTION shop.by_id', /which DROP FUNCTION cannot drop/],
  ])('%s', async (sql, message) => {
    expect(await run(bed, sql)).toMatch(message);
  });
});

test('it is shown, made and dropped over REST and by SQL', async () => {
  expect((await call(bed, 'GET', '/datasets/shop/routines/sales_of')).body).toMatchObject({
    routineType: 'TABLE_VALUED_FUNCTION',
    arguments: [
      { name: 'orders', argumentKind: 'FIXED_TABLE', tableType: { columns: [{ name: 'sales' }, { name: 'item' }] } },
      { name: 'item_name', dataType: { typeKind: 'STRING' } },
    ],
  });
  const made = await call(bed, 'POST', '/datasets/shop/routines', {
    routineReference: { projectId: 'local', datasetId: 'shop', routineId: 'made' },
    routineType: 'TABLE_VALUED_FUNCTION',
    arguments: [{ name: 'n', dataType: { typeKind: 'INT64' } }],
    returnTableType: { columns: [{ name: 'v', type: { typeKind: 'INT64' } }] },
    definitionBody: 'SELECT n + 1 AS v',
  });
  expect([made.status, made.body]).toMatchObject([200, { returnTableType: { columns: [{ name: 'v' }] } }]);
  expect(await run(bed, 'SELECT v FROM shop.made(1)')).toEqual([['2']]);
  expect(await run(bed, 'CREATE TABLE FUNCTION IF NOT EXISTS shop.made() AS SELECT 1 AS a')).toEqual([]);
  expect(await run(bed, 'CREATE OR REPLACE TABLE FUNCTION shop.made() AS SELECT 5 AS a')).toEqual([]);
  expect(await run(bed, 'SELECT * FROM shop.made()')).toEqual([['5']]);
  // A kept result is not that of the function as it was.
  expect(await run(bed, 'CREATE OR REPLACE TABLE FUNCTION shop.made() AS SELECT 6 AS a')).toEqual([]);
  expect(await run(bed, 'SELECT * FROM shop.made()')).toEqual([['6']]);
  expect(await run(bed, 'DROP TABLE FUNCTION shop.made; DROP TABLE FUNCTION IF EXISTS shop.made')).toEqual([]);
  expect(await run(bed, 'SELECT * FROM shop.made()')).toMatch(/not found: shop.made/);
});
