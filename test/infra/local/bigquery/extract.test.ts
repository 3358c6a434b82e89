import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Storage } from '@google-cloud/storage';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { failureOf, load, run, runJob, startBigQuery, type Testbed } from './testbed.ts';

let bed: Testbed;
beforeAll(async () => {
  bed = await startBigQuery();
  const made = await run(
    bed,
    `CREATE SCHEMA shop;
    CREATE TABLE shop.flat (id INT64, name STRING, price NUMERIC, made TIMESTAMP, day DATE, ok BOOL, raw BYTES, part FLOAT64);
    INSERT shop.flat VALUES
      (1, 'a,"b"', NUMERIC '1.50', TIMESTAMP '2026-01-31 23:59:59.123456+00', DATE '2026-01-31', TRUE, b'hi', 0.5),
      (2, '', NULL, TIMESTAMP '1969-12-31 23:59:59+00', NULL, FALSE, NULL, NULL);
    CREATE TABLE shop.deep (id INT64, tags ARRAY<STRING>, who STRUCT<name STRING, age INT64>, doc JSON);
    INSERT shop.deep VALUES (9007199254740993, ['x', 'y'], STRUCT('ann', NULL), JSON '{"k": [1, 2.5]}'), (2, [], NULL, NULL), (3, [], NULL, JSON '{"n": 12345678901234567}'), (4, [], NULL, JSON 'null');
    CREATE TABLE shop.nested AS SELECT * EXCEPT (doc) FROM shop.deep;
    CREATE TABLE shop.daily (id INT64, day DATE) PARTITION BY day;
    INSERT shop.daily VALUES (1, DATE '2026-01-01'), (2, DATE '2026-01-02');
    CREATE TABLE shop.empty (id INT64);
    CREATE VIEW shop.seen AS SELECT id FROM shop.flat`,
  );
  expect(made).toEqual([]);
});
afterAll(() => bed.stop());

const extract = (tableId: string, name: string, more: object = {}) =>
  runJob(bed, {
    extract: {
      sourceTable: { projectId: 'local', datasetId: 'shop', tableId },
      destinationUris: [`gs://lake/${name}`],
      ...more,
    },
  });
const bytesOf = (name: string) => readFileSync(join(bed.dir, 'objects', 'lake', encodeURIComponent(name)));
const linesOf = (name: string) => bytesOf(name).toString().split('\n').slice(0, -1).sort();

describe('an extract job', () => {
  test('writes CSV: a header, quotes where they are needed, NULL as nothing', async () => {
    const job = await extract('flat', 'flat.csv');
    expect(job.statistics).toMatchObject({ extract: { destinationUriFileCounts: ['1'] } });
    expect(bytesOf('flat.csv').toString().startsWith('id,name,price,made,day,ok,raw,part\n')).toBe(true);
    expect(linesOf('flat.csv').slice(0, 2)).toEqual([
      '1,"a,""b""",1.5,2026-01-31 23:59:59.123456 UTC,2026-01-31,true,aGk=,0.5',
      '2,"",,1969-12-31 23:59:59 UTC,,false,,',
    ]);
  });

  test('takes another delimiter, no header, and gzip', async () => {
    await extract('flat', 'flat.tsv.gz', { fieldDelimiter: '\\t', printHeader: false, compression: 'GZIP' });
    expect(gunzipSync(bytesOf('flat.tsv.gz')).toString().split('\n').sort()[2]).toMatch(/^2\t""\t\t/);
  });

  test('writes newline-delimited JSON: integers as text, no NULLs, nested values whole', async () => {
    await extract('deep', 'deep.json', { destinationFormat: 'NEWLINE_DELIMITED_JSON' });
    expect(linesOf('deep.json')).toContain('{"id":"3","tags":[],"doc":{"n":12345678901234567}}');
    expect(linesOf('deep.json').map((line) => JSON.parse(line))).toEqual([
      { id: '2', tags: [] },
      expect.objectContaining({ id: '3' }),
      { id: '4', tags: [], doc: null },
      { id: '9007199254740993', tags: ['x', 'y'], who: { name: 'ann' }, doc: { k: [1, 2.5] } },
    ]);
  });

  test.each([
    ['CSV', 'flat', { skipLeadingRows: 1 }],
    ['NEWLINE_DELIMITED_JSON', 'deep', {}],
    ['PARQUET', 'flat', {}],
    // Parquet holds JSON as text, which loads as STRING.
    ['PARQUET', 'nested', { parquetOptions: { enableListInference: true } }],
  ])('as %s of %s loads back to the same rows', async (format, table, more) => {
    const name = `${table}.back.${format}`;
    expect(failureOf(await extract(table, name, { destinationFormat: format }))).toBeUndefined();
    const created = await run(bed, `CREATE OR REPLACE TABLE shop.back LIKE shop.${table}`);
    expect(created).toEqual([]);
    expect(failureOf(await load(bed, [`gs://lake/${name}`], 'back', { sourceFormat: format, ...more }))).toBe(
      undefined,
    );
    const rows = (of: string) => run(bed, `SELECT TO_JSON_STRING(t) AS row FROM shop.${of} AS t ORDER BY id`);
    expect(await rows('back')).toEqual(await rows(table));
  });

  test('numbers its files where the name has a star', async () => {
    await extract('flat', 'part-*.csv');
    expect(linesOf('part-000000000000.csv')).toHaveLength(3);
  });

  test('writes one partition by its decorator', async () => {
    await extract('daily$20260102', 'day.csv');
    expect(linesOf('day.csv')).toEqual(['2,2026-01-02', 'id,day']);
  });

  test('of an empty table writes a file with the header alone', async () => {
    await extract('empty', 'empty.csv');
    expect(bytesOf('empty.csv').toString()).toBe('id\n');
  });

  test.each([
    ['deep', 'x.csv', {}, /^invalid: Operation cannot be performed on a nested schema. Field: tags/],
    ['seen', 'x.csv', {}, /^invalid: Using table local:shop.seen is not allowed for this operation/],
    ['none', 'x.csv', {}, /^notFound: Not found: Table local:shop.none/],
    ['flat', 'x.orc', { destinationFormat: 'ORC' }, /^invalid: Invalid value for destinationFormat: ORC/],
    ['flat', 'x.csv', { compression: 'SNAPPY' }, /^invalid: Invalid compression SNAPPY for CSV/],
    ['flat', 'a-*-*.csv', {}, /only one '\*' wildcard/],
    ['flat', 'x.csv', { destinationUris: ['http://lake/x'] }, /^invalid: Invalid destination URI/],
    ['flat', 'x.csv', { destinationUris: [] }, /Required parameter is missing: destinationUris/],
  ])('of %s to %s %j is refused', async (table, name, more, failure) => {
    expect(failureOf(await extract(table, name, more))).toMatch(failure);
  });

  test('of the client ends with its files', async () => {
    const storage = new Storage({ projectId: 'local' });
    const flat = bed.client.dataset('shop').table('flat');
    await flat.extract(storage.bucket('lake').file('client.csv'), { format: 'CSV' });
    expect(linesOf('client.csv')).toHaveLength(3);
  });
});
