import { terminal } from './errors.ts';
import type { BucketRole, FunctionName, KeySource, Limits, TaskTarget } from './model/deployment.ts';

/** One table: each name, its default, and what its value must be. Nothing else in Sluice reads the environment. */

export interface Config {
  project: string;
  /** Of the warehouse and its jobs, such as `US` or `europe-west3`. */
  location: string;
  /** Of DLP, which must be the data's; a regional endpoint is used where it is not `global`. */
  dlpLocation: string;
  buckets: Record<BucketRole, string>;
  /** Full queue names, `projects/P/locations/L/queues/Q`, by function. */
  queues: Record<TaskTarget, string>;
  /** Full topic name of the event stream. */
  topicEvents: string;
  /** Base URL of each function. */
  urls: Record<FunctionName, string>;
  /** Service account that tasks authenticate as; absent = no token is asked for. */
  taskServiceAccount: string | undefined;
  /** Endpoints that replace Google's, for the local cloud; absent = Google. */
  endpoints: { storage?: string; bigquery?: string; dlp?: string; tasks?: string; pubsub?: string };
  /** De-identification keys by name. */
  keys: Readonly<Record<string, KeySource>>;
  limits: Limits;
}

type Environment = Readonly<Record<string, string | undefined>>;

interface Setting {
  name: string;
  /** Absent = required. */
  default?: string;
  valid: RegExp;
  rule: string;
}

const TEXT = /^[^\s].*$/;
const URL_PATTERN = /^https?:\/\/[^\s]+$/;
const NUMBER = /^[1-9][0-9]*$/;
const upper = (role: string): string => role.toUpperCase();

const BUCKETS: readonly BucketRole[] = ['raw', 'staging', 'curated', 'quarantine', 'state'];
const QUEUES: readonly TaskTarget[] = ['prepare', 'deidentify', 'load', 'transform', 'nightly'];
const FUNCTIONS: readonly FunctionName[] = ['arrive', 'prepare', 'deidentify', 'load', 'transform', 'nightly', 'adhoc'];
const ENDPOINTS = ['storage', 'bigquery', 'dlp', 'tasks', 'pubsub'] as const;

const bucketName = { valid: /^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/, rule: 'a bucket name' };
const url = { valid: URL_PATTERN, rule: 'an http(s) URL' };
const count = { valid: NUMBER, rule: 'a whole number above 0' };
const optional = { default: '', valid: /^.*$/s };

export const SETTINGS: readonly Setting[] = [
  { name: 'SLUICE_PROJECT', valid: TEXT, rule: 'a project id' },
  { name: 'SLUICE_LOCATION', default: 'US', valid: /^[A-Za-z0-9-]+$/, rule: 'a BigQuery location' },
  { name: 'SLUICE_DLP_LOCATION', default: 'global', valid: /^[a-z0-9-]+$/, rule: 'a DLP location' },
  ...BUCKETS.map((role) => ({ name: `SLUICE_BUCKET_${upper(role)}`, ...bucketName })),
  ...QUEUES.map((role) => ({
    name: `SLUICE_QUEUE_${upper(role)}`,
    valid: /^projects\/[^/]+\/locations\/[^/]+\/queues\/[^/]+$/,
    rule: 'a full queue name',
  })),
  { name: 'SLUICE_TOPIC_EVENTS', valid: /^projects\/[^/]+\/topics\/[^/]+$/, rule: 'a full topic name' },
  ...FUNCTIONS.map((role) => ({ name: `SLUICE_URL_${upper(role)}`, ...url })),
  { name: 'SLUICE_TASK_SERVICE_ACCOUNT', ...optional, rule: 'an e-mail address' },
  ...ENDPOINTS.map((service) => ({
    name: `SLUICE_ENDPOINT_${upper(service)}`,
    default: '',
    valid: /^$|^(https?:\/\/)?[^\s]+$/,
    rule: 'an endpoint, or nothing for Google',
  })),
  { name: 'SLUICE_KEYS', default: '{}', valid: /^\{.*\}$/s, rule: 'a JSON object of keys by name' },
  { name: 'SLUICE_SHARD_BYTES', default: String(256 * 1024 * 1024), ...count },
  { name: 'SLUICE_MAX_PLAIN_BYTES', default: String(64 * 1024 ** 3), ...count },
  { name: 'SLUICE_MAX_RATIO', default: '200', ...count },
  { name: 'SLUICE_DLP_CONCURRENCY', default: '8', ...count },
  { name: 'SLUICE_THREADS', default: '2', ...count },
  { name: 'SLUICE_MEMORY', default: '1GB', valid: /^[0-9.]+\s?[KMGT]i?B$/, rule: 'a size such as 1GB' },
  { name: 'SLUICE_SCRATCH', ...optional, rule: 'a folder' },
  { name: 'SLUICE_ATTEMPTS', default: '8', ...count },
];

/** Throws CONFIG_INVALID with every setting that is missing or wrong, not only the first. */
export function parseConfig(env: Environment): Config {
  const problems: string[] = [];
  const values = new Map(
    SETTINGS.map(({ name, default: fallback, valid, rule }) => {
      const value = env[name] ?? fallback;
      if (value === undefined) problems.push(`${name} is missing: set it to ${rule}`);
      else if (!valid.test(value)) problems.push(`${name} must be ${rule}, not "${value}"`);
      return [name, value ?? ''];
    }),
  );
  const keys = parseKeys(values.get('SLUICE_KEYS') ?? '{}', problems);
  if (problems.length > 0) {
    throw terminal('CONFIG_INVALID', `the configuration is not valid: ${problems.join('; ')}`, {
      details: { problems },
    });
  }
  const text = (name: string): string => values.get(name) ?? '';
  const number = (name: string): number => Number(text(name));
  const byRole = <Role extends string>(roles: readonly Role[], prefix: string): Record<Role, string> =>
    Object.fromEntries(roles.map((role) => [role, text(prefix + upper(role))])) as Record<Role, string>;
  const endpoints = Object.fromEntries(
    ENDPOINTS.map((service) => [service, text(`SLUICE_ENDPOINT_${upper(service)}`)]).filter(
      ([, value]) => value !== '',
    ),
  );

  return {
    project: text('SLUICE_PROJECT'),
    location: text('SLUICE_LOCATION'),
    dlpLocation: text('SLUICE_DLP_LOCATION'),
    buckets: byRole(BUCKETS, 'SLUICE_BUCKET_'),
    queues: byRole(QUEUES, 'SLUICE_QUEUE_'),
    topicEvents: text('SLUICE_TOPIC_EVENTS'),
    urls: byRole(FUNCTIONS, 'SLUICE_URL_'),
    taskServiceAccount: text('SLUICE_TASK_SERVICE_ACCOUNT') || undefined,
    endpoints,
    keys,
    limits: {
      shardBytes: number('SLUICE_SHARD_BYTES'),
      maxPlainBytes: number('SLUICE_MAX_PLAIN_BYTES'),
      maxRatio: number('SLUICE_MAX_RATIO'),
      dlpConcurrency: number('SLUICE_DLP_CONCURRENCY'),
      threads: number('SLUICE_THREADS'),
      memory: text('SLUICE_MEMORY'),
      scratch: text('SLUICE_SCRATCH') || undefined,
      attempts: number('SLUICE_ATTEMPTS'),
    },
  };
}

function parseKeys(text: string, problems: string[]): Record<string, KeySource> {
  try {
    const keys = JSON.parse(text) as Record<string, Record<string, unknown>>;
    for (const [name, key] of Object.entries(keys)) {
      const wrapped = typeof key.wrapped === 'string' && typeof key.kmsKey === 'string';
      if (!wrapped && typeof key.unwrapped !== 'string')
        problems.push(`SLUICE_KEYS.${name} must hold { wrapped, kmsKey } or { unwrapped }`);
    }
    return keys as Record<string, KeySource>;
  } catch {
    problems.push('SLUICE_KEYS is not valid JSON');
    return {};
  }
}
