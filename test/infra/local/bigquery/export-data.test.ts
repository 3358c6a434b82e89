import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { call, failureOf, load, run, runJob, startBigQuery, type Testbed } from './testbed.ts';

let bed: Testbed;
beforeAll(async () => {
  bed = await startBigQuery();
  await run(
    bed,
    `CREATE SCHEMA shop; CREATE TABLE shop.t (id INT64, name STRING, tags ARRAY<STRING>);
    INSERT shop.t VALUES (1, 'a;b', ['x']), (2, NULL, []), (3, 'c', [])`,
  );
});
afterAll(() => bed.stop());

const first = (pattern: string) =>
  readFileSync(join(bed.dir, 'objects', 'lake', encodeURIComponent(pattern.replace('*', '000000000000'))));
const exported = (options: string, query = 'SELECT id, name FROM shop.t ORDER BY id') =>
  run(bed, `EXPORT DATA OPTIONS (${options}) AS ${query}`);

test('EXPORT DATA writes CSV without a header unless it is asked for, in the query’s order', async () => {
  expect(await exported("uri = 'gs://lake/plain-*.csv', format = 'CSV'")).toEqual([]);
  expect(first('plain-*.csv').toString()).toBe('1,a;b\n2,\n3,c\n');
  await exported(
    "uri = 'gs://lake/told-*.csv', format = 'csv', header = true, field_delimiter = ';', overwrite = true",
  );
  expect(first('told-*.csv').toString()).toBe('id;name\n1;"a;b"\n2;\n3;c\n');
});

test('EXPORT DATA writes JSON, compressed, and Parquet', async () => {
  await exported(
    "uri = 'gs://lake/rows-*.json.gz', format = 'JSON', compression = 'GZIP'",
    'SELECT * FROM shop.t WHERE id = 1',
  );
  expect(gunzipSync(first('rows-*.json.gz')).toString()).toBe('{"id":"1","name":"a;b","tags":["x"]}\n');
  await exported(
    "uri = 'gs://lake/rows-*.parquet', format = 'PARQUET', compression = 'SNAPPY'",
    'SELECT id, tags FROM shop.t',
  );
  expect(
    failureOf(
      await load(bed, ['gs://lake/rows-*.parquet'], 'back', {
        sourceFormat: 'PARQUET',
        parquetOptions: { enableListInference: true },
      }),
    ),
  ).toBeUndefined();
  expect(await run(bed, 'SELECT id, tags FROM shop.back ORDER BY id')).toEqual([
    ['1', ['x']],
    ['2', []],
    ['3', []],
  ]);
});

test('EXPORT DATA replaces files only where it may', async () => {
  const options = "uri = 'gs://lake/once/*.csv', format = 'CSV'";
  expect(await exported(options, 'SELECT 1 AS a')).toEqual([]);
  expect(await exported(options, 'SELECT 2 AS a')).toMatch(/^invalid: .*gs:\/\/lake\/once\/\*\.csv already/);
  expect(first('once/*.csv').toString()).toBe('1\n');
  expect(await exported(`${options}, overwrite = true`, 'SELECT 2 AS a')).toEqual([]);
  expect(first('once/*.csv').toString()).toBe('2\n');
});

test('EXPORT DATA is a query job of its own type, which is billed for its query', async () => {
  const query = "EXPORT DATA OPTIONS (uri = 'gs://lake/job-*.csv', format = 'CSV') AS SELECT id FROM shop.t";
  const { statistics } = await runJob(bed, { query: { query, useLegacySql: false } });
  expect(statistics.query).toMatchObject({
    statementType: 'EXPORT_DATA',
    totalBytesProcessed: '24',
    exportDataStatistics: { fileCount: '1' },
  });
  const { body } = await call(bed, 'POST', '/queries', {
    query: query.replace('job-', 'dry-'),
    useLegacySql: false,
    dryRun: true,
  });
  expect(body).toMatchObject({ totalBytesProcessed: '24' });
  expect(() => first('dry-*.csv')).toThrow('ENOENT');
});

test('EXPORT DATA runs in scripts, once a turn of a loop', async () => {
  expect(
    await run(
      bed,
      `FOR row IN (SELECT n FROM UNNEST([1, 2]) AS n) DO
        EXECUTE IMMEDIATE FORMAT("EXPORT DATA OPTIONS (uri = 'gs://lake/turn-%d-*.csv', format = 'CSV') AS SELECT %d AS n", row.n, row.n);
      END FOR; SELECT 'done'`,
    ),
  ).toEqual([['done']]);
  expect([first('turn-1-*.csv').toString(), first('turn-2-*.csv').toString()]).toEqual(['1\n', '2\n']);
});

test.each([
  ["uri = 'gs://lake/x.csv', format = 'CSV'", 'SELECT 1 AS a', /must be a wildcard URI/],
  ["uri = 'gs://lake/*/x-*.csv', format = 'CSV'", 'SELECT 1 AS a', /only one '\*' wildcard/],
  ["uri = 's3://lake/x-*.csv', format = 'CSV'", 'SELECT 1 AS a', /must be gs:\/\//],
  ["format = 'CSV'", 'SELECT 1 AS a', /needs the option uri at \[1:1\]/],
  ["uri = 'gs://lake/x-*.csv'", 'SELECT 1 AS a', /needs the option format/],
  ["uri = 'gs://lake/x-*.avro', format = 'AVRO', compression = 'GZIP'", 'SELECT 1 AS a', /Invalid compression GZIP/],
  ["uri = 'gs://lake/x-*.csv', format = 'CSV', compression = 'SNAPPY'", 'SELECT 1 AS a', /Invalid compression SNAPPY/],
  [
    "uri = 'gs://lake/x-*.csv', format = 'CSV', colour = 1",
    'SELECT 1 AS a',
    /not supported .*option colour of EXPORT DATA at \[1:/,
  ],
  ["uri = 'gs://lake/x-*.csv', format = 'CSV'", 'SELECT tags FROM shop.t', /nested schema/],
  ["uri = 'gs://lake/x-*.csv', format = 'CSV'", 'SELECT * FROM `shop.t*`', /cannot read wildcard tables/],
  [
    "uri = 'gs://lake/x-*.csv', format = 'CSV'",
    'SELECT * FROM shop.INFORMATION_SCHEMA.TABLES',
    /cannot read INFORMATION_SCHEMA/,
  ],
])('EXPORT DATA OPTIONS (%s) AS %s is refused', async (options, query, message) => {
  expect(await exported(options, query)).toMatch(message);
});

test('a transaction takes neither EXPORT DATA nor LOAD DATA', async () => {
  expect(
    await run(
      bed,
      "BEGIN TRANSACTION; EXPORT DATA OPTIONS (uri = 'gs://lake/t-*', format = 'CSV') AS SELECT 1 AS a; COMMIT",
    ),
  ).toMatch(/not supported .*EXPORT DATA inside of a transaction/);
});
