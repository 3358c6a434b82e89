import { CloudTasksClient } from '@google-cloud/tasks';
import { credentials } from '@grpc/grpc-js';
import { retryable, terminal } from '../errors.ts';
import type { TaskTarget } from '../model/deployment.ts';
import type { TaskQueue } from '../ports.ts';
import { hostAndPort } from './endpoint.ts';
import { isTransient } from './transient.ts';

export interface TaskOptions {
  project: string;
  endpoint?: string;
  queues: Readonly<Record<TaskTarget, string>>;
  urls: Readonly<Record<TaskTarget, string>>;
  /** The queue's tasks authenticate as this account, to the URL that they call. */
  serviceAccount: string;
}

const ALREADY_EXISTS = 6;
/** HTTP tasks may run for 30 minutes, the longest that Cloud Tasks waits. */
const DEADLINE_SECONDS = 1800;

export function createTaskQueue({ project, endpoint, queues, urls, serviceAccount }: TaskOptions): TaskQueue {
  const client = new CloudTasksClient({
    projectId: project,
    ...(endpoint && { ...hostAndPort(endpoint), sslCreds: credentials.createInsecure() }),
  });
  return {
    async enqueue({ function: target, name, body, at }) {
      const parent = queues[target];
      try {
        await client.createTask({
          parent,
          task: {
            name: `${parent}/tasks/${name}`,
            dispatchDeadline: { seconds: DEADLINE_SECONDS },
            ...(at && {
              scheduleTime: { seconds: Math.floor(at.getTime() / 1000), nanos: (at.getTime() % 1000) * 1e6 },
            }),
            httpRequest: {
              url: urls[target],
              httpMethod: 'POST',
              headers: { 'content-type': 'application/json' },
              body: Buffer.from(JSON.stringify(body)),
              oidcToken: { serviceAccountEmail: serviceAccount, audience: urls[target] },
            },
          },
        });
        return 'created';
      } catch (error) {
        if ((error as { code?: number }).code === ALREADY_EXISTS) return 'exists';
        const fail = isTransient(error) ? retryable : terminal;
        throw fail('TASKS_FAILED', `Cloud Tasks did not take a task for ${target}`, {
          cause: error,
          details: { queue: parent },
        });
      }
    },
  };
}
