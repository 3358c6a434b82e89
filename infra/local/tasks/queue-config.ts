import { ApiError } from '../api-error.ts';
import type { Backoff } from '../backoff.ts';
import { applyMask } from '../wire-mask.ts';
import { millisOf, type WireTime, wireOfMillis } from '../wire-time.ts';

export interface QueueConfig {
  rate: { perSecond: number; burst: number; concurrent: number };
  /** -1 attempts is without end; a duration of 0 is no limit. */
  retry: Backoff & { maxAttempts: number; maxDurationMs: number };
  samplingRatio: number | undefined;
}

export interface WireQueue {
  name: string;
  appEngineRoutingOverride: object | null;
  rateLimits: { maxDispatchesPerSecond: number; maxConcurrentDispatches: number } | null;
  retryConfig: WireRetryConfig | null;
  stackdriverLoggingConfig: { samplingRatio: number } | null;
}

interface WireRetryConfig {
  maxAttempts: number;
  maxRetryDuration: WireTime | null;
  minBackoff: WireTime | null;
  maxBackoff: WireTime | null;
  maxDoublings: number;
}

/** What a queue gets that says nothing. Source: cloud.google.com/tasks/docs/configuring-queues. */
const DEFAULTS = {
  perSecond: 500,
  concurrent: 1_000,
  maxAttempts: 100,
  minBackoffMs: 100,
  maxBackoffMs: 3_600_000,
  maxDoublings: 16,
};

/** Limits and wording as the service itself answers them; a zero is proto3's "not said". */
export function parseQueueConfig(queue: WireQueue): QueueConfig {
  if (queue.appEngineRoutingOverride)
    throw new ApiError(
      'UNIMPLEMENTED',
      'appEngineRoutingOverride is not supported by the local cloud: it runs HTTP tasks only.',
    );
  const perSecond = queue.rateLimits?.maxDispatchesPerSecond || DEFAULTS.perSecond;
  if (perSecond < 0) throw invalid('RateLimits.maxDispatchesPerSecond cannot be negative.');
  if (perSecond > 500) throw invalid('RateLimits.maxDispatchesPerSecond must be less than or equal to 500.');
  const concurrent = queue.rateLimits?.maxConcurrentDispatches || DEFAULTS.concurrent;
  if (concurrent < 0) throw invalid('RateLimits.maxConcurrentDispatches cannot be negative.');
  if (concurrent > 5_000) throw invalid('RateLimits.maxConcurrentDispatches must be less than or equal to 5000.');
  return {
    // Google picks the burst: 10 at 1 a second and 100 at 500 were seen; a fifth of the rate runs through both.
    rate: { perSecond, concurrent, burst: Math.max(10, Math.floor(perSecond / 5)) },
    retry: parseRetryConfig(queue.retryConfig),
    samplingRatio: queue.stackdriverLoggingConfig?.samplingRatio,
  };
}

function parseRetryConfig(wire: WireRetryConfig | null): QueueConfig['retry'] {
  const maxAttempts = wire?.maxAttempts || DEFAULTS.maxAttempts;
  if (maxAttempts < -1) throw invalid('RetryConfig.maxAttempts must be greater or equal to -1.');
  const maxDoublings = wire?.maxDoublings || DEFAULTS.maxDoublings;
  if (maxDoublings < 0) throw invalid('RetryConfig.maxDoublings cannot be negative.');
  const minMs = wire?.minBackoff ? millisOf(wire.minBackoff) : DEFAULTS.minBackoffMs;
  if (minMs < 0) throw invalid('RetryConfig.minBackoff cannot be negative.');
  const maxMs = wire?.maxBackoff ? millisOf(wire.maxBackoff) : DEFAULTS.maxBackoffMs;
  if (maxMs < 0) throw invalid('RetryConfig.maxBackoff cannot be negative.');
  if (minMs > maxMs) throw invalid('RetryConfig.minBackoff must be less than or equal to RetryConfig.maxBackoff.');
  const maxDurationMs = wire?.maxRetryDuration ? millisOf(wire.maxRetryDuration) : 0;
  if (maxDurationMs < 0) throw invalid('RetryConfig.maxRetryDuration cannot be negative.');
  return { maxAttempts, maxDoublings, minMs, maxMs, maxDurationMs };
}

const UPDATABLE = new Set([
  'rate_limits',
  'rate_limits.max_dispatches_per_second',
  'rate_limits.max_concurrent_dispatches',
  'retry_config',
  'retry_config.max_attempts',
  'retry_config.max_retry_duration',
  'retry_config.min_backoff',
  'retry_config.max_backoff',
  'retry_config.max_doublings',
  'stackdriver_logging_config',
  'stackdriver_logging_config.sampling_ratio',
  // Output-only fields: "Any value specified for an output only field will be ignored."
  'name',
  'state',
  'purge_time',
  'rate_limits.max_burst_size',
]);

function checkUpdatable(path: string): void {
  if (!UPDATABLE.has(path))
    throw invalid(`Invalid update mask: '${path}' is not a field of Queue that the local cloud can update.`);
}

/** Merges the named fields of `change` into `current`; an empty mask takes all of them. */
export function planQueueUpdate(current: QueueConfig, change: WireQueue, mask: readonly string[]): QueueConfig {
  if (mask.length === 0) return parseQueueConfig(change);
  return parseQueueConfig(applyMask(renderConfig(current), change, mask, checkUpdatable));
}

/** The fields of a google.cloud.tasks.v2.Queue that its configuration fills. */
export function renderConfig(config: QueueConfig): WireQueue {
  const rateLimits = {
    maxDispatchesPerSecond: config.rate.perSecond,
    maxBurstSize: config.rate.burst,
    maxConcurrentDispatches: config.rate.concurrent,
  };
  return {
    name: '',
    appEngineRoutingOverride: null,
    rateLimits,
    retryConfig: {
      maxAttempts: config.retry.maxAttempts,
      maxRetryDuration: config.retry.maxDurationMs === 0 ? null : wireOfMillis(config.retry.maxDurationMs),
      minBackoff: wireOfMillis(config.retry.minMs),
      maxBackoff: wireOfMillis(config.retry.maxMs),
      maxDoublings: config.retry.maxDoublings,
    },
    stackdriverLoggingConfig: config.samplingRatio === undefined ? null : { samplingRatio: config.samplingRatio },
  };
}

const invalid = (message: string) => new ApiError('INVALID_ARGUMENT', message);
