import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { call, run, startBigQuery, type Testbed } from './testbed.ts';

let bed: Testbed;
let table = 0;
beforeAll(async () => {
  bed = await startBigQuery();
  await bed.client.createDataset('shop');
});
afterAll(() => bed.stop());
beforeEach(async () => {
  table++;
  await bed.client.dataset('shop').createTable(`t${table}`, {
    schema: {
      fields: [
        { name: 'id', type: 'INTEGER', mode: 'REQUIRED' },
        { name: 'at', type: 'TIMESTAMP' },
        { name: 'tags', type: 'STRING', mode: 'REPEATED' },
        { name: 'who', type: 'RECORD', fields: [{ name: 'name', type: 'STRING' }] },
      ],
    },
  });
});

interface InsertReply {
  insertErrors?: { index: number; errors: { reason: string; location: string; message: string }[] }[];
  error?: { message: string };
}
const insert = (rows: object[], options: object = {}) =>
  call<InsertReply>(bed, 'POST', `/datasets/shop/tables/t${table}/insertAll`, { rows, ...options });
const all = () => run(bed, `SELECT * FROM shop.t${table} ORDER BY id`);

test('rows of the client arrive with nested and repeated values', async () => {
  await bed.client
    .dataset('shop')
    .table(`t${table}`)
    .insert([{ id: 1, at: '2026-01-01T00:00:00Z', tags: ['a', 'b'], who: { name: 'Ann' } }, { id: 2 }]);
  expect(await all()).toEqual([
    ['1', '1767225600000000', ['a', 'b'], ['Ann']],
    ['2', null, [], null],
  ]);
});

test('a row that leaves a column out takes its default, and a null stays one', async () => {
  const made = "CREATE TABLE shop.d (id INT64, state STRING(3) NOT NULL DEFAULT 'new', n INT64 DEFAULT 7)";
  expect(await run(bed, made)).toEqual([]);
  const rows = [{ id: 1 }, { id: 2, state: 'old', n: null }, { id: 3, state: null }, { id: 4, state: 'long' }];
  const { body } = await call<InsertReply>(bed, 'POST', '/datasets/shop/tables/d/insertAll', {
    rows: rows.map((json) => ({ json })),
    skipInvalidRows: true,
  });
  expect(body.insertErrors?.map(({ index, errors }) => [index, errors[0]?.location])).toEqual([
    [2, 'state'],
    [3, 'state'],
  ]);
  expect(await run(bed, 'SELECT * FROM shop.d ORDER BY id')).toEqual([
    ['1', 'new', '7'],
    ['2', 'old', null],
  ]);
});

test('a repeated insertId adds nothing', async () => {
  await insert([{ insertId: 'x', json: { id: 1 } }]);
  await insert([
    { insertId: 'x', json: { id: 1 } },
    { insertId: 'y', json: { id: 2 } },
  ]);
  expect(await run(bed, `SELECT id FROM shop.t${table} ORDER BY id`)).toEqual([['1'], ['2']]);
});

test('the id of a row that was kept out may come again, mended', async () => {
  const skip = { skipInvalidRows: true };
  await insert(
    [
      { insertId: 'x', json: { id: 'one' } },
      { insertId: 'y', json: { id: 2 } },
    ],
    skip,
  );
  await insert(
    [
      { insertId: 'x', json: { id: 1 } },
      { insertId: 'y', json: { id: 2 } },
    ],
    skip,
  );
  expect(await run(bed, `SELECT id FROM shop.t${table} ORDER BY id`)).toEqual([['1'], ['2']]);
});

test('a table that is made anew under an old name knows none of the old one’s ids', async () => {
  const anew = () => run(bed, 'DROP TABLE IF EXISTS shop.anew; CREATE TABLE shop.anew (id INT64)');
  const rows = [{ insertId: 'x', json: { id: 1 } }];
  for (let i = 0; i < 2; i++) {
    await anew();
    await call(bed, 'POST', '/datasets/shop/tables/anew/insertAll', { rows });
    expect(await run(bed, 'SELECT id FROM shop.anew')).toEqual([['1']]);
  }
});

test('who repeats a request that is under way is answered once its rows are there', async () => {
  const rows = Array.from({ length: 2000 }, (_, id) => ({ insertId: String(id), json: { id } }));
  const counts = await Promise.all(
    [1, 2, 3].map(async () => {
      await insert(rows);
      return run(bed, `SELECT COUNT(*) FROM shop.t${table}`, { useQueryCache: false });
    }),
  );
  expect(counts).toEqual([[['2000']], [['2000']], [['2000']]]);
});

test('JSON comes as text, as clients send it, or as it is', async () => {
  await run(bed, 'CREATE OR REPLACE TABLE shop.documents (id INT64, j JSON, many ARRAY<JSON>)');
  const json = [
    { id: 1, j: '{"a": [1, null]}', many: ['1', '"x"'] },
    { id: 2, j: { a: 2 }, many: [{ b: 1 }] },
    { id: 3, j: '"text"' },
    { id: 4, j: null },
    { id: 5, j: '{' },
  ];
  const { body } = await call<InsertReply>(bed, 'POST', '/datasets/shop/tables/documents/insertAll', {
    rows: json.map((one) => ({ json: one })),
    skipInvalidRows: true,
  });
  expect(body.insertErrors?.map(({ index, errors }) => [index, errors[0]?.location])).toEqual([[4, 'j']]);
  expect(await run(bed, 'SELECT * FROM shop.documents ORDER BY id')).toEqual([
    ['1', '{"a":[1,null]}', ['1', '"x"']],
    ['2', '{"a":2}', ['{"b":1}']],
    ['3', '"text"', []],
    ['4', null, []],
  ]);
});

test('one bad row keeps all rows out, and every row is told why', async () => {
  const { body } = await insert([
    { json: { id: 1 } },
    { json: { id: 'one' } },
    { json: { at: '2026-01-01' } },
    { json: { id: 4, color: 'red' } },
  ]);
  expect(body.insertErrors?.map((error) => [error.index, error.errors[0]?.reason, error.errors[0]?.location])).toEqual([
    [0, 'stopped', ''],
    [1, 'invalid', 'id'],
    [2, 'invalid', 'id'],
    [3, 'invalid', 'color'],
  ]);
  expect(body.insertErrors?.map((error) => error.errors[0]?.message)).toEqual([
    '',
    'Cannot convert value to int64 (bad value).',
    'Missing required field: id.',
    'no such field: color.',
  ]);
  expect(await all()).toEqual([]);
});

test('skipInvalidRows and ignoreUnknownValues let the good ones through', async () => {
  const { body } = await insert([{ json: { id: 1, color: 'red' } }, { json: { id: 'one' } }], {
    skipInvalidRows: true,
    ignoreUnknownValues: true,
  });
  expect(body.insertErrors?.map((error) => error.index)).toEqual([1]);
  expect(await run(bed, `SELECT id FROM shop.t${table}`)).toEqual([['1']]);
});

test('a field that is unknown inside of a record is named with its path', async () => {
  const { body } = await insert([{ json: { id: 1, who: { name: 'Ann', age: 7 } } }]);
  expect(body.insertErrors?.[0]?.errors[0]).toMatchObject({ location: 'who.age', message: 'no such field: who.age.' });
});

test('templateSuffix makes a table like the template, once', async () => {
  const rows = [{ json: { id: 1 } }];
  await Promise.all([1, 2].map(() => insert(rows, { templateSuffix: '_ann' })));
  expect(await run(bed, `SELECT id FROM shop.t${table}_ann`)).toEqual([['1'], ['1']]);
  expect(await all()).toEqual([]);
});

test('rows go into a table that is truncated meanwhile', async () => {
  const truncate = () => run(bed, `CREATE OR REPLACE TABLE shop.t${table} AS SELECT * FROM shop.t${table} WHERE FALSE`);
  const replies = await Promise.all(
    Array.from({ length: 12 }, (_, id) => (id % 3 === 0 ? truncate() : insert([{ json: { id } }]))),
  );
  for (const reply of replies) expect(typeof reply === 'string' ? reply : 'error' in reply).not.toBe(true);
  await insert([{ json: { id: 99 } }]);
  expect(await run(bed, `SELECT COUNT(*) FROM shop.t${table} WHERE id = 99`)).toEqual([['1']]);
});

test('a row is metered as 1 kB at least', async () => {
  const before = bed.meter.read().get('bigquery.insert_bytes') ?? 0;
  await insert([{ json: { id: 1 } }, { json: { id: 2 } }]);
  expect((bed.meter.read().get('bigquery.insert_bytes') ?? 0) - before).toBe(2048);
});

test('rows are listed in pages, from a start index, with chosen fields', async () => {
  await insert(Array.from({ length: 5 }, (_, id) => ({ json: { id } })));
  const list = (query: string) =>
    call<{ totalRows: string; pageToken?: string; rows?: { f: { v: string }[] }[] }>(
      bed,
      'GET',
      `/datasets/shop/tables/t${table}/data?${query}`,
    );
  const first = await list('maxResults=2&selectedFields=id');
  expect([first.body.totalRows, first.body.rows]).toEqual(['5', [{ f: [{ v: '0' }] }, { f: [{ v: '1' }] }]]);
  const next = await list(`pageToken=${first.body.pageToken}&maxResults=10`);
  expect(next.body.rows?.map((row) => row.f[0]?.v)).toEqual(['2', '3', '4']);
  expect(next.body.pageToken).toBeUndefined();
  expect((await list('startIndex=4')).body.rows).toHaveLength(1);
});

test('a value of JSON is kept as the JSON type keeps it: sorted keys, the first of repeated ones, one spelling of numbers', async () => {
  expect(await run(bed, 'CREATE TABLE shop.kept (id INT64, j JSON)')).toEqual([]);
  await call(bed, 'POST', '/datasets/shop/tables/kept/insertAll', {
    rows: [{ json: { id: 1, j: { b: [1e20, 1.5], a: 0.00001 } } }],
  });
  const text = bed.put('j.json', '{"id": 3, "j": {"b": 1e20, "a": 1.50}}\n');
  expect(await run(bed, `LOAD DATA INTO shop.kept FROM FILES (format = 'JSON', uris = ['${text}'])`)).toEqual([]);
  expect(await run(bed, 'SELECT TO_JSON_STRING(j), JSON_VALUE(j, "$.b"), j.b FROM shop.kept ORDER BY id')).toEqual([
    ['{"a":1e-05,"b":[1e+20,1.5]}', null, '[1e+20,1.5]'],
    ['{"a":1.5,"b":1e+20}', '1e+20', '1e+20'],
  ]);
});
