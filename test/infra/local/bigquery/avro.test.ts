import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import avsc, { type Schema } from 'avsc';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { typeOfAvro } from '../../../../infra/local/bigquery/avro/long.ts';
import { failureOf, load, run, runJob, startBigQuery, type Testbed } from './testbed.ts';

let bed: Testbed;
let count = 0;
beforeAll(async () => {
  bed = await startBigQuery();
  await run(bed, 'CREATE SCHEMA shop');
});
afterAll(() => bed.stop());

/** A container of rows with fields of these types. */
async function avro(fields: Record<string, unknown>, rows: object[], codec = 'null'): Promise<Buffer> {
  const schema = {
    type: 'record',
    name: 'Row',
    fields: Object.entries(fields).map(([name, type]) => ({ name, type })),
  };
  const encoder = new avsc.streams.BlockEncoder(typeOfAvro(schema as Schema), { codec, writeHeader: 'always' });
  for (const row of rows) encoder.write(row);
  encoder.end();
  const written = Buffer.concat(await encoder.toArray());
  // The library leaves out what it does not know: sqlType and logical types.
  const own = JSON.stringify(typeOfAvro(schema as Schema).schema({ exportAttrs: true }));
  const at = written.indexOf(own);
  const long = (n: number) => Buffer.from(n < 64 ? [n << 1] : [((n << 1) & 0x7f) | 0x80, (n << 1) >> 7]);
  const full = JSON.stringify(schema);
  return Buffer.concat([
    written.subarray(0, at - long(own.length).length),
    long(full.length),
    Buffer.from(full),
    written.subarray(at + own.length),
  ]);
}

async function loaded(content: Buffer | Buffer[], options: object = {}, before?: string) {
  const table = `t${count++}`;
  if (before) await run(bed, `CREATE TABLE shop.${table} (${before})`);
  const uris = [content].flat().map((one, i) => bed.put(`${table}-${i}.avro`, one));
  const failure = failureOf(await load(bed, uris, table, { sourceFormat: 'AVRO', ...options }));
  if (failure !== undefined) return failure;
  const [{ schema }] = await bed.client.dataset('shop').table(table).getMetadata();
  const columns = schema.fields.map(({ name, type, mode }: Record<string, string>) => `${name} ${type} ${mode}`);
  return { columns, rows: await run(bed, `SELECT * FROM shop.${table}`) };
}

const orNull = (type: unknown) => ['null', type];
const LOGICAL = { useAvroLogicalTypes: true };
const logical = (type: string, logicalType: string, more = {}) => ({ type, logicalType, ...more });

describe('an Avro file', () => {
  test.each<[string, unknown, unknown, object, [column: string, cell: unknown]]>([
    ['all bits of a long', 'long', 2n ** 63n - 1n, {}, ['INTEGER REQUIRED', '9223372036854775807']],
    ['a union with null', orNull('string'), null, {}, ['STRING NULLABLE', null]],
    ['a double', 'double', 0.1, {}, ['FLOAT REQUIRED', '0.1']],
    ['an infinity', 'double', Number.NEGATIVE_INFINITY, {}, ['FLOAT REQUIRED', '-Infinity']],
    ['bytes', 'bytes', Buffer.from('a\xff', 'latin1'), {}, ['BYTES REQUIRED', 'Yf8=']],
    ['a fixed', { type: 'fixed', name: 'F', size: 2 }, Buffer.from('ab'), {}, ['BYTES REQUIRED', 'YWI=']],
    ['an enum', { type: 'enum', name: 'E', symbols: ['A', 'B'] }, 'B', {}, ['STRING REQUIRED', 'B']],
    ['an array', { type: 'array', items: 'long' }, [1n, 2n], {}, ['INTEGER REPEATED', ['1', '2']]],
    ['an absent array', orNull({ type: 'array', items: 'long' }), null, {}, ['INTEGER REPEATED', []]],
    ['a date', logical('int', 'date'), -1, LOGICAL, ['DATE REQUIRED', '1969-12-31']],
    ['a date as its number', logical('int', 'date'), -1, {}, ['INTEGER REQUIRED', '-1']],
    ['a time', logical('long', 'time-micros'), 3_600_000_001n, LOGICAL, ['TIME REQUIRED', '01:00:00.000001']],
    ['a timestamp', logical('long', 'timestamp-micros'), -1n, LOGICAL, ['TIMESTAMP REQUIRED', '-1']],
    ['one in milliseconds', logical('long', 'timestamp-millis'), -1n, LOGICAL, ['TIMESTAMP REQUIRED', '-1000']],
    [
      'a local timestamp',
      logical('long', 'local-timestamp-micros'),
      -1n,
      LOGICAL,
      ['DATETIME REQUIRED', '1969-12-31T23:59:59.999999'],
    ],
    [
      'a decimal',
      logical('bytes', 'decimal', { precision: 10, scale: 2 }),
      Buffer.from([0xff, 0x85]),
      {},
      ['NUMERIC REQUIRED', '-1.23'],
    ],
    ['JSON', { type: 'string', sqlType: 'JSON' }, '{"a":\n[1]}', {}, ['JSON REQUIRED', '{"a":[1]}']],
  ])('holds %s', async (_, type, value, options, [column, cell]) => {
    const file = await avro({ v: type }, [{ v: value }], 'deflate');
    expect(await loaded(file, options)).toEqual({ columns: [`v ${column}`], rows: [[cell]] });
  });

  test('holds records in arrays, and types that were named before', async () => {
    const point = { type: 'record', name: 'Point', namespace: 'a.b', fields: [{ name: 'x', type: orNull('int') }] };
    const file = await avro({ list: { type: 'array', items: point }, one: orNull('a.b.Point') }, [
      { list: [{ x: 1 }, { x: null }], one: { x: 2 } },
    ]);
    expect(await loaded(file)).toEqual({
      columns: ['list RECORD REPEATED', 'one RECORD NULLABLE'],
      rows: [[[['1'], [null]], ['2']]],
    });
  });

  test('fills a table’s columns by their names, in any case', async () => {
    const file = await avro({ B: orNull('string'), a: orNull('long') }, [{ B: 'x', a: 1n }]);
    expect(await loaded(file, {}, 'a INT64, b STRING, c ARRAY<INT64>')).toMatchObject({ rows: [['1', 'x', []]] });
  });

  test('may hold columns that are passed over', async () => {
    const file = await avro({ a: orNull('long'), more: 'string' }, [{ a: 1n, more: 'x' }]);
    expect(await loaded(file, {}, 'a INT64')).toMatch(/Cannot add fields \(field: more\)/);
    expect(await loaded(file, { ignoreUnknownValues: true }, 'a INT64')).toMatchObject({ rows: [['1']] });
  });

  test('whose records hold more than the table’s is refused', async () => {
    const inner = {
      type: 'record',
      name: 'R',
      fields: [
        { name: 'x', type: orNull('long') },
        { name: 'y', type: orNull('long') },
      ],
    };
    const file = await avro({ r: orNull(inner) }, [{ r: { x: 1n, y: 2n } }]);
    expect(await loaded(file, {}, 'r STRUCT<x INT64>')).toMatch(/Cannot add fields \(field: r.y\)/);
    expect(await loaded(file, { ignoreUnknownValues: true }, 'r STRUCT<x INT64>')).toMatchObject({ rows: [[['1']]] });
  });

  test.each<[string, Record<string, unknown>, object, object, RegExp]>([
    ['a union of two types', { v: ['long', 'string'] }, { v: 'x' }, {}, /not supported .*union of several types/],
    ['a map', { v: { type: 'map', values: 'long' } }, { v: {} }, {}, /not supported .*Avro field v of type "map"/],
    [
      'arrays in arrays',
      { v: { type: 'array', items: { type: 'array', items: 'int' } } },
      { v: [] },
      {},
      /Nested arrays/,
    ],
    ['null in an array', { v: { type: 'array', items: orNull('int') } }, { v: [null] }, {}, /Avro table encountered/],
    [
      'a decimal that is too wide',
      { v: logical('bytes', 'decimal', { precision: 40, scale: 2 }) },
      { v: Buffer.of(1) },
      {},
      /decimalTargetTypes NUMERIC/,
    ],
    [
      'a timestamp that no one has',
      { v: logical('long', 'timestamp-micros') },
      { v: 2n ** 62n },
      LOGICAL,
      /Avro table encountered/,
    ],
    ['a date that no one has', { v: logical('int', 'date') }, { v: 9_000_000 }, LOGICAL, /Avro table encountered/],
  ])('with %s is refused', async (_, fields, row, options, failure) => {
    expect(await loaded(await avro(fields, [row]), options)).toMatch(failure);
  });

  test('that is none, is cut off, or differs from its neighbour is refused', async () => {
    const file = await avro({ v: 'string' }, [{ v: 'x'.repeat(100) }]);
    expect(await loaded(Buffer.from('v\nx\n'))).toMatch(/failed to parse the header/);
    expect(await loaded(Buffer.alloc(0))).toMatch(/failed to parse the header/);
    expect(await loaded(file.subarray(0, file.length - 30))).toMatch(/cut off or damaged/);
    expect(await loaded(Buffer.concat([file, Buffer.of(0)]))).toMatch(/cut off or damaged/);
    expect(await loaded([file, await avro({ v: 'long' }, [])])).toMatch(/not supported .*differ in their schemas/);
  });
});

describe('an extract to Avro', () => {
  const extract = (more: object) =>
    runJob(bed, {
      extract: {
        sourceTable: { projectId: 'local', datasetId: 'shop', tableId: 'types' },
        destinationUris: ['gs://lake/all.avro'],
        destinationFormat: 'AVRO',
        ...more,
      },
    });
  const path = () => join(bed.dir, 'objects', 'lake', 'all.avro');

  test('holds the types that Google documents', async () => {
    await run(
      bed,
      'CREATE TABLE shop.types (id INT64 NOT NULL, day DATE, moment DATETIME, price NUMERIC(5, 2), big BIGNUMERIC, tags ARRAY<STRUCT<t TIMESTAMP>>)',
    );
    await run(
      bed,
      "INSERT shop.types VALUES (1, '2026-01-02', '2026-01-02 03:04:05', 1.5, NULL, [STRUCT(TIMESTAMP '1970-01-01 00:00:01 UTC')])",
    );
    expect(failureOf(await extract({}))).toBeUndefined();
    const { meta } = avsc.extractFileHeader(path(), { decode: false });
    expect(JSON.parse(meta['avro.schema'].toString())).toEqual({
      type: 'record',
      name: 'Root',
      fields: [
        { name: 'id', type: 'long' },
        { name: 'day', type: ['null', { type: 'string', sqlType: 'DATE' }] },
        { name: 'moment', type: ['null', { type: 'string', sqlType: 'DATETIME' }] },
        { name: 'price', type: ['null', logical('bytes', 'decimal', { precision: 5, scale: 2 })] },
        { name: 'big', type: ['null', logical('bytes', 'decimal', { precision: 77, scale: 38 })] },
        {
          name: 'tags',
          type: {
            type: 'array',
            items: {
              type: 'record',
              name: 'tags',
              namespace: 'root',
              fields: [{ name: 't', type: ['null', logical('long', 'timestamp-micros')] }],
            },
          },
        },
      ],
    });
    const rows = await avsc.createFileDecoder(path(), { parseHook: typeOfAvro }).toArray();
    expect(rows).toMatchObject([
      {
        id: 1n,
        day: '2026-01-02',
        moment: '2026-01-02T03:04:05',
        price: Buffer.of(0, 150),
        big: null,
        tags: [{ t: 1_000_000n }],
      },
    ]);
  });

  test.each(['DEFLATE', 'SNAPPY'])('packed by %s is loaded as it was', async (compression) => {
    await run(
      bed,
      "CREATE OR REPLACE TABLE shop.types AS SELECT n, REPEAT('ab', n) AS s FROM UNNEST(GENERATE_ARRAY(0, 999)) AS n",
    );
    expect(failureOf(await extract({ compression }))).toBeUndefined();
    const written = readFileSync(path());
    expect(written.includes(compression.toLowerCase())).toBe(true);
    expect(await loaded(written)).toMatchObject({ columns: ['n INTEGER NULLABLE', 's STRING NULLABLE'] });
    const difference = `SELECT COUNT(*) FROM shop.types JOIN shop.t${count - 1} USING (n, s)`;
    expect(await run(bed, difference)).toEqual([['1000']]);
    // In the last block, in front of its marker.
    const at = written.length - 18;
    written.writeUInt8(written.readUInt8(at) ^ 1, at);
    expect(await loaded(written)).toMatch(/failed to read data/);
  });

  test('is not packed by GZIP, as at Google', async () => {
    expect(failureOf(await extract({ compression: 'GZIP' }))).toMatch(/Invalid compression GZIP for AVRO/);
  });
});
