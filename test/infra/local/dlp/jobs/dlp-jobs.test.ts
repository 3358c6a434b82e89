import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BigQuery } from '@google-cloud/bigquery';
import { DlpServiceClient } from '@google-cloud/dlp';
import { PubSub } from '@google-cloud/pubsub';
import { Storage } from '@google-cloud/storage';
import { credentials } from '@grpc/grpc-js';
import { OAuth2Client, PassThroughClient } from 'google-auth-library';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startCloud } from '../../../../../infra/local/cloud.ts';
import { PARENT } from '../dlp-server.ts';

process.env.METADATA_SERVER_DETECTION = 'none';
const dir = mkdtempSync(join(tmpdir(), 'sluice-dlp-jobs-'));
const PROJECT = 'local';
let cloud: Awaited<ReturnType<typeof startCloud>>;
let dlp: DlpServiceClient;
let storage: Storage;
let bigquery: BigQuery;

const dlpClient = () =>
  new DlpServiceClient({
    apiEndpoint: '127.0.0.1',
    projectId: PROJECT,
    port: cloud.ports.grpc,
    sslCreds: credentials.createInsecure(),
  });

beforeAll(async () => {
  cloud = await startCloud({ dir, project: PROJECT, location: 'US' });
  const { ports } = cloud;
  dlp = dlpClient();
  storage = new Storage({
    apiEndpoint: `http://127.0.0.1:${ports.storage}`,
    projectId: PROJECT,
    authClient: new PassThroughClient() as never,
  });
  bigquery = new BigQuery({
    apiEndpoint: `http://127.0.0.1:${ports.bigquery}`,
    projectId: PROJECT,
    authClient: new OAuth2Client({ credentials: { access_token: 'local', expiry_date: 32_503_680_000_000 } }) as never,
  });
  await storage.createBucket('lake');
  const save = (name: string, text: string | Buffer) =>
    storage.bucket('lake').file(name).save(text, { resumable: false });
  await save('in/notes.txt', 'first line\nwrite to jane@example.com\n');
  await save('in/people.csv', 'id,contact\n1,none\n2,"joe@example.com, home"\n');
  await save('in/picture.png', Buffer.from([0x89, 0x50, 0, 1, 2]));
  await save('in/deep/more.txt', 'deep@example.com');
  await save('words/names.txt', 'Project Falcon\nProject Osprey\n');
  await bigquery.createDataset('shop');
  await bigquery.dataset('shop').createTable('notes', {
    schema: [
      { name: 'id', type: 'INTEGER' },
      { name: 'note', type: 'STRING' },
      { name: 'lines', type: 'RECORD', mode: 'REPEATED', fields: [{ name: 'text', type: 'STRING' }] },
    ],
  });
  await bigquery
    .dataset('shop')
    .table('notes')
    .insert([
      { id: 1, note: 'call 415-555-0132', lines: [{ text: 'x' }] },
      { id: 2, note: 'nothing', lines: [{ text: 'ann@example.com' }] },
    ]);
});
afterAll(async () => {
  await dlp.close();
  await cloud.stop();
  rmSync(dir, { recursive: true, force: true });
});

const named = (...names: string[]) => names.map((name) => ({ name }));
const EMAIL = { infoTypes: named('EMAIL_ADDRESS'), includeQuote: true };

async function run(inspectJob: object) {
  const [made] = await dlp.createDlpJob({ parent: PARENT, inspectJob: inspectJob as never });
  for (;;) {
    const [job] = await dlp.getDlpJob({ name: made.name ?? '' });
    if (job.state === 'DONE' || job.state === 'FAILED') return job;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
type Job = Awaited<ReturnType<typeof run>>;
const statsOf = (job: Job) =>
  Object.fromEntries(
    (job.inspectDetails?.result?.infoTypeStats ?? []).map(({ infoType, count }) => [infoType?.name, Number(count)]),
  );
const inBucket = (url: string, more: object = {}) => ({
  storageConfig: { cloudStorageOptions: { fileSet: { url }, ...more } },
  inspectConfig: EMAIL,
});

const PAST = { seconds: 1_000_000_000 };
const FUTURE = { seconds: 32_000_000_000 };
const during = (timespanConfig: object) => {
  const { storageConfig, ...job } = inBucket('gs://lake/in/*');
  return { ...job, storageConfig: { ...storageConfig, timespanConfig } };
};

describe('a job over Cloud Storage', () => {
  test.each<[string, object, Record<string, number>, number]>([
    [
      'inspects text by lines and CSV by cells, and says what it cannot read',
      inBucket('gs://lake/in/*'),
      { EMAIL_ADDRESS: 2 },
      1,
    ],
    ['goes into folders for two stars', inBucket('gs://lake/in/**'), { EMAIL_ADDRESS: 3 }, 1],
    ['takes a folder without its folders for a slash', inBucket('gs://lake/in/'), { EMAIL_ADDRESS: 2 }, 1],
    ['takes one object', inBucket('gs://lake/in/notes.txt'), { EMAIL_ADDRESS: 1 }, 0],
    ['takes the file types asked for', inBucket('gs://lake/in/*', { fileTypes: ['CSV'] }), { EMAIL_ADDRESS: 1 }, 0],
    [
      'takes what patterns of the whole name accept',
      {
        storageConfig: {
          cloudStorageOptions: {
            fileSet: {
              regexFileSet: { bucketName: 'lake', includeRegex: ['in/.*\\.(txt|csv)'], excludeRegex: ['.*people.*'] },
            },
          },
        },
        inspectConfig: EMAIL,
      },
      { EMAIL_ADDRESS: 2 },
      0,
    ],
    [
      'takes a whole bucket for no pattern',
      {
        storageConfig: { cloudStorageOptions: { fileSet: { regexFileSet: { bucketName: 'lake' } } } },
        inspectConfig: EMAIL,
      },
      { EMAIL_ADDRESS: 3 },
      1,
    ],
    ['leaves out what is older than its span', during({ startTime: FUTURE }), {}, 0],
    ['leaves out what is newer than its span', during({ endTime: PAST }), {}, 0],
    ['takes what was written within its span', during({ startTime: PAST, endTime: FUTURE }), { EMAIL_ADDRESS: 2 }, 1],
    ['reads as much of a file as is asked for', inBucket('gs://lake/in/notes.txt', { bytesLimitPerFile: 12 }), {}, 0],
  ])('%s', async (_, job, stats, errors) => {
    const done = await run(job);
    expect(done.state).toBe('DONE');
    expect(statsOf(done)).toEqual(stats);
    expect(done.errors).toHaveLength(errors);
  });

  test('saves its findings to BigQuery and publishes that it is done', async () => {
    const pubsub = new PubSub({
      projectId: PROJECT,
      apiEndpoint: `127.0.0.1:${cloud.ports.grpc}`,
      emulatorMode: true,
    } as never);
    const [topic] = await pubsub.createTopic('dlp-done');
    const [subscription] = await topic.createSubscription('dlp-done');
    const message = new Promise<Record<string, string>>((resolve) => {
      subscription.once('message', (received) => {
        received.ack();
        resolve(received.attributes);
      });
    });
    const job = await run({
      ...inBucket('gs://lake/in/people.csv'),
      actions: [
        { saveFindings: { outputConfig: { table: { projectId: PROJECT, datasetId: 'shop', tableId: 'findings' } } } },
        { pubSub: { topic: topic.name } },
      ],
    });
    expect(job.errors).toEqual([]);
    const [rows] = await bigquery.query(
      'SELECT quote, info_type.name AS info_type, c.container_name, c.record_location.field_id.name AS field, c.record_location.table_location.row_index AS place FROM shop.findings, UNNEST(location.content_locations) AS c',
    );
    expect(rows).toEqual([
      {
        quote: 'joe@example.com',
        info_type: 'EMAIL_ADDRESS',
        container_name: 'gs://lake/in/people.csv',
        field: 'contact',
        place: 1,
      },
    ]);
    expect((await message).DlpJobName).toBe(job.name);
    await subscription.close();
    await pubsub.close();
  });
});

describe('a job over BigQuery', () => {
  const table = { tableReference: { projectId: PROJECT, datasetId: 'shop', tableId: 'notes' } };
  const config = { infoTypes: named('EMAIL_ADDRESS', 'PHONE_NUMBER') };
  const over = (options: object) => ({
    storageConfig: { bigQueryOptions: { ...table, ...options } },
    inspectConfig: config,
  });
  test.each<[string, object, Record<string, number>]>([
    ['inspects every column, nested ones too', {}, { EMAIL_ADDRESS: 1, PHONE_NUMBER: 1 }],
    ['leaves out excluded fields', { excludedFields: named('note') }, { EMAIL_ADDRESS: 1 }],
    ['takes included fields only', { includedFields: named('note') }, { PHONE_NUMBER: 1 }],
    ['reads as many rows as are asked for', { rowsLimit: 1 }, { PHONE_NUMBER: 1 }],
  ])('%s', async (_, options, stats) => {
    const job = await run(over(options));
    expect(job.errors).toEqual([]);
    expect(statsOf(job)).toEqual(stats);
  });

  test.each<[string, object, Record<string, number>]>([
    ['a table that was changed within the span', { startTime: PAST }, { EMAIL_ADDRESS: 1, PHONE_NUMBER: 1 }],
    ['no table that was changed before it', { startTime: FUTURE }, {}],
  ])('takes %s', async (_, timespanConfig, stats) => {
    const { storageConfig, inspectConfig } = over({});
    const job = await run({ storageConfig: { ...storageConfig, timespanConfig }, inspectConfig });
    expect(job.errors).toEqual([]);
    expect(statsOf(job)).toEqual(stats);
  });

  describe('whose rows tell their time', () => {
    const [DAY, LAST] = [{ seconds: 1_767_312_000 }, { seconds: 1_767_398_399 }];
    beforeAll(async () => {
      await bigquery.query(`CREATE TABLE shop.visits AS
        SELECT * FROM UNNEST([
          STRUCT(DATE '2026-01-01' AS d, TIMESTAMP '2026-01-01 12:00:00' AS t, DATETIME '2026-01-01 12:00:00' AS dt, 1 AS n, 'a@example.com' AS note),
          (DATE '2026-01-02', TIMESTAMP '2026-01-02 12:00:00', DATETIME '2026-01-02 12:00:00', 2, 'b@example.com'),
          (NULL, NULL, NULL, NULL, 'c@example.com')])`);
    });
    const visits = (name: string) => ({
      storageConfig: {
        bigQueryOptions: { tableReference: { ...table.tableReference, tableId: 'visits' } },
        timespanConfig: { startTime: DAY, endTime: LAST, timestampField: { name } },
      },
      inspectConfig: EMAIL,
    });
    test.each(['d', 't', 'dt'])('takes those of the span by column %s, and none without a time', async (name) => {
      const job = await run(visits(name));
      expect(job.errors).toEqual([]);
      expect(statsOf(job)).toEqual({ EMAIL_ADDRESS: 1 });
    });
    test.each([
      ['n', 12],
      ['note', 3],
      ['none', 3],
    ])('fails for column %s with code %d', async (name, code) => {
      const job = await run(visits(name));
      expect([job.state, job.errors?.[0]?.details?.code]).toEqual(['FAILED', code]);
    });
  });

  test('fails for a table that is not there, and says so', async () => {
    const job = await run(over({ tableReference: { ...table.tableReference, tableId: 'none' } }));
    expect(job.state).toBe('FAILED');
    expect(job.errors?.[0]?.details?.code).toBe(5);
  });
});

describe('stored infoTypes', () => {
  const quotes = async (storedType: string, value: string) => {
    const [response] = await dlp.inspectContent({
      parent: PARENT,
      item: { value },
      inspectConfig: {
        includeQuote: true,
        customInfoTypes: [{ infoType: { name: 'CODE_NAME' }, storedType: { name: storedType } }],
      },
    });
    return response.result?.findings?.map(({ quote }) => quote);
  };

  test.each<[string, object, string, string[]]>([
    ['hold words', { dictionary: { wordList: { words: ['blue bird'] } } }, 'the Blue-Bird flies', ['Blue-Bird']],
    ['hold a pattern', { regex: { pattern: 'CN-\\d+' } }, 'see CN-42', ['CN-42']],
    [
      'hold the lines of files',
      {
        largeCustomDictionary: {
          outputPath: { path: 'gs://lake/out' },
          cloudStorageFileSet: { url: 'gs://lake/words/*' },
        },
      },
      'on project falcon',
      ['project falcon'],
    ],
    [
      'hold a column of a table',
      {
        largeCustomDictionary: {
          outputPath: { path: 'gs://lake/out' },
          bigQueryField: {
            table: { projectId: PROJECT, datasetId: 'shop', tableId: 'notes' },
            field: { name: 'note' },
          },
        },
      },
      'Nothing comes of it',
      ['Nothing'],
    ],
  ])('%s', async (_, config, text, found) => {
    const [stored] = await dlp.createStoredInfoType({ parent: PARENT, config });
    expect(stored.currentVersion?.state).toBe('READY');
    expect(await quotes(stored.name ?? '', text)).toEqual(found);
    await dlp.deleteStoredInfoType({ name: stored.name ?? '' });
    await expect(quotes(stored.name ?? '', text)).rejects.toMatchObject({ code: 5 });
  });

  test('keep their words until they are updated', async () => {
    const file = storage.bucket('lake').file('terms/list.txt');
    await file.save('old term', { resumable: false });
    const config = {
      largeCustomDictionary: {
        outputPath: { path: 'gs://lake/out' },
        cloudStorageFileSet: { url: 'gs://lake/terms/*' },
      },
    };
    const [stored] = await dlp.createStoredInfoType({ parent: PARENT, config });
    await file.save('new term', { resumable: false });
    expect(await quotes(stored.name ?? '', 'old term, new term')).toEqual(['old term']);
    await dlp.updateStoredInfoType({ name: stored.name ?? '' });
    expect(await quotes(stored.name ?? '', 'old term, new term')).toEqual(['new term']);
  });

  test('a dictionary may lie in Cloud Storage', async () => {
    const [response] = await dlp.inspectContent({
      parent: PARENT,
      item: { value: 'project osprey' },
      inspectConfig: {
        customInfoTypes: [
          { infoType: { name: 'P' }, dictionary: { cloudStoragePath: { path: 'gs://lake/words/names.txt' } } },
        ],
      },
    });
    expect(response.result?.findings).toHaveLength(1);
  });
});

describe('is refused', () => {
  test.each<[string, object, number]>([
    ['a risk analysis', { riskJob: {} }, 12],
    ['a job of nothing', {}, 3],
    ['a job without storage', { inspectJob: {} }, 3],
    ['Datastore', { inspectJob: { storageConfig: { datastoreOptions: {} } } }, 12],
    [
      'a span that ends before it starts',
      {
        inspectJob: {
          storageConfig: {
            cloudStorageOptions: { fileSet: { url: 'gs://lake/in/*' } },
            timespanConfig: { startTime: { seconds: 2 }, endTime: { seconds: 1 } },
          },
        },
      },
      3,
    ],
    [
      'a pattern that RE2 does not take',
      {
        inspectJob: {
          storageConfig: {
            cloudStorageOptions: { fileSet: { regexFileSet: { bucketName: 'lake', includeRegex: ['('] } } },
          },
        },
      },
      3,
    ],
    [
      'a URL and patterns together',
      {
        inspectJob: inBucket('gs://lake/in/*', {
          fileSet: { url: 'gs://lake/*', regexFileSet: { bucketName: 'lake' } },
        }),
      },
      3,
    ],
    ['images', { inspectJob: inBucket('gs://lake/in/*', { fileTypes: ['IMAGE'] }) }, 12],
    [
      'an action that the local cloud does not take',
      { inspectJob: { ...inBucket('gs://lake/in/*'), actions: [{ jobNotificationEmails: {} }] } },
      12,
    ],
    [
      'an unknown infoType',
      { inspectJob: { ...inBucket('gs://lake/in/*'), inspectConfig: { infoTypes: named('BAD') } } },
      3,
    ],
    [
      'a template that is not there',
      { inspectJob: { ...inBucket('gs://lake/in/*'), inspectTemplateName: `${PARENT}/inspectTemplates/none` } },
      5,
    ],
  ])('%s', async (_, request, code) => {
    await expect(dlp.createDlpJob({ parent: PARENT, ...request } as never)).rejects.toMatchObject({ code });
  });
});

test('jobs are listed, cancelled and deleted by name', async () => {
  const { name } = await run(inBucket('gs://lake/in/notes.txt'));
  const [jobs] = await dlp.listDlpJobs({ parent: PARENT, filter: 'state = DONE' });
  expect(jobs.map((job) => job.name)).toContain(name);
  await dlp.cancelDlpJob({ name: name ?? '' });
  expect((await dlp.getDlpJob({ name: name ?? '' }))[0].state).toBe('DONE');
  await dlp.deleteDlpJob({ name: name ?? '' });
  await expect(dlp.getDlpJob({ name: name ?? '' })).rejects.toMatchObject({ code: 5 });
});

test('a job that a stop cut off is done after the next start', async () => {
  const [made] = await dlp.createDlpJob({ parent: PARENT, inspectJob: inBucket('gs://lake/in/**') as never });
  await dlp.close();
  await cloud.stop();
  cloud = await startCloud({ dir, project: PROJECT, location: 'US' });
  dlp = dlpClient();
  await expect.poll(async () => (await dlp.getDlpJob({ name: made.name ?? '' }))[0].state).toBe('DONE');
  expect(statsOf((await dlp.getDlpJob({ name: made.name ?? '' }))[0])).toEqual({ EMAIL_ADDRESS: 3 });
});
