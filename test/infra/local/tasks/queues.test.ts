import type { CloudTasksClient } from '@google-cloud/tasks';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTemporaryContext } from '../temporary-context.ts';
import { LOCATION, serveTasks, type TasksCloud } from './serve-tasks.ts';

const temporary = createTemporaryContext();
let cloud: TasksCloud;
let client: CloudTasksClient;

beforeAll(async () => {
  cloud = await serveTasks(temporary.context);
  client = cloud.client;
});
afterAll(async () => {
  await cloud.stop();
  temporary.remove();
});

const nameOf = (queue: string) => `${LOCATION}/queues/${queue}`;
const create = (queue: object) => client.createQueue({ parent: LOCATION, queue });

describe('a new queue', () => {
  test("has Google's defaults and runs", async () => {
    const [queue] = await create({ name: nameOf('plain') });
    expect(queue).toMatchObject({
      name: nameOf('plain'),
      state: 'RUNNING',
      rateLimits: { maxDispatchesPerSecond: 500, maxBurstSize: 100, maxConcurrentDispatches: 1000 },
      retryConfig: {
        maxAttempts: 100,
        minBackoff: { seconds: '0', nanos: 100_000_000 },
        maxBackoff: { seconds: '3600' },
        maxDoublings: 16,
        maxRetryDuration: null,
      },
      purgeTime: null,
    });
  });

  test('keeps what it asks for', async () => {
    const asked = {
      rateLimits: { maxDispatchesPerSecond: 2.5, maxConcurrentDispatches: 3 },
      retryConfig: { maxAttempts: -1, maxRetryDuration: { seconds: 60 }, minBackoff: { seconds: 1 }, maxDoublings: 2 },
      stackdriverLoggingConfig: { samplingRatio: 0.5 },
    };
    await create({ name: nameOf('asked'), ...asked });
    const [queue] = await client.getQueue({ name: nameOf('asked') });
    expect(queue).toMatchObject({
      rateLimits: { ...asked.rateLimits, maxBurstSize: 10 },
      retryConfig: {
        maxAttempts: -1,
        maxRetryDuration: { seconds: '60' },
        minBackoff: { seconds: '1' },
        maxDoublings: 2,
      },
      stackdriverLoggingConfig: { samplingRatio: 0.5 },
    });
  });

  test.each([
    ['a name out of form', { name: 'queues/x' }, 3],
    ['a name with an underscore', { name: nameOf('a_b') }, 3],
    ['the name of another location', { name: 'projects/test/locations/elsewhere/queues/x' }, 3],
    ['a negative rate', { rateLimits: { maxDispatchesPerSecond: -1 } }, 3],
    ['more than 500 a second', { rateLimits: { maxDispatchesPerSecond: 501 } }, 3],
    ['more than 5000 at once', { rateLimits: { maxConcurrentDispatches: 5001 } }, 3],
    ['fewer than -1 attempts', { retryConfig: { maxAttempts: -2 } }, 3],
    ['a negative number of doublings', { retryConfig: { maxDoublings: -1 } }, 3],
    ['a negative backoff', { retryConfig: { minBackoff: { seconds: -1 } } }, 3],
    ['a minimum above the maximum', { retryConfig: { minBackoff: { seconds: 2 }, maxBackoff: { seconds: 1 } } }, 3],
    ['App Engine routing', { appEngineRoutingOverride: { service: 'x' } }, 12],
  ])('is refused for %s', async (_, change, code) => {
    await expect(create({ name: nameOf('refused'), ...change })).rejects.toMatchObject({ code });
    await expect(client.getQueue({ name: nameOf('refused') })).rejects.toMatchObject({ code: 5 });
  });

  test('cannot take the name of a queue that is there, nor of one deleted a moment ago', async () => {
    await create({ name: nameOf('once') });
    await expect(create({ name: nameOf('once') })).rejects.toMatchObject({ code: 6 });
    await client.deleteQueue({ name: nameOf('once') });
    await expect(create({ name: nameOf('once') })).rejects.toMatchObject({ code: 9 });
    await expect(client.deleteQueue({ name: nameOf('once') })).rejects.toMatchObject({ code: 5 });
  });
});

describe('an update', () => {
  test('changes only what the mask names', async () => {
    await create({ name: nameOf('update'), retryConfig: { maxAttempts: 7, maxDoublings: 3 } });
    const [queue] = await client.updateQueue({
      queue: {
        name: nameOf('update'),
        rateLimits: { maxConcurrentDispatches: 4 },
        retryConfig: { maxAttempts: 9, maxDoublings: 1 },
      },
      updateMask: { paths: ['rate_limits.max_concurrent_dispatches', 'retry_config.max_attempts'] },
    });
    expect(queue).toMatchObject({
      rateLimits: { maxDispatchesPerSecond: 500, maxConcurrentDispatches: 4 },
      retryConfig: { maxAttempts: 9, maxDoublings: 3 },
    });
  });

  test('of a field that a queue does not have is refused', async () => {
    await create({ name: nameOf('mask') });
    await expect(
      client.updateQueue({ queue: { name: nameOf('mask') }, updateMask: { paths: ['colour'] } }),
    ).rejects.toMatchObject({ code: 3 });
  });

  test('of a queue that is not there creates it', async () => {
    const [queue] = await client.updateQueue({ queue: { name: nameOf('upsert'), retryConfig: { maxAttempts: 2 } } });
    expect(queue).toMatchObject({ name: nameOf('upsert'), retryConfig: { maxAttempts: 2 } });
  });
});

test('queues are listed in order, a page at a time', async () => {
  const parent = 'projects/test/locations/list';
  for (const id of ['b', 'a', 'c']) await client.createQueue({ parent, queue: { name: `${parent}/queues/${id}` } });
  const [all] = await client.listQueues({ parent });
  expect(all.map((queue) => queue.name)).toEqual(['a', 'b', 'c'].map((id) => `${parent}/queues/${id}`));
  const [page, , raw] = await client.listQueues({ parent, pageSize: 2 }, { autoPaginate: false });
  expect(page).toHaveLength(2);
  const [rest] = await client.listQueues(
    { parent, pageSize: 2, pageToken: raw.nextPageToken ?? '' },
    { autoPaginate: false },
  );
  expect(rest.map((queue) => queue.name)).toEqual([`${parent}/queues/c`]);
  await expect(client.listQueues({ parent, pageToken: 'nonsense' }, { autoPaginate: false })).rejects.toMatchObject({
    code: 3,
  });
});

test.each([
  ['a filter', () => client.listQueues({ parent: LOCATION, filter: 'state: PAUSED' }, { autoPaginate: false })],
  ['reading an IAM policy', () => client.getIamPolicy({ resource: nameOf('plain') })],
  ['testing permissions', () => client.testIamPermissions({ resource: nameOf('plain'), permissions: ['x'] })],
])('%s is refused as unimplemented', async (_, call) => {
  await expect(call()).rejects.toMatchObject({ code: 12 });
});

test('the same service answers over REST', async () => {
  const [created] = await cloud.rest.createQueue({
    parent: LOCATION,
    queue: {
      name: nameOf('rest'),
      rateLimits: { maxDispatchesPerSecond: 5 },
      retryConfig: { minBackoff: { seconds: 2 } },
    },
  });
  expect(created).toMatchObject({
    name: nameOf('rest'),
    state: 'RUNNING',
    retryConfig: { minBackoff: { seconds: '2' } },
  });
  const [paused] = await cloud.rest.pauseQueue({ name: nameOf('rest') });
  expect(paused.state).toBe('PAUSED');
  const [updated] = await cloud.rest.updateQueue({
    queue: { name: nameOf('rest'), retryConfig: { maxAttempts: 3 } },
    updateMask: { paths: ['retry_config.max_attempts'] },
  });
  expect(updated).toMatchObject({
    state: 'PAUSED',
    rateLimits: { maxDispatchesPerSecond: 5 },
    retryConfig: { maxAttempts: 3 },
  });
  await expect(cloud.rest.getQueue({ name: nameOf('absent') })).rejects.toThrow(/Queue does not exist/);
});
