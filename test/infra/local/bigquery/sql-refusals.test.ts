import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ORDERS } from './orders.ts';
import { call, failureOf, run, runJob, startBigQuery, type Testbed } from './testbed.ts';

let bed: Testbed;
beforeAll(async () => {
  bed = await startBigQuery();
  await run(bed, ORDERS);
});
afterAll(() => bed.stop());

describe('what BigQuery refuses', () => {
  test.each([
    ['SELECT x', 'invalidQuery: Unrecognized name: x at [1:8]'],
    ['SELECT\n  custmer FROM shop.orders', 'invalidQuery: Unrecognized name: custmer; Did you mean customer? at [2:3]'],
    ['SELECT id FROM shop.orders a, shop.orders b', 'invalidQuery: Column name id is ambiguous at [1:8]'],
    ['SELECT nope(1)', 'invalidQuery: Function not found: nope at [1:8]'],
    ['SELECT 1 +', 'invalidQuery: Syntax error: Unexpected end of script at [1:11]'],
    ['SELECT "a', 'invalidQuery: Syntax error: Unclosed string literal at [1:8]'],
    ['SELECT 1 FROM', 'invalidQuery: Syntax error: Expected identifier but got end of script at [1:14]'],
    ['SELECT * FROM shop.nowhere', 'notFound: Not found: Table local:shop.nowhere was not found in location US'],
    ['SELECT * FROM nowhere.t', 'notFound: Not found: Dataset local:nowhere was not found in location US'],
    ['SELECT @missing', "invalidQuery: Query parameter 'missing' not found at [1:8]"],
    [
      'SELECT 1 = "a"',
      'invalidQuery: No matching signature for operator = for argument types: INT64, STRING at [1:10]',
    ],
    ['SELECT 1 / 0', 'invalidQuery: division by zero: 1 / 0'],
    ['SELECT 9223372036854775807 + 1', 'invalidQuery: int64 overflow: 9223372036854775807 + 1'],
    ['SELECT CAST("x" AS INT64)', 'invalidQuery: Bad int64 value: x'],
    [
      'SELECT PARSE_JSON(x) FROM UNNEST(["12345678901234567890123"]) x',
      'invalidQuery: Invalid input to PARSE_JSON: Input number: 12345678901234567890123 cannot round-trip through string representation',
    ],
    [
      'SELECT PARSE_JSON(x, wide_number_mode => "round") FROM UNNEST(["1e400"]) x',
      'invalidQuery: Invalid input to PARSE_JSON: Input number: 1e400 is out of range',
    ],
    [
      'SELECT PARSE_JSON("1", wide_number_mode => "any")',
      'invalidQuery: Invalid wide_number_mode specified for PARSE_JSON: any at [1:8]',
    ],
    ['SELECT SAFE_CAST(CAST("x" AS INT64) AS STRING)', 'invalidQuery: Bad int64 value: x'],
    ['SELECT CAST("1e39" AS BIGNUMERIC)', 'invalidQuery: Invalid BIGNUMERIC value: 1e39'],
    ['SELECT [1][OFFSET(1)]', 'invalidQuery: Array index 1 is out of bounds'],
    ['SELECT (SELECT id FROM shop.orders)', 'invalidQuery: Scalar subquery produced more than one element'],
    [
      'SELECT SUM(SUM(id)) FROM shop.orders',
      'invalidQuery: Aggregate function SUM not allowed in an aggregate function at [1:12]',
    ],
    [
      'SELECT id FROM shop.orders WHERE COUNT(*) > 1',
      'invalidQuery: Aggregate function COUNT not allowed in WHERE clause at [1:34]',
    ],
    [
      'SELECT customer, COUNT(*) FROM shop.orders GROUP BY day',
      'invalidQuery: SELECT list expression references column customer which is neither grouped nor aggregated',
    ],
    [
      'SELECT 1 AS a, 2 AS a',
      'invalidQuery: Duplicate column names in the result are not supported when a destination table is present. Found duplicate(s): a',
    ],
    [
      'SELECT ARRAY_AGG(customer) FROM shop.orders',
      'invalidQuery: Array cannot have a null element; error in writing field f0_',
    ],
    ['SELECT ERROR("stop")', 'invalidQuery: stop'],
    [
      'SELECT 1 UNION ALL SELECT 2 EXCEPT DISTINCT SELECT 3',
      'invalidQuery: Syntax error: Different set operations cannot be used in the same query without using parentheses for grouping at [1:29]',
    ],
    [
      'SELECT id FROM shop.orders ORDER BY tags',
      'invalidQuery: ORDER BY does not support expressions of type ARRAY<STRING> at [1:37]',
    ],
    ['DELETE FROM shop.orders', 'invalidQuery: DELETE must have a WHERE clause at [1:1]'],
  ])('%s', async (sql, failure) => {
    expect(await run(bed, sql)).toBe(failure);
  });
});

describe('what the warehouse refuses by name, with its place', () => {
  test.each([
    ['SELECT ML.DISTANCE([1.0], [2.0])', 'function ML.DISTANCE at [1:8]'],
    ['SELECT 1,\n  ST_GEOGPOINT(1, 2)', 'function ST_GEOGPOINT at [2:3]'],
    ['SELECT COLLATE("a", "und:ci")', 'function COLLATE at [1:8]'],
    ['SELECT "a" COLLATE "und:ci"', 'COLLATE at [1:12]'],
    ['SELECT customer FROM shop.orders ORDER BY customer COLLATE "und:ci"', 'ORDER BY … COLLATE at [1:52]'],
    ['SELECT CAST("a" AS STRING COLLATE "und:ci")', 'COLLATE at [1:27]'],
    ['DECLARE x STRING COLLATE "und:ci"', 'COLLATE at [1:18]'],
    ['CREATE TABLE shop.k (a STRING COLLATE "und:ci")', 'column COLLATE at [1:31]'],
    ['CREATE TABLE shop.k (a ARRAY<STRING COLLATE "und:ci">)', 'COLLATE at [1:37]'],
    ['CREATE TABLE shop.k (a STRING) DEFAULT COLLATE "und:ci"', 'DEFAULT COLLATE at [1:32]'],
    ['CREATE SCHEMA k DEFAULT COLLATE "und:ci"', 'DEFAULT COLLATE at [1:17]'],
    ['ALTER TABLE shop.orders SET DEFAULT COLLATE "und:ci"', 'ALTER TABLE SET DEFAULT at [1:25]'],
    ['ALTER SCHEMA shop SET DEFAULT COLLATE "und:ci"', 'ALTER SCHEMA SET DEFAULT at [1:19]'],
    ['ALTER TABLE shop.orders ALTER COLUMN customer SET DATA TYPE STRING COLLATE "und:ci"', 'COLLATE at [1:68]'],
    ['SELECT * FROM `shop.orders@-3600000`', 'table decorators in SQL at [1:15]'],
    [
      'CREATE TABLE shop.c CLONE shop.orders FOR SYSTEM_TIME AS OF CURRENT_TIMESTAMP()',
      'FOR SYSTEM_TIME AS OF at [1:39]',
    ],
    ['UNDROP SCHEMA shop', 'UNDROP statements at [1:1]'],
    ['SELECT * FROM shop.INFORMATION_SCHEMA.STREAMING_TIMELINE', 'INFORMATION_SCHEMA.STREAMING_TIMELINE at [1:15]'],
    ['SELECT * FROM shop.orders FOR SYSTEM_TIME AS OF CURRENT_TIMESTAMP()', 'FOR SYSTEM_TIME AS OF at [1:27]'],
    ['CREATE MATERIALIZED VIEW shop.m AS SELECT 1 AS a', 'a materialized view without a base table at [1:36]'],
    ["CREATE FUNCTION f(x INT64) RETURNS INT64 LANGUAGE python AS 'return x'", 'functions in python at [1:42]'],
    [
      'SELECT CAST(b"a" AS STRING FORMAT customer) FROM shop.orders',
      'CAST … FORMAT of BYTES with a format that is no literal at [1:35]',
    ],
    ['SELECT CAST(12 AS STRING FORMAT "TM")', "the format element 'TM' at [1:33]"],
    ['SELECT PARSE_DATE("%Y %U", "2020 1")', 'format element %U when parsing at [1:8]'],
  ])('%s', async (sql, construct) => {
    expect(await run(bed, sql)).toBe(`invalidQuery: not supported by the embedded warehouse: ${construct}`);
  });

  test('a collation for a dataset, and a time of a table, over REST', async () => {
    const datasetReference = { projectId: 'local', datasetId: 'k' };
    const made = await call(bed, 'POST', '/datasets', { datasetReference, defaultCollation: 'und:ci' });
    expect(made).toMatchObject({
      status: 400,
      body: { error: { message: expect.stringMatching(/not supported .*defaultCollation/) } },
    });
    const table = (tableId: string) => ({ projectId: 'local', datasetId: 'shop', tableId });
    const copy = { sourceTable: table('orders@-3600000'), destinationTable: table('past') };
    const failure = await runJob(bed, { copy }).then(failureOf, (error: Error) => error.message);
    expect(failure).toMatch(/not supported .*time travel/);
  });
});
