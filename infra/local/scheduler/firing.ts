import { setTimeout as sleep } from 'node:timers/promises';
import { createAlarm } from '../alarm.ts';
import { RPC_CODES } from '../api-error.ts';
import { planBackoff } from '../backoff.ts';
import type { Deliveries, DeliveryResult } from '../delivery.ts';
import { toApiError } from '../http.ts';
import { type HttpTarget, renderHttpStatus, renderTargetHeaders } from '../http-target.ts';
import type { JobConfig } from './job-config.ts';
import type { Firing, Job, JobStore } from './job-store.ts';
import { parseSchedule, renderScheduleTime } from './schedule.ts';

export type Publish = (topic: string, message: { data: Buffer; attributes: Record<string, string> }) => string;

export interface Firer {
  /** Jobs or firings have changed. */
  wake(): void;
  start(): void;
  stop(): Promise<void>;
}

interface Outcome {
  succeeded: boolean;
  status: { code: number; message: string };
}

/**
 * Fires jobs when they are due. A firing is written down before its first attempt and forgotten after its last, so that
 * a restart goes on with it; what was due while nothing ran fires once.
 */
export function createFirer(options: {
  jobs: JobStore;
  deliveries: Deliveries;
  publish: Publish;
  now: () => number;
}): Firer {
  const { jobs, deliveries, publish, now } = options;
  const alarm = createAlarm(tick, now);
  const abort = new AbortController();
  const underWay = new Map<number, Promise<void>>();
  const copies = new Set<Promise<void>>();
  let started = false;

  function tick(): void {
    if (!started || abort.signal.aborted) return;
    const nowMs = now();
    const ready = jobs.ready();
    const due = ready.filter(({ nextMs }) => nextMs !== undefined && nextMs <= nowMs);
    jobs.transaction(() => {
      for (const job of due) {
        jobs.addFiring(job.config.name, job.nextMs ?? nowMs, false, nowMs);
        jobs.write({ ...job, nextMs: parseSchedule(job.config.schedule, job.config.timeZone).nextAfter(nowMs) });
      }
    });
    const waiting = jobs.firings().filter(({ id }) => !underWay.has(id));
    for (const firing of waiting) if (firing.dueMs <= nowMs) launch(firing);
    const later = [
      ...waiting.map(({ dueMs }) => dueMs),
      ...ready.filter((job) => !due.includes(job)).map(({ nextMs }) => nextMs ?? Number.POSITIVE_INFINITY),
    ].filter((ms) => ms > nowMs);
    alarm.set(later.length > 0 ? Math.min(...later) : undefined);
  }

  function launch(firing: Firing): void {
    const job = jobs.get(firing.job);
    if (!job) return;
    const begun: Firing = {
      ...firing,
      attempts: firing.attempts + 1,
      firstAttemptMs: firing.firstAttemptMs ?? now(),
    };
    jobs.transaction(() => {
      jobs.updateFiring(begun);
      jobs.write({ ...job, lastAttemptMs: now() });
    });
    const attempt = attemptOf(job.config, begun)
      .then((outcome) => {
        if (!abort.signal.aborted) finish(begun, outcome);
      })
      .finally(() => {
        underWay.delete(firing.id);
        tick();
      });
    underWay.set(firing.id, attempt);
  }

  function finish(firing: Firing, outcome: Outcome): void {
    const job = jobs.get(firing.job);
    if (!job) return;
    jobs.transaction(() => {
      jobs.write({ ...job, status: outcome.status });
      const retryMs = outcome.succeeded ? undefined : planRetry(job, firing, now());
      if (retryMs === undefined) jobs.removeFiring(firing.id);
      else jobs.updateFiring({ ...firing, dueMs: retryMs });
    });
  }

  async function attemptOf(config: JobConfig, firing: Firing): Promise<Outcome> {
    const { target } = config;
    if (target.kind === 'http') return renderOutcome(await send(config, target.http, firing));
    try {
      publish(target.topic, { data: Buffer.from(config.payload), attributes: target.attributes });
      return { succeeded: true, status: { code: 0, message: '' } };
    } catch (raw) {
      const { code, message } = toApiError(raw);
      const [number] = RPC_CODES[code];
      return { succeeded: false, status: { code: number, message: `${code}(${number}): ${message}` } };
    }
  }

  /** All copies that the seed makes of this attempt are sent; the first one's result is the attempt's. */
  async function send(config: JobConfig, http: HttpTarget, firing: Firing): Promise<DeliveryResult> {
    const { delaysMs } = deliveries.disturb(`${config.name}#${firing.scheduledMs}#${firing.attempts}`);
    const [first, ...others] = delaysMs.map(async (delayMs): Promise<DeliveryResult> => {
      if (delayMs > 0) await sleep(delayMs, undefined, { signal: abort.signal }).catch(() => {});
      if (abort.signal.aborted) return { error: 'the local cloud is stopping', timedOut: false };
      return deliveries.send({
        url: http.url,
        method: http.method,
        headers: renderHeaders(config, http, firing),
        body: Buffer.from(config.payload),
        deadlineMs: config.deadlineMs,
        signal: abort.signal,
        ...(http.oidcToken
          ? { serviceAccount: http.oidcToken.serviceAccountEmail, audience: http.oidcToken.audience || http.url }
          : {}),
      });
    });
    for (const other of others) {
      const copy = other.then(() => void copies.delete(copy));
      copies.add(copy);
    }
    return first ?? { error: 'no copy was sent', timedOut: false };
  }

  return {
    wake: () => void setImmediate(tick),
    start() {
      started = true;
      tick();
    },
    async stop() {
      abort.abort();
      alarm.close();
      await Promise.allSettled([...underWay.values(), ...copies]);
    },
  };
}

/**
 * When to try again, or undefined to give up: "retry_count times, or until the next scheduled execution time, whichever
 * comes first"; with a duration as well, until both are used up. Source: job.proto, RetryConfig.
 */
export function planRetry(job: Job, firing: Firing, nowMs: number): number | undefined {
  const { retry } = job.config;
  if (retry.count === 0) return undefined;
  const elapsedMs = nowMs - (firing.firstAttemptMs ?? nowMs);
  if (firing.attempts > retry.count && elapsedMs >= retry.maxDurationMs) return undefined;
  const dueMs = nowMs + planBackoff(retry, firing.attempts);
  return !firing.manual && job.nextMs !== undefined && dueMs >= job.nextMs ? undefined : dueMs;
}

function renderHeaders(config: JobConfig, http: HttpTarget, firing: Firing): Record<string, string> {
  const own = renderTargetHeaders(http, 'x-cloudscheduler');
  const typed = Object.keys(own).some((name) => name.toLowerCase() === 'content-type');
  return {
    ...(config.payload.length > 0 && !typed ? { 'Content-Type': 'application/octet-stream' } : {}),
    ...own,
    'User-Agent': 'Google-Cloud-Scheduler',
    'X-CloudScheduler': 'true',
    'X-CloudScheduler-JobName': config.name.slice(config.name.lastIndexOf('/') + 1),
    'X-CloudScheduler-ScheduleTime': renderScheduleTime(firing.scheduledMs, config.timeZone),
  };
}

function renderOutcome(result: DeliveryResult): Outcome {
  if ('status' in result)
    return { succeeded: result.status >= 200 && result.status < 300, status: renderHttpStatus(result.status) };
  return {
    succeeded: false,
    status: result.timedOut
      ? { code: 4, message: `DEADLINE_EXCEEDED(4): ${result.error}` }
      : { code: 14, message: `UNAVAILABLE(14): ${result.error}` },
  };
}
