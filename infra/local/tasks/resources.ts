import { wireOfMicros, wireOfMillis } from '../wire-time.ts';
import { renderConfig } from './queue-config.ts';
import type { StoredQueue } from './queue-store.ts';
import type { StoredTask } from './task-store.ts';

/** FULL shows the body too. */
export type TaskView = 'VIEW_UNSPECIFIED' | 'BASIC' | 'FULL';

/** google.cloud.tasks.v2.Queue. */
export function renderQueue(queue: StoredQueue): object {
  return {
    ...renderConfig(queue.config),
    name: queue.name,
    state: queue.state,
    purgeTime: queue.purgedMs === undefined ? null : wireOfMillis(queue.purgedMs),
  };
}

/** google.cloud.tasks.v2.Task. */
export function renderTask(task: StoredTask, view: TaskView): object {
  const { target } = task;
  return {
    name: task.name,
    httpRequest: {
      url: target.url,
      httpMethod: target.method,
      // The service stores its own User-Agent with the task, in place of the caller's.
      headers: { ...withoutUserAgent(target.headers), 'User-Agent': 'Google-Cloud-Tasks' },
      ...(view === 'FULL' ? { body: task.body } : {}),
      ...(target.oidcToken ? { oidcToken: target.oidcToken } : {}),
    },
    scheduleTime: wireOfMicros(task.dueUs),
    createTime: wireOfMillis(Math.floor(task.createdMs / 1_000) * 1_000),
    dispatchDeadline: wireOfMillis(task.deadlineMs),
    dispatchCount: task.dispatches,
    responseCount: task.responses,
    firstAttempt: task.firstDispatchMs === undefined ? null : { dispatchTime: wireOfMillis(task.firstDispatchMs) },
    lastAttempt: task.last ? renderAttempt(task.last) : null,
    view: view === 'FULL' ? 'FULL' : 'BASIC',
  };
}

function renderAttempt(attempt: NonNullable<StoredTask['last']>): object {
  return {
    scheduleTime: wireOfMicros(attempt.scheduledUs),
    dispatchTime: wireOfMillis(attempt.dispatchedMs),
    responseTime: attempt.respondedMs === undefined ? null : wireOfMillis(attempt.respondedMs),
    responseStatus: attempt.status ?? null,
  };
}

function withoutUserAgent(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'user-agent'));
}
