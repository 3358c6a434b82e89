import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { call, failureOf, load, run, runJob, startBigQuery, type Testbed } from './testbed.ts';

/** What jobs make of a table that is there, or is not: by load, by query and by copy. */

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
const MORE = { fields: [...FIELDS, { name: 'more', type: 'STRING' }] };
const table = () => `t${counter}`;
const reference = (tableId = table()) => ({ projectId: 'local', datasetId: 'shop', tableId });
const rows = (order = '1') => run(bed, `SELECT * FROM shop.${table()} ORDER BY ${order}`);
const csv = (text: string, more: object = {}, tableId = table()) =>
  load(bed, [bed.put('d.csv', text)], tableId, { schema, ...more });

describe('a load', () => {
  test('appends, truncates, and insists on an empty table', async () => {
    await csv('1,a,2026-01-01\n');
    await csv('2,b,2026-01-02\n');
    expect(await run(bed, `SELECT id FROM shop.${table()} ORDER BY 1`)).toEqual([['1'], ['2']]);
    expect(failureOf(await csv('3,c,\n', { writeDisposition: 'WRITE_EMPTY' }))).toBe(
      `duplicate: Already Exists: Table local:shop.${table()}`,
    );
    await csv('3,c,\n', { writeDisposition: 'WRITE_TRUNCATE' });
    expect(await rows()).toEqual([['3', 'c', null]]);
  });

  test('makes no table with CREATE_NEVER, and none in a missing dataset', async () => {
    expect(failureOf(await csv('1,a,\n', { createDisposition: 'CREATE_NEVER' }))).toBe(
      `notFound: Not found: Table local:shop.${table()}`,
    );
    const nowhere = { destinationTable: { ...reference(), datasetId: 'nowhere' } };
    expect(failureOf(await csv('1,a,\n', nowhere))).toBe('notFound: Not found: Dataset local:nowhere');
    expect(failureOf(await load(bed, ['gs://lake/nothing.csv'], table(), { schema }))).toBe(
      'notFound: Not found: URI gs://lake/nothing.csv',
    );
  });

  const relaxed = { fields: [{ ...FIELDS[0], mode: 'NULLABLE' }, ...FIELDS.slice(1)] };
  const strict = { fields: [FIELDS[0], { ...FIELDS[1], mode: 'REQUIRED' }, FIELDS[2]] };
  test.each([
    ['adds a field', MORE, 'ALLOW_FIELD_ADDITION', /Cannot add fields \(field: more\)$/],
    ['relaxes one', relaxed, 'ALLOW_FIELD_RELAXATION', /Field id has changed mode from REQUIRED to NULLABLE$/],
  ])('%s only where the job allows it', async (_, wider, option, message) => {
    await csv('1,a,2026-01-01\n');
    const next = wider === MORE ? '2,b,2026-01-02,m\n' : ',b,2026-01-02\n';
    expect(failureOf(await csv(next, { schema: wider }))).toMatch(message);
    await csv(next, { schema: wider, schemaUpdateOptions: [option] });
    expect(await rows('2')).toEqual(
      wider === MORE
        ? [
            ['1', 'a', '2026-01-01', null],
            ['2', 'b', '2026-01-02', 'm'],
          ]
        : [
            ['1', 'a', '2026-01-01'],
            [null, 'b', '2026-01-02'],
          ],
    );
  });

  test('makes no column REQUIRED, and takes no update options where it replaces the schema', async () => {
    await csv('1,a,2026-01-01\n');
    expect(failureOf(await csv('2,b,\n', { schema: strict }))).toMatch(
      /Field name has changed mode from NULLABLE to REQUIRED$/,
    );
    const truncate = { writeDisposition: 'WRITE_TRUNCATE', schemaUpdateOptions: ['ALLOW_FIELD_ADDITION'] };
    expect(failureOf(await csv('2,b,\n', truncate))).toMatch(
      /^invalid: Schema update options should only be specified/,
    );
  });

  test('replaces one partition by its decorator, and lets no row of another in', async () => {
    const partitioned = { timePartitioning: { type: 'DAY', field: 'day' } };
    await csv('1,a,2026-01-01\n2,b,2026-01-02\n', partitioned);
    const truncate = { writeDisposition: 'WRITE_TRUNCATE' };
    await csv('3,c,2026-01-02\n', truncate, `${table()}$20260102`);
    expect(await run(bed, `SELECT id FROM shop.${table()} ORDER BY id`)).toEqual([['1'], ['3']]);
    await csv('4,d,2026-01-02\n', { writeDisposition: 'WRITE_TRUNCATE_DATA' }, `${table()}$20260102`);
    expect(await run(bed, `SELECT id FROM shop.${table()} ORDER BY id`)).toEqual([['1'], ['4']]);
    expect(failureOf(await csv('5,d,2026-01-03\n', truncate, `${table()}$20260102`))).toBe(
      'invalid: Some rows belong to different partitions rather than destination partition 20260102',
    );
    expect(await run(bed, `SELECT id FROM shop.${table()} ORDER BY id`)).toEqual([['1'], ['4']]);
    expect(failureOf(await csv('5,d,2026-01-03\n', {}, `${table()}$2026`))).toMatch(/Invalid partition ID 2026/);
  });

  test.each([
    [
      'a grain',
      { timePartitioning: { type: 'MONTH', field: 'day' } },
      'interval(type:month,field:day) clustering(name)',
    ],
    ['a clustering', { clustering: { fields: ['id'] } }, 'interval(type:day,field:day) clustering(id)'],
  ])('cannot give a table another layout: %s', async (_, layout, shown) => {
    await csv('1,a,2026-01-01\n', {
      timePartitioning: { type: 'DAY', field: 'day' },
      clustering: { fields: ['name'] },
    });
    expect(failureOf(await csv('1,a,2026-01-01\n', { ...layout, writeDisposition: 'WRITE_TRUNCATE' }))).toBe(
      `invalid: Incompatible table partitioning specification. Expects partitioning specification interval(type:day,field:day) clustering(name), but input partitioning specification is ${shown}`,
    );
  });
});

describe('WRITE_TRUNCATE_DATA', () => {
  const truncate = { writeDisposition: 'WRITE_TRUNCATE_DATA' };
  beforeEach(async () => {
    await bed.client.dataset('shop').createTable(table(), {
      schema: { fields: [{ ...FIELDS[0], description: 'its number' }, ...FIELDS.slice(1)] },
      timePartitioning: { type: 'DAY', field: 'day' },
      clustering: { fields: ['name'] },
      labels: { tier: 'gold' },
      description: 'kept',
    } as never);
    await run(bed, `INSERT shop.${table()} VALUES (1, 'a', '2026-01-01')`);
  });
  const resource = async () => (await call(bed, 'GET', `/datasets/shop/tables/${table()}`)).body;
  const kept = {
    description: 'kept',
    labels: { tier: 'gold' },
    timePartitioning: { type: 'DAY', field: 'day' },
    clustering: { fields: ['name'] },
    numRows: '1',
  };

  test('of a load replaces the rows and keeps schema, layout, labels and descriptions', async () => {
    expect(failureOf(await csv('2,b,2026-01-02\n', truncate))).toBeUndefined();
    expect(await rows()).toEqual([['2', 'b', '2026-01-02']]);
    expect(await resource()).toMatchObject({
      ...kept,
      schema: {
        fields: [{ name: 'id', mode: 'REQUIRED', description: 'its number' }, { name: 'name' }, { name: 'day' }],
      },
    });
  });

  test('of a query replaces the rows, and leaves out what it does not select', async () => {
    await run(bed, `ALTER TABLE shop.${table()} ADD COLUMN tags ARRAY<STRING>`);
    await call(bed, 'PATCH', `/datasets/shop/tables/${table()}`, {
      schema: {
        fields: [
          ...FIELDS.map((field) => ({ ...field, mode: 'NULLABLE' })),
          { name: 'tags', type: 'STRING', mode: 'REPEATED' },
        ],
      },
    });
    const query = 'SELECT 3 AS id, DATE "2026-01-03" AS day';
    expect(await run(bed, query, { destinationTable: reference(), ...truncate })).toEqual([['3', '2026-01-03']]);
    expect(await rows()).toEqual([['3', null, '2026-01-03', []]]);
    expect(await resource()).toMatchObject(kept);
    expect(await run(bed, `SELECT ARRAY_LENGTH(tags) FROM shop.${table()}`)).toEqual([['0']]);
  });

  test('wants a schema that fits, and adds fields where the job allows it', async () => {
    expect(failureOf(await csv('2,b,2026-01-02,m\n', { ...truncate, schema: MORE }))).toMatch(
      /Cannot add fields \(field: more\)$/,
    );
    const text = { fields: [{ ...FIELDS[0], type: 'STRING' }] };
    expect(failureOf(await csv('2\n', { ...truncate, schema: text }))).toMatch(
      /Field id has changed type from INTEGER to STRING$/,
    );
    expect(await rows()).toEqual([['1', 'a', '2026-01-01']]);
    await csv('2,b,2026-01-02,m\n', { ...truncate, schema: MORE, schemaUpdateOptions: ['ALLOW_FIELD_ADDITION'] });
    expect(await rows()).toEqual([['2', 'b', '2026-01-02', 'm']]);
  });

  test('makes a table that is missing, and is none of a copy’s dispositions', async () => {
    await csv('2,b,2026-01-02\n', truncate, `${table()}_new`);
    expect(await run(bed, `SELECT id FROM shop.${table()}_new`)).toEqual([['2']]);
    const copy = { sourceTable: reference(), destinationTable: reference(`${table()}_new`), ...truncate };
    expect(failureOf(await runJob(bed, { copy }))).toBe(
      'invalid: Invalid writeDisposition of a copy job: WRITE_TRUNCATE_DATA',
    );
  });
});

describe('a query with a destination table', () => {
  const into = (query: string, more: object = {}) => run(bed, query, { destinationTable: reference(), ...more });

  test('makes it, then neither replaces it nor adds to it unless the job says so', async () => {
    expect(await into('SELECT 1 AS a')).toEqual([['1']]);
    expect(await into('SELECT 2 AS a')).toMatch(/^duplicate: Already Exists: Table local:shop.t/);
    await into('SELECT 2 AS a', { writeDisposition: 'WRITE_APPEND' });
    expect(await rows()).toEqual([['1'], ['2']]);
    await into('SELECT 3 AS a, "x" AS b', { writeDisposition: 'WRITE_TRUNCATE' });
    expect(await rows()).toEqual([['3', 'x']]);
  });

  test('adds a column only with ALLOW_FIELD_ADDITION', async () => {
    await into('SELECT 1 AS a');
    const append = { writeDisposition: 'WRITE_APPEND' };
    expect(await into('SELECT 2 AS a, 3 AS b', append)).toMatch(/^invalid: .*Cannot add fields \(field: b\)/);
    await into('SELECT 2 AS a, 3 AS b', { ...append, schemaUpdateOptions: ['ALLOW_FIELD_ADDITION'] });
    expect(await rows()).toEqual([
      ['1', null],
      ['2', '3'],
    ]);
  });

  test('gives NULLABLE columns, which no REQUIRED one takes', async () => {
    await run(bed, `CREATE TABLE shop.${table()} (a INT64 NOT NULL)`);
    expect(await into('SELECT 1 AS a', { writeDisposition: 'WRITE_APPEND' })).toMatch(
      /Field a has changed mode from REQUIRED to NULLABLE$/,
    );
  });

  test('does not make it with CREATE_NEVER', async () => {
    expect(await into('SELECT 1 AS a', { createDisposition: 'CREATE_NEVER' })).toMatch(/^notFound: Not found: Table/);
  });
});

describe('a copy', () => {
  const copy = async (from: string, to: string, more: object = {}) =>
    failureOf(
      await runJob(bed, { copy: { sourceTable: reference(from), destinationTable: reference(to), ...more } }),
    ) ?? 'done';

  test('keeps to its write disposition', async () => {
    await run(bed, 'CREATE TABLE shop.source AS SELECT id FROM UNNEST(GENERATE_ARRAY(1, 5)) AS id');
    expect(await copy('source', 'copied')).toBe('done');
    expect(await copy('source', 'copied')).toMatch(/^duplicate: /);
    expect(await copy('source', 'copied', { writeDisposition: 'WRITE_APPEND' })).toBe('done');
    expect(await run(bed, 'SELECT COUNT(*), COUNT(DISTINCT id) FROM shop.copied')).toEqual([['10', '5']]);
    expect(await copy('source', 'copied', { writeDisposition: 'WRITE_TRUNCATE' })).toBe('done');
    expect(await run(bed, 'SELECT COUNT(*) FROM shop.copied')).toEqual([['5']]);
    expect(await copy('nowhere', 'copied')).toMatch(/^notFound: /);
  });

  test.each([
    ['plain', 'daily', /^invalid: Failed to copy Non partitioned table to Column partitioned table: not supported\.$/],
    [
      'daily',
      'monthly',
      /^invalid: Incompatible table partitioning specification\. Expects .*type:month.* is .*type:day/,
    ],
    ['daily', 'plain', /^done$/],
    ['daily', 'clustered', /^invalid: Failed to copy .*: incompatible clustering fields\.$/],
    ['daily', 'alike', /^done$/],
  ])('moves rows only between tables laid out alike: %s to %s', async (from, to, outcome) => {
    const day = 'AS SELECT DATE "2026-01-05" AS day, "a" AS name';
    await run(
      bed,
      `CREATE TABLE IF NOT EXISTS shop.plain ${day}; CREATE TABLE IF NOT EXISTS shop.daily PARTITION BY day ${day};
       CREATE TABLE IF NOT EXISTS shop.alike PARTITION BY day ${day};
       CREATE TABLE IF NOT EXISTS shop.monthly PARTITION BY DATE_TRUNC(day, MONTH) ${day};
       CREATE TABLE IF NOT EXISTS shop.clustered PARTITION BY day CLUSTER BY name ${day}`,
    );
    expect(await copy(from, to, { writeDisposition: 'WRITE_TRUNCATE' })).toMatch(outcome);
  });
});
