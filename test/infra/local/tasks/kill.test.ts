import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { v1 } from '@google-cloud/pubsub';
import { CloudTasksClient } from '@google-cloud/tasks';
import { credentials } from '@grpc/grpc-js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createReceiver, type Receiver } from '../receiver.ts';
import { LOCATION } from './serve-tasks.ts';

const COUNT = 150;
const dir = mkdtempSync(join(tmpdir(), 'sluice-kill-'));
let receiver: Receiver;
let running: ChildProcess | undefined;

beforeAll(async () => {
  receiver = await createReceiver();
});
afterAll(async () => {
  running?.kill('SIGKILL');
  await receiver.close();
  rmSync(dir, { recursive: true, force: true });
});

async function startCloud(): Promise<number> {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'cloud-process.ts'), dir],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  running = child;
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  return Number(line);
}

async function kill(): Promise<void> {
  const child = running;
  if (!child) throw new Error('no process runs');
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  expect(await exited).toEqual([null, 'SIGKILL']);
}

const seen = () => {
  const tasks = new Set<string>();
  const messages = new Set<string>();
  for (const { headers, body } of receiver.received) {
    const task = headers['x-cloudtasks-taskname'];
    if (typeof task === 'string') tasks.add(task);
    else messages.add(JSON.parse(body).message.messageId);
  }
  return { tasks, messages };
};

test('a process killed twice while it delivers loses no task and no message that it acknowledged', async () => {
  receiver.answer({ afterMs: 60 });
  const options = {
    apiEndpoint: '127.0.0.1',
    port: await startCloud(),
    sslCreds: credentials.createInsecure(),
    projectId: 'test',
  };
  const tasksClient = new CloudTasksClient(options);
  const publisher = new v1.PublisherClient(options);
  const subscriber = new v1.SubscriberClient(options);
  const parent = `${LOCATION}/queues/kill`;
  const topic = 'projects/test/topics/kill';
  await tasksClient.createQueue({
    parent: LOCATION,
    queue: { name: parent, rateLimits: { maxConcurrentDispatches: 8 } },
  });
  await publisher.createTopic({ name: topic });
  await subscriber.createSubscription({
    name: 'projects/test/subscriptions/kill',
    topic,
    pushConfig: { pushEndpoint: receiver.url },
    ackDeadlineSeconds: 600,
  });
  const taskNames: string[] = [];
  const messageIds: string[] = [];
  await Promise.all(
    Array.from({ length: COUNT }, async (_, i) => {
      const [task] = await tasksClient.createTask({
        parent,
        task: { name: `${parent}/tasks/t${i}`, httpRequest: { url: receiver.url } },
      });
      taskNames.push(task.name?.split('/').at(-1) ?? '');
    }),
  );
  for (let i = 0; i < COUNT; i += 50) {
    const messages = Array.from({ length: 50 }, (_, j) => ({ data: Buffer.from(String(i + j)) }));
    const [{ messageIds: ids }] = await publisher.publish({ topic, messages });
    messageIds.push(...(ids ?? []));
  }
  await kill();
  const atFirst = seen();
  expect(atFirst.tasks.size).toBeGreaterThan(0);
  expect(atFirst.tasks.size).toBeLessThan(COUNT);
  await Promise.all([tasksClient.close(), publisher.close(), subscriber.close()]);

  const before = receiver.received.length;
  await startCloud();
  await receiver.until(before + 20);
  await kill();
  expect(seen().tasks.size).toBeLessThan(COUNT);

  await startCloud();
  await expect.poll(() => seen().tasks.size, { timeout: 6_000 }).toBe(COUNT);
  await expect.poll(() => seen().messages.size, { timeout: 6_000 }).toBe(COUNT);
  expect([...seen().tasks].sort()).toEqual(taskNames.sort());
  expect([...seen().messages].sort()).toEqual(messageIds.sort());
  console.log(`${2 * COUNT} deliveries asked for, ${receiver.received.length} made over three lives`);
}, 20_000);
