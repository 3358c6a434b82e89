import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type PubSubCloud, servePubSub } from '../pubsub/serve-pubsub.ts';
import { createReceiver, type Receiver } from '../receiver.ts';
import { createTemporaryContext } from '../temporary-context.ts';
import { serveTasks, type TasksCloud } from './serve-tasks.ts';

const run = promisify(execFile);

function hasGcloud(): boolean {
  try {
    execFileSync('gcloud', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    console.log('gcloud is not installed here: its calls against the local cloud are not tried');
    return false;
  }
}

/** Google's own command line as a judge of the REST surface; each call takes it a second or more to start. */
describe.runIf(hasGcloud())('gcloud', () => {
  const config = mkdtempSync(join(tmpdir(), 'sluice-gcloud-'));
  const one = createTemporaryContext();
  const two = createTemporaryContext();
  let tasks: TasksCloud;
  let pubsub: PubSubCloud;
  let receiver: Receiver;

  beforeAll(async () => {
    receiver = await createReceiver();
    tasks = await serveTasks(one.context);
    pubsub = await servePubSub(two.context);
  });
  afterAll(async () => {
    await tasks.stop();
    await pubsub.stop();
    await receiver.close();
    one.remove();
    two.remove();
    rmSync(config, { recursive: true, force: true });
  });

  const gcloud = async (...args: string[]): Promise<unknown> => {
    const { stdout } = await run('gcloud', [...args, '--format=json'], {
      env: {
        ...process.env,
        CLOUDSDK_CONFIG: config,
        CLOUDSDK_CORE_PROJECT: 'test',
        CLOUDSDK_CORE_DISABLE_PROMPTS: '1',
        CLOUDSDK_AUTH_DISABLE_CREDENTIALS: 'true',
        CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDTASKS: `${tasks.restUrl}/`,
        CLOUDSDK_API_ENDPOINT_OVERRIDES_PUBSUB: `${pubsub.restUrl}/`,
      },
    });
    return JSON.parse(stdout);
  };

  test('creates a queue and a task that is dispatched', async () => {
    const queue = await gcloud('tasks', 'queues', 'create', 'judged', '--location=us-central1', '--max-attempts=5');
    expect(queue).toMatchObject({
      name: 'projects/test/locations/us-central1/queues/judged',
      retryConfig: { maxAttempts: 5 },
    });
    await gcloud(
      'tasks',
      'create-http-task',
      'one',
      '--queue=judged',
      '--location=us-central1',
      `--url=${receiver.url}/judged`,
    );
    expect(await receiver.until(1)).toMatchObject([{ path: '/judged' }]);
  }, 60_000);

  test('creates a topic and a subscription, and pulls what is published', async () => {
    await gcloud('pubsub', 'topics', 'create', 'judged');
    await gcloud('pubsub', 'subscriptions', 'create', 'judged', '--topic=judged', '--ack-deadline=20');
    pubsub.local.publish('projects/test/topics/judged', { data: Buffer.from('hello'), attributes: { a: 'b' } });
    const pulled = await gcloud('pubsub', 'subscriptions', 'pull', 'judged', '--auto-ack');
    expect(pulled).toMatchObject([
      { message: { data: Buffer.from('hello').toString('base64'), attributes: { a: 'b' } } },
    ]);
  }, 60_000);
});
