import { createReadStream, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { gunzipSync } from 'node:zlib';
import type { Query } from '@google-cloud/bigquery';
import { Storage } from '@google-cloud/storage';
import { PassThroughClient } from 'google-auth-library';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run, startBigQuery, type Testbed } from './testbed.ts';

/** What a day's work with Google's Node client takes, call by call: what it sends and what it makes of the answers. */
let bed: Testbed;
beforeAll(async () => {
  bed = await startBigQuery();
  await bed.client.createDataset('shop', { labels: { team: 'growth' }, defaultTableExpirationMs: '86400000' });
});
afterAll(() => bed.stop());

/** What a rejected call says, as applications read it. */
const refusal = async (work: Promise<unknown>) => {
  const error = (await work.then(
    () => undefined,
    (caught: unknown) => caught,
  )) as { code?: number; message?: string; errors?: { reason?: string; message?: string }[] } | undefined;
  return error && { code: error.code, message: error.message, reason: error.errors?.[0]?.reason };
};

const rowOf = async (query: string | Query) => {
  const [rows] = await bed.client.query(typeof query === 'string' ? { query } : query);
  return rows[0];
};

const FIELDS = [
  { name: 'id', type: 'INTEGER', mode: 'REQUIRED' },
  { name: 'name', type: 'STRING', description: 'who' },
  { name: 'day', type: 'DATE' },
  { name: 'at', type: 'TIMESTAMP' },
  { name: 'amount', type: 'NUMERIC' },
  { name: 'big', type: 'BIGNUMERIC' },
  { name: 'share', type: 'FLOAT' },
  { name: 'paid', type: 'BOOLEAN' },
  { name: 'photo', type: 'BYTES' },
  { name: 'extra', type: 'JSON' },
  { name: 'local', type: 'DATETIME' },
  { name: 'clock', type: 'TIME' },
  { name: 'tags', type: 'STRING', mode: 'REPEATED' },
  {
    name: 'items',
    type: 'RECORD',
    mode: 'REPEATED',
    fields: [
      { name: 'sku', type: 'STRING' },
      { name: 'price', type: 'NUMERIC' },
    ],
  },
];

describe('tables', () => {
  test('are made with schema, partitions and clusters, read, changed under their etag, and deleted', async () => {
    const shop = bed.client.dataset('shop');
    expect(await shop.exists()).toEqual([true]);
    expect(await bed.client.dataset('nowhere').exists()).toEqual([false]);
    const [table] = await shop.createTable('made', {
      schema: FIELDS,
      timePartitioning: { type: 'DAY', field: 'day', expirationMs: '86400000' },
      clustering: { fields: ['name'] },
      description: 'a table',
      labels: { a: 'b' },
    });
    expect(await table.exists()).toEqual([true]);
    expect(await shop.table('none').exists()).toEqual([false]);
    const [metadata] = await table.getMetadata();
    expect(metadata).toMatchObject({
      schema: { fields: FIELDS.map(({ name, type }) => ({ name, type })) },
      timePartitioning: { type: 'DAY', field: 'day', expirationMs: '86400000' },
      clustering: { fields: ['name'] },
      numRows: '0',
      expirationTime: expect.stringMatching(/^\d+$/),
    });
    const [changed] = await table.setMetadata({
      description: 'another',
      schema: { fields: [...FIELDS, { name: 'added', type: 'STRING' }] },
    });
    expect(changed).toMatchObject({ description: 'another', labels: { a: 'b' } });
    expect(changed.schema.fields).toHaveLength(FIELDS.length + 1);
    // Who read the table before that change may not write over it.
    expect(await refusal(table.setMetadata({ etag: metadata.etag, description: 'stale' }))).toMatchObject({
      code: 412,
      reason: 'conditionNotMet',
    });
    expect(await refusal(table.setMetadata({ schema: { fields: FIELDS.slice(1) } }))).toMatchObject({
      code: 400,
      reason: 'invalid',
    });
    expect(await refusal(shop.createTable('made', {}))).toEqual({
      code: 409,
      reason: 'duplicate',
      message: 'Already Exists: Table local:shop.made',
    });
    const [made] = await shop.table('automatic').get({ autoCreate: true, schema: 'id:integer' } as never);
    expect(made.id).toBe('automatic');
    const [tables] = await shop.getTables();
    expect(tables.map(({ id }) => id)).toEqual(['automatic', 'made']);
    await table.delete();
    expect(await refusal(table.getMetadata())).toEqual({
      code: 404,
      reason: 'notFound',
      message: 'Not found: Table local:shop.made',
    });
    await table.delete({ ignoreNotFound: true } as never);
  });

  test('views, and what their queries give', async () => {
    const [view] = await bed.client
      .dataset('shop')
      .createTable('ones', { view: { query: 'SELECT 1 AS one', useLegacySql: false } });
    expect(await rowOf('SELECT * FROM shop.ones')).toEqual({ one: 1 });
    await view.setMetadata({ view: { query: 'SELECT 2 AS two', useLegacySql: false } });
    expect(await rowOf('SELECT * FROM shop.ones')).toEqual({ two: 2 });
  });
});

describe('rows', () => {
  test('are streamed typed and raw, once for each insertId, and read back as the client’s own types', async () => {
    const [table] = await bed.client.dataset('shop').createTable('typed', { schema: FIELDS });
    await table.insert([
      {
        id: 1,
        name: 'Ann',
        day: bed.client.date('2026-01-31'),
        at: bed.client.timestamp('2026-01-31T10:00:00.123456Z'),
        amount: '12.500000001',
        big: '578960446186580977117854925043439539266.34992332820282019728792003956564819967',
        share: 0.1,
        paid: true,
        photo: Buffer.from('abc'),
        extra: JSON.stringify({ a: [1, null] }),
        local: bed.client.datetime('2026-01-31T10:00:00.5'),
        clock: bed.client.time('10:00:00.25'),
        tags: ['a', 'b'],
        items: [{ sku: 'x', price: '1.5' }, { sku: null }],
      },
    ]);
    const raw = [
      { insertId: 'r2', json: { id: 2, name: 'Bob' } },
      { insertId: 'r2', json: { id: 2, name: 'Bob' } },
    ];
    await table.insert(raw, { raw: true });
    await table.insert(raw, { raw: true });
    const [rows] = await table.getRows();
    const byId = rows.sort((a, b) => a.id - b.id);
    expect(byId).toHaveLength(2);
    expect(byId[0]).toMatchObject({
      id: 1,
      name: 'Ann',
      day: { value: '2026-01-31' },
      at: { value: '2026-01-31T10:00:00.123456000Z' },
      share: 0.1,
      paid: true,
      photo: Buffer.from('abc'),
      extra: '{"a":[1,null]}',
      local: { value: '2026-01-31T10:00:00.500000' },
      clock: { value: '10:00:00.250000' },
      tags: ['a', 'b'],
    });
    expect(byId[0].amount.toFixed()).toBe('12.500000001');
    expect(byId[0].big.toFixed()).toBe(
      '578960446186580977117854925043439539266.34992332820282019728792003956564819967',
    );
    expect(
      byId[0].items.map((one: { sku: string; price: { toFixed(): string } | null }) => [one.sku, one.price?.toFixed()]),
    ).toEqual([
      ['x', '1.5'],
      [null, undefined],
    ]);
    expect(byId[1]).toMatchObject({ id: 2, name: 'Bob', day: null, tags: [], items: [] });
    const [selected] = await table.getRows({ selectedFields: 'id,items.sku', maxResults: 1, autoPaginate: false });
    expect(selected).toHaveLength(1);
  });

  test('that do not fit are told one by one', async () => {
    const [table] = await bed.client.dataset('shop').createTable('picky', { schema: FIELDS });
    const error = (await table.insert([{ id: 1 }, { id: 'one', name: 'x' }, { nothing: 1 }]).catch((one) => one)) as {
      name: string;
      errors: { row: object; errors: { reason: string; message: string }[] }[];
    };
    expect(error.name).toBe('PartialFailureError');
    expect(error.errors.map(({ row, errors }) => [row, errors[0]?.reason])).toEqual([
      [{ id: 1 }, 'stopped'],
      [{ id: 'one', name: 'x' }, 'invalid'],
      [{ nothing: 1 }, 'invalid'],
    ]);
    expect(
      await refusal(
        bed.client
          .dataset('shop')
          .table('none')
          .insert([{ id: 1 }]),
      ),
    ).toMatchObject({ code: 404 });
  });
});

describe('queries', () => {
  test('take named, positional, array, struct and typed parameters', async () => {
    expect(
      await rowOf({
        query:
          'SELECT @i AS i, @f AS f, @s AS s, @b AS b, @d AS d, @at AS at_, @n AS n, @l AS l, @o.x AS x, @o.y[OFFSET(1)] AS y',
        params: {
          i: 7,
          f: 1.5,
          s: "it's",
          b: false,
          d: bed.client.date('2026-01-31'),
          at: bed.client.timestamp('2026-01-31T10:00:00.123456Z'),
          n: '9007199254740993',
          l: ['a', 'b'],
          o: { x: 1, y: [1.5, 2.5] },
        },
      }),
    ).toMatchObject({
      i: 7,
      f: 1.5,
      s: "it's",
      b: false,
      at_: { value: '2026-01-31T10:00:00.123456000Z' },
      n: '9007199254740993',
      l: ['a', 'b'],
      x: 1,
      y: 2.5,
    });
    expect(
      await rowOf({
        query: 'SELECT ? AS a, ? AS b, ? AS c',
        params: [1, 'two', null],
        types: ['INT64', 'STRING', 'DATE'],
      }),
    ).toEqual({ a: 1, b: 'two', c: null });
    expect(
      await rowOf({
        query: 'SELECT ARRAY_LENGTH(@none) AS none, @n AS n, @d AS d, @r AS r',
        params: {
          none: [],
          n: '1.25',
          d: bed.client.date('2026-01-01'),
          r: bed.client.range('[2026-01-01, 2026-02-01)', 'DATE'),
        },
        types: { none: ['INT64'], n: 'NUMERIC', d: 'DATE' } as never,
      }),
    ).toMatchObject({ none: 0, d: { value: '2026-01-01' }, r: { start: { value: '2026-01-01' } } });
  });

  test('give every type as the client wraps it', async () => {
    const row = await rowOf(`SELECT
      DATE '2026-01-31' AS day, DATETIME '2026-01-31 10:00:00' AS local, TIME '10:00:00' AS clock,
      TIMESTAMP '2026-01-31 10:00:00.123456+00' AS at_, TIMESTAMP '0001-01-01 00:00:00+00' AS first,
      TIMESTAMP '9999-12-31 23:59:59.999999+00' AS last, NUMERIC '1.5' AS n, CAST('nan' AS FLOAT64) AS nan,
      CAST('-inf' AS FLOAT64) AS inf, b'abc' AS photo, JSON '{"a": 1}' AS j, [1, 2] AS l,
      STRUCT(1 AS x, [STRUCT('y' AS y)] AS ys) AS s, [STRUCT(1 AS a), STRUCT(NULL)] AS rows_,
      RANGE(DATE '2026-01-01', NULL) AS r, INTERVAL 1 DAY AS i, CAST(NULL AS STRING) AS nothing, 2.0 AS whole`);
    expect(row).toMatchObject({
      day: { value: '2026-01-31' },
      local: { value: '2026-01-31T10:00:00' },
      clock: { value: '10:00:00' },
      at_: { value: '2026-01-31T10:00:00.123456000Z' },
      first: { value: '0001-01-01T00:00:00.000Z' },
      last: { value: '9999-12-31T23:59:59.999999000Z' },
      nan: Number.NaN,
      inf: Number.NEGATIVE_INFINITY,
      photo: Buffer.from('abc'),
      j: '{"a":1}',
      l: [1, 2],
      s: { x: 1, ys: [{ y: 'y' }] },
      rows_: [{ a: 1 }, { a: null }],
      i: '0-0 1 0:0:0',
      nothing: null,
      whole: 2,
    });
    expect(row.r.start.value).toBe('2026-01-01');
  });

  test('of numbers beyond a double are wrapped where one asks for it', async () => {
    const query = 'SELECT 9007199254740993 AS big, -9223372036854775808 AS least';
    // As the client documents it: a number, and no longer the same one.
    expect(await rowOf(query)).toEqual({ big: 9007199254740992, least: -(2 ** 63) });
    expect(await rowOf({ query, wrapIntegers: true })).toMatchObject({
      big: { value: '9007199254740993' },
      least: { value: '-9223372036854775808' },
    });
    expect(await rowOf({ query, wrapIntegers: { integerTypeCastFunction: BigInt, fields: ['big', 'least'] } })).toEqual(
      {
        big: 9007199254740993n,
        least: -9223372036854775808n,
      },
    );
  });

  test('answer page by page, as a stream, and into tables', async () => {
    const query = 'SELECT n FROM UNNEST(GENERATE_ARRAY(1, 2500)) AS n ORDER BY n';
    const [job] = await bed.client.createQueryJob({ query, labels: { a: 'b' }, jobPrefix: 'day-' });
    expect(job.id).toMatch(/^day-/);
    const [first, next] = await job.getQueryResults({ maxResults: 1000, autoPaginate: false });
    expect([first.length, first[0], next?.pageToken]).toEqual([1000, { n: 1 }, expect.any(String)]);
    const [second, after] = await job.getQueryResults({ ...next, autoPaginate: false });
    expect([second.length, second[0]]).toEqual([1000, { n: 1001 }]);
    const [third, end] = await job.getQueryResults({ ...after, autoPaginate: false });
    expect([third.length, end]).toEqual([500, null]);
    const [all] = await job.getQueryResults();
    expect(all).toHaveLength(2500);
    let streamed = 0;
    for await (const row of bed.client.createQueryStream(query)) streamed += (row as { n: number }).n;
    expect(streamed).toBe((2500 * 2501) / 2);
    const destination = bed.client.dataset('shop').table('numbers');
    for (const writeDisposition of ['WRITE_TRUNCATE', 'WRITE_APPEND']) {
      const [into] = await bed.client.createQueryJob({ query, destination, writeDisposition } as never);
      await into.promise();
    }
    expect(await rowOf('SELECT COUNT(*) AS c, SUM(n) AS s FROM shop.numbers')).toEqual({ c: 5000, s: 2500 * 2501 });
    const [rows] = await destination.getRows({ maxResults: 4500, autoPaginate: false });
    expect(rows).toHaveLength(4500);
    const [dry] = await bed.client.createQueryJob({ query: 'SELECT n FROM shop.numbers', dryRun: true });
    expect(dry.metadata.statistics).toMatchObject({ totalBytesProcessed: '40000' });
  });

  test('fail with BigQuery’s reasons and codes', async () => {
    expect(await refusal(bed.client.query('SELECT * FROM shop.none'))).toMatchObject({ code: 404, reason: 'notFound' });
    expect(await refusal(bed.client.query('SELECT FROM'))).toMatchObject({ code: 400, reason: 'invalidQuery' });
    expect(await refusal(bed.client.query('SELECT 1/0'))).toMatchObject({
      code: 400,
      reason: 'invalidQuery',
      message: expect.stringContaining('division by zero'),
    });
    expect(
      await refusal(bed.client.query({ query: 'SELECT n FROM shop.numbers', maximumBytesBilled: '1' })),
    ).toMatchObject({ code: 400, reason: 'bytesBilledLimitExceeded' });
    expect(await refusal(bed.client.query('SELECT ST_GEOGPOINT(1, 2)'))).toMatchObject({
      code: 400,
      message: expect.stringContaining('not supported by the embedded warehouse: function ST_GEOGPOINT'),
    });
    // It fails once it runs, and tells the reason wherever the job is asked.
    const [job] = await bed.client.createQueryJob('SELECT ERROR("no")');
    const failed = (await job.promise().catch((error: unknown) => error)) as { errors: { reason: string }[] };
    expect(failed.errors[0]?.reason).toBe('invalidQuery');
    expect(await refusal(job.getQueryResults())).toMatchObject({ code: 400, reason: 'invalidQuery', message: 'no' });
  });
});

describe('jobs', () => {
  test('load from a file, from streams and from objects', async () => {
    const shop = bed.client.dataset('shop');
    const path = join(bed.dir, 'people.csv');
    writeFileSync(path, 'id,name\n1,Ann\n2,"B ""ob"""\n');
    const schema = { fields: FIELDS.slice(0, 2) };
    const [job] = await shop.table('people').load(path, { sourceFormat: 'CSV', skipLeadingRows: 1, schema } as never);
    expect(job.statistics).toMatchObject({ load: { outputRows: '2', badRecords: '0' } });
    const table = shop.table('people');
    await pipeline(createReadStream(path), table.createWriteStream({ sourceFormat: 'CSV', skipLeadingRows: 1 }));
    const lines = Array.from({ length: 20_000 }, (_, n) => JSON.stringify({ id: n + 100, name: `name ${n}` }));
    await new Promise<void>((resolve, reject) => {
      const stream = table.createWriteStream('json');
      stream.on('complete', () => resolve()).on('error', reject);
      for (const line of lines) stream.write(`${line}\n`);
      stream.end();
    });
    expect(await run(bed, 'SELECT COUNT(*), SUM(id), MAX(IF(id = 2, name, NULL)) FROM shop.people')).toEqual([
      ['20004', '201990006', 'B "ob"'],
    ]);
    bed.put('more.json', lines.slice(0, 5).join('\n'));
    const lake = new Storage({ projectId: 'local', authClient: new PassThroughClient() as never }).bucket('lake');
    const [loading] = await table.createLoadJob(lake.file('more.json'), {
      sourceFormat: 'NEWLINE_DELIMITED_JSON',
      writeDisposition: 'WRITE_TRUNCATE',
    });
    await loading.promise();
    expect(await run(bed, 'SELECT COUNT(*) FROM shop.people')).toEqual([['5']]);
    const bad = await refusal(table.load(lake.file('none.json'), { format: 'JSON' }));
    expect(bad).toMatchObject({ reason: 'notFound', message: expect.stringContaining('gs://lake/none.json') });
  });

  test('copy tables and write them out', async () => {
    const shop = bed.client.dataset('shop');
    const [source, copy] = [shop.table('people'), shop.table('people_copy')];
    const [copied] = await source.copy(copy);
    expect(copied.statistics).toMatchObject({ copy: { copiedRows: '5' } });
    const [again] = await source.createCopyJob(copy, { writeDisposition: 'WRITE_APPEND' });
    await again.promise();
    expect(await run(bed, 'SELECT COUNT(*), COUNT(DISTINCT id) FROM shop.people_copy')).toEqual([['10', '5']]);
    expect(await refusal(source.copy(copy))).toMatchObject({ reason: 'duplicate' });
    const lake = new Storage({ projectId: 'local', authClient: new PassThroughClient() as never }).bucket('lake');
    const [extracted] = await source.extract(lake.file('people.json'), { format: 'JSON', gzip: true });
    expect(extracted.statistics).toMatchObject({ extract: { destinationUriFileCounts: ['1'] } });
    const text = gunzipSync(readFileSync(join(bed.dir, 'objects/lake/people.json'))).toString();
    expect(JSON.parse(text.split('\n')[0] ?? '')).toEqual({ id: '100', name: 'name 0' });
  });

  test('are listed, cancelled while they run, and known by their ids', async () => {
    const [job] = await bed.client.createQueryJob({
      query:
        'SELECT COUNT(*) FROM UNNEST(GENERATE_ARRAY(1, 100000)) a CROSS JOIN UNNEST(GENERATE_ARRAY(1, 1000000)) b WHERE MOD(a * b, 7) = 3',
      jobId: 'endless',
    });
    const begun = performance.now();
    await job.cancel();
    const stopped = (await job.promise().catch((error: unknown) => error)) as { errors: { reason: string }[] };
    expect(stopped.errors[0]?.reason).toBe('stopped');
    expect(performance.now() - begun).toBeLessThan(5000);
    expect(await refusal(bed.client.createQueryJob({ query: 'SELECT 1', jobId: 'endless' }))).toMatchObject({
      code: 409,
      reason: 'duplicate',
    });
    const [metadata] = await bed.client.job('endless').getMetadata();
    expect(metadata.status).toMatchObject({ state: 'DONE', errorResult: { reason: 'stopped' } });
    expect(await refusal(bed.client.job('unknown').getMetadata())).toMatchObject({ code: 404, reason: 'notFound' });
    const [jobs] = await bed.client.getJobs({ stateFilter: ['done'], maxResults: 3, autoPaginate: false });
    expect(jobs.map(({ metadata: of }) => of.state)).toEqual(['DONE', 'DONE', 'DONE']);
  });
});

test('routines are made, changed, called, listed and deleted', async () => {
  const shop = bed.client.dataset('shop');
  const [routine] = await shop.createRoutine('twice', {
    arguments: [{ name: 'x', dataType: { typeKind: 'INT64' } }],
    language: 'SQL',
    routineType: 'SCALAR_FUNCTION',
    definitionBody: 'x * 2',
  });
  expect(await rowOf('SELECT shop.twice(21) AS n')).toEqual({ n: 42 });
  await routine.setMetadata({ definitionBody: 'x * 3' });
  expect(await rowOf('SELECT shop.twice(21) AS n')).toEqual({ n: 63 });
  const [routines] = await shop.getRoutines();
  expect(routines.map(({ id }) => id)).toEqual(['twice']);
  const [models] = await shop.getModels();
  expect(models).toEqual([]);
  await routine.delete();
  expect(await routine.exists()).toEqual([false]);
});

test('a dataset is changed under its etag, and goes with what is in it', async () => {
  const [dataset] = await bed.client.createDataset('brief', { description: 'short' });
  const [before] = await dataset.getMetadata();
  const [after] = await dataset.setMetadata({ labels: { a: 'b' }, defaultTableExpirationMs: 3_600_000 as never });
  expect(after).toMatchObject({ description: 'short', labels: { a: 'b' }, defaultTableExpirationMs: '3600000' });
  expect(await refusal(dataset.setMetadata({ etag: before.etag, description: 'stale' }))).toMatchObject({ code: 412 });
  await dataset.createTable('t', { schema: 'id:integer' });
  expect(await refusal(dataset.delete())).toMatchObject({ code: 400, reason: 'resourceInUse' });
  await dataset.delete({ force: true });
  expect(await dataset.exists()).toEqual([false]);
});
