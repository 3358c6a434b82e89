import { setTimeout as sleep } from 'node:timers/promises';
import { type Alarm, createAlarm } from '../alarm.ts';
import { planBackoff } from '../backoff.ts';
import type { Deliveries, DeliveryResult } from '../delivery.ts';
import { renderHttpStatus, renderTargetHeaders } from '../http-target.ts';
import type { Meter } from '../meter.ts';
import { lastSegment } from './names.ts';
import { renderOperations } from './operations.ts';
import type { QueueConfig } from './queue-config.ts';
import type { QueueStore } from './queue-store.ts';
import type { StoredTask, TaskStore } from './task-store.ts';
import { createTokenBucket, type TokenBucket } from './token-bucket.ts';

export interface Dispatcher {
  /** Looks at a queue soon: something in it may have become due. */
  wake(queue: string): void;
  /** A queue's rate was changed, or the queue is gone. */
  configure(queue: string): void;
  /** Dispatches a task at once, whatever its schedule, its queue's limits and state; undefined when there is none. */
  run(task: string): StoredTask | undefined;
  start(): void;
  stop(): Promise<void>;
}

/** "After a task is 31 days old, the task will be deleted regardless of whether it was dispatched or not." */
const TASK_LIFETIME_MS = 31 * 24 * 3_600_000;
/** Attempts begun in one transaction and one turn of the event loop. */
const BATCH = 100;

interface Lane {
  bucket: TokenBucket;
  alarm: Alarm;
  running: number;
  woken: boolean;
}

/**
 * Sends what is due, a queue at a time: no polling, an alarm rings when the next task or the next token is due.
 * Google also slows a whole queue down after many 429 and 503, by amounts that it does not publish; here only the task
 * itself waits longer.
 */
export function createDispatcher(options: {
  tasks: TaskStore;
  queues: QueueStore;
  deliveries: Deliveries;
  meter: Meter;
  now: () => number;
}): Dispatcher {
  const { tasks, queues, deliveries, meter, now } = options;
  const lanes = new Map<string, Lane>();
  const attempts = new Set<Promise<void>>();
  const abort = new AbortController();
  let started = false;

  function laneOf(queue: string, config: QueueConfig): Lane {
    let lane = lanes.get(queue);
    if (!lane) {
      lane = {
        bucket: createTokenBucket(config.rate, now()),
        alarm: createAlarm(() => pump(queue), now),
        running: 0,
        woken: false,
      };
      lanes.set(queue, lane);
    }
    return lane;
  }

  function wake(queue: string): void {
    const stored = started ? queues.get(queue) : undefined;
    if (!stored) return;
    const lane = laneOf(queue, stored.config);
    if (lane.woken) return;
    lane.woken = true;
    setImmediate(() => pump(queue));
  }

  function pump(queue: string): void {
    const stored = abort.signal.aborted ? undefined : queues.get(queue);
    const lane = stored ? laneOf(queue, stored.config) : undefined;
    if (!stored || !lane) return;
    lane.woken = false;
    lane.alarm.set(undefined);
    if (stored.state === 'PAUSED') return;
    const nowMs = now();
    const room = Math.min(BATCH, stored.config.rate.concurrent - lane.running);
    const due = room > 0 ? tasks.due(queue, nowMs * 1_000 + 999, room) : [];
    const begun: StoredTask[] = [];
    let waitMs = 0;
    tasks.transaction(() => {
      for (const name of due) {
        waitMs = lane.bucket.take(nowMs);
        if (waitMs > 0) break;
        const task = tasks.begin(name, nowMs);
        if (!task) continue;
        if (task.createdMs + TASK_LIFETIME_MS < nowMs) tasks.remove(name, nowMs);
        else begun.push(task);
      }
    });
    for (const task of begun) launch(task, stored.config, lane);
    if (waitMs > 0) lane.alarm.set(nowMs + waitMs);
    else if (due.length === BATCH) wake(queue);
    else if (room > due.length) {
      const nextUs = tasks.nextDueUs(queue);
      if (nextUs !== undefined) lane.alarm.set(nextUs / 1_000);
    }
  }

  function launch(task: StoredTask, config: QueueConfig, lane: Lane | undefined): void {
    if (lane) lane.running++;
    const attempt = send(task)
      .then((result) => {
        if (!abort.signal.aborted) finish(task, config, result);
      })
      .finally(() => {
        attempts.delete(attempt);
        if (lane) lane.running--;
        if (!abort.signal.aborted) wake(task.queue);
      });
    attempts.add(attempt);
  }

  /** All copies that the seed makes of this attempt are sent; the first one's result is the attempt's. */
  async function send(task: StoredTask): Promise<DeliveryResult> {
    const { delaysMs } = deliveries.disturb(`${task.name}#${task.dispatches}`);
    const [first, ...others] = delaysMs.map(async (delayMs): Promise<DeliveryResult> => {
      if (delayMs > 0) await sleep(delayMs, undefined, { signal: abort.signal }).catch(() => {});
      if (abort.signal.aborted) return { error: 'the local cloud is stopping', timedOut: false };
      meter.add('tasks.operations', renderOperations(task.size));
      return deliveries.send({
        url: task.target.url,
        method: task.target.method,
        headers: renderHeaders(task),
        body: Buffer.from(task.body),
        deadlineMs: task.deadlineMs,
        signal: abort.signal,
        ...renderToken(task),
      });
    });
    for (const other of others) {
      const copy = other.then(() => void attempts.delete(copy));
      attempts.add(copy);
    }
    return first ?? { error: 'no copy was sent', timedOut: false };
  }

  function finish(task: StoredTask, { retry }: QueueConfig, result: DeliveryResult): void {
    const nowMs = now();
    const status = 'status' in result ? result.status : undefined;
    const succeeded = status !== undefined && status >= 200 && status < 300;
    if (succeeded || isExhausted(task, retry, nowMs)) {
      tasks.remove(task.name, nowMs);
      return;
    }
    // "if the worker returns 429 or 503 … Cloud Tasks will use a higher backoff rate": here, that of one more retry.
    const overloaded = status === 429 || status === 503;
    const waitMs = planBackoff(retry, task.dispatches + (overloaded ? 1 : 0));
    const askedMs = 'status' in result ? (result.retryAfterMs ?? 0) : 0;
    tasks.fail(task, {
      status: renderFailure(result),
      previousResponse: status ?? 504,
      responded: status !== undefined,
      executed: status !== undefined && status < 500,
      respondedMs: nowMs,
      dueUs: Math.round((nowMs + Math.max(waitMs, askedMs)) * 1_000),
    });
  }

  return {
    wake,
    configure(queue) {
      const stored = queues.get(queue);
      if (stored) lanes.get(queue)?.bucket.configure(stored.config.rate);
      else {
        lanes.get(queue)?.alarm.close();
        lanes.delete(queue);
      }
      wake(queue);
    },
    run(name) {
      const task = tasks.begin(name, now());
      const config = task ? queues.get(task.queue)?.config : undefined;
      if (!task || !config) return undefined;
      // A task's schedule moves to the time that it was run at, so that its retry counts from there.
      launch({ ...task, dueUs: now() * 1_000 }, config, undefined);
      return task;
    },
    start() {
      started = true;
      tasks.land();
      for (const queue of queues.names()) wake(queue);
    },
    async stop() {
      abort.abort();
      for (const lane of lanes.values()) lane.alarm.close();
      await Promise.allSettled(attempts);
    },
  };
}

/** Source: queue.proto, RetryConfig: with a duration, both it and the attempts must be used up. */
function isExhausted(task: StoredTask, retry: QueueConfig['retry'], nowMs: number): boolean {
  const attempted = retry.maxAttempts !== -1 && task.dispatches >= retry.maxAttempts;
  if (retry.maxDurationMs === 0) return attempted;
  const aged = nowMs - (task.firstDispatchMs ?? nowMs) >= retry.maxDurationMs;
  return aged && (attempted || retry.maxAttempts === -1);
}

function renderHeaders(task: StoredTask): Record<string, string> {
  return {
    ...renderTargetHeaders(task.target, 'x-cloudtasks-'),
    'User-Agent': 'Google-Cloud-Tasks',
    'X-CloudTasks-QueueName': lastSegment(task.queue),
    'X-CloudTasks-TaskName': lastSegment(task.name),
    'X-CloudTasks-TaskRetryCount': String(task.dispatches - 1),
    'X-CloudTasks-TaskExecutionCount': String(task.executions),
    'X-CloudTasks-TaskETA': (task.dueUs / 1_000_000).toFixed(6),
    // On retries only; the reason is empty for HTTP targets, as the service was seen to send it.
    ...(task.previousResponse === undefined
      ? {}
      : {
          'X-CloudTasks-TaskPreviousResponse': String(task.previousResponse),
          'X-CloudTasks-TaskRetryReason': '',
        }),
  };
}

function renderToken({ target }: StoredTask): { serviceAccount?: string; audience?: string } {
  if (!target.oidcToken) return {};
  return {
    serviceAccount: target.oidcToken.serviceAccountEmail,
    audience: target.oidcToken.audience || target.url,
  };
}

function renderFailure(result: DeliveryResult): { code: number; message: string } {
  if ('status' in result) return renderHttpStatus(result.status);
  return result.timedOut
    ? { code: 4, message: `DEADLINE_EXCEEDED(4): ${result.error}` }
    : { code: 14, message: `UNAVAILABLE(14): ${result.error}` };
}
