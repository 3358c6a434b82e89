import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { call, failureOf, load, run, runJob, startBigQuery, type Testbed } from './testbed.ts';

let bed: Testbed;
beforeAll(async () => {
  bed = await startBigQuery();
  await run(bed, 'CREATE SCHEMA shop');
  bed.put('people.csv', 'id,name\n1,ann\n2,bob\n');
  bed.put('bare.csv', '1;ann\n2;bob\n');
  bed.put('people.json', '{"id":1,"name":"ann"}\n');
  bed.put('bad.csv', '1;ann\nx;bob\n');
  bed.put('days.csv', '1,2026-01-01\n2,2026-01-01\n');
  await bed.putParquet('people.parquet', "SELECT 7::BIGINT AS id, 'eve' AS name");
  for (const [day, lang] of [
    ['2026-01-01', 'en'],
    ['2026-01-02', 'fr'],
  ]) {
    bed.put(`hive/dt=${day}/lang=${lang}/part.csv`, `${day?.slice(-1)},${lang}!\n`);
    bed.put(`hivejson/dt=${day}/n=0${lang === 'en' ? 1 : 2}/part.json`, `{"id":${day?.slice(-1)}}\n`);
    await bed.putParquet(`hiveparquet/dt=${day}/part.parquet`, `SELECT ${day?.slice(-1)}::BIGINT AS id`);
  }
});
afterAll(() => bed.stop());

const rows = (table: string, columns = '*') => run(bed, `SELECT ${columns} FROM shop.${table} ORDER BY 1`);
const get = async (name: string) => (await call(bed, 'GET', `/datasets/shop/tables/${name}`)).body;

describe('LOAD DATA', () => {
  test('makes a table of the columns that it lists, adds to it, and overwrites it', async () => {
    const files = "FROM FILES (format = 'CSV', field_delimiter = ';', uris = ['gs://lake/bare.csv'])";
    expect(await run(bed, `LOAD DATA INTO shop.people (id INT64, name STRING(10)) ${files}`)).toEqual([]);
    expect(await run(bed, `LOAD DATA INTO shop.people (id INT64, name STRING) ${files}`)).toEqual([]);
    expect(await rows('people', 'COUNT(*)')).toEqual([['4']]);
    expect(
      await run(
        bed,
        `LOAD DATA OVERWRITE shop.people (id INT64, name STRING, more STRING)
      FROM FILES (format = 'CSV', field_delimiter = ';', uris = ['gs://lake/bare.csv'], allow_jagged_rows = true)`,
      ),
    ).toEqual([]);
    expect(await rows('people')).toEqual([
      ['1', 'ann', null],
      ['2', 'bob', null],
    ]);
  });

  test.each([
    [
      'CSV',
      "format = 'CSV', uris = ['gs://lake/people.csv'], skip_leading_rows = 1",
      [
        ['1', 'ann'],
        ['2', 'bob'],
      ],
    ],
    ['JSON', "format = 'JSON', uris = ['gs://lake/people.json']", [['1', 'ann']]],
    ['Parquet', "format = 'PARQUET', uris = ['gs://lake/people.parquet']", [['7', 'eve']]],
  ])('finds the columns of %s where it lists none', async (format, files, expected) => {
    expect(await run(bed, `LOAD DATA INTO shop.found${format} FROM FILES (${files})`)).toEqual([]);
    expect(await rows(`found${format}`, 'id, name')).toEqual(expected);
  });

  test('lays a new table out, and gives it its options', async () => {
    const statement = (options: string) => `LOAD DATA INTO shop.laid (id INT64, day DATE) PARTITION BY day CLUSTER BY id
      OPTIONS (${options}) FROM FILES (format = 'CSV', uris = ['gs://lake/days.csv'])`;
    expect(await run(bed, statement('description = "d", partition_expiration_days = 3'))).toEqual([]);
    expect(await get('laid')).toMatchObject({
      description: 'd',
      timePartitioning: { type: 'DAY', field: 'day', expirationMs: '259200000' },
      clustering: { fields: ['id'] },
    });
    expect(await run(bed, statement('description = "d"'))).toEqual([]);
    expect(await run(bed, statement('description = "another"'))).toMatch(/do not match those of the existing table/);
  });

  test('writes one partition, or overwrites it', async () => {
    const files = "FROM FILES (format = 'CSV', field_delimiter = ';', uris = ['gs://lake/bare.csv'])";
    const into = (partitions: string, more = '') =>
      run(bed, `LOAD DATA INTO shop.ingested (id INT64, name STRING) ${partitions} ${more} ${files}`);
    expect(await into("PARTITIONS (_PARTITIONTIME = TIMESTAMP '2016-01-01')", 'PARTITION BY _PARTITIONTIME')).toEqual(
      [],
    );
    expect(await into("PARTITIONS (_PARTITIONTIME = TIMESTAMP '2016-01-02 00:00:00+00')")).toEqual([]);
    expect(await into("OVERWRITE PARTITIONS (_PARTITIONTIME = '20160102')")).toEqual([]);
    expect(await into("PARTITIONS (_PARTITIONTIME = TIMESTAMP '2016-01-02 05:00:00')")).toMatch(
      /is not where a partition/,
    );
    expect(await into('PARTITIONS (id = 1)')).toMatch(/The table is not partitioned by id/);
    expect(
      await run(
        bed,
        'SELECT partition_id, total_rows FROM shop.INFORMATION_SCHEMA.PARTITIONS WHERE table_name = "ingested" ORDER BY 1',
      ),
    ).toEqual([
      ['20160101', '2'],
      ['20160102', '2'],
    ]);
    const ranges = (id: string) =>
      run(
        bed,
        `LOAD DATA INTO shop.ranges (id INT64, name STRING) PARTITIONS (id = ${id}) PARTITION BY RANGE_BUCKET(id, GENERATE_ARRAY(-10, 20, 10)) ${files}`,
      );
    expect(await ranges('0')).toEqual([]);
    expect(await ranges('-10')).toMatch(/belong to different partitions/);
    expect(await ranges("'__NULL__'")).toMatch(/cannot be written to by name/);
  });

  test('fills temporary tables of scripts', async () => {
    expect(
      await run(
        bed,
        "LOAD DATA INTO TEMP TABLE own (id INT64, name STRING) FROM FILES (format = 'CSV', field_delimiter = ';', uris = ['gs://lake/bare.csv']); SELECT name FROM own ORDER BY id",
      ),
    ).toEqual([['ann'], ['bob']]);
    expect(await run(bed, 'SELECT * FROM shop.own')).toMatch(/^notFound/);
  });

  test('is a query job that tells what it read; a failure leaves the table as it was', async () => {
    const query = (file: string, more = '') =>
      `LOAD DATA INTO shop.told (id INT64, name STRING) FROM FILES (format = 'CSV', field_delimiter = ';', uris = ['gs://lake/${file}']${more})`;
    const job = await runJob(bed, { query: { query: query('bare.csv'), useLegacySql: false } });
    expect(job.statistics.query).toMatchObject({
      statementType: 'LOAD_DATA',
      totalBytesProcessed: '0',
      loadQueryStatistics: { inputFiles: '1', outputRows: '2', badRecords: '0' },
    });
    expect(failureOf(await runJob(bed, { query: { query: query('bad.csv'), useLegacySql: false } }))).toMatch(
      /^invalid: Error while reading data.* Rows: 2; errors: 1\./,
    );
    expect(await rows('told', 'COUNT(*)')).toEqual([['2']]);
    expect(await run(bed, query('bad.csv', ', max_bad_records = 1'))).toEqual([]);
    expect(await rows('told', 'COUNT(*)')).toEqual([['3']]);
  });

  test.each([
    [
      "INTO shop.x (a INT64) OPTIONS (partition_expiration_days = 1) FROM FILES (format = 'CSV', uris = ['gs://lake/bare.csv'])",
      /not partitioned by time at \[1:1\]/,
    ],
    ["INTO shop.x FROM FILES (uris = ['gs://lake/bare.csv'])", /needs the option format at \[1:1\]/],
    ["INTO shop.x FROM FILES (format = 'CSV')", /needs the option uris/],
    [
      "INTO shop.x FROM FILES (format = 'CSV', uris = ['gs://lake/nowhere*'])",
      /^notFound: Not found: URI gs:\/\/lake\/nowhere\*/,
    ],
    ["INTO nowhere.x (a STRING) FROM FILES (format = 'CSV', uris = ['gs://lake/bare.csv'])", /^notFound: .*Dataset/],
    ["INTO shop.x FROM FILES (format = 'ORC', uris = ['gs://lake/bare.csv'])", /not supported .*source format ORC/],
    [
      "INTO shop.x FROM FILES (format = 'CSV', uris = ['gs://lake/bare.csv'], time_zone = 'UTC')",
      /not supported .*option time_zone of LOAD DATA at \[1:/,
    ],
    [
      "OVERWRITE shop.x PARTITIONS (a = 1) FROM FILES (format = 'CSV', uris = ['gs://lake/bare.csv'])",
      /cannot have PARTITIONS/,
    ],
    [
      "INTO shop.x FROM FILES (format = 'CSV', uris = ['gs://lake/bare.csv']) WITH CONNECTION `a.b`",
      /not supported .*WITH CONNECTION/,
    ],
    [
      "shop.x FROM FILES (format = 'CSV', uris = ['gs://lake/bare.csv'])",
      /Expected keyword INTO but got identifier "shop"/,
    ],
  ])('LOAD DATA %s is refused', async (statement, message) => {
    expect(await run(bed, `LOAD DATA ${statement}`)).toMatch(message);
  });
});

describe('a load of files in Hive’s folders', () => {
  const schema = {
    fields: [
      { name: 'id', type: 'INTEGER' },
      { name: 'word', type: 'STRING' },
    ],
  };
  const hive = (mode: string, sourceUriPrefix: string) => ({ hivePartitioningOptions: { mode, sourceUriPrefix } });
  const typesOf = async (table: string) =>
    ((await get(table)) as { schema: { fields: { name: string; type: string }[] } }).schema.fields.map(
      ({ name, type }) => `${name} ${type}`,
    );

  test.each([
    ['AUTO', 'gs://lake/hive', ['id INTEGER', 'word STRING', 'dt DATE', 'lang STRING']],
    ['STRINGS', 'gs://lake/hive/', ['id INTEGER', 'word STRING', 'dt STRING', 'lang STRING']],
    [
      'CUSTOM',
      'gs://lake/hive/{dt:DATETIME}/{lang:STRING}',
      ['id INTEGER', 'word STRING', 'dt DATETIME', 'lang STRING'],
    ],
  ])('has their names as columns: %s', async (mode, prefix, types) => {
    const table = `hive${mode}`;
    const job = await load(bed, ['gs://lake/hive/*'], table, { schema, ...hive(mode, prefix) });
    expect(failureOf(job)).toBeUndefined();
    expect(await typesOf(table)).toEqual(types);
    expect(await rows(table, 'id, word, CAST(CAST(dt AS DATE) AS STRING), lang')).toEqual([
      ['1', 'en!', '2026-01-01', 'en'],
      ['2', 'fr!', '2026-01-02', 'fr'],
    ]);
    expect(job.statistics.load).toMatchObject({ inputFiles: '2', outputRows: '2' });
  });

  test('is of JSON or Parquet too, of one folder, and adds to a table that has the columns', async () => {
    const json = { sourceFormat: 'NEWLINE_DELIMITED_JSON', autodetect: true, ...hive('AUTO', 'gs://lake/hivejson') };
    expect(failureOf(await load(bed, ['gs://lake/hivejson/dt=2026-01-01/*'], 'js', json))).toBeUndefined();
    expect(failureOf(await load(bed, ['gs://lake/hivejson/dt=2026-01-02/*'], 'js', json))).toBeUndefined();
    expect(await typesOf('js')).toEqual(['id INTEGER', 'dt DATE', 'n INTEGER']);
    expect(await rows('js', 'id, n')).toEqual([
      ['1', '1'],
      ['2', '2'],
    ]);
    const parquet = { sourceFormat: 'PARQUET', ...hive('AUTO', 'gs://lake/hiveparquet') };
    expect(
      failureOf(
        await load(bed, ['gs://lake/hiveparquet/*'], 'pq', {
          ...parquet,
          timePartitioning: { type: 'DAY', field: 'dt' },
        }),
      ),
    ).toBeUndefined();
    expect(failureOf(await load(bed, ['gs://lake/hiveparquet/*'], 'pq', parquet))).toBeUndefined();
    expect(await run(bed, 'SELECT CAST(dt AS STRING), SUM(id) FROM shop.pq GROUP BY dt ORDER BY 1')).toEqual([
      ['2026-01-01', '2'],
      ['2026-01-02', '4'],
    ]);
  });

  test.each([
    ['WITH PARTITION COLUMNS', '', 'DATE'],
    ['WITH PARTITION COLUMNS (dt STRING, lang STRING)', '(id INT64, word STRING)', 'STRING'],
  ])('is what LOAD DATA … %s makes', async (clause, columns, type) => {
    await run(bed, 'DROP TABLE IF EXISTS shop.told_hive');
    expect(
      await run(
        bed,
        `LOAD DATA INTO shop.told_hive ${columns} FROM FILES (format = 'CSV', uris = ['gs://lake/hive/*'], hive_partition_uri_prefix = 'gs://lake/hive') ${clause}`,
      ),
    ).toEqual([]);
    expect(await run(bed, 'SELECT lang, FORMAT("%t", dt) FROM shop.told_hive ORDER BY 1')).toEqual([
      ['en', '2026-01-01'],
      ['fr', '2026-01-02'],
    ]);
    expect((await typesOf('told_hive'))[2]).toBe(`dt ${type}`);
  });

  test.each([
    ['no mode', { sourceUriPrefix: 'gs://lake/hive' }, /Invalid hivePartitioningOptions.mode/],
    ['no prefix', { mode: 'AUTO' }, /Invalid hivePartitioningOptions.sourceUriPrefix/],
    ['CUSTOM without types', { mode: 'CUSTOM', sourceUriPrefix: 'gs://lake/hive' }, /Invalid .*sourceUriPrefix/],
    ['AUTO with types', { mode: 'AUTO', sourceUriPrefix: 'gs://lake/hive/{dt:DATE}' }, /Invalid .*sourceUriPrefix/],
    [
      'keys in another order',
      { mode: 'CUSTOM', sourceUriPrefix: 'gs://lake/hive/{lang:STRING}/{dt:DATE}' },
      /has not the keys lang, dt in this order/,
    ],
    [
      'a value that is not of its type',
      { mode: 'CUSTOM', sourceUriPrefix: 'gs://lake/hive/{dt:INTEGER}/{lang:STRING}' },
      /^invalid: Error while reading data/,
    ],
    [
      'a prefix of another place',
      { mode: 'AUTO', sourceUriPrefix: 'gs://lake/other' },
      /does not begin with sourceUriPrefix/,
    ],
    [
      'a prefix above the keys',
      { mode: 'AUTO', sourceUriPrefix: 'gs://lake' },
      /The folder hive of .* is no partition key/,
    ],
  ])('is refused with %s', async (_, options, message) => {
    const job = await load(bed, ['gs://lake/hive/*'], 'never', { schema, hivePartitioningOptions: options });
    expect(failureOf(job)).toMatch(message);
  });

  test('is refused where a key is a column of the files, or a value may be a NULL of Hive’s', async () => {
    bed.put('twice/id=1/part.csv', '1,a\n');
    bed.put('null/dt=__HIVE_DEFAULT_PARTITION__/part.csv', '1,a\n');
    expect(
      failureOf(await load(bed, ['gs://lake/twice/*'], 'never', { schema, ...hive('AUTO', 'gs://lake/twice') })),
    ).toMatch(/The partition key id is a column of the files too/);
    expect(
      failureOf(await load(bed, ['gs://lake/null/*'], 'never', { schema, ...hive('AUTO', 'gs://lake/null') })),
    ).toMatch(/not supported .*__HIVE_DEFAULT_PARTITION__/);
  });

  test('counts bad records over all folders', async () => {
    bed.put('mixed/k=1/part.csv', 'x,a\n1,b\n');
    bed.put('mixed/k=2/part.csv', 'y,a\n2,b\n');
    const at = (maxBadRecords: number) =>
      load(bed, ['gs://lake/mixed/*'], 'mixed', { schema, maxBadRecords, ...hive('AUTO', 'gs://lake/mixed') });
    expect(failureOf(await at(1))).toMatch(/Rows: 4; errors: 2\./);
    expect(failureOf(await at(2))).toBeUndefined();
    expect(await rows('mixed', 'id, k')).toEqual([
      ['1', '1'],
      ['2', '2'],
    ]);
  });
});
