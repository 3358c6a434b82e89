import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { call, failureOf, load, run, runJob, startBigQuery, type Testbed } from './testbed.ts';

let bed: Testbed;
beforeAll(async () => {
  bed = await startBigQuery();
  await run(
    bed,
    `CREATE SCHEMA shop;
    CREATE TABLE shop.ranges (id INT64, name STRING) PARTITION BY RANGE_BUCKET(id, GENERATE_ARRAY(0, 95, 10));
    INSERT shop.ranges VALUES (0, 'a'), (9, 'b'), (10, 'c'), (94, 'd'), (95, 'e'), (-1, 'f'), (NULL, 'g');
    CREATE TABLE shop.days (id INT64) PARTITION BY _PARTITIONDATE;
    INSERT shop.days (_PARTITIONTIME, id) VALUES ('2026-01-01', 1), ('2026-01-01', 2), ('2026-01-02', 3);
    CREATE TABLE shop.plain (id INT64); INSERT shop.plain VALUES (7)`,
  );
});
afterAll(() => bed.stop());

const table = (tableId: string) => ({ projectId: 'local', datasetId: 'shop', tableId });
const get = async (name: string) => (await call(bed, 'GET', `/datasets/shop/tables/${name}`)).body;
const copy = async (from: string, to: string, writeDisposition = 'WRITE_TRUNCATE') =>
  failureOf(await runJob(bed, { copy: { sourceTable: table(from), destinationTable: table(to), writeDisposition } }));
const partitionsOf = (name: string) =>
  run(
    bed,
    `SELECT partition_id, total_rows FROM shop.INFORMATION_SCHEMA.PARTITIONS WHERE table_name = '${name}' ORDER BY 1`,
  );
const head = async (name: string) => {
  const { body } = await call<{ rows?: { f: { v: string }[] }[]; totalRows?: string; error?: { message: string } }>(
    bed,
    'GET',
    `/datasets/shop/tables/${encodeURIComponent(name)}/data`,
  );
  return body.error ? body.error.message : (body.rows ?? []).map((row) => row.f.map((cell) => cell.v).join());
};
const bytes = async (query: string) =>
  Number(
    (
      await call<{ totalBytesProcessed: string }>(bed, 'POST', '/queries', {
        query,
        useLegacySql: false,
        dryRun: true,
      })
    ).body.totalBytesProcessed,
  );
const into = async (destination: string, query: string, writeDisposition: string) =>
  failureOf(
    await runJob(bed, {
      query: { query, useLegacySql: false, destinationTable: table(destination), writeDisposition },
    }),
  );
const today = () => new Date().toISOString().slice(0, 10);
const digits = (day: string) => day.replaceAll('-', '');
const daysAway = (days: number) => digits(new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10));

describe('a table partitioned by ranges of integers', () => {
  test('has a partition a range, one for NULL and one for what is outside', async () => {
    expect(await partitionsOf('ranges')).toEqual([
      ['0', '2'],
      ['10', '1'],
      ['90', '1'],
      ['__NULL__', '1'],
      ['__UNPARTITIONED__', '2'],
    ]);
  });

  test('tells of its ranges by REST, in its DDL and its columns', async () => {
    expect(await get('ranges')).toMatchObject({
      rangePartitioning: { field: 'id', range: { start: '0', end: '95', interval: '10' } },
    });
    expect(await run(bed, "SELECT ddl FROM shop.INFORMATION_SCHEMA.TABLES WHERE table_name = 'ranges'")).toEqual([
      [expect.stringContaining('PARTITION BY RANGE_BUCKET(id, GENERATE_ARRAY(0, 95, 10))')],
    ]);
    expect(
      await run(
        bed,
        "SELECT column_name, is_partitioning_column FROM shop.INFORMATION_SCHEMA.COLUMNS WHERE table_name = 'ranges' ORDER BY 1",
      ),
    ).toEqual([
      ['id', 'YES'],
      ['name', 'NO'],
    ]);
  });

  test.each([
    ['TRUE', 48],
    ['id = 5', 16],
    ['id BETWEEN 5 AND 10', 24],
    ['id IN (10, 94)', 16],
    ['id < 0', 16],
    ['id >= 90', 24],
    ['id IS NULL', 0],
    ['id + 1 = 5', 48],
  ])('is read where %s only in its partitions: %i bytes', async (where, expected) => {
    expect(await bytes(`SELECT id FROM shop.ranges WHERE ${where}`)).toBe(expected);
  });

  test.each([
    ['ranges$10', ['10,c']],
    ['ranges$90', ['94,d']],
    ['ranges$20', []],
    ['ranges$__NULL__', [',g']],
    ['ranges$__UNPARTITIONED__', ['95,e', '-1,f']],
    ['ranges$5', 'Invalid partition ID 5: it must be where a range of 0 to 95 by 10 begins'],
    ['plain$5', 'Table local:shop.plain is not partitioned, so local:shop.plain$5 names no partition of it'],
  ])('is read by %s', async (name, rows) => {
    expect(await head(name)).toEqual(rows);
  });

  test('takes rows of one range by its decorator, from loads and from queries', async () => {
    const ranges = { rangePartitioning: { field: 'id', range: { start: '0', end: '30', interval: '10' } } };
    const schema = { fields: [{ name: 'id', type: 'INTEGER' }] };
    const uri = bed.put('ranges.csv', '10\n19\n');
    expect(failureOf(await load(bed, [uri], 'loaded$10', { schema, ...ranges }))).toBeUndefined();
    expect(await get('loaded')).toMatchObject(ranges);
    expect(failureOf(await load(bed, [uri], 'loaded$20', { schema }))).toMatch(
      /Some rows belong to different partitions/,
    );
    expect(failureOf(await load(bed, [uri], 'loaded$__NULL__', { schema }))).toMatch(/cannot be written to by name/);
    expect(await into('loaded$10', 'SELECT 11 AS id', 'WRITE_TRUNCATE')).toBeUndefined();
    expect(await into('loaded$10', 'SELECT 21 AS id', 'WRITE_APPEND')).toMatch(/belong to different partitions/);
    expect(await into('loaded$10', 'SELECT 12 AS id', 'WRITE_EMPTY')).toMatch(/^duplicate: .*loaded\$10/);
    expect(await into('loaded$20', 'SELECT 21 AS id', 'WRITE_EMPTY')).toBeUndefined();
    expect(await run(bed, 'SELECT id FROM shop.loaded ORDER BY id')).toEqual([['11'], ['21']]);
  });

  test('is copied, one range or all, into its like', async () => {
    expect(await copy('ranges$10', 'copied')).toBeUndefined();
    expect(await copy('ranges$0', 'copied', 'WRITE_APPEND')).toBeUndefined();
    expect(await partitionsOf('copied')).toEqual([
      ['0', '2'],
      ['10', '1'],
    ]);
    expect(await copy('plain', 'copied')).toMatch(/Range partitioned table: not supported/);
    expect(await copy('days', 'copied')).toMatch(/Changed|Incompatible|schema/i);
  });

  test('loses one range by tables.delete, and no special one', async () => {
    await run(bed, 'CREATE OR REPLACE TABLE shop.cut CLONE shop.ranges');
    expect((await call(bed, 'DELETE', '/datasets/shop/tables/cut$0')).status).toBe(204);
    expect((await call(bed, 'DELETE', '/datasets/shop/tables/cut$__NULL__')).status).toBe(400);
    expect(await run(bed, 'SELECT COUNT(*) FROM shop.cut')).toEqual([['5']]);
  });

  test.each([
    ['a STRING column', 'name', 'GENERATE_ARRAY(0, 10)', /can only be of type INTEGER/],
    ['a range that ends before it starts', 'id', 'GENERATE_ARRAY(10, 0)', /must end behind its start/],
    ['more than 10,000 ranges', 'id', 'GENERATE_ARRAY(0, 10001)', /Too many partitions/],
    ['a width of 0', 'id', 'GENERATE_ARRAY(0, 10, 0)', /greater than 0/],
    ['bounds that are computed', 'id', 'GENERATE_ARRAY(0, 5 + 5)', /not supported .* integer literals at \[1:/],
  ])('is refused for %s', async (_, column, array, message) => {
    const sql = `CREATE TABLE shop.never (id INT64, name STRING) PARTITION BY RANGE_BUCKET(${column}, ${array})`;
    expect(await run(bed, sql)).toMatch(message);
  });

  test('that wants a filter is answered only with one', async () => {
    await run(
      bed,
      'CREATE TABLE shop.strict (id INT64) PARTITION BY RANGE_BUCKET(id, GENERATE_ARRAY(-10, 10)) OPTIONS (require_partition_filter = true)',
    );
    expect(await run(bed, 'SELECT * FROM shop.strict')).toMatch(/without a filter over column\(s\) 'id'/);
    expect(await run(bed, 'SELECT * FROM shop.strict WHERE id = -3')).toEqual([]);
  });
});

describe('a table partitioned by ingestion time', () => {
  test.each([
    ['SELECT * FROM shop.days WHERE _PARTITIONTIME = "2026-01-02"', [['3']]],
    ['SELECT id FROM shop.days WHERE _PARTITIONDATE < "2026-01-02" ORDER BY id', [['1'], ['2']]],
    [
      'SELECT CAST(_PARTITIONTIME AS STRING) AS t, CAST(_PARTITIONDATE AS STRING) AS d FROM shop.days WHERE id = 3',
      [['2026-01-02 00:00:00+00', '2026-01-02']],
    ],
    ['SELECT d.*, COUNT(*) OVER () FROM shop.days AS d WHERE d._PARTITIONDATE = "2026-01-02"', [['3', '1']]],
    ['SELECT TO_JSON_STRING(d) FROM shop.days AS d WHERE id = 3', [['{"id":3}']]],
    ['SELECT COUNT(*) FROM (SELECT _PARTITIONTIME AS t FROM shop.days) WHERE t = "2026-01-01"', [['2']]],
    ['FROM shop.days |> WHERE _PARTITIONDATE = "2026-01-02"', [['3']]],
    ['SELECT id FROM shop.days WHERE _PARTITIONTIME IS NULL', []],
    [
      'SELECT a.id FROM shop.days AS a JOIN shop.days AS b ON a._PARTITIONTIME = b._PARTITIONTIME AND a.id < b.id',
      [['1']],
    ],
  ])('%s', async (sql, rows) => {
    expect(await run(bed, sql)).toEqual(rows);
  });

  test.each([
    ['SELECT _PARTITIONTIME FROM shop.days', /^invalidQuery: Invalid field name "_PARTITIONTIME"/],
    ['SELECT _PARTITIONTIME FROM shop.plain', /Unrecognized name: _PARTITIONTIME/],
    ['SELECT a.id FROM shop.days a, shop.days b WHERE _PARTITIONTIME IS NULL', /ambiguous/],
    ['INSERT shop.days (_PARTITIONTIME, id) VALUES ("2026-01-01 05:00:00", 1)', /must be where a partition begins/],
    ['INSERT shop.days (_PARTITIONTIME, id) VALUES (NULL, 1)', /must be where a partition begins/],
    ['INSERT shop.days (_PARTITIONDATE, id) VALUES ("2026-01-01", 1)', /not supported .*writing _PARTITIONDATE/],
    [
      'UPDATE shop.days SET _PARTITIONTIME = DEFAULT WHERE TRUE',
      /not supported .*DEFAULT as the value of _PARTITIONTIME/,
    ],
    ['INSERT shop.days VALUES (1, CURRENT_TIMESTAMP())', /wrong column count/],
    ['CREATE TABLE shop.never PARTITION BY _PARTITIONDATE AS SELECT 1 AS a', /cannot be used with AS SELECT/],
    ['CREATE TABLE shop.never (_PARTITIONTIME TIMESTAMP)', /reserved prefixes/],
    ['SELECT * FROM `shop.days$20260101`', /not supported .*table decorators in SQL/],
  ])('refuses %s', async (sql, message) => {
    expect(await run(bed, sql)).toMatch(message);
  });

  test('is written, moved and merged by its pseudo-column; without it, to the partition of now', async () => {
    await run(bed, 'CREATE TABLE shop.written (id INT64) PARTITION BY DATE(_PARTITIONTIME)');
    await run(bed, 'INSERT shop.written VALUES (1)');
    await run(bed, 'INSERT shop.written (_PARTITIONTIME, id) SELECT TIMESTAMP("2026-02-01"), 2');
    await run(bed, 'UPDATE shop.written SET _PARTITIONTIME = "2026-02-02" WHERE _PARTITIONTIME = "2026-02-01"');
    await run(
      bed,
      `MERGE shop.written t USING shop.plain s ON t.id = s.id AND t._PARTITIONTIME = "2026-02-02"
      WHEN NOT MATCHED THEN INSERT (_PARTITIONTIME, id) VALUES (TIMESTAMP "2026-02-03", id)`,
    );
    await run(bed, 'MERGE shop.written t USING shop.plain s ON FALSE WHEN NOT MATCHED THEN INSERT ROW');
    expect(await run(bed, 'DELETE shop.written WHERE _PARTITIONDATE = "2026-02-02"')).toBe('1 rows');
    expect(await partitionsOf('written')).toEqual([
      ['20260203', '1'],
      [digits(today()), '2'],
    ]);
  });

  test.each([
    ['TRUE', 24],
    ['_PARTITIONTIME = "2026-01-01"', 16],
    ['_PARTITIONDATE > "2026-01-01"', 8],
    ['_PARTITIONTIME > "2026-01-01 12:00:00"', 8],
    ['DATE(_PARTITIONTIME) = "2026-01-02"', 8],
  ])('is read where %s only in its partitions: %i bytes', async (where, expected) => {
    expect(await bytes(`SELECT id FROM shop.days WHERE ${where}`)).toBe(expected);
  });

  test('costs nothing for its pseudo-columns', async () => {
    expect(await bytes('SELECT _PARTITIONTIME AS t FROM shop.days')).toBe(0);
  });

  test('that wants a filter takes one on either pseudo-column', async () => {
    const { body } = await call(bed, 'POST', '/datasets/shop/tables', {
      tableReference: table('wary'),
      schema: { fields: [{ name: 'id', type: 'INTEGER' }] },
      timePartitioning: { type: 'HOUR' },
      requirePartitionFilter: true,
    });
    expect(body).toMatchObject({ timePartitioning: { type: 'HOUR' }, requirePartitionFilter: true });
    expect(await run(bed, 'SELECT * FROM shop.wary WHERE id = 1')).toMatch(
      /over column\(s\) '_PARTITION_LOAD_TIME', '_PARTITIONDATE', '_PARTITIONTIME' that/,
    );
    expect(await run(bed, 'SELECT * FROM shop.wary WHERE _PARTITIONTIME > "2026-01-01"')).toEqual([]);
    expect(await run(bed, 'SELECT * FROM shop.wary WHERE _PARTITIONDATE > "2026-01-01"')).toMatch(/Unrecognized name/);
  });

  test.each([
    [
      'TIMESTAMP_TRUNC(_PARTITIONTIME, HOUR)',
      'HOUR',
      '2026-01-05 07:00:00',
      '2026010507',
      'TIMESTAMP_TRUNC(_PARTITIONTIME, HOUR)',
    ],
    ['DATE_TRUNC(_PARTITIONTIME, MONTH)', 'MONTH', '2026-01-01', '202601', 'TIMESTAMP_TRUNC(_PARTITIONTIME, MONTH)'],
    ['TIMESTAMP_TRUNC(_PARTITIONTIME, YEAR)', 'YEAR', '2026-01-01', '2026', 'TIMESTAMP_TRUNC(_PARTITIONTIME, YEAR)'],
    ['_PARTITIONDATE', 'DAY', '2026-01-05', '20260105', 'DATE(_PARTITIONTIME)'],
  ])('may be divided by %s', async (by, type, time, id, shown) => {
    await run(bed, `CREATE OR REPLACE TABLE shop.units (id INT64) PARTITION BY ${by}`);
    expect(await run(bed, `INSERT shop.units (_PARTITIONTIME, id) VALUES ("${time}", 1)`)).toBe('1 rows');
    expect(await partitionsOf('units')).toEqual([[id, '1']]);
    expect(await head(`units$${id}`)).toEqual(['1']);
    expect(await get('units')).toMatchObject({ timePartitioning: { type } });
    expect(await run(bed, "SELECT ddl FROM shop.INFORMATION_SCHEMA.TABLES WHERE table_name = 'units'")).toEqual([
      [expect.stringContaining(`PARTITION BY ${shown}`)],
    ]);
  });

  test('lists its pseudo-columns as hidden ones', async () => {
    expect(
      await run(
        bed,
        "SELECT column_name, ordinal_position, is_hidden, is_partitioning_column FROM shop.INFORMATION_SCHEMA.COLUMNS WHERE table_name = 'days' ORDER BY 1",
      ),
    ).toEqual([
      ['_PARTITIONDATE', null, 'YES', 'NO'],
      ['_PARTITIONTIME', null, 'YES', 'YES'],
      ['id', '1', 'NO', 'NO'],
    ]);
  });

  test('takes any rows into a partition by its decorator: loads, queries, streamed rows', async () => {
    const schema = { fields: [{ name: 'id', type: 'INTEGER' }] };
    const uri = bed.put('days.csv', '1\n2\n');
    const at = { schema, timePartitioning: { type: 'DAY' } };
    expect(failureOf(await load(bed, [uri], 'arrived', at))).toBeUndefined();
    expect(failureOf(await load(bed, [uri], 'arrived$20260101', at))).toBeUndefined();
    expect(
      failureOf(await load(bed, [uri], 'arrived$20260101', { ...at, writeDisposition: 'WRITE_TRUNCATE' })),
    ).toBeUndefined();
    expect(await into('arrived$20260102', 'SELECT 5 AS id', 'WRITE_APPEND')).toBeUndefined();
    expect(await into('arrived$20260102', 'SELECT 6 AS id', 'WRITE_TRUNCATE')).toBeUndefined();
    expect(await into('arrived', 'SELECT 7 AS id', 'WRITE_APPEND')).toBeUndefined();
    const stream = (name: string) =>
      call(bed, 'POST', `/datasets/shop/tables/${name}/insertAll`, { rows: [{ json: { id: 9 } }] });
    expect((await stream('arrived')).status).toBe(200);
    expect((await stream(`arrived$${daysAway(-31)}`)).status).toBe(200);
    expect(JSON.stringify((await stream(`arrived$${daysAway(-32)}`)).body)).toMatch(/outside the allowed bounds/);
    expect(JSON.stringify((await stream(`arrived$${daysAway(17)}`)).body)).toMatch(/outside the allowed bounds/);
    expect(await head('arrived$20260102')).toEqual(['6']);
    expect(await partitionsOf('arrived')).toEqual(
      [
        ['20260101', '2'],
        ['20260102', '1'],
        [daysAway(-31), '1'],
        [digits(today()), '4'],
      ].sort((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1)),
    );
    expect(await get('arrived$20260101')).toMatchObject({
      tableReference: { tableId: 'arrived$20260101' },
      numRows: '2',
    });
  });

  test('is copied with its partitions; other rows go to the partition of now or the one named', async () => {
    expect(await copy('days', 'moved')).toBeUndefined();
    expect(await partitionsOf('moved')).toEqual([
      ['20260101', '2'],
      ['20260102', '1'],
    ]);
    expect(await copy('plain', 'moved', 'WRITE_APPEND')).toBeUndefined();
    expect(await copy('plain', 'moved$20260102', 'WRITE_TRUNCATE')).toBeUndefined();
    expect(await copy('days$20260101', 'moved$20260102', 'WRITE_APPEND')).toMatch(/must be the same partition/);
    expect(await partitionsOf('moved')).toEqual([
      ['20260101', '2'],
      ['20260102', '1'],
      [digits(today()), '1'],
    ]);
    await run(bed, 'CREATE TABLE shop.months (id INT64) PARTITION BY TIMESTAMP_TRUNC(_PARTITIONTIME, MONTH)');
    expect(await copy('days$20260101', 'months$202601', 'WRITE_APPEND')).toBeUndefined();
    expect(await copy('days$20260101', 'months$202602', 'WRITE_APPEND')).toMatch(/must be the same partition/);
    expect(await copy('days', 'months', 'WRITE_APPEND')).toMatch(/Incompatible table partitioning/);
    expect(await copy('days$20260102', 'plain2', 'WRITE_APPEND')).toBeUndefined();
    expect(await partitionsOf('plain2')).toEqual([['20260102', '1']]);
    await run(bed, 'CREATE TABLE shop.flat (id INT64)');
    expect(await copy('days', 'flat', 'WRITE_APPEND')).toBeUndefined();
    const both = (to: string) =>
      runJob(bed, {
        copy: {
          sourceTables: [table('plain'), table('days')],
          destinationTable: table(to),
          writeDisposition: 'WRITE_APPEND',
        },
      });
    expect(failureOf(await both('moved'))).toMatch(/mixture/);
    expect(failureOf(await both('flat'))).toBeUndefined();
    expect(await run(bed, 'SELECT COUNT(*) FROM shop.flat')).toEqual([['7']]);
  });

  test('keeps its partitions in clones, through new columns and when it is emptied', async () => {
    await run(bed, 'CREATE TABLE shop.again CLONE shop.days; ALTER TABLE shop.again ADD COLUMN name STRING');
    await run(bed, 'CREATE TABLE shop.third COPY shop.again; INSERT shop.third (id, name) VALUES (4, "x")');
    expect(await partitionsOf('third')).toEqual([
      ['20260101', '2'],
      ['20260102', '1'],
      [digits(today()), '1'],
    ]);
    expect(await run(bed, 'TRUNCATE TABLE shop.third')).toBe('4 rows');
    expect(await into('third', 'SELECT 1 AS id', 'WRITE_TRUNCATE')).toBeUndefined();
    expect(await partitionsOf('third')).toEqual([[digits(today()), '1']]);
  });

  test('stands among the tables of a wildcard, whose pseudo-columns then are theirs', async () => {
    await run(
      bed,
      `CREATE TABLE shop.wild_a CLONE shop.days; CREATE TABLE shop.wild_b CLONE shop.days;
      CREATE TABLE shop.mixed_a CLONE shop.days; CREATE TABLE shop.mixed_b (id INT64)`,
    );
    expect(
      await run(bed, 'SELECT _TABLE_SUFFIX AS s, id FROM `shop.wild_*` WHERE _PARTITIONDATE = "2026-01-02" ORDER BY s'),
    ).toEqual([
      ['a', '3'],
      ['b', '3'],
    ]);
    expect(await run(bed, 'SELECT id FROM `shop.mixed_*` WHERE _PARTITIONTIME IS NULL')).toMatch(/Unrecognized name/);
  });

  test('is extracted by partition', async () => {
    const job = await runJob(bed, {
      extract: { sourceTable: table('days$20260102'), destinationUri: 'gs://lake/day.csv' },
    });
    expect(failureOf(job)).toBeUndefined();
    await load(bed, ['gs://lake/day.csv'], 'back', {
      schema: { fields: [{ name: 'id', type: 'INTEGER' }] },
      skipLeadingRows: 1,
    });
    expect(await run(bed, 'SELECT * FROM shop.back')).toEqual([['3']]);
  });
});
