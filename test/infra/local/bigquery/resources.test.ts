import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { call, run, startBigQuery, type Testbed } from './testbed.ts';

let bed: Testbed;
beforeAll(async () => {
  bed = await startBigQuery();
});
afterAll(() => bed.stop());

interface ErrorBody {
  error: { code: number; message: string; errors: { reason: string }[] };
}

describe('datasets', () => {
  test('are made, read, changed, listed and deleted by the client', async () => {
    const [dataset] = await bed.client.createDataset('made', { labels: { team: 'data' } });
    await dataset.setMetadata({ description: 'what was made' });
    const [metadata] = await dataset.getMetadata();
    expect(metadata).toMatchObject({ description: 'what was made', labels: { team: 'data' }, location: 'US' });
    for (const [filter, ids] of [
      ['labels.team:data', ['made']],
      ['labels.team', ['made']],
      ['labels.team:data labels.tier', []],
    ] as const) {
      const [datasets] = await bed.client.getDatasets({ filter });
      expect(datasets.map((one) => one.id)).toEqual(ids);
    }
    expect((await call(bed, 'GET', '/datasets?filter=team')).status).toBe(400);
    await dataset.delete();
    expect(await dataset.exists()).toEqual([false]);
  });

  test('answer with Google’s words when they exist, are missing or are in use', async () => {
    await bed.client.createDataset('used');
    const again = await call<ErrorBody>(bed, 'POST', '/datasets', { datasetReference: { datasetId: 'used' } });
    expect(again.body.error).toMatchObject({ code: 409, message: 'Already Exists: Dataset local:used' });
    expect(again.body.error.errors[0]?.reason).toBe('duplicate');
    const missing = await call<ErrorBody>(bed, 'GET', '/datasets/nowhere');
    expect(missing.body.error).toMatchObject({ code: 404, message: 'Not found: Dataset local:nowhere' });
    await bed.client.dataset('used').createTable('t', { schema: 'id:integer' });
    const inUse = await call<ErrorBody>(bed, 'DELETE', '/datasets/used');
    expect(inUse.body.error.errors[0]?.reason).toBe('resourceInUse');
    expect((await call(bed, 'DELETE', '/datasets/used?deleteContents=true')).status).toBe(204);
  });

  test.each(['a-b', 'a.b', '', "x'; DROP SCHEMA data; --"])('refuse the id %j', async (datasetId) => {
    expect((await call(bed, 'POST', '/datasets', { datasetReference: { datasetId } })).status).toBe(400);
  });
});

test('a table with keys, a clone or a snapshot may be sent back as it was read, with a new description', async () => {
  await run(
    bed,
    `CREATE SCHEMA kept; CREATE TABLE kept.t (id INT64, PRIMARY KEY (id) NOT ENFORCED);
    CREATE TABLE kept.u (id INT64, FOREIGN KEY (id) REFERENCES kept.t(id) NOT ENFORCED);
    CREATE TABLE kept.c CLONE kept.t; CREATE SNAPSHOT TABLE kept.s CLONE kept.t`,
  );
  for (const table of ['t', 'u', 'c', 's']) {
    const path = `/datasets/kept/tables/${table}`;
    const { schema, ...read } = (await call<Record<string, unknown>>(bed, 'GET', path)).body;
    expect(await call(bed, 'PATCH', path, { ...read, description: 'kept' })).toMatchObject({ status: 200 });
    const { body } = await call<Record<string, unknown>>(bed, 'GET', path);
    expect(body).toEqual({
      ...read,
      schema,
      description: 'kept',
      etag: body.etag,
      lastModifiedTime: body.lastModifiedTime,
    });
    const other = { tableConstraints: { primaryKey: { columns: ['other'] } } };
    expect(await call(bed, 'PATCH', path, other)).toMatchObject({ status: 400 });
  }
});

describe('preconditions', () => {
  const send = async (method: string, path: string, headers: Record<string, string>, body?: object) => {
    const response = await fetch(`${bed.url}/bigquery/v2/projects/local${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? {} : JSON.parse(text) };
  };

  test.each(['/datasets/matched', '/datasets/matched/tables/t'])(
    'hold a change of %s back that was made of an older state',
    async (path) => {
      if (path.endsWith('matched')) {
        await bed.client.createDataset('matched');
        await bed.client.dataset('matched').createTable('t', { schema: 'id:integer' });
      }
      const { etag } = (await send('GET', path, {})).body;
      expect((await send('GET', path, { 'if-none-match': etag })).status).toBe(304);
      expect((await send('PATCH', path, { 'if-match': etag }, { description: 'first' })).status).toBe(200);
      expect((await send('GET', path, { 'if-none-match': etag })).status).toBe(200);
      for (const [method, body] of [
        ['PATCH', { description: 'second' }],
        ['PUT', { description: 'second' }],
        ['DELETE', undefined],
      ] as const) {
        const refused = await send(method, path, { 'if-match': etag }, body);
        expect([refused.status, refused.body.error?.errors[0]?.reason]).toEqual([412, 'conditionNotMet']);
      }
      expect((await send('GET', `${path}?fields=description`, {})).body).toEqual({ description: 'first' });
    },
  );

  test('of the client are its metadata’s etag', async () => {
    const table = bed.client.dataset('matched').table('t');
    const [read] = await table.getMetadata();
    await table.setMetadata({ description: 'read, then written', etag: read.etag });
    await expect(table.setMetadata({ description: 'lost', etag: read.etag })).rejects.toMatchObject({ code: 412 });
  });
});

describe('tables', () => {
  beforeAll(async () => {
    await bed.client.createDataset('shop');
  });

  test('carry schema, partitioning, clustering, labels, expiration and size', async () => {
    await bed.client.dataset('shop').createTable('orders', {
      schema: [
        { name: 'id', type: 'INT64', mode: 'REQUIRED' },
        { name: 'day', type: 'DATE' },
        { name: 'items', type: 'RECORD', mode: 'REPEATED', fields: [{ name: 'sku', type: 'STRING' }] },
      ],
      timePartitioning: { type: 'DAY', field: 'day' },
      clustering: { fields: ['id'] },
      labels: { tier: 'gold' },
      description: 'orders',
    } as never);
    expect(await run(bed, "INSERT shop.orders VALUES (1, '2026-01-01', [STRUCT('abc')])")).toBe('1 rows');
    const { body } = await call(bed, 'GET', '/datasets/shop/tables/orders');
    expect(body).toMatchObject({
      type: 'TABLE',
      numRows: '1',
      numBytes: '21',
      schema: {
        fields: [
          { name: 'id', type: 'INTEGER', mode: 'REQUIRED' },
          { type: 'DATE' },
          { type: 'RECORD', mode: 'REPEATED', fields: [{ name: 'sku', type: 'STRING' }] },
        ],
      },
      timePartitioning: { type: 'DAY', field: 'day' },
      clustering: { fields: ['id'] },
      labels: { tier: 'gold' },
    });
  });

  test('take new columns and relaxed ones, and refuse every other change of schema', async () => {
    const change = (fields: object[]) =>
      call<ErrorBody>(bed, 'PATCH', '/datasets/shop/tables/orders', { schema: { fields } });
    const items = { name: 'items', type: 'RECORD', mode: 'REPEATED', fields: [{ name: 'sku', type: 'STRING' }] };
    const day = { name: 'day', type: 'DATE' };
    expect((await change([{ name: 'id', type: 'INTEGER' }, day, items, { name: 'note', type: 'STRING' }])).status).toBe(
      200,
    );
    expect(await run(bed, "INSERT shop.orders (day, note) VALUES ('2026-01-02', 'no id')")).toBe('1 rows');
    const refused = [
      [day, items, { name: 'note', type: 'STRING' }],
      [{ name: 'id', type: 'STRING' }, day, items, { name: 'note', type: 'STRING' }],
      [{ name: 'id', type: 'INTEGER', mode: 'REQUIRED' }, day, items, { name: 'note', type: 'STRING' }],
      [
        { name: 'id', type: 'INTEGER' },
        day,
        items,
        { name: 'note', type: 'STRING' },
        { name: 'must', type: 'STRING', mode: 'REQUIRED' },
      ],
    ];
    for (const fields of refused) {
      const { status, body } = await change(fields);
      expect(status).toBe(400);
      expect(body.error.message).toMatch(/^Provided Schema does not match Table local:shop.orders\./);
    }
  });

  test('take new fields inside of records, behind the ones that are there', async () => {
    const item = (...names: string[]) => ({
      name: 'items',
      type: 'RECORD',
      mode: 'REPEATED',
      fields: names.map((name) => ({ name, type: name === 'sku' ? 'STRING' : 'INTEGER' })),
    });
    const who = (...names: string[]) => ({
      name: 'who',
      type: 'RECORD',
      fields: names.map((name) => ({ name, type: 'STRING' })),
    });
    const table = { tableReference: { tableId: 'nested' }, schema: { fields: [item('sku'), who('name')] } };
    await call(bed, 'POST', '/datasets/shop/tables', table);
    await run(bed, "INSERT shop.nested VALUES ([STRUCT('a')], STRUCT('Ann'))");
    const patch = (fields: object[]) =>
      call<ErrorBody>(bed, 'PATCH', '/datasets/shop/tables/nested', { schema: { fields } });
    expect((await patch([item('n', 'sku'), who('name', 'town')])).status).toBe(200);
    await run(bed, "INSERT shop.nested VALUES ([STRUCT('b', 2)], STRUCT('Bob', 'Rome'))");
    expect(await run(bed, 'SELECT * FROM shop.nested ORDER BY who.name')).toEqual([
      [[['a', null]], ['Ann', null]],
      [[['b', '2']], ['Bob', 'Rome']],
    ]);
    expect((await patch([item('sku'), who('name', 'town')])).status).toBe(400);
    const repeated = { name: 'tags', type: 'STRING', mode: 'REPEATED' };
    const refused = await patch([
      item('sku', 'n'),
      { ...who('name', 'town'), fields: [...who('name').fields, repeated] },
    ]);
    expect(refused.status).toBe(400);
  });

  test('without a schema take that of their first rows', async () => {
    await bed.client.dataset('shop').createTable('bare', {});
    const bare = await call(bed, 'GET', '/datasets/shop/tables/bare');
    expect([bare.body.numRows, 'schema' in bare.body]).toEqual(['0', false]);
    expect(await run(bed, 'SELECT * FROM shop.bare')).toBe('invalid: Table local:shop.bare does not have a schema.');
    const insert = await call<ErrorBody>(bed, 'POST', '/datasets/shop/tables/bare/insertAll', {
      rows: [{ json: { a: 1 } }],
    });
    expect(insert.body.error.message).toBe('The destination table has no schema.');
    await run(bed, 'SELECT 1 AS a', {
      destinationTable: { datasetId: 'shop', tableId: 'bare' },
      writeDisposition: 'WRITE_APPEND',
    });
    await bed.client.dataset('shop').createTable('patched', {});
    await call(bed, 'PATCH', '/datasets/shop/tables/patched', { schema: { fields: [{ name: 'b', type: 'STRING' }] } });
    expect(await run(bed, 'SELECT * FROM shop.patched')).toEqual([]);
  });

  test('are told in part: a schema’s chosen fields, an answer’s', async () => {
    const { body } = await call(
      bed,
      'GET',
      '/datasets/shop/tables/orders?selectedFields=day&fields=schema/fields(name),type',
    );
    expect(body).toEqual({ schema: { fields: [{ name: 'day' }] }, type: 'TABLE' });
  });

  test('keep a label that a patch does not name, and drop one that it sets to null', async () => {
    await call(bed, 'PATCH', '/datasets/shop/tables/orders', {
      labels: { tier: null, owner: 'ops' },
      expirationTime: '4102444800000',
    });
    const { body } = await call(bed, 'GET', '/datasets/shop/tables/orders');
    expect(body).toMatchObject({ labels: { owner: 'ops' }, description: 'orders', expirationTime: '4102444800000' });
  });

  test('can be views, which are read through and follow their query', async () => {
    const [view] = await bed.client
      .dataset('shop')
      .createTable('days', { view: { query: 'SELECT DISTINCT day FROM `local.shop.orders`', useLegacySql: false } });
    const [metadata] = await view.getMetadata();
    expect(metadata).toMatchObject({ type: 'VIEW', schema: { fields: [{ name: 'day', type: 'DATE' }] } });
    expect(await run(bed, 'SELECT COUNT(*) FROM shop.days')).toEqual([['2']]);
  });

  test.each([
    [
      'a view of itself',
      { tableReference: { tableId: 'loop' }, view: { query: 'SELECT 1 FROM `local.shop.loop`' } },
      /Not found: Table local:shop.loop/,
    ],
    [
      'a range without bounds',
      {
        tableReference: { tableId: 'r' },
        schema: { fields: [{ name: 'a', type: 'INTEGER' }] },
        rangePartitioning: { field: 'a' },
      },
      /Invalid value for rangePartitioning.range.start/,
    ],
    [
      'a column named rowid',
      { tableReference: { tableId: 'r' }, schema: { fields: [{ name: 'rowid', type: 'INTEGER' }] } },
      /rowid/,
    ],
    [
      'an unknown type',
      { tableReference: { tableId: 'r' }, schema: { fields: [{ name: 'a', type: 'MONEY' }] } },
      /MONEY/,
    ],
    [
      'two columns that differ in case only',
      {
        tableReference: { tableId: 'r' },
        schema: {
          fields: [
            { name: 'a', type: 'STRING' },
            { name: 'A', type: 'STRING' },
          ],
        },
      },
      /Duplicate field name/,
    ],
  ])('refuse %s', async (_, body, message) => {
    const answer = await call<ErrorBody>(bed, 'POST', '/datasets/shop/tables', body);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.body.error.message).toMatch(message);
  });

  test('refuse a circular view when one of its parts is replaced', async () => {
    await run(bed, 'CREATE VIEW shop.one AS SELECT 1 AS x');
    await run(bed, 'CREATE VIEW shop.two AS SELECT x FROM shop.one');
    expect(await run(bed, 'CREATE OR REPLACE VIEW shop.one AS SELECT x FROM shop.two')).toMatch(
      /^invalidQuery: .*refers to itself/,
    );
    expect(await run(bed, 'SELECT * FROM shop.two')).toEqual([['1']]);
  });

  test('are told apart by the case of their names, and hostile names reach no SQL', async () => {
    await bed.client.dataset('shop').createTable('Case', { schema: 'upper:string' });
    await bed.client.dataset('shop').createTable('case', { schema: 'lower:string' });
    const [tables] = await bed.client.dataset('shop').getTables();
    expect(tables.map((table) => table.id)).toEqual(expect.arrayContaining(['Case', 'case']));
    const hostile = await call<ErrorBody>(bed, 'POST', '/datasets/shop/tables', {
      tableReference: { tableId: 'x"; DROP TABLE meta.jobs; --' },
      schema: { fields: [{ name: 'a', type: 'STRING' }] },
    });
    expect(hostile.status).toBe(400);
    const quoted = await call<ErrorBody>(bed, 'POST', '/datasets/shop/tables', {
      tableReference: { tableId: 'q' },
      schema: { fields: [{ name: 'a"b', type: 'STRING' }] },
    });
    expect(quoted.status).toBe(400);
  });

  test('are listed in pages', async () => {
    const first = await call<{ tables: object[]; nextPageToken: string; totalItems: number }>(
      bed,
      'GET',
      '/datasets/shop/tables?maxResults=2',
    );
    expect(first.body.tables).toHaveLength(2);
    const rest = await call<{ tables: object[] }>(
      bed,
      'GET',
      `/datasets/shop/tables?pageToken=${first.body.nextPageToken}`,
    );
    expect(rest.body.tables).toHaveLength(first.body.totalItems - 2);
  });
});

test('projects.list names the project, as bq needs it', async () => {
  const response = await fetch(`${bed.url}/bigquery/v2/projects`);
  expect(await response.json()).toMatchObject({
    projects: [{ id: 'local', projectReference: { projectId: 'local' } }],
  });
});
