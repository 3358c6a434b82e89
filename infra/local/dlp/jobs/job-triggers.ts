import { createAlarm } from '../../alarm.ts';
import { ApiError, RPC_CODES } from '../../api-error.ts';
import type { RpcService } from '../../rpc.ts';
import { applyMask } from '../../wire-mask.ts';
import { type PageRequest, readPage } from '../../wire-page.ts';
import { millisOf, type WireTime, wireOfMillis } from '../../wire-time.ts';
import {
  canonicalParent,
  checkOrder,
  type Resource,
  type ResourceStore,
  resourceId,
} from '../resources/resource-store.ts';
import type { DlpJobs } from './dlp-jobs.ts';
import { type InspectJobConfig, inspectedStorage, type JobError, renderErrors } from './job.ts';
import { planFilter } from './list-filter.ts';
import { populated } from './timespan.ts';

const MAX_PAGE = 100;
const DAY_MS = 86_400_000;
/** "greater than or equal to 1 day and can be no longer than 60 days"; the two lengths and the hundred errors stand there too. Source: dlp.proto. */
const LONGEST_DAYS = 60;
const LONGEST_NAME = 100;
const LONGEST_DESCRIPTION = 256;
const MOST_ERRORS = 100;

interface Trigger {
  schedule?: { recurrencePeriodDuration: WireTime | null } | null;
  manual?: object | null;
}

/** JobTrigger as the kit decodes it. */
interface JobTriggerMessage {
  displayName: string;
  description: string;
  inspectJob: InspectJobConfig | null;
  triggers: Trigger[];
  status: string;
}

export interface TriggerBody {
  message: JobTriggerMessage & { inspectJob: InspectJobConfig };
  periodMs: number;
  dueMs: number;
  errors: JobError[];
  lastRunMs?: number;
  /** End of the timespan that the last job was given. */
  lastEndMs?: number;
  lastJob?: string;
}

interface Services {
  store: ResourceStore<TriggerBody>;
  jobs: Pick<DlpJobs, 'create' | 'isUnderWay'>;
  now(): number;
  newId(): string;
  checkParent(parent: string): void;
  check(config: InspectJobConfig): Promise<void>;
}

export interface JobTriggers {
  methods: RpcService['methods'];
  start(): void;
  stop(): void;
}

/** Jobs that recur, from one period after they are declared on. What fell due while the service was down runs once when it is up. */
export function createJobTriggers({ store, jobs, now, newId, checkParent, check }: Services): JobTriggers {
  let alarm: ReturnType<typeof createAlarm> | undefined;
  const all = (): Resource<TriggerBody>[] =>
    store.list({ after: '', before: '\u{10ffff}', limit: Number.MAX_SAFE_INTEGER });
  const isHealthy = ({ body }: Resource<TriggerBody>): boolean => body.message.status === 'HEALTHY';
  const arm = (): void => {
    const due = all()
      .filter(isHealthy)
      .map(({ body }) => body.dueMs);
    alarm?.set(due.length === 0 ? undefined : Math.min(...due));
  };

  async function ring(): Promise<void> {
    for (const trigger of all()) {
      if (!isHealthy(trigger) || trigger.body.dueMs > now()) continue;
      const missed = Math.floor((now() - trigger.body.dueMs) / trigger.body.periodMs);
      const next = { ...trigger.body, dueMs: trigger.body.dueMs + (missed + 1) * trigger.body.periodMs };
      store.update({ ...trigger, body: next });
      // "A scheduled start time will be skipped if the previous execution has not ended when its scheduled time occurs."
      if (next.lastJob !== undefined && jobs.isUnderWay(next.lastJob)) continue;
      await fire({ ...trigger, body: next }).catch((error) => {
        const { code, message } = error instanceof ApiError ? error : new ApiError('INTERNAL', String(error));
        const errors = [...next.errors, { code: RPC_CODES[code][0], message, atMs: now() }].slice(-MOST_ERRORS);
        if (store.find(trigger.name)) store.update({ ...trigger, body: { ...next, errors } });
      });
    }
    arm();
  }

  /** Starts the trigger's job and returns it as the API shows it. */
  async function fire({ name, body, ...times }: Resource<TriggerBody>): Promise<object> {
    const { inspectJob } = body.message;
    const storageConfig = inspectJob.storageConfig && populated(inspectJob.storageConfig, body.lastEndMs, now());
    const parent = name.slice(0, name.indexOf('/jobTriggers/'));
    const job = await jobs.create(parent, { ...inspectJob, storageConfig }, { triggerName: name });
    const endTime = storageConfig?.timespanConfig?.endTime;
    const run = { lastRunMs: now(), lastJob: job.name, ...(endTime && { lastEndMs: millisOf(endTime) }) };
    // Deleted while its job was made: the job runs, and there is nothing to note it on.
    if (store.find(name)) store.update({ name, ...times, body: { ...body, ...run } });
    return job;
  }

  async function bodyOf(message: JobTriggerMessage | null, made: number): Promise<TriggerBody> {
    if (!message) throw new ApiError('INVALID_ARGUMENT', 'job_trigger must be set');
    const { inspectJob, status } = message;
    if (!inspectJob) throw new ApiError('INVALID_ARGUMENT', 'job_trigger.inspect_job must be set');
    if (status !== 'HEALTHY' && status !== 'PAUSED' && status !== 'CANCELLED')
      throw new ApiError('INVALID_ARGUMENT', 'job_trigger.status must be set');
    atMost(message.displayName, LONGEST_NAME, 'display_name');
    atMost(message.description, LONGEST_DESCRIPTION, 'description');
    const periodMs = periodOf(message.triggers);
    await check(inspectJob);
    return { message: { ...message, inspectJob }, periodMs, dueMs: made + periodMs, errors: [] };
  }

  const methods = {
    async CreateJobTrigger(request: { parent: string; jobTrigger: JobTriggerMessage | null; triggerId: string }) {
      checkParent(request.parent);
      const madeMs = now();
      const resource = {
        name: `${canonicalParent(request.parent)}/jobTriggers/${resourceId(request.triggerId, 'trigger_id', newId)}`,
        body: await bodyOf(request.jobTrigger, madeMs),
        createMs: madeMs,
        updateMs: madeMs,
      };
      store.insert(resource);
      arm();
      return renderTrigger(resource);
    },
    GetJobTrigger: ({ name }: { name: string }) => renderTrigger(store.get(name)),
    ListJobTriggers(request: PageRequest & { parent: string; filter: string; orderBy: string }) {
      checkParent(request.parent);
      checkOrder(request.orderBy);
      const accepts = planFilter<Resource<TriggerBody>>(request.filter, {
        status: ({ body }) => body.message.status,
        inspected_storage: ({ body }) => inspectedStorage(body.message.inspectJob),
      });
      const prefix = `${canonicalParent(request.parent)}/jobTriggers/`;
      const page = readPage(request, prefix, MAX_PAGE, store.list, ({ name }) => name);
      return { jobTriggers: page.items.filter(accepts).map(renderTrigger), nextPageToken: page.nextPageToken };
    },
    async UpdateJobTrigger(request: {
      name: string;
      jobTrigger: JobTriggerMessage | null;
      updateMask: { paths: string[] } | null;
    }) {
      const current = store.get(request.name);
      const change = request.jobTrigger;
      if (!change) throw new ApiError('INVALID_ARGUMENT', 'job_trigger must be set');
      const paths = request.updateMask?.paths ?? [];
      const message = paths.length === 0 ? change : applyMask(current.body.message, change, paths, checkPath);
      const { lastRunMs, lastEndMs, lastJob } = current.body;
      const body = {
        ...(await bodyOf(message, lastRunMs ?? current.createMs)),
        ...(lastRunMs !== undefined && { lastRunMs }),
        ...(lastEndMs !== undefined && { lastEndMs }),
        ...(lastJob !== undefined && { lastJob }),
      };
      const resource = { ...current, body, updateMs: now() };
      store.update(resource);
      arm();
      return renderTrigger(resource);
    },
    DeleteJobTrigger({ name }: { name: string }) {
      store.remove(name);
      arm();
      return {};
    },
    ActivateJobTrigger({ name }: { name: string }) {
      const trigger = store.get(name);
      // "If PAUSED or CANCELLED, no jobs will be created with this configuration."
      if (!isHealthy(trigger))
        throw new ApiError('FAILED_PRECONDITION', `the trigger is ${trigger.body.message.status}: ${name}`);
      return fire(trigger);
    },
  };

  return {
    methods,
    start() {
      alarm = createAlarm(() => void ring(), now);
      arm();
    },
    stop: () => alarm?.close(),
  };
}

function periodOf(triggers: readonly Trigger[]): number {
  const [trigger] = triggers;
  if (!trigger || triggers.length > 1)
    throw new ApiError('INVALID_ARGUMENT', `job_trigger.triggers must hold one trigger, not ${triggers.length}`);
  if (trigger.manual)
    throw new ApiError('UNIMPLEMENTED', 'job_trigger.triggers manual: it is for hybrid jobs, which only Google runs');
  const period = trigger.schedule?.recurrencePeriodDuration;
  const millis = period ? millisOf(period) : 0;
  if (millis < DAY_MS || millis > LONGEST_DAYS * DAY_MS) {
    throw new ApiError(
      'INVALID_ARGUMENT',
      `recurrence_period_duration must be from 1 to ${LONGEST_DAYS} days, but it is ${millis / 1000} s`,
    );
  }
  return millis;
}

function atMost(text: string, most: number, field: string): void {
  if (text.length > most) {
    throw new ApiError(
      'INVALID_ARGUMENT',
      `job_trigger.${field} must have at most ${most} characters, but it has ${text.length}`,
    );
  }
}

function checkPath(path: string): void {
  if (!/^(?:display_name|description|inspect_job|triggers|status)(?:\.|$)/.test(path))
    throw new ApiError('INVALID_ARGUMENT', `update_mask names ${path}, which cannot be updated`);
}

function renderTrigger({ name, body, createMs, updateMs }: Resource<TriggerBody>): object {
  const { message, errors, lastRunMs } = body;
  return {
    ...message,
    name,
    errors: renderErrors(errors),
    createTime: wireOfMillis(createMs),
    updateTime: wireOfMillis(updateMs),
    ...(lastRunMs !== undefined && { lastRunTime: wireOfMillis(lastRunMs) }),
  };
}
