import type { CloudTasksClient, protos } from '@google-cloud/tasks';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createReceiver, pause, type Receiver } from '../receiver.ts';
import { createTemporaryContext } from '../temporary-context.ts';
import { LOCATION, serveTasks, type TasksCloud } from './serve-tasks.ts';

const temporary = createTemporaryContext();
let offsetMs = 0;
let cloud: TasksCloud;
let client: CloudTasksClient;
let receiver: Receiver;
let queues = 0;

beforeAll(async () => {
  cloud = await serveTasks(temporary.context, () => Date.now() + offsetMs);
  client = cloud.client;
  receiver = await createReceiver();
});
afterEach(() => {
  offsetMs = 0;
  receiver.received.length = 0;
  receiver.answer(200);
});
afterAll(async () => {
  await cloud.stop();
  await receiver.close();
  temporary.remove();
});

async function createQueue(config: object = {}): Promise<string> {
  const [queue] = await client.createQueue({
    parent: LOCATION,
    queue: { name: `${LOCATION}/queues/q${++queues}`, ...config },
  });
  return queue.name ?? '';
}

const httpRequest = (change: object = {}) => ({ url: `${receiver.url}/work`, ...change });
const inSeconds = (seconds: number) => ({ seconds: Math.floor(Date.now() / 1000) + seconds });
const gone = (name: string) =>
  expect
    .poll(() =>
      client.getTask({ name }).then(
        () => 'there',
        (error) => error.code,
      ),
    )
    .toBe(5);

describe('a task', () => {
  test('is dispatched with its request and the headers of Cloud Tasks', async () => {
    const parent = await createQueue();
    const [task] = await client.createTask({
      parent,
      task: {
        httpRequest: httpRequest({
          httpMethod: 'PUT',
          headers: {
            'content-type': 'application/json',
            'X-Mine': 'yes',
            'User-Agent': 'me',
            'X-Google-Secret': '1',
            'X-CloudTasks-TaskName': 'forged',
          },
          body: Buffer.from('{"a":1}'),
        }),
      },
    });
    const [request] = await receiver.until(1);
    expect(request).toMatchObject({
      method: 'PUT',
      path: '/work',
      body: '{"a":1}',
      headers: {
        'content-type': 'application/json',
        'x-mine': 'yes',
        'user-agent': 'Google-Cloud-Tasks',
        'x-cloudtasks-queuename': parent.split('/').at(-1),
        'x-cloudtasks-taskname': task.name?.split('/').at(-1),
        'x-cloudtasks-taskretrycount': '0',
        'x-cloudtasks-taskexecutioncount': '0',
      },
    });
    expect(Number(request?.headers['x-cloudtasks-tasketa'])).toBeCloseTo(Date.now() / 1000, -1);
    for (const absent of [
      'x-google-secret',
      'x-cloudtasks-taskpreviousresponse',
      'x-cloudtasks-taskretryreason',
      'authorization',
    ])
      expect(request?.headers[absent]).toBeUndefined();
    await gone(task.name ?? '');
  });

  test('defaults to POST and ten minutes, and shows its body only in the full view', async () => {
    const parent = await createQueue();
    await client.pauseQueue({ name: parent });
    const [basic] = await client.createTask({
      parent,
      task: { httpRequest: httpRequest({ body: Buffer.from('secret') }) },
    });
    expect(basic).toMatchObject({
      view: 'BASIC',
      dispatchCount: 0,
      dispatchDeadline: { seconds: '600' },
      httpRequest: { httpMethod: 'POST', headers: { 'User-Agent': 'Google-Cloud-Tasks' } },
      firstAttempt: null,
    });
    expect(basic.httpRequest?.body).toHaveLength(0);
    expect(basic.name).toMatch(/\/tasks\/\d{1,20}$/);
    const [full] = await client.getTask({ name: basic.name ?? '', responseView: 'FULL' });
    expect(full.httpRequest?.body?.toString()).toBe('secret');
    const [list] = await client.listTasks({ parent });
    expect(list.map((task) => task.name)).toEqual([basic.name]);
  });

  test('carries an OIDC token for its URL, or for the audience that it names', async () => {
    const parent = await createQueue();
    const oidcToken = { serviceAccountEmail: 'tasks@test.iam.gserviceaccount.com' };
    await client.createTask({ parent, task: { httpRequest: httpRequest({ oidcToken }) } });
    await receiver.until(1);
    await client.createTask({
      parent,
      task: { httpRequest: httpRequest({ oidcToken: { ...oidcToken, audience: 'https://me.example' } }) },
    });
    const requests = await receiver.until(2);
    const claims = requests.map((request) =>
      JSON.parse(Buffer.from(request.headers.authorization?.split('.')[1] ?? '', 'base64url').toString()),
    );
    expect(claims).toMatchObject([
      { aud: `${receiver.url}/work`, email: oidcToken.serviceAccountEmail },
      { aud: 'https://me.example', email: oidcToken.serviceAccountEmail },
    ]);
  });

  const large = Buffer.alloc(1_048_576);
  test.each<[string, protos.google.cloud.tasks.v2.ITask, number]>([
    ['no request', {}, 3],
    ['an App Engine request', { appEngineHttpRequest: { relativeUri: '/' } }, 12],
    ['no URL', { httpRequest: { url: '' } }, 3],
    ['a URL without a scheme', { httpRequest: { url: 'example.com' } }, 3],
    ['a URL of another scheme', { httpRequest: { url: 'ftp://example.com' } }, 3],
    ['a URL that is too long', { httpRequest: { url: `http://x/${'a'.repeat(2083)}` } }, 3],
    ['a body with GET', { httpRequest: { url: 'http://x', httpMethod: 'GET', body: Buffer.from('x') } }, 3],
    ['headers of 80 KB', { httpRequest: { url: 'http://x', headers: { a: 'b'.repeat(81_920) } } }, 3],
    ['an OAuth token', { httpRequest: { url: 'http://x', oauthToken: { serviceAccountEmail: 'a@b' } } }, 12],
    ['a token of nobody', { httpRequest: { url: 'http://x', oidcToken: { audience: 'y' } } }, 3],
    ['more than a megabyte', { httpRequest: { url: 'http://x', body: large } }, 3],
    ['a deadline of 14 s', { httpRequest: { url: 'http://x' }, dispatchDeadline: { seconds: 14 } }, 3],
    ['a deadline above 30 min', { httpRequest: { url: 'http://x' }, dispatchDeadline: { seconds: 1801 } }, 3],
    ['a time 31 days ahead', { httpRequest: { url: 'http://x' }, scheduleTime: inSeconds(31 * 86_400) }, 3],
    ['the name of another queue', { name: `${LOCATION}/queues/other/tasks/x`, httpRequest: { url: 'http://x' } }, 3],
    ['a name out of form', { name: 'x', httpRequest: { url: 'http://x' } }, 3],
  ])('is refused for %s', async (_, task, code) => {
    const parent = await createQueue();
    await expect(client.createTask({ parent, task })).rejects.toMatchObject({ code });
    expect((await client.listTasks({ parent }))[0]).toEqual([]);
  });

  test('just under the limit is taken', async () => {
    const parent = await createQueue();
    await client.createTask({ parent, task: { httpRequest: httpRequest({ body: Buffer.alloc(1_048_000) }) } });
    expect((await receiver.until(1))[0]?.body).toHaveLength(1_048_000);
  });

  test.each(['a.b', 'a b', 'ä', 'a/b', 'x'.repeat(501), 'a\n'])('cannot be named %j', async (id) => {
    const parent = await createQueue();
    await expect(
      client.createTask({ parent, task: { name: `${parent}/tasks/${id}`, httpRequest: httpRequest() } }),
    ).rejects.toMatchObject({ code: 3 });
  });

  test('needs a queue', async () => {
    const parent = `${LOCATION}/queues/absent`;
    await expect(client.createTask({ parent, task: { httpRequest: httpRequest() } })).rejects.toMatchObject({
      code: 5,
    });
  });
});

describe('a name', () => {
  test('is taken while its task lives, and for an hour after its task succeeded', async () => {
    const parent = await createQueue();
    const task = { name: `${parent}/tasks/load-1`, httpRequest: httpRequest() };
    receiver.answer({ afterMs: 200 });
    await client.createTask({ parent, task });
    await expect(client.createTask({ parent, task })).rejects.toMatchObject({ code: 6 });
    await gone(task.name);
    await expect(client.createTask({ parent, task })).rejects.toMatchObject({ code: 6 });
    offsetMs = 59 * 60_000;
    await expect(client.createTask({ parent, task })).rejects.toMatchObject({ code: 6 });
    offsetMs = 61 * 60_000;
    await client.createTask({ parent, task });
    expect(await receiver.until(2)).toHaveLength(2);
  });

  test('is taken after its task was deleted, and after its queue was purged', async () => {
    const parent = await createQueue();
    const task = (id: string) => ({
      name: `${parent}/tasks/${id}`,
      httpRequest: httpRequest(),
      scheduleTime: inSeconds(60),
    });
    await client.createTask({ parent, task: task('deleted') });
    await client.deleteTask({ name: task('deleted').name });
    await expect(client.createTask({ parent, task: task('deleted') })).rejects.toMatchObject({ code: 6 });
    await client.createTask({ parent, task: task('purged') });
    const [queue] = await client.purgeQueue({ name: parent });
    expect(queue.purgeTime).not.toBeNull();
    await expect(client.createTask({ parent, task: task('purged') })).rejects.toMatchObject({ code: 6 });
    await expect(client.getTask({ name: task('purged').name })).rejects.toMatchObject({ code: 5 });
    await expect(client.deleteTask({ name: task('purged').name })).rejects.toMatchObject({ code: 5 });
    await expect(client.runTask({ name: task('purged').name })).rejects.toMatchObject({ code: 5 });
    expect(receiver.received).toEqual([]);
  });
});

describe('a paused queue', () => {
  test('keeps its tasks until it is resumed', async () => {
    const parent = await createQueue();
    await client.pauseQueue({ name: parent });
    await client.createTask({ parent, task: { httpRequest: httpRequest() } });
    await pause(100);
    expect(receiver.received).toEqual([]);
    await client.resumeQueue({ name: parent });
    expect(await receiver.until(1)).toHaveLength(1);
  });

  test('still runs a task that is told to run', async () => {
    const parent = await createQueue();
    await client.pauseQueue({ name: parent });
    const [task] = await client.createTask({
      parent,
      task: { httpRequest: httpRequest(), scheduleTime: inSeconds(3600) },
    });
    const [running] = await client.runTask({ name: task.name ?? '' });
    expect(running).toMatchObject({ name: task.name, dispatchCount: 1 });
    await receiver.until(1);
    await gone(task.name ?? '');
  });
});

test('an operation is a call or an attempt, 32 KB at a time', async () => {
  const operations = () => temporary.context.meter.read().get('tasks.operations') ?? 0;
  const parent = await createQueue();
  const before = operations();
  const [task] = await client.createTask({
    parent,
    task: { httpRequest: httpRequest({ body: Buffer.alloc(70_000) }) },
  });
  await gone(task.name ?? '');
  // Three for the call and three for the attempt; the calls of `gone` failed in the end, or count three each.
  expect(operations() - before).toBeGreaterThanOrEqual(6);
  expect((operations() - before) % 3).toBe(0);
});

test('a task goes the same way over REST', async () => {
  const parent = await createQueue();
  const [task] = await cloud.rest.createTask({
    parent,
    task: {
      name: `${parent}/tasks/rest`,
      httpRequest: {
        url: `${receiver.url}/rest`,
        httpMethod: 'POST',
        body: Buffer.from('over rest').toString('base64'),
      },
      scheduleTime: { seconds: 1 },
    },
    responseView: 'FULL',
  });
  expect(task).toMatchObject({ name: `${parent}/tasks/rest`, view: 'FULL' });
  expect(await receiver.until(1)).toMatchObject([{ path: '/rest', body: 'over rest' }]);
  await expect(
    cloud.rest.createTask({ parent, task: { name: `${parent}/tasks/rest`, httpRequest: httpRequest() } }),
  ).rejects.toThrow(/already exists|existed too recently/);
});
