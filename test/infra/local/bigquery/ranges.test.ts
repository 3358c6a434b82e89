import { BigQuery } from '@google-cloud/bigquery';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { call, failureOf, load, run, runJob, startBigQuery, type Testbed } from './testbed.ts';

const SCHEMA = {
  fields: [
    { name: 'id', type: 'INTEGER' },
    { name: 'days', type: 'RANGE', rangeElementType: { type: 'DATE' } },
    { name: 'stay', type: 'RANGE', rangeElementType: { type: 'TIMESTAMP' }, mode: 'NULLABLE' },
  ],
};

let bed: Testbed;
beforeAll(async () => {
  bed = await startBigQuery();
  await run(bed, 'CREATE SCHEMA shop');
  await call(bed, 'POST', '/datasets/shop/tables', {
    tableReference: { projectId: 'local', datasetId: 'shop', tableId: 'stays' },
    schema: SCHEMA,
  });
});
afterAll(() => bed.stop());

describe('columns of ranges', () => {
  test('a table answers with the schema that it was made with', async () => {
    const { body } = await call(bed, 'GET', '/datasets/shop/tables/stays');
    expect(body.schema).toEqual({
      fields: SCHEMA.fields.map((field) => ({ mode: 'NULLABLE', ...field })),
    });
  });

  test.each([
    [{ name: 'r', type: 'RANGE' }, /rangeElementType is missing/],
    [{ name: 'r', type: 'RANGE', rangeElementType: { type: 'INT64' } }, /rangeElementType is INT64/],
    [{ name: 'r', type: 'RANGE<DATE>' }, /Invalid value for type/],
  ])('%j is no column', async (field, message) => {
    const { status, body } = await call<{ error?: { message: string } }>(bed, 'POST', '/datasets/shop/tables', {
      tableReference: { projectId: 'local', datasetId: 'shop', tableId: 'none' },
      schema: { fields: [field] },
    });
    expect(status).toBe(400);
    expect(body.error?.message).toMatch(message);
  });

  test('rows come by insertAll as objects and as text, and go out as Google writes them', async () => {
    const { body } = await call(bed, 'POST', '/datasets/shop/tables/stays/insertAll', {
      rows: [
        { json: { id: 1, days: { start: '2020-01-01', end: null }, stay: { end: '2020-01-01 00:00:01 UTC' } } },
        { json: { id: 2, days: '[2020-01-01, 2020-01-03)' } },
        { json: { id: 3, days: null, stay: { start: 1, end: '2' } } },
      ],
    });
    expect(body.insertErrors).toBeUndefined();
    expect(await run(bed, 'SELECT * FROM shop.stays ORDER BY id')).toEqual([
      ['1', '[2020-01-01, UNBOUNDED)', '[UNBOUNDED, 1577836801000000)'],
      ['2', '[2020-01-01, 2020-01-03)', null],
      ['3', null, '[1000000, 2000000)'],
    ]);
    expect(
      await run(bed, 'SELECT stay FROM shop.stays WHERE id = 1', { formatOptions: { useInt64Timestamp: false } }),
    ).toEqual([['[UNBOUNDED, 1.577836801E9)']]);
  });

  test('a row whose range is none is named, and not what it holds', async () => {
    const { body } = await call<{ insertErrors: { index: number; errors: { location: string; message: string }[] }[] }>(
      bed,
      'POST',
      '/datasets/shop/tables/stays/insertAll',
      {
        rows: [
          { json: { id: 9, days: { start: '2020-01-02', end: '2020-01-01' } } },
          { json: { id: 9, days: { begin: '2020-01-02' } } },
          { json: { id: 9, days: 7 } },
        ],
      },
    );
    expect(body.insertErrors.map(({ index, errors }) => [index, errors[0]?.location])).toEqual([
      [0, 'days'],
      [1, 'days'],
      [2, 'days'],
    ]);
    expect(JSON.stringify(body)).not.toContain('2020');
  });
});

describe('jobs', () => {
  test('CSV holds ranges as SQL writes them', async () => {
    const uri = bed.put(
      'stays.csv',
      '1,"[2020-01-01, UNBOUNDED)",\n2,,"[2020-01-01 00:00:00+00, 2020-01-02 00:00:00Z)"\n',
    );
    const job = await load(bed, [uri], 'loaded', { schema: SCHEMA });
    expect(failureOf(job)).toBeUndefined();
    expect(await run(bed, 'SELECT days, stay FROM shop.loaded ORDER BY id')).toEqual([
      ['[2020-01-01, UNBOUNDED)', null],
      [null, '[1577836800000000, 1577923200000000)'],
    ]);
    const bad = await load(bed, [bed.put('bad.csv', '1,"[2020-01-02, 2020-01-01)",\n')], 'bad', { schema: SCHEMA });
    expect(bad.status.errors?.[1]?.message).toContain('Could not parse value as RANGE<DATE> for field days');
  });

  test.each([
    ['NEWLINE_DELIMITED_JSON', '{"id":1}\n'],
    ['PARQUET', ''],
  ])('%s with ranges is refused by name', async (sourceFormat, content) => {
    const job = await load(bed, [bed.put('rows', content)], 'stays', { sourceFormat });
    expect(failureOf(job)).toBe(
      `invalid: not supported by the embedded warehouse: loading RANGE column days from ${sourceFormat}; load CSV, or insert the rows`,
    );
  });

  test('an extract of ranges is refused by name', async () => {
    const job = await runJob(bed, {
      extract: {
        sourceTable: { projectId: 'local', datasetId: 'shop', tableId: 'stays' },
        destinationUris: ['gs://lake/out.csv'],
      },
    });
    expect(failureOf(job)).toBe('invalid: not supported by the embedded warehouse: extracting RANGE column days');
  });
});

test('Google’s client sends ranges as parameters and reads them back', async () => {
  const days = BigQuery.range('[2020-01-01, UNBOUNDED)', 'DATE');
  const stay = BigQuery.range('[2020-01-01 00:00:00+00, 2020-01-02 00:00:00+00)', 'TIMESTAMP');
  const [rows] = await bed.client.query({
    query: 'SELECT @days AS days, @stay AS stay, RANGE_END(@stay) AS last',
    params: { days, stay },
  });
  expect(rows[0].days.apiValue).toBe('[2020-01-01, UNBOUNDED)');
  expect(rows[0].stay.start.value).toBe('2020-01-01T00:00:00.000Z');
  expect(rows[0].last.value).toBe('2020-01-02T00:00:00.000Z');
});
