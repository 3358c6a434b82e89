import { randomBytes } from 'node:crypto';
import { ApiError } from '../api-error.ts';
import type { Backoff } from '../backoff.ts';
import { type HttpTarget, parseHttpTarget, type WireHttpTarget } from '../http-target.ts';
import { applyMask } from '../wire-mask.ts';
import { millisOf, type WireTime, wireOfMillis } from '../wire-time.ts';
import { parseSchedule } from './schedule.ts';

export interface JobConfig {
  name: string;
  description: string;
  schedule: string;
  timeZone: string;
  target: { kind: 'http'; http: HttpTarget } | { kind: 'pubsub'; topic: string; attributes: Record<string, string> };
  /** HTTP body or Pub/Sub data. */
  payload: Uint8Array;
  retry: Backoff & { count: number; maxDurationMs: number };
  deadlineMs: number;
}

export interface WireJob {
  name: string;
  description: string;
  schedule: string;
  timeZone: string;
  httpTarget?: (WireHttpTarget & { uri: string }) | null;
  pubsubTarget?: { topicName: string; data: Uint8Array; attributes: Record<string, string> } | null;
  appEngineHttpTarget?: object | null;
  retryConfig: {
    retryCount: number;
    maxRetryDuration: WireTime | null;
    minBackoffDuration: WireTime | null;
    maxBackoffDuration: WireTime | null;
    maxDoublings: number;
  } | null;
  attemptDeadline: WireTime | null;
}

const LOCATION = /^projects\/[A-Za-z0-9:.-]+\/locations\/[A-Za-z0-9-]+$/;
const NAME = /^projects\/[A-Za-z0-9:.-]+\/locations\/[A-Za-z0-9-]+\/jobs\/[A-Za-z0-9_-]{1,500}$/;
const MAX_DESCRIPTION_LENGTH = 500;
/** Source of the defaults and limits below: google/cloud/scheduler/v1/job.proto. */
const DEFAULT_DEADLINE_MS = 180_000;
const DEFAULT_RETRY = { minMs: 5_000, maxMs: 3_600_000, maxDoublings: 5 };

export function checkLocation(parent: string): void {
  if (!LOCATION.test(parent))
    throw invalid(
      `Location name must be formatted: "projects/<PROJECT_ID>/locations/<LOCATION_ID>"; it is "${parent}".`,
    );
}

export function checkJobName(name: string): void {
  if (!NAME.test(name))
    throw invalid(
      `Job name must be formatted: "projects/<PROJECT_ID>/locations/<LOCATION_ID>/jobs/<JOB_ID>", with a JOB_ID of up to 500 letters, digits, hyphens and underscores; it is "${name}".`,
    );
}

export const createJobName = (parent: string): string => `${parent}/jobs/${randomBytes(8).readBigUInt64BE()}`;

export function parseJob(wire: WireJob): JobConfig {
  checkJobName(wire.name);
  if (wire.description.length > MAX_DESCRIPTION_LENGTH)
    throw invalid(`Job.description must not contain more than ${MAX_DESCRIPTION_LENGTH} characters.`);
  const timeZone = wire.timeZone === '' ? 'UTC' : wire.timeZone;
  parseSchedule(wire.schedule, timeZone);
  return {
    name: wire.name,
    description: wire.description,
    schedule: wire.schedule,
    timeZone,
    ...parseTarget(wire),
    retry: parseRetry(wire.retryConfig),
    deadlineMs: parseDeadline(wire.attemptDeadline),
  };
}

function parseTarget(wire: WireJob): Pick<JobConfig, 'target' | 'payload'> {
  if (wire.appEngineHttpTarget)
    throw new ApiError('UNIMPLEMENTED', 'App Engine targets are not supported by the local cloud: use httpTarget.');
  if (wire.httpTarget) {
    const http = parseHttpTarget(wire.httpTarget, { name: 'HttpTarget.uri', value: wire.httpTarget.uri });
    return { target: { kind: 'http', http }, payload: wire.httpTarget.body };
  }
  if (!wire.pubsubTarget) throw invalid('A job needs a target: httpTarget or pubsubTarget.');
  const { topicName: topic, data, attributes } = wire.pubsubTarget;
  if (!topic.startsWith(`projects/${wire.name.split('/')[1]}/topics/`))
    throw invalid(`PubsubTarget.topicName must name a topic in the project of the job; it is "${topic}".`);
  if (data.length === 0 && Object.keys(attributes).length === 0)
    throw invalid('PubsubTarget must have non-empty data or at least one attribute.');
  return { target: { kind: 'pubsub', topic, attributes }, payload: data };
}

function parseRetry(wire: WireJob['retryConfig']): JobConfig['retry'] {
  const retry = {
    count: wire?.retryCount ?? 0,
    maxDurationMs: wire?.maxRetryDuration ? millisOf(wire.maxRetryDuration) : 0,
    minMs: wire?.minBackoffDuration ? millisOf(wire.minBackoffDuration) : DEFAULT_RETRY.minMs,
    maxMs: wire?.maxBackoffDuration ? millisOf(wire.maxBackoffDuration) : DEFAULT_RETRY.maxMs,
    maxDoublings: wire?.maxDoublings || DEFAULT_RETRY.maxDoublings,
  };
  if (retry.count < 0 || retry.count > 5)
    throw invalid(`RetryConfig.retryCount must be between 0 and 5; it is ${retry.count}.`);
  for (const [name, value] of Object.entries(retry))
    if (value < 0) throw invalid(`RetryConfig: ${name} cannot be negative; it is ${value}.`);
  if (retry.minMs > retry.maxMs)
    throw invalid('RetryConfig.minBackoffDuration must not exceed RetryConfig.maxBackoffDuration.');
  return retry;
}

function parseDeadline(deadline: WireTime | null): number {
  const ms = deadline ? millisOf(deadline) : DEFAULT_DEADLINE_MS;
  if (ms < 15_000 || ms > 1_800_000)
    throw invalid(`Job.attemptDeadline must be between [15s, 30m]; it is ${ms / 1_000}s.`);
  return ms;
}

const UPDATABLE = new Set([
  'description',
  'schedule',
  'time_zone',
  'http_target',
  'pubsub_target',
  'app_engine_http_target',
  'retry_config',
  'attempt_deadline',
]);

/** Merges the named fields of `change` into `current`; an empty mask takes all of them. */
export function planJobUpdate(current: JobConfig, change: WireJob, paths: readonly string[]): JobConfig {
  if (paths.length === 0) return parseJob(change);
  const merged = applyMask<WireJob>(renderConfig(current), change, paths, (path) => {
    if (!UPDATABLE.has(path.split('.')[0] ?? ''))
      throw invalid(`Invalid update mask: '${path}' is not a field of Job that can be updated.`);
  });
  // A job has one target: another kind takes the place of the one before.
  if (paths.some((path) => /^pubsub_?target/i.test(path))) merged.httpTarget = null;
  return parseJob(merged);
}

/** The fields of a google.cloud.scheduler.v1.Job that its configuration fills. */
export function renderConfig(config: JobConfig): WireJob {
  const { target, payload, retry } = config;
  return {
    name: config.name,
    description: config.description,
    schedule: config.schedule,
    timeZone: config.timeZone,
    ...(target.kind === 'http'
      ? { httpTarget: { ...renderHttp(target.http), body: payload } }
      : { pubsubTarget: { topicName: target.topic, attributes: target.attributes, data: payload } }),
    retryConfig: {
      retryCount: retry.count,
      maxRetryDuration: wireOfMillis(retry.maxDurationMs),
      minBackoffDuration: wireOfMillis(retry.minMs),
      maxBackoffDuration: wireOfMillis(retry.maxMs),
      maxDoublings: retry.maxDoublings,
    },
    attemptDeadline: wireOfMillis(config.deadlineMs),
  };
}

const renderHttp = ({ url, method, headers, oidcToken }: HttpTarget) => ({
  uri: url,
  httpMethod: method,
  headers,
  ...(oidcToken ? { oidcToken } : {}),
});

const invalid = (message: string) => new ApiError('INVALID_ARGUMENT', message);
