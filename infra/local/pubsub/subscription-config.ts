import { ApiError } from '../api-error.ts';
import { applyMask } from '../wire-mask.ts';
import { millisOf, type WireTime, wireOfMillis } from '../wire-time.ts';
import { parseFilter } from './filter.ts';
import { checkLabels } from './labels.ts';
import { checkName } from './names.ts';
import { checkRetention } from './retention.ts';

/** google.pubsub.v1.Subscription, as far as it is kept; defaults are filled in. */
export interface Subscription {
  name: string;
  topic: string;
  pushConfig: PushConfig;
  ackDeadlineSeconds: number;
  retainAckedMessages: boolean;
  messageRetentionDuration: WireTime;
  labels: Record<string, string>;
  enableMessageOrdering: boolean;
  expirationPolicy: { ttl: WireTime | null };
  filter: string;
  deadLetterPolicy: { deadLetterTopic: string; maxDeliveryAttempts: number } | null;
  retryPolicy: { minimumBackoff: WireTime; maximumBackoff: WireTime } | null;
  detached: boolean;
}

export interface PushConfig {
  /** Empty for a subscription that is pulled. */
  pushEndpoint: string;
  attributes: Record<string, string>;
  oidcToken?: { serviceAccountEmail: string; audience: string };
}

export type WirePushConfig = PushConfig & { noWrapper?: object | null };

export type WireSubscription = Omit<
  Subscription,
  'pushConfig' | 'messageRetentionDuration' | 'expirationPolicy' | 'retryPolicy'
> & {
  pushConfig: WirePushConfig | null;
  messageRetentionDuration: WireTime | null;
  expirationPolicy: { ttl: WireTime | null } | null;
  retryPolicy: { minimumBackoff: WireTime | null; maximumBackoff: WireTime | null } | null;
} & Record<(typeof UNSUPPORTED)[number], object | boolean | null>;

/** What would change how messages are delivered, and is not here. */
const UNSUPPORTED = [
  'bigqueryConfig',
  'cloudStorageConfig',
  'bigtableConfig',
  'enableExactlyOnceDelivery',
  'messageTransforms',
  'tags',
] as const;

const DAY_MS = 24 * 3_600_000;
const DEFAULT_RETENTION_MS = 7 * DAY_MS;
const DEFAULT_TTL_MS = 31 * DAY_MS;

/**
 * Throws INVALID_ARGUMENT or UNIMPLEMENTED; whether the topics exist is the caller's to check. An expiration policy is kept
 * and shown, but no subscription expires here: it would take a day without activity at least.
 */
export function parseSubscription(wire: WireSubscription): Subscription {
  checkName(wire.name, 'subscriptions');
  for (const field of UNSUPPORTED) {
    const value = wire[field];
    if (value === true || (value && Object.keys(value).length > 0))
      throw new ApiError('UNIMPLEMENTED', `Subscription.${field} is not supported by the local cloud.`);
  }
  checkLabels(wire.labels);
  parseFilter(wire.filter);
  const ackDeadlineSeconds = wire.ackDeadlineSeconds || 10;
  if (ackDeadlineSeconds < 10 || ackDeadlineSeconds > 600)
    throw invalid(
      `Invalid ack deadline given (ack_deadline=${ackDeadlineSeconds}). The ack deadline must be between 10 and 600 seconds.`,
    );
  if (wire.messageRetentionDuration) checkRetention(wire.messageRetentionDuration);
  const ttl = wire.expirationPolicy?.ttl;
  if (ttl && millisOf(ttl) < DAY_MS) throw invalid('The ttl of an expiration policy must be at least 1 day.');
  return {
    name: wire.name,
    topic: wire.topic,
    pushConfig: parsePushConfig(wire.pushConfig),
    ackDeadlineSeconds,
    retainAckedMessages: wire.retainAckedMessages,
    messageRetentionDuration: wire.messageRetentionDuration ?? wireOfMillis(DEFAULT_RETENTION_MS),
    labels: wire.labels,
    enableMessageOrdering: wire.enableMessageOrdering,
    expirationPolicy: wire.expirationPolicy ?? { ttl: wireOfMillis(DEFAULT_TTL_MS) },
    filter: wire.filter,
    deadLetterPolicy: parseDeadLetterPolicy(wire.deadLetterPolicy),
    retryPolicy: parseRetryPolicy(wire.retryPolicy),
    detached: wire.detached,
  };
}

export function parsePushConfig(wire: WirePushConfig | null): PushConfig {
  if (wire?.noWrapper)
    throw new ApiError(
      'UNIMPLEMENTED',
      'PushConfig.noWrapper is not supported by the local cloud: bodies are wrapped.',
    );
  if (!wire || wire.pushEndpoint === '') return { pushEndpoint: '', attributes: {} };
  const { pushEndpoint, attributes, oidcToken } = wire;
  if (!/^https?:$/.test(URL.parse(pushEndpoint)?.protocol ?? ''))
    throw invalid(
      `Invalid push endpoint given (endpoint=${pushEndpoint}). Refer to https://cloud.google.com/pubsub/subscriber#create for more information.`,
    );
  const version = attributes['x-goog-version'] ?? 'v1';
  if (version !== 'v1' && version !== 'v1beta2')
    throw invalid(`Invalid push endpoint version given in push config (version=${version}).`);
  if (oidcToken?.serviceAccountEmail === '')
    throw invalid(
      'You have passed an invalid argument to the service (argument=PushConfig::oidc_token::service_account_email).',
    );
  return { pushEndpoint, attributes, ...(oidcToken ? { oidcToken } : {}) };
}

function parseDeadLetterPolicy(wire: WireSubscription['deadLetterPolicy']): Subscription['deadLetterPolicy'] {
  if (!wire) return null;
  checkName(wire.deadLetterTopic, 'topics');
  const maxDeliveryAttempts = wire.maxDeliveryAttempts || 5;
  if (maxDeliveryAttempts < 5 || maxDeliveryAttempts > 100)
    throw invalid(`Invalid max_delivery_attempts given (${maxDeliveryAttempts}): it must be between 5 and 100.`);
  return { deadLetterTopic: wire.deadLetterTopic, maxDeliveryAttempts };
}

function parseRetryPolicy(wire: WireSubscription['retryPolicy']): Subscription['retryPolicy'] {
  if (!wire) return null;
  const minimumBackoff = wire.minimumBackoff ?? wireOfMillis(10_000);
  const maximumBackoff = wire.maximumBackoff ?? wireOfMillis(600_000);
  for (const backoff of [minimumBackoff, maximumBackoff])
    if (millisOf(backoff) < 0 || millisOf(backoff) > 600_000)
      throw invalid(`Invalid backoff given (${millisOf(backoff) / 1_000}s): it must be between 0 and 600 seconds.`);
  if (millisOf(minimumBackoff) > millisOf(maximumBackoff))
    throw invalid('The minimum backoff of a retry policy must not exceed its maximum backoff.');
  return { minimumBackoff, maximumBackoff };
}

const IMMUTABLE = new Set(['name', 'topic', 'enable_message_ordering', 'filter', 'detached']);
const UPDATABLE = new Set([
  'push_config',
  'ack_deadline_seconds',
  'retain_acked_messages',
  'message_retention_duration',
  'labels',
  'expiration_policy',
  'dead_letter_policy',
  'retry_policy',
  ...UNSUPPORTED.map((field) => field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)),
]);

export function planSubscriptionUpdate(
  current: Subscription,
  change: WireSubscription,
  paths: readonly string[],
): Subscription {
  if (paths.length === 0)
    throw invalid(
      'The update_mask in the UpdateSubscriptionRequest must be set, and must contain a non-empty paths list.',
    );
  const unsupported = Object.fromEntries(UNSUPPORTED.map((field) => [field, null])) as Record<
    (typeof UNSUPPORTED)[number],
    null
  >;
  return parseSubscription(
    applyMask<WireSubscription>({ ...current, ...unsupported }, change, paths, (path) => {
      const field = path.split('.')[0] ?? '';
      if (IMMUTABLE.has(field))
        throw invalid(
          `Invalid update_mask provided in the UpdateSubscriptionRequest: the '${path}' field in the Subscription is not mutable.`,
        );
      if (!UPDATABLE.has(field))
        throw invalid(
          `Invalid update_mask provided in the UpdateSubscriptionRequest: '${path}' is not a known Subscription field. Note that field paths must be of the form 'push_config' rather than 'pushConfig'.`,
        );
    }),
  );
}

export const renderSubscription = (subscription: Subscription): object => ({ ...subscription, state: 'ACTIVE' });

const invalid = (message: string) => new ApiError('INVALID_ARGUMENT', message);
