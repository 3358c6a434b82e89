import type { CloudSchedulerClient, protos } from '@google-cloud/scheduler';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ApiError } from '../../../../infra/local/api-error.ts';
import { createReceiver, pause, type Receiver } from '../receiver.ts';
import { createTemporaryContext } from '../temporary-context.ts';
import { type SchedulerCloud, serveScheduler } from './serve-scheduler.ts';

const LOCATION = 'projects/test/locations/us-central1';
const temporary = createTemporaryContext();
const published: { topic: string; text: string; attributes: Record<string, string> }[] = [];
let cloud: SchedulerCloud;
let client: CloudSchedulerClient;
let receiver: Receiver;
let offsetMs = 0;
let count = 0;

const now = () => Date.now() + offsetMs;
const publish = (topic: string, message: { data: Buffer; attributes: Record<string, string> }): string => {
  if (topic.endsWith('/absent')) throw new ApiError('NOT_FOUND', 'Resource not found (resource=absent).');
  published.push({ topic, text: message.data.toString(), attributes: message.attributes });
  return '1';
};

/** Moves the clock to so many milliseconds before the next full minute, at the same second of every test. */
function beforeTheMinute(ms: number): number {
  const minute = Math.ceil((now() + 120_000) / 60_000) * 60_000;
  offsetMs = minute - ms - Date.now();
  return minute;
}

beforeAll(async () => {
  cloud = await serveScheduler(temporary.context, publish, now);
  client = cloud.client;
  receiver = await createReceiver();
});
beforeEach(() => {
  receiver.received.length = 0;
  published.length = 0;
  receiver.answer(200);
});
afterEach(async () => {
  for (const job of (await client.listJobs({ parent: LOCATION }))[0]) await client.deleteJob({ name: job.name ?? '' });
});
afterAll(async () => {
  await cloud.stop();
  await receiver.close();
  temporary.remove();
});

type Change = Partial<protos.google.cloud.scheduler.v1.IJob>;
const nameOf = (id: string) => `${LOCATION}/jobs/${id}`;
async function create(change: Change = {}): Promise<string> {
  const name = nameOf(`job-${++count}`);
  const httpTarget = change.pubsubTarget ? {} : { httpTarget: { uri: `${receiver.url}/nightly` } };
  await client.createJob({ parent: LOCATION, job: { name, schedule: '* * * * *', ...httpTarget, ...change } });
  return name;
}
const scheduleTimes = () => receiver.received.map(({ headers }) => headers['x-cloudscheduler-scheduletime']);
const fastRetry = { minBackoffDuration: { nanos: 20_000_000 }, maxBackoffDuration: { nanos: 50_000_000 } };

describe('a job', () => {
  test("has Google's defaults", async () => {
    const name = nameOf('plain');
    const [job] = await client.createJob({
      parent: LOCATION,
      job: { name, schedule: '0 2 * * *', httpTarget: { uri: 'http://x' } },
    });
    expect(job).toMatchObject({
      name,
      state: 'ENABLED',
      timeZone: 'UTC',
      attemptDeadline: { seconds: '180' },
      httpTarget: { uri: 'http://x', httpMethod: 'POST' },
      retryConfig: {
        retryCount: 0,
        maxRetryDuration: { seconds: '0' },
        minBackoffDuration: { seconds: '5' },
        maxBackoffDuration: { seconds: '3600' },
        maxDoublings: 5,
      },
    });
    expect(new Date(Number(job.scheduleTime?.seconds) * 1000).toISOString()).toMatch(/T02:00:00/);
    await expect(
      client.createJob({ parent: LOCATION, job: { name, schedule: '0 2 * * *', httpTarget: { uri: 'http://x' } } }),
    ).rejects.toMatchObject({ code: 6 });
  });

  test('gets a name when it brings none', async () => {
    const [job] = await client.createJob({
      parent: LOCATION,
      job: { schedule: '0 2 * * *', httpTarget: { uri: 'http://x' } },
    });
    expect(job.name).toMatch(/\/jobs\/\d+$/);
  });

  test.each<[string, Change, number]>([
    ['no target', { httpTarget: null }, 3],
    ['an App Engine target', { httpTarget: null, appEngineHttpTarget: { relativeUri: '/' } }, 12],
    ['an OAuth token', { httpTarget: { uri: 'http://x', oauthToken: { serviceAccountEmail: 'a@b' } } }, 12],
    ['no URI', { httpTarget: { uri: '' } }, 3],
    ['a body with GET', { httpTarget: { uri: 'http://x', httpMethod: 'GET', body: Buffer.from('x') } }, 3],
    ['no schedule', { schedule: '' }, 3],
    ['a schedule with seconds', { schedule: '* * * * * *' }, 3],
    ['an English schedule', { schedule: 'every 5 minutes' }, 12],
    ['a time zone that is not there', { timeZone: 'Mars/Olympus' }, 3],
    ['six retries', { retryConfig: { retryCount: 6 } }, 3],
    ['a deadline of 31 min', { attemptDeadline: { seconds: 1860 } }, 3],
    [
      'a topic of another project',
      { httpTarget: null, pubsubTarget: { topicName: 'projects/other/topics/x', data: Buffer.from('x') } },
      3,
    ],
    ['an empty message', { httpTarget: null, pubsubTarget: { topicName: 'projects/test/topics/x' } }, 3],
    ['a name with a dot', { name: nameOf('a.b') }, 3],
    ['the name of another location', { name: 'projects/test/locations/elsewhere/jobs/x' }, 3],
  ])('is refused with %s', async (_, change, code) => {
    await expect(create(change)).rejects.toMatchObject({ code });
  });

  test('is changed by its mask, and listed a page at a time', async () => {
    const name = await create({ description: 'before', retryConfig: { retryCount: 2 } });
    const [job] = await client.updateJob({
      job: {
        name,
        schedule: '0 3 * * *',
        description: 'after',
        pubsubTarget: { topicName: 'projects/test/topics/x', data: Buffer.from('x') },
      },
      updateMask: { paths: ['schedule', 'pubsub_target'] },
    });
    expect(job).toMatchObject({
      schedule: '0 3 * * *',
      description: 'before',
      retryConfig: { retryCount: 2 },
      target: 'pubsubTarget',
    });
    expect(job.httpTarget ?? null).toBeNull();
    await expect(client.updateJob({ job: { name }, updateMask: { paths: ['colour'] } })).rejects.toMatchObject({
      code: 3,
    });
    await expect(client.updateJob({ job: { name: nameOf('absent') } })).rejects.toMatchObject({ code: 5 });
    const second = await create();
    const [page, , raw] = await client.listJobs({ parent: LOCATION, pageSize: 1 }, { autoPaginate: false });
    expect(page.map((each) => each.name)).toEqual([name]);
    const [rest] = await client.listJobs(
      { parent: LOCATION, pageToken: raw.nextPageToken ?? '' },
      { autoPaginate: false },
    );
    expect(rest.map((each) => each.name)).toEqual([second]);
  });
});

describe('a firing', () => {
  test('comes when its minute begins, with its request and the headers of Cloud Scheduler', async () => {
    const minute = beforeTheMinute(200);
    const name = await create({
      timeZone: 'Asia/Kolkata',
      httpTarget: {
        uri: `${receiver.url}/nightly`,
        httpMethod: 'PUT',
        body: Buffer.from('{}'),
        headers: { 'X-Mine': 'yes', 'X-CloudScheduler': 'forged' },
      },
    });
    const [request] = await receiver.until(1);
    expect(now()).toBeGreaterThanOrEqual(minute);
    expect(request).toMatchObject({
      method: 'PUT',
      path: '/nightly',
      body: '{}',
      headers: {
        'content-type': 'application/octet-stream',
        'user-agent': 'Google-Cloud-Scheduler',
        'x-mine': 'yes',
        'x-cloudscheduler': 'true',
        'x-cloudscheduler-jobname': name.split('/').at(-1),
      },
    });
    const time = String(request?.headers['x-cloudscheduler-scheduletime']);
    expect(time).toMatch(/\+05:30$/);
    expect(Date.parse(time)).toBe(minute);
    await expect.poll(async () => (await client.getJob({ name }))[0].status?.code).toBe(0);
    const [job] = await client.getJob({ name });
    expect(Number(job.scheduleTime?.seconds) * 1000).toBe(minute + 60_000);
    expect(Number(job.lastAttemptTime?.seconds) * 1000 - minute).toBeLessThan(5_000);
  });

  test('carries a token when one is asked for', async () => {
    const name = await create({
      httpTarget: {
        uri: `${receiver.url}/n`,
        oidcToken: { serviceAccountEmail: 's@test', audience: 'https://me.example' },
      },
    });
    await client.runJob({ name });
    const [request] = await receiver.until(1);
    const claims = JSON.parse(Buffer.from(request?.headers.authorization?.split('.')[1] ?? '', 'base64url').toString());
    expect(claims).toMatchObject({ aud: 'https://me.example', email: 's@test' });
  });

  test('without retries is over when it fails', async () => {
    receiver.answer(500);
    const name = await create();
    await client.runJob({ name });
    await expect.poll(async () => (await client.getJob({ name }))[0].status?.code).toBe(13);
    await pause(100);
    expect(receiver.received).toHaveLength(1);
  });

  test('is retried so many times, under one schedule time', async () => {
    const minute = beforeTheMinute(200);
    receiver.answer(503);
    await create({ retryConfig: { retryCount: 2, ...fastRetry } });
    await receiver.until(3);
    await pause(150);
    expect(scheduleTimes()).toEqual(
      [minute, minute, minute].map((ms) => new Date(ms).toISOString().replace('.000Z', 'Z')),
    );
  });

  test('stops retrying once it succeeds', async () => {
    receiver.answer((_, index) => (index === 0 ? 500 : 200));
    const name = await create({ retryConfig: { retryCount: 5, ...fastRetry } });
    await client.runJob({ name });
    await receiver.until(2);
    await pause(150);
    expect(receiver.received).toHaveLength(2);
    expect((await client.getJob({ name }))[0].status?.code).toBe(0);
  });

  test('publishes to a topic, and fails when that is not there', async () => {
    const target = { data: Buffer.from('tick'), attributes: { a: 'b' } };
    const name = await create({ pubsubTarget: { topicName: 'projects/test/topics/events', ...target } });
    await client.runJob({ name });
    await expect
      .poll(() => published)
      .toEqual([{ topic: 'projects/test/topics/events', text: 'tick', attributes: { a: 'b' } }]);
    const failing = await create({ pubsubTarget: { topicName: 'projects/test/topics/absent', ...target } });
    await client.runJob({ name: failing });
    await expect.poll(async () => (await client.getJob({ name: failing }))[0].status?.code).toBe(5);
  });

  test('does not begin before the one before it has ended', async () => {
    const minute = beforeTheMinute(100);
    receiver.answer({ afterMs: 400 });
    await create();
    await receiver.until(1);
    offsetMs += 60_000;
    // Another job makes the scheduler look at what is due.
    await create({ schedule: '0 0 1 1 *' });
    await pause(150);
    expect(receiver.received).toHaveLength(1);
    await receiver.until(2);
    expect(scheduleTimes().map((time) => Date.parse(String(time)))).toEqual([minute, minute + 60_000]);
  });
});

describe('a paused job', () => {
  test('does not fire until it is resumed, but runs when told to', async () => {
    beforeTheMinute(150);
    const name = await create();
    const [paused] = await client.pauseJob({ name });
    expect(paused).toMatchObject({ state: 'PAUSED', scheduleTime: null });
    await expect(client.pauseJob({ name })).rejects.toMatchObject({ code: 9 });
    await pause(250);
    expect(receiver.received).toEqual([]);
    await client.runJob({ name });
    await receiver.until(1);
    const minute = beforeTheMinute(150);
    const [resumed] = await client.resumeJob({ name });
    expect(resumed).toMatchObject({ state: 'ENABLED', scheduleTime: { seconds: String(minute / 1000) } });
    await receiver.until(2);
  });
});

describe('a restart', () => {
  const restart = async (downMs: number) => {
    await cloud.stop();
    offsetMs += downMs;
    cloud = await serveScheduler(temporary.reopen(), publish, now);
    client = cloud.client;
  };

  test('fires once what was due meanwhile', async () => {
    const minute = beforeTheMinute(5_000);
    await create();
    await restart(3_600_000);
    await receiver.until(1);
    await pause(100);
    expect(scheduleTimes().map((time) => Date.parse(String(time)))).toEqual([minute]);
  });

  test('goes on with a firing that was under way', async () => {
    receiver.answer({ afterMs: 5_000 });
    const minute = beforeTheMinute(100);
    await create();
    await receiver.until(1);
    receiver.answer(200);
    await restart(0);
    await receiver.until(2);
    expect(scheduleTimes().map((time) => Date.parse(String(time)))).toEqual([minute, minute]);
  });
});

test('the same service answers over REST', async () => {
  const name = nameOf('rest');
  const [job] = await cloud.rest.createJob({
    parent: LOCATION,
    job: {
      name,
      schedule: '0 2 * * *',
      timeZone: 'Europe/Berlin',
      httpTarget: { uri: `${receiver.url}/rest`, httpMethod: 'POST', body: Buffer.from('hi') },
    },
  });
  expect(job).toMatchObject({ name, state: 'ENABLED', timeZone: 'Europe/Berlin' });
  await cloud.rest.runJob({ name });
  expect(await receiver.until(1)).toMatchObject([{ path: '/rest', body: 'hi' }]);
  const [updated] = await cloud.rest.updateJob({
    job: { name, description: 'new' },
    updateMask: { paths: ['description'] },
  });
  expect(updated).toMatchObject({ description: 'new', schedule: '0 2 * * *' });
  await expect(cloud.rest.getJob({ name: nameOf('absent') })).rejects.toThrow(/Job not found/);
});
