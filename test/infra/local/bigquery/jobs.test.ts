import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { call, type JobBody, run, runJob, startBigQuery, type Testbed } from './testbed.ts';

let bed: Testbed;
beforeAll(async () => {
  bed = await startBigQuery();
  await run(bed, 'CREATE SCHEMA shop');
  await run(
    bed,
    'CREATE TABLE shop.big AS SELECT n AS id, CONCAT("name ", CAST(n AS STRING)) AS name FROM UNNEST(GENERATE_ARRAY(1, 2500)) n',
  );
});
afterAll(() => bed.stop());

const insert = (query: object, more: object = {}, reference: object = {}) =>
  call<JobBody>(bed, 'POST', '/jobs', {
    configuration: { query: { useLegacySql: false, ...query }, ...more },
    jobReference: reference,
  });

async function done(id: string): Promise<JobBody> {
  await call(bed, 'GET', `/queries/${id}?timeoutMs=8000&maxResults=0`);
  return (await call<JobBody>(bed, 'GET', `/jobs/${id}`)).body;
}

describe('a query job', () => {
  test('carries its id, labels, times, bytes, tables and schema', async () => {
    const { body } = await insert({ query: 'SELECT id FROM shop.big' }, { labels: { run: 'r1' } }, { jobId: 'mine' });
    expect(body.jobReference).toEqual({ projectId: 'local', jobId: 'mine', location: 'US' });
    const job = await done('mine');
    expect(job).toMatchObject({
      id: 'local:US.mine',
      configuration: { jobType: 'QUERY', labels: { run: 'r1' } },
      status: { state: 'DONE' },
      statistics: {
        totalBytesProcessed: '20000',
        query: {
          statementType: 'SELECT',
          totalBytesBilled: '10485760',
          cacheHit: false,
          referencedTables: [{ projectId: 'local', datasetId: 'shop', tableId: 'big' }],
        },
      },
    });
    const { creationTime, startTime, endTime } = job.statistics;
    expect(Number(creationTime)).toBeLessThanOrEqual(Number(startTime));
    expect(Number(startTime)).toBeLessThanOrEqual(Number(endTime));
  });

  test('cannot take an id that was used before', async () => {
    await insert({ query: 'SELECT 1' }, {}, { jobId: 'once' });
    const { status, body } = await insert({ query: 'SELECT 1' }, {}, { jobId: 'once' });
    expect([status, body.error?.message, body.error?.errors[0]?.reason]).toEqual([
      409,
      'Already Exists: Job local:US.once',
      'duplicate',
    ]);
  });

  test('of two requests with one id at the same time, one is refused', async () => {
    const answers = await Promise.all([1, 2, 3].map(() => insert({ query: 'SELECT 1' }, {}, { jobId: 'race' })));
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 409, 409]);
  });

  test('ends in Google’s error shape', async () => {
    const { body } = await insert({ query: 'SELECT nope' });
    const job = await done(body.jobReference.jobId);
    const error = { reason: 'invalidQuery', location: 'query', message: 'Unrecognized name: nope at [1:8]' };
    expect(job.status).toEqual({ state: 'DONE', errorResult: error, errors: [error] });
    const results = await call<JobBody>(bed, 'GET', `/queries/${body.jobReference.jobId}`);
    expect([results.status, results.body.error?.message]).toEqual([400, error.message]);
  });

  test('of the client rejects with the reason', async () => {
    const failure = await bed.client.query('SELECT * FROM shop.nowhere').catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 404, errors: [{ reason: 'notFound' }] });
    const [job] = await bed.client.createQueryJob({ query: 'SELECT ERROR("no")' });
    await expect(job.getQueryResults()).rejects.toMatchObject({ errors: [{ reason: 'invalidQuery', message: 'no' }] });
  });

  test('hands out its rows in pages, which outlive each other', async () => {
    const [job] = await bed.client.createQueryJob('SELECT id, name FROM shop.big ORDER BY id DESC');
    const [first, next] = await job.getQueryResults({ maxResults: 1000, autoPaginate: false });
    expect([first.length, first[0]]).toEqual([1000, { id: 2500, name: 'name 2500' }]);
    const [second] = await job.getQueryResults({ ...next, autoPaginate: false });
    expect(second[0]).toEqual({ id: 1500, name: 'name 1500' });
    const [all] = await job.getQueryResults();
    expect(all).toHaveLength(2500);
    const id = job.id ?? '';
    const { body } = await call<{ rows: unknown[]; totalRows: string }>(bed, 'GET', `/queries/${id}?startIndex=2498`);
    expect([body.rows.length, body.totalRows]).toEqual([2, '2500']);
  });

  test('can be followed by a long poll, and be cancelled', async () => {
    const endless =
      'SELECT COUNT(*) FROM UNNEST(GENERATE_ARRAY(1, 100000)) a, UNNEST(GENERATE_ARRAY(1, 1000000)) b WHERE MOD(a * b, 7) = 3';
    const { body } = await insert({ query: endless });
    const id = body.jobReference.jobId;
    const waiting = await call<{ jobComplete: boolean }>(bed, 'GET', `/queries/${id}?timeoutMs=100`);
    expect(waiting.body.jobComplete).toBe(false);
    expect(await run(bed, 'SELECT 1')).toEqual([['1']]);
    await call(bed, 'POST', `/jobs/${id}/cancel`);
    const job = await done(id);
    expect(job.status.errorResult).toMatchObject({
      reason: 'stopped',
      message: 'Job execution was cancelled: User requested cancellation',
    });
  });

  test('repeated under one requestId runs once', async () => {
    await run(bed, 'CREATE TABLE shop.once (x INT64)');
    await Promise.all([1, 2].map(() => run(bed, 'INSERT shop.once VALUES (1)', { requestId: 'req-1' })));
    await run(bed, 'INSERT shop.once VALUES (1)', { requestId: 'req-1' });
    expect(await run(bed, 'SELECT COUNT(*) FROM shop.once')).toEqual([['1']]);
  });

  test('that reads more than it may bill is refused before it runs', async () => {
    expect(await run(bed, 'SELECT * FROM shop.big', { maximumBytesBilled: '1000' })).toBe(
      'bytesBilledLimitExceeded: Query exceeded limit for bytes billed: 1000. 10485760 or higher required.',
    );
  });

  test('is metered at 10 MB a table at least; a failed one and a dry run are not', async () => {
    const before = bed.meter.read().get('bigquery.query_bytes') ?? 0;
    await run(bed, 'SELECT COUNT(*) FROM shop.big a JOIN shop.big b USING (id)');
    await run(bed, 'SELECT id / 0 FROM shop.big');
    await insert({ query: 'SELECT id FROM shop.big' }, { dryRun: true });
    expect((bed.meter.read().get('bigquery.query_bytes') ?? 0) - before).toBe(10485760);
  });
});

describe('a dry run', () => {
  test('tells bytes, tables and schema, runs nothing and keeps no job', async () => {
    const [job] = await bed.client.createQueryJob({
      query: 'SELECT name, COUNT(*) n FROM shop.big GROUP BY name',
      dryRun: true,
    });
    expect(job.metadata).toMatchObject({
      status: { state: 'DONE' },
      statistics: {
        totalBytesProcessed: '26393',
        query: {
          statementType: 'SELECT',
          schema: {
            fields: [
              { name: 'name', type: 'STRING' },
              { name: 'n', type: 'INTEGER' },
            ],
          },
        },
      },
    });
    expect((await call(bed, 'GET', `/jobs/${job.metadata.jobReference.jobId}`)).status).toBe(404);
  });

  test.each([
    ['SELECT id FROM shop.big', '20000'],
    ['SELECT 1 FROM shop.big', '0'],
    ['SELECT COUNT(*) FROM (SELECT * FROM shop.big)', '0'],
    ['WITH b AS (SELECT * FROM shop.big) SELECT id FROM b', '20000'],
    ['SELECT id FROM shop.big WHERE name = "x"', '46393'],
    ['DELETE shop.big WHERE id = 1', '46393'],
    ['INSERT shop.big VALUES (1, "x")', '0'],
  ])('of %s counts %s bytes', async (query, bytes) => {
    const { body } = await insert({ query }, { dryRun: true });
    expect(body.statistics.totalBytesProcessed).toBe(bytes);
  });

  test.each([
    ['SELECT @p', [{ name: 'p', type: 'INT64' }]],
    ['SELECT id FROM shop.big WHERE name = @n AND id > ?', [{ name: 'n', type: 'STRING' }, { type: 'INT64' }]],
    ['SELECT DATE_ADD(@day, INTERVAL 1 DAY)', [{ name: 'day', type: 'DATE' }]],
    ['INSERT shop.big (name) VALUES (@n)', [{ name: 'n', type: 'STRING' }]],
  ] as [string, { name?: string; type: string }[]][])('of %s tells what parameters it wants', async (query, wanted) => {
    const { body } = await insert({ query }, { dryRun: true });
    expect(body.statistics.query?.undeclaredQueryParameters).toEqual(
      wanted.map(({ name, type }) => ({ ...(name && { name }), parameterType: { type } })),
    );
  });

  test('of a broken query is a refused request', async () => {
    const { status, body } = await insert({ query: 'SELECT * FROM shop.nowhere' }, { dryRun: true });
    expect([status, body.error?.errors[0]?.reason]).toEqual([404, 'notFound']);
  });
});

test.each([
  ['CREATE SNAPSHOT TABLE shop.snap CLONE shop.big', { statementType: 'CREATE_SNAPSHOT_TABLE' }],
  ['DROP SNAPSHOT TABLE shop.snap', { statementType: 'DROP_SNAPSHOT_TABLE' }],
  [
    'CREATE FUNCTION shop.one() AS (1); CREATE TABLE FUNCTION shop.ones() AS SELECT shop.one() AS a',
    { statementType: 'SCRIPT' },
  ],
  [
    'SELECT a FROM shop.ones()',
    {
      statementType: 'SELECT',
      referencedRoutines: ['ones', 'one'].map((routineId) => ({ projectId: 'local', datasetId: 'shop', routineId })),
    },
  ],
])('statistics of %s', async (query, statistics) => {
  expect((await runJob(bed, { query: { query } })).statistics.query).toMatchObject(statistics);
});

describe('options', () => {
  test.each([
    ['tableDefinitions', { query: { query: 'SELECT 1', useLegacySql: false, tableDefinitions: { t: {} } } }],
    [
      'connection property time_zone',
      {
        query: {
          query: 'SELECT 1',
          useLegacySql: false,
          connectionProperties: [{ key: 'time_zone', value: 'Asia/Tokyo' }],
        },
      },
    ],
    [
      'timeZone',
      {
        load: {
          sourceUris: ['gs://lake/x'],
          destinationTable: { datasetId: 'shop', tableId: 'x' },
          timeZone: 'Asia/Tokyo',
        },
      },
    ],
  ])('that are not understood are refused by name: %s', async (option, configuration) => {
    const { status, body } = await call<JobBody>(bed, 'POST', '/jobs', { configuration });
    expect(status).toBe(400);
    expect(body.error?.message).toMatch(new RegExp(`^not supported by the embedded warehouse: .*${option}`));
  });

  test('jobTimeoutMs ends a job that takes longer', async () => {
    const endless =
      'SELECT COUNT(*) FROM UNNEST(GENERATE_ARRAY(1, 100000)) a, UNNEST(GENERATE_ARRAY(1, 1000000)) b WHERE MOD(a * b, 7) = 3';
    const { body } = await insert({ query: endless }, { jobTimeoutMs: '100' });
    expect((await done(body.jobReference.jobId)).status.errorResult?.reason).toBe('stopped');
  });

  test('legacy SQL is refused', async () => {
    expect(await run(bed, 'SELECT 1', { useLegacySql: true })).toMatch(
      /^invalidQuery: not supported by the embedded warehouse: legacy SQL/,
    );
  });
});

describe('a script', () => {
  type Listed = { jobs: (JobBody & { statistics: { parentJobId?: string } })[] };
  const childrenOf = async (id: string) =>
    (await call<Listed>(bed, 'GET', `/jobs?parentJobId=${id}&projection=full`)).body.jobs.toReversed();

  test('is listed with its statements as child jobs, each with its own statistics and rows', async () => {
    const query = `CREATE TEMP TABLE odd AS SELECT id FROM shop.big WHERE MOD(id, 2) = 1;
DELETE odd WHERE id > 9; -- the rest
SELECT id FROM odd ORDER BY id; SELECT COUNT(*) FROM shop.big`;
    await insert({ query }, {}, { jobId: 'script' });
    const { statistics } = await done('script');
    expect(statistics.numChildJobs).toBe('4');
    const children = await childrenOf('script');
    expect(children.map((job) => job.statistics.query?.statementType)).toEqual([
      'CREATE_TABLE_AS_SELECT',
      'DELETE',
      'SELECT',
      'SELECT',
    ]);
    expect(children[1]).toMatchObject({
      configuration: { query: { query: 'DELETE odd WHERE id > 9' } },
      status: { state: 'DONE' },
      statistics: {
        parentJobId: 'script',
        query: { numDmlAffectedRows: '1245' },
        scriptStatistics: {
          evaluationKind: 'STATEMENT',
          stackFrames: [{ startLine: 2, startColumn: 1, endLine: 2, endColumn: 24, text: 'DELETE odd WHERE id > 9' }],
        },
      },
    });
    const rows = await call(bed, 'GET', `/queries/${children[2]?.jobReference.jobId}`);
    expect(rows.body.rows).toEqual(['1', '3', '5', '7', '9'].map((v) => ({ f: [{ v }] })));
    const ids = (await call<Listed>(bed, 'GET', '/jobs')).body.jobs.map((job) => job.jobReference.jobId);
    expect(ids).toContain('script');
    expect(ids.filter((id) => id.startsWith('script_job_'))).toEqual([]);
    await call(bed, 'DELETE', '/jobs/script/delete');
    expect(await childrenOf('script')).toEqual([]);
  });

  test('that fails shows the statement that did', async () => {
    await insert(
      { query: 'BEGIN SELECT 1; SELECT 1 / 0; EXCEPTION WHEN ERROR THEN SELECT 2; END' },
      {},
      { jobId: 'caught' },
    );
    expect((await done('caught')).status.errorResult).toBeUndefined();
    expect((await childrenOf('caught')).map((job) => job.status.errorResult?.message)).toEqual([
      undefined,
      'division by zero: 1 / 0',
      undefined,
    ]);
  });

  test.each([
    ['BEGIN TRANSACTION; SELECT 1; SELECT 1 / 0; COMMIT TRANSACTION', [undefined, 'division by zero: 1 / 0']],
    ['BEGIN TRANSACTION; SELECT 1; SELECT 2; ROLLBACK TRANSACTION; SELECT 3', [undefined, undefined, undefined]],
  ])('keeps the statements of a transaction that is undone: %s', async (query, messages) => {
    const jobId = `undone-${messages.length}`;
    await insert({ query }, {}, { jobId });
    await done(jobId);
    expect((await childrenOf(jobId)).map((job) => job.status.errorResult?.message)).toEqual(messages);
  });
});

describe('jobs', () => {
  test('are listed newest first, in pages, by state, and deleted', async () => {
    for (const id of ['list-1', 'list-2', 'list-3']) {
      await insert({ query: 'SELECT 1' }, {}, { jobId: id });
      await done(id);
    }
    type List = { jobs: { jobReference: { jobId: string } }[]; nextPageToken?: string };
    const first = await call<List>(bed, 'GET', '/jobs?maxResults=2&stateFilter=done');
    expect(first.body.jobs).toHaveLength(2);
    const next = await call<List>(bed, 'GET', `/jobs?maxResults=1000&pageToken=${first.body.nextPageToken}`);
    const whole = await call<List>(bed, 'GET', '/jobs?maxResults=1000');
    expect([...first.body.jobs, ...next.body.jobs].map((job) => job.jobReference.jobId)).toEqual(
      whole.body.jobs.map((job) => job.jobReference.jobId),
    );
    const [jobs] = await bed.client.getJobs();
    expect(jobs.map((job) => job.id)).toEqual(expect.arrayContaining(['list-1', 'list-2', 'list-3']));
    expect((await call(bed, 'DELETE', '/jobs/list-1/delete')).status).toBe(204);
    expect((await call(bed, 'GET', '/jobs/list-1')).status).toBe(404);
  });

  test('are listed by their creation time, and with their configuration where it is asked for', async () => {
    type List = { jobs?: { configuration?: object; statistics: { creationTime: string } }[] };
    const list = async (query: string) => (await call<List>(bed, 'GET', `/jobs?${query}`)).body.jobs ?? [];
    const [newest] = await list('projection=full&allUsers=true');
    const at = Number(newest?.statistics.creationTime);
    expect(newest?.configuration).toBeDefined();
    expect((await list('projection=minimal'))[0]?.configuration).toBeUndefined();
    expect(await list(`minCreationTime=${at + 1}`)).toEqual([]);
    expect((await list(`minCreationTime=${at}&maxCreationTime=${at}`)).length).toBeGreaterThan(0);
    expect((await call(bed, 'GET', '/jobs?stateFilter=lost')).status).toBe(400);
  });

  test.each(['get', 'cancel', 'results', 'delete'])('are looked for in their own location: %s', async (verb) => {
    await insert({ query: 'SELECT 1' }, {}, { jobId: `here-${verb}` });
    const [method, path] = {
      get: ['GET', `/jobs/here-${verb}`],
      cancel: ['POST', `/jobs/here-${verb}/cancel`],
      results: ['GET', `/queries/here-${verb}`],
      delete: ['DELETE', `/jobs/here-${verb}/delete`],
    }[verb] as [string, string];
    const { status, body } = await call<JobBody>(bed, method, `${path}?location=EU`);
    expect([status, body.error?.message]).toEqual([404, `Not found: Job local:EU.here-${verb}`]);
  });

  test.each(['', 'a b', 'a.b', 'ä', 'x'.repeat(1025)])('cannot be called %j', async (jobId) => {
    expect((await insert({ query: 'SELECT 1' }, {}, { jobId })).status).toBe(400);
  });

  test('that wait are cancelled at once, also for a table that another changes', async () => {
    const endless =
      'SELECT COUNT(*) FROM UNNEST(GENERATE_ARRAY(1, 100000)) a, UNNEST(GENERATE_ARRAY(1, 1000000)) b WHERE MOD(a * b, 7) = 3';
    await run(bed, 'CREATE TABLE shop.held (x INT64)');
    const state = async (id: string) => (await call<JobBody>(bed, 'GET', `/jobs/${id}`)).body.status.state;
    await run(bed, 'INSERT shop.held VALUES (1)');
    await insert({ query: `UPDATE shop.held SET x = (${endless}) WHERE TRUE` }, {}, { jobId: 'holder' });
    const waiting = ['one', 'two', 'three', 'four'];
    for (const id of waiting) await insert({ query: 'DELETE shop.held WHERE TRUE' }, {}, { jobId: id });
    // They take no place from what can run.
    expect(await run(bed, 'SELECT 1')).toEqual([['1']]);
    for (const id of waiting) await call(bed, 'POST', `/jobs/${id}/cancel`);
    for (const id of waiting) expect((await done(id)).status.errorResult?.reason).toBe('stopped');
    expect(await state('holder')).toBe('RUNNING');
    await call(bed, 'POST', '/jobs/holder/cancel');
    expect((await done('holder')).status.errorResult?.reason).toBe('stopped');
    expect(await run(bed, 'DELETE shop.held WHERE TRUE')).toBe('1 rows');
    const { body } = await call<{ job: JobBody }>(bed, 'POST', '/jobs/holder/cancel');
    expect(body.job.status.state).toBe('DONE');
  });

  test('stop working when they are cancelled, wherever they are', async () => {
    const heavy =
      '(SELECT COUNT(*) FROM UNNEST(GENERATE_ARRAY(1, 100000)) a, UNNEST(GENERATE_ARRAY(1, 1000000)) b WHERE MOD(a * b, 7) = 3)';
    const busy = [
      `DECLARE x INT64 DEFAULT ${heavy}; SELECT x`,
      `BEGIN TRANSACTION; SELECT 1; INSERT shop.held SELECT ${heavy}; COMMIT`,
      `LOOP SELECT 1; END LOOP`,
      `CREATE TABLE shop.never AS SELECT ${heavy} AS x`,
    ];
    for (const [i, query] of busy.entries()) await insert({ query }, {}, { jobId: `busy-${i}` });
    await new Promise((resolve) => setTimeout(resolve, 100));
    for (const i of busy.keys()) await call(bed, 'POST', `/jobs/busy-${i}/cancel`);
    for (const i of busy.keys()) expect((await done(`busy-${i}`)).status.errorResult?.reason).toBe('stopped');
    const before = process.cpuUsage();
    await new Promise((resolve) => setTimeout(resolve, 300));
    const { user, system } = process.cpuUsage(before);
    // Three threads at work would have spent three times the time that went by.
    expect(user + system).toBeLessThan(250_000);
    expect(await run(bed, 'SELECT * FROM shop.never')).toMatch(/^notFound/);
  });

  test.each([
    ['nothing', {}, 400],
    ['two kinds', { query: { query: 'SELECT 1' }, copy: {} }, 400],
  ])('for %s are refused', async (_, configuration, status) => {
    expect((await call(bed, 'POST', '/jobs', { configuration })).status).toBe(status);
  });

  test('outside of the local location are refused', async () => {
    const { status, body } = await insert({ query: 'SELECT 1' }, {}, { location: 'europe-west1' });
    expect([status, body.error?.message]).toEqual([
      400,
      'The local cloud has one location, US; the request asks for europe-west1',
    ]);
  });
});
