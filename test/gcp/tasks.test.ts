import { createTaskQueue } from '../../functions/gcp/tasks.ts';
import type { TaskTarget } from '../../functions/model/deployment.ts';
import { taskQueueContract } from '../contract/task-queue.ts';
import { createReceiver } from '../infra/local/receiver.ts';
import { PROJECT, startLocal } from './local.ts';

const TARGETS: TaskTarget[] = ['prepare', 'deidentify', 'load', 'transform', 'nightly'];
const PARENT = `projects/${PROJECT}/locations/us-central1`;

taskQueueContract('Cloud Tasks', async () => {
  const local = await startLocal();
  const receiver = await createReceiver();
  for (const name of TARGETS)
    await local.call('POST', `${local.http('tasks')}/v2/${PARENT}/queues`, { name: `${PARENT}/queues/${name}` });
  const byTarget = (of: (target: TaskTarget) => string) =>
    Object.fromEntries(TARGETS.map((target) => [target, of(target)])) as Record<TaskTarget, string>;
  const options = {
    project: PROJECT,
    queues: byTarget((target) => `${PARENT}/queues/${target}`),
    urls: byTarget((target) => `${receiver.url}/${target}`),
    serviceAccount: `tasks@${PROJECT}.iam.gserviceaccount.com`,
  };
  return {
    queue: createTaskQueue({ ...options, endpoint: local.grpc }),
    unreachable: createTaskQueue({ ...options, endpoint: '127.0.0.1:9' }),
    identity: { email: options.serviceAccount, audience: options.urls.load },
    received: () =>
      receiver.received.map(({ body, atMs, headers }) => ({ body: JSON.parse(body) as unknown, atMs, headers })),
    async stop() {
      await receiver.close();
      await local.stop();
    },
  };
});
