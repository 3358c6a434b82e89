import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { call, failureOf, type JobBody, load as loadInto, run, startBigQuery, type Testbed } from './testbed.ts';

let bed: Testbed;
let counter = 0;
beforeAll(async () => {
  bed = await startBigQuery();
  await run(bed, 'CREATE SCHEMA shop');
});
afterAll(() => bed.stop());
beforeEach(() => {
  counter++;
});

const FIELDS = [
  { name: 'id', type: 'INT64', mode: 'REQUIRED' },
  { name: 'name', type: 'STRING' },
  { name: 'day', type: 'DATE' },
];
const schema = { fields: FIELDS };
const table = () => `t${counter}`;
const rows = (order = '1') => run(bed, `SELECT * FROM shop.${table()} ORDER BY ${order}`);

const load = (sourceUris: string[], more: object = {}) => loadInto(bed, sourceUris, table(), more);

describe('CSV', () => {
  test('is read by the schema’s order, with quotes, empty cells and a header to skip', async () => {
    const uri = bed.put('a.csv', 'id,name,day\n1,"a, ""b""",2026-01-05\n2,,\n3,"",2026-01-07\n');
    const job = await load([uri], { schema, skipLeadingRows: 1 });
    expect(job.statistics.load).toMatchObject({
      inputFiles: '1',
      outputRows: '3',
      badRecords: '0',
      inputFileBytes: '56',
    });
    expect(await rows()).toEqual([
      ['1', 'a, "b"', '2026-01-05'],
      ['2', null, null],
      ['3', '', '2026-01-07'],
    ]);
  });

  test('takes several files by one wildcard, gzip by content, other delimiters and null markers', async () => {
    bed.put(`w${counter}-1.csv`, '1|x|NA\n');
    bed.put(`w${counter}-2.csv`, '2|NA|2026-01-05\n');
    await load([`gs://lake/w${counter}-*.csv`], { schema, fieldDelimiter: '|', nullMarker: 'NA' });
    await load([bed.put('z.csv', gzipSync('3\tz\t2026-01-01\n'))], { fieldDelimiter: '\t' });
    expect(await rows()).toEqual([
      ['1', 'x', null],
      ['2', null, '2026-01-05'],
      ['3', 'z', '2026-01-01'],
    ]);
  });

  test('keeps a quoted line end only where the load allows it', async () => {
    const uri = bed.put('newline.csv', '1,"two\nlines",2026-01-01\n');
    expect(failureOf(await load([uri], { schema }))).toMatch(/^invalid: Error while reading data/);
    await load([uri], { schema, allowQuotedNewlines: true });
    expect(await rows()).toEqual([['1', 'two\nlines', '2026-01-01']]);
  });

  test.each([
    [
      'a value of another type',
      '1,a,2026-01-01\nx,b,2026-01-01\n',
      {},
      /Could not parse value as INT64 for field id \(position 0\).*line: 2/,
    ],
    ['a missing required value', ',a,2026-01-01\n', {}, /field id .*required field missing; line: 1/],
    ['too few columns', '1,a,2026-01-01\n2,b\n', {}, /column position/],
    ['too many columns', '1,a,2026-01-01,more\n', {}, /Too many values in row/],
    ['a date that is none', '1,a,2026-02-30\n', {}, /Could not parse value as DATE for field day/],
  ])('fails on %s, all or nothing, and says where', async (_, content, more, message) => {
    const job = await load([bed.put('bad.csv', content)], { schema, ...more });
    expect(failureOf(job)).toMatch(
      /^invalid: Error while reading data, error message: CSV table encountered too many errors, giving up. Rows: \d+; errors: 1\./,
    );
    expect(job.status.errors?.[1]?.message).toMatch(message);
    expect((await call(bed, 'GET', `/datasets/shop/tables/${table()}`)).status).toBe(404);
  });

  test('passes over as many bad rows as it may, and over short and long ones where it is told to', async () => {
    const job = await load([bed.put('some.csv', '1,a,2026-01-01\nx,b,2026-01-01\n3,c,2026-01-03\n')], {
      schema,
      maxBadRecords: 1,
    });
    expect(job.statistics.load?.badRecords).toBe('1');
    await load([bed.put('jagged.csv', '4,d\n5,e,2026-01-05\n')], { schema, allowJaggedRows: true });
    await load([bed.put('long.csv', '6,f,2026-01-06,more\n')], { schema, ignoreUnknownValues: true });
    expect(await run(bed, `SELECT id, day FROM shop.${table()} ORDER BY id`)).toEqual([
      ['1', '2026-01-01'],
      ['3', '2026-01-03'],
      ['4', null],
      ['5', '2026-01-05'],
      ['6', '2026-01-06'],
    ]);
  });

  test('tells its schema itself with autodetect', async () => {
    await load(
      [bed.put('auto.csv', 'id,price,when,ok\n1,2.5,2026-01-01 10:00:00,true\n2,3.5,2026-01-02 11:00:00,false\n')],
      { autodetect: true },
    );
    const { body } = await call<{ schema: { fields: { name: string; type: string }[] } }>(
      bed,
      'GET',
      `/datasets/shop/tables/${table()}`,
    );
    expect(body.schema.fields.map((field) => [field.name, field.type])).toEqual([
      ['id', 'INTEGER'],
      ['price', 'FLOAT'],
      ['when', 'TIMESTAMP'],
      ['ok', 'BOOLEAN'],
    ]);
    expect(await rows()).toEqual([
      ['1', '2.5', '1767261600000000', 'true'],
      ['2', '3.5', '1767351600000000', 'false'],
    ]);
  });
});

describe('newline-delimited JSON', () => {
  const nested = {
    fields: [
      ...FIELDS.slice(0, 2),
      { name: 'tags', type: 'STRING', mode: 'REPEATED' },
      { name: 'who', type: 'RECORD', fields: [{ name: 'age', type: 'INT64' }] },
      { name: 'any', type: 'JSON' },
    ],
  };
  const json = { sourceFormat: 'NEWLINE_DELIMITED_JSON', schema: nested };

  test('holds nested, repeated and JSON values', async () => {
    const content = '{"id":1,"tags":["a","b"],"who":{"age":"7"},"any":{"x":[1]}}\n\n{"id":"2","name":"é","who":null}\n';
    expect(failureOf(await load([bed.put('a.json', content)], json))).toBeUndefined();
    expect(await rows()).toEqual([
      ['1', null, ['a', 'b'], ['7'], '{"x":[1]}'],
      ['2', 'é', [], null, null],
    ]);
  });

  test.each([
    ['an unknown field', '{"id":1,"color":"red"}\n', /No such field/],
    ['an unknown nested field', '{"id":1,"who":{"size":1}}\n', /No such field/],
    ['a line that is no JSON', '{"id":1}\n{oops\n', /no JSON object; line: 2/],
    ['a wrong type', '{"id":{}}\n', /for field id/],
    ['an array that is none', '{"id":1,"tags":"a"}\n', /for field tags/],
  ])('fails on %s', async (_, content, message) => {
    const job = await load([bed.put('bad.json', content)], json);
    expect(job.status.errorResult?.reason).toBe('invalid');
    expect(job.status.errors?.[1]?.message).toMatch(message);
  });

  test('tells its schema itself with autodetect, at every depth', async () => {
    const content = '{"id":1,"who":{"name":"ann","tags":["x"]},"lines":[{"n":1,"price":2.5}]}\n{"id":2,"ok":true}\n';
    const job = await load([bed.put('auto.json', content)], {
      sourceFormat: 'NEWLINE_DELIMITED_JSON',
      autodetect: true,
    });
    expect(failureOf(job)).toBeUndefined();
    expect(await run(bed, `SELECT id, who.name, who.tags, lines, ok FROM shop.${table()} ORDER BY id`)).toEqual([
      ['1', 'ann', ['x'], [['1', '2.5']], null],
      ['2', null, [], [], 'true'],
    ]);
  });

  test.each([
    ['{"a":[[1]]}', /Nested arrays are not allowed: field a/],
    [JSON.stringify({ a: Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`k${n}`, n])) }), /whose keys vary/],
  ])('with autodetect refuses what has no schema', async (content, failure) => {
    const more = { sourceFormat: 'NEWLINE_DELIMITED_JSON', autodetect: true };
    expect(failureOf(await load([bed.put('odd.json', `${content}\n`)], more))).toMatch(failure);
  });

  test('drops unknown fields with ignoreUnknownValues', async () => {
    await load([bed.put('more.json', '{"id":1,"color":"red"}\n')], { ...json, ignoreUnknownValues: true });
    expect(await run(bed, `SELECT id FROM shop.${table()}`)).toEqual([['1']]);
  });
});

test.each([
  ['CSV', 'a,b,c,d,e\n', 'CSV'],
  ['JSON', '{"n":"a","bad":"b","j":"c","c0":"d","s1":"e"}\n', 'NEWLINE_DELIMITED_JSON'],
])('%s fills columns whatever they are called', async (_, content, sourceFormat) => {
  const fields = ['n', 'bad', 'j', 'c0', 's1'].map((name) => ({ name, type: 'STRING' }));
  expect(failureOf(await load([bed.put('names', content)], { sourceFormat, schema: { fields } }))).toBeUndefined();
  expect(await rows()).toEqual([['a', 'b', 'c', 'd', 'e']]);
});

describe('Parquet', () => {
  const parquet = { sourceFormat: 'PARQUET' };

  test('is read by name: zoned timestamps are TIMESTAMP, others DATETIME', async () => {
    const uri = await bed.putParquet(
      'a.parquet',
      "SELECT 'n' AS name, 1::BIGINT AS id, TIMESTAMPTZ '2026-01-01 00:00:00+00' AS zoned, TIMESTAMP '2026-01-01 00:00:00' AS plain, 1.5::DECIMAL(10,2) AS price, [1, 2] AS list, DATE '2026-01-05' AS day",
    );
    expect(failureOf(await load([uri], { ...parquet, parquetOptions: { enableListInference: true } }))).toBeUndefined();
    const { body } = await call<{ schema: { fields: { type: string; mode: string }[] } }>(
      bed,
      'GET',
      `/datasets/shop/tables/${table()}`,
    );
    expect(body.schema.fields.map((field) => field.type)).toEqual([
      'STRING',
      'INTEGER',
      'TIMESTAMP',
      'DATETIME',
      'NUMERIC',
      'INTEGER',
      'DATE',
    ]);
    expect(body.schema.fields[5]?.mode).toBe('REPEATED');
    expect(await rows()).toEqual([
      ['n', '1', '1767225600000000', '2026-01-01T00:00:00', '1.5', ['1', '2'], '2026-01-05'],
    ]);
    await load([await bed.putParquet('b.parquet', "SELECT 2::BIGINT AS id, DATE '2026-01-06' AS day")], parquet);
    expect(await run(bed, `SELECT id, name, list FROM shop.${table()} ORDER BY id`)).toEqual([
      ['1', 'n', ['1', '2']],
      ['2', null, []],
    ]);
  });

  test.each([
    ['a value that is missing', 'SELECT NULL::BIGINT AS id', /Required column 'id' has NULL values/],
    ['a missing required column', "SELECT 'x' AS name", /Required field id is missing/],
    [
      'a clash of types',
      'SELECT 1.5::DOUBLE AS id',
      /Parquet column 'id' has type DOUBLE which does not match the target cpp_type INT64/,
    ],
    ['an unknown column', "SELECT 1::BIGINT AS id, 'x' AS color", /Cannot add fields \(field: color\)/],
  ])('fails on %s', async (_, sql, message) => {
    expect(failureOf(await load([await bed.putParquet('bad.parquet', sql)], { ...parquet, schema }))).toMatch(message);
  });

  test('without a schema fills no REQUIRED column but from a file that says so too', async () => {
    await run(bed, `CREATE TABLE shop.${table()} (id INT64 NOT NULL)`);
    const uri = await bed.putParquet('id.parquet', 'SELECT 1::BIGINT AS id');
    expect(failureOf(await load([uri], parquet))).toMatch(/Field id has changed mode from REQUIRED to NULLABLE$/);
    await load([uri], { ...parquet, schema: { fields: FIELDS.slice(0, 1) } });
    expect(await rows()).toEqual([['1']]);
  });

  test('wants decimalTargetTypes for what NUMERIC does not hold', async () => {
    const uri = await bed.putParquet('dec.parquet', 'SELECT 1.5::DECIMAL(38,18) AS d');
    expect(failureOf(await load([uri], parquet))).toMatch(/DECIMAL\(38, 18\) fits none of decimalTargetTypes NUMERIC/);
    await load([uri], { ...parquet, decimalTargetTypes: ['NUMERIC', 'BIGNUMERIC'] });
    expect(await rows()).toEqual([['1.5']]);
  });

  test('of columns and nested fields that the table lacks is refused, or they are passed over', async () => {
    await run(bed, `CREATE TABLE shop.${table()} (a INT64, r STRUCT<x INT64>)`);
    const outer = await bed.putParquet('outer.parquet', 'SELECT 1::BIGINT AS a, 2 AS more');
    const inner = await bed.putParquet('inner.parquet', "SELECT 3::BIGINT AS a, {'x': 4::BIGINT, 'y': 5} AS r");
    expect(failureOf(await load([outer], parquet))).toMatch(/Cannot add fields \(field: more\)/);
    expect(failureOf(await load([inner], parquet))).toMatch(/Cannot add fields \(field: r.y\)/);
    for (const uri of [outer, inner]) await load([uri], { ...parquet, ignoreUnknownValues: true });
    expect(await rows()).toEqual([
      ['1', null],
      ['3', ['4']],
    ]);
  });

  test.each([
    ['a date that no one has', "DATE '20000-01-01'", /Date value is out of allowed range/],
    ['an infinite date', "DATE 'infinity'", /Date value is out of allowed range/],
    ['a datetime that no one has', "TIMESTAMP '20000-01-01 00:00:00'", /Datetime value is out of allowed range/],
    ['a timestamp that no one has', "TIMESTAMPTZ '20000-01-01 00:00:00+00'", /imestamp value is out of allowed range/],
    ['a clock that shows 24', "TIME '24:00:00'", /Time value is out of allowed range/],
    ['nanoseconds', "TIMESTAMP_NS '2026-01-01 00:00:00.123456789'", /not supported .*TIMESTAMP_NS/],
    ['JSON', `'{"a":1}'::JSON`, /not supported .*of type JSON/],
    ['a map', "MAP {'a': 1}", /not supported .*MAP/],
    ['an integer that is too large', '18446744073709551615::UBIGINT', /int64 overflow/],
  ])('with %s is refused', async (_, value, failure) => {
    const uri = await bed.putParquet('refused.parquet', `SELECT ${value} AS "A"`);
    expect(failureOf(await load([uri], parquet))).toMatch(failure);
  });

  test('with two columns of a name is refused', async () => {
    await bed.putParquet('twins.parquet', 'SELECT 1 AS aa1, 2 AS aa2');
    const written = readFileSync(join(bed.dir, 'objects', 'lake', 'twins.parquet'), 'latin1');
    const uri = bed.put('twins.parquet', Buffer.from(written.replaceAll('aa2', 'AA1'), 'latin1'));
    expect(failureOf(await load([uri], parquet))).toMatch(/Duplicate column name AA1/);
  });

  test('is told from what is no Parquet', async () => {
    expect(failureOf(await load([bed.put('no.parquet', 'hello')], parquet))).toMatch(/not in Parquet format/);
  });
});

describe('a load', () => {
  test('describes the table that it makes, and no other', async () => {
    const uri = bed.put('told.csv', '1,a,2026-01-05\n');
    const told = (destinationTableProperties: object) => load([uri], { schema, destinationTableProperties });
    const properties = { description: 'd', friendlyName: 'f', labels: { team: 'x' } };
    expect(failureOf(await told(properties))).toBeUndefined();
    expect((await call(bed, 'GET', `/datasets/shop/tables/${table()}`)).body).toMatchObject(properties);
    expect(failureOf(await told(properties))).toBeUndefined();
    expect(failureOf(await told({ description: 'other' }))).toMatch(/description is not that of the table/);
    expect(failureOf(await told({ expirationTime: '1' }))).toMatch(/not supported .*expirationTime/);
    expect(await rows()).toHaveLength(2);
  });

  // What changes how files are read is never passed over.
  test.each([
    ['projectionFields', ['a']],
    ['jsonExtension', 'GEOJSON'],
    ['timeZone', 'Europe/Zurich'],
    ['dateFormat', 'DD/MM/YYYY'],
    ['datetimeFormat', 'x'],
    ['timeFormat', 'x'],
    ['timestampFormat', 'x'],
    ['sourceColumnMatch', 'NAME'],
    ['columnNameCharacterMap', 'V2'],
    ['referenceFileSchemaUri', 'gs://lake/x'],
    ['fileSetSpecType', 'FILE_SET_SPEC_TYPE_NEW_LINE_DELIMITED_MANIFEST'],
    ['copyFilesOnly', true],
    ['schemaInline', 'a:STRING'],
    ['timestampTargetPrecision', [12]],
    ['sourceFormat', 'ORC'],
    ['sourceFormat', 'DATASTORE_BACKUP'],
  ])('with the option %s = %j is refused by name', async (option, value) => {
    const uri = bed.put('options.csv', '1,a,2026-01-05\n');
    const job = load([uri], { schema, [option]: value });
    const failure = await job.then(failureOf, (error: Error) => error.message);
    expect(failure).toMatch(new RegExp(`not supported by the embedded warehouse: .*(${option}|${value})`));
  });
});

describe('uploads', () => {
  test('of a local file come through the client', async () => {
    const path = join(bed.dir, 'local.csv');
    writeFileSync(path, '1,up,2026-01-01\n');
    const [job] = await bed.client
      .dataset('shop')
      .table(table())
      .load(path, { schema: schema as never, sourceFormat: 'CSV' });
    expect(job.statistics?.load).toMatchObject({ outputRows: '1' });
    expect(await rows()).toEqual([['1', 'up', '2026-01-01']]);
  });

  test('resume where they were cut off', async () => {
    const start = await fetch(`${bed.url}/upload/bigquery/v2/projects/local/jobs?uploadType=resumable`, {
      method: 'POST',
      body: JSON.stringify({
        configuration: { load: { destinationTable: { datasetId: 'shop', tableId: table() }, schema } },
        jobReference: { jobId: `up-${counter}` },
      }),
    });
    const location = start.headers.get('location') ?? '';
    const content = Buffer.from('1,first,2026-01-01\n2,second,2026-01-02\n');
    const put = (body: Buffer | undefined, range: string) =>
      fetch(location, {
        method: 'PUT',
        headers: { 'content-range': range },
        ...(body && { body: Uint8Array.from(body) }),
      });
    const half = await put(content.subarray(0, 20), `bytes 0-19/${content.length}`);
    expect([half.status, half.headers.get('range')]).toEqual([308, 'bytes=0-19']);
    expect((await put(undefined, `bytes */${content.length}`)).status).toBe(308);
    expect((await put(content.subarray(20), `bytes 20-${content.length - 1}/${content.length}`)).status).toBe(200);
    const [job] = await bed.client.job(`up-${counter}`).get();
    while (((await job.getMetadata())[0] as JobBody).status.state !== 'DONE')
      await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await run(bed, `SELECT name FROM shop.${table()} ORDER BY id`)).toEqual([['first'], ['second']]);
  });
});
