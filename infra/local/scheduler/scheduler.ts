import { ApiError } from '../api-error.ts';
import type { Context } from '../context.ts';
import type { Deliveries } from '../delivery.ts';
import type { RpcService } from '../rpc.ts';
import { type PageRequest, readPage } from '../wire-page.ts';
import { wireOfMillis } from '../wire-time.ts';
import { createFirer, type Publish } from './firing.ts';
import {
  checkJobName,
  checkLocation,
  createJobName,
  type JobConfig,
  parseJob,
  planJobUpdate,
  renderConfig,
  type WireJob,
} from './job-config.ts';
import { createJobStore, type Job } from './job-store.ts';
import { parseSchedule } from './schedule.ts';

export interface Scheduler {
  rpc: RpcService;
  start(): void;
  stop(): Promise<void>;
}

/** Source: google/cloud/scheduler/v1/cloudscheduler.proto, ListJobsRequest.page_size. */
const MAX_PAGE = 500;

/**
 * Cloud Scheduler: unix-cron jobs with HTTP and Pub/Sub targets. Not supported, and refused by name: App Engine targets,
 * oauthToken, English-like schedules.
 */
export function createScheduler(
  context: Context,
  dependencies: { deliveries: Deliveries; publish: Publish; now?: () => number },
): Scheduler {
  const now = dependencies.now ?? Date.now;
  const jobs = createJobStore(context.state);
  const firer = createFirer({ jobs, deliveries: dependencies.deliveries, publish: dependencies.publish, now });

  const nextOf = ({ schedule, timeZone }: JobConfig): number | undefined =>
    parseSchedule(schedule, timeZone).nextAfter(now());

  function change(name: string, plan: (job: Job) => Job): object {
    checkJobName(name);
    const job = plan(jobs.getOrThrow(name));
    jobs.write(job);
    firer.wake();
    return renderJob(job);
  }

  /** The next attempt may be a retry. */
  function renderJob(job: Job): object {
    const retries = jobs.firings().filter(({ job: name, dueMs }) => name === job.config.name && dueMs > now());
    const next = Math.min(job.nextMs ?? Number.POSITIVE_INFINITY, ...retries.map(({ dueMs }) => dueMs));
    return {
      ...renderConfig(job.config),
      state: job.state,
      userUpdateTime: wireOfMillis(job.updatedMs),
      scheduleTime: Number.isFinite(next) ? wireOfMillis(next) : null,
      lastAttemptTime: job.lastAttemptMs === undefined ? null : wireOfMillis(job.lastAttemptMs),
      status: job.status ?? null,
    };
  }

  const methods = {
    CreateJob({ parent, job: wire }: { parent: string; job: WireJob | null }) {
      checkLocation(parent);
      if (!wire) throw new ApiError('INVALID_ARGUMENT', 'CreateJobRequest.job is required.');
      const config = parseJob({ ...wire, name: wire.name === '' ? createJobName(parent) : wire.name });
      if (!config.name.startsWith(`${parent}/`))
        throw new ApiError('INVALID_ARGUMENT', `${config.name} must begin with ${parent}.`);
      const job: Job = {
        config,
        state: 'ENABLED',
        nextMs: nextOf(config),
        updatedMs: now(),
        lastAttemptMs: undefined,
        status: undefined,
      };
      jobs.insert(job);
      firer.wake();
      return renderJob(job);
    },

    GetJob({ name }: { name: string }) {
      checkJobName(name);
      return renderJob(jobs.getOrThrow(name));
    },

    ListJobs(request: PageRequest & { parent: string }) {
      checkLocation(request.parent);
      const page = readPage(request, `${request.parent}/jobs/`, MAX_PAGE, jobs.list, ({ config }) => config.name);
      return { jobs: page.items.map(renderJob), nextPageToken: page.nextPageToken };
    },

    UpdateJob({ job: wire, updateMask }: { job: WireJob | null; updateMask: { paths: string[] } | null }) {
      if (!wire) throw new ApiError('INVALID_ARGUMENT', 'UpdateJobRequest.job is required.');
      return change(wire.name, (job) => {
        const config = planJobUpdate(job.config, wire, updateMask?.paths ?? []);
        return { ...job, config, nextMs: job.state === 'PAUSED' ? undefined : nextOf(config), updatedMs: now() };
      });
    },

    DeleteJob({ name }: { name: string }) {
      checkJobName(name);
      jobs.getOrThrow(name);
      jobs.transaction(() => jobs.remove(name));
      return {};
    },

    PauseJob: ({ name }: { name: string }) =>
      change(name, (job) => {
        if (job.state !== 'ENABLED')
          throw new ApiError('FAILED_PRECONDITION', `Job [${name}] must be ENABLED to be paused; it is ${job.state}.`);
        jobs.removeFirings(name);
        return { ...job, state: 'PAUSED', nextMs: undefined };
      }),

    ResumeJob: ({ name }: { name: string }) =>
      change(name, (job) => {
        if (job.state !== 'PAUSED')
          throw new ApiError('FAILED_PRECONDITION', `Job [${name}] must be PAUSED to be resumed; it is ${job.state}.`);
        return { ...job, state: 'ENABLED', nextMs: nextOf(job.config) };
      }),

    /** "Cloud Scheduler will dispatch the job, even if the job is already running." */
    RunJob: ({ name }: { name: string }) =>
      change(name, (job) => {
        jobs.addFiring(name, now(), true, now());
        return job;
      }),
  };

  return {
    rpc: { name: 'google.cloud.scheduler.v1.CloudScheduler', protosFrom: '@google-cloud/scheduler', methods },
    start: firer.start,
    stop: firer.stop,
  };
}
