import { terminal } from './errors.ts';
import {
  BUCKET_ROLES,
  type BucketRole,
  FUNCTION_NAMES,
  type FunctionName,
  type KeySource,
  type Limits,
  TASK_TARGETS,
  type TaskTarget,
  type TokenSignatures,
} from './model/deployment.ts';
import { KEY_NAME } from './model/key-name.ts';

/** One table: each name, its default, and what its value must be. Nothing else in Sluice reads the environment. */

export interface Config {
  project: string;
  /** Of the warehouse and its jobs, such as `US` or `europe-west3`. */
  location: string;
  /** Where DLP processes, which must be where the data is; Google's one endpoint takes requests for all (600 a minute and location). */
  dlpLocation: string;
  buckets: Record<BucketRole, string>;
  /** Full queue names, `projects/P/locations/L/queues/Q`, by function. */
  queues: Record<TaskTarget, string>;
  /** Full topic name of the event stream. */
  topicEvents: string;
  /** Base URL of each function. */
  urls: Record<FunctionName, string>;
  /** E-mails of the accounts that may call each function. Nobody else may, and nothing turns this off. */
  callers: Record<FunctionName, readonly string[]>;
  /** Who has verified the signature of a token that arrives: this process, or Cloud Run in front of it. */
  tokenSignatures: TokenSignatures;
  /** Service account that tasks authenticate as. */
  taskServiceAccount: string;
  /** Endpoints that replace Google's, for the local cloud; absent = Google. */
  endpoints: { storage?: string; bigquery?: string; dlp?: string; tasks?: string; pubsub?: string; identity?: string };
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
  /** Its value stands in no message. */
  secret?: true;
}

const TEXT = /^[^\s].*$/;
const URL_PATTERN = /^https?:\/\/[^\s]+$/;
/** At most 15 digits, which a JavaScript number holds exactly. */
const NUMBER = /^[1-9][0-9]{0,14}$/;
const upper = (role: string): string => role.toUpperCase();

/** Functions that nobody may call unless the deployment says who. */
const CLOSED: ReadonlySet<FunctionName> = new Set(['reidentify']);
const ENDPOINTS = ['storage', 'bigquery', 'dlp', 'tasks', 'pubsub'] as const;

const bucketName = { valid: /^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/, rule: 'a bucket name' };
const url = { valid: URL_PATTERN, rule: 'an http(s) URL' };
const count = { valid: NUMBER, rule: 'a whole number above 0' };
const optional = { default: '', valid: /^.*$/s };
const EMAIL = String.raw`[^\s,@]+@[^\s,@]+\.[^\s,@]+`;

export const SETTINGS: readonly Setting[] = [
  { name: 'SLUICE_PROJECT', valid: TEXT, rule: 'a project id' },
  { name: 'SLUICE_LOCATION', default: 'US', valid: /^[A-Za-z0-9-]+$/, rule: 'a BigQuery location' },
  { name: 'SLUICE_DLP_LOCATION', default: 'global', valid: /^[a-z0-9-]+$/, rule: 'a DLP location' },
  ...BUCKET_ROLES.map((role) => ({ name: `SLUICE_BUCKET_${upper(role)}`, ...bucketName })),
  ...TASK_TARGETS.map((role) => ({
    name: `SLUICE_QUEUE_${upper(role)}`,
    valid: /^projects\/[^/]+\/locations\/[^/]+\/queues\/[^/]+$/,
    rule: 'a full queue name',
  })),
  { name: 'SLUICE_TOPIC_EVENTS', valid: /^projects\/[^/]+\/topics\/[^/]+$/, rule: 'a full topic name' },
  ...FUNCTION_NAMES.map((role) => ({ name: `SLUICE_URL_${upper(role)}`, ...url })),
  ...FUNCTION_NAMES.map((role) => ({
    name: `SLUICE_CALLERS_${upper(role)}`,
    ...(CLOSED.has(role) && { default: '' }),
    valid: new RegExp(`^(${EMAIL}(,${EMAIL})*)${CLOSED.has(role) ? '?' : ''}$`),
    rule: `e-mail addresses, separated by commas${CLOSED.has(role) ? ', or nothing for nobody' : ''}`,
  })),
  { name: 'SLUICE_TASK_SERVICE_ACCOUNT', valid: new RegExp(`^${EMAIL}$`), rule: 'an e-mail address' },
  {
    name: 'SLUICE_TOKEN_SIGNATURES',
    default: 'verify',
    valid: /^(verify|removed-by-cloud-run)$/,
    rule: 'verify, or removed-by-cloud-run',
  },
  ...ENDPOINTS.map((service) => ({
    name: `SLUICE_ENDPOINT_${upper(service)}`,
    default: '',
    valid: /^$|^(https?:\/\/)?[^\s]+$/,
    rule: 'an endpoint, or nothing for Google',
  })),
  {
    name: 'SLUICE_ENDPOINT_IDENTITY',
    default: '',
    // Whoever serves the certificates says who everybody is, so nothing but this very machine may stand in for Google.
    valid: /^$|^http:\/\/(127\.0\.0\.1|\[::1\]|localhost)(:[0-9]+)?$/,
    rule: 'a loopback URL, or nothing for Google',
  },
  { name: 'SLUICE_KEYS', default: '{}', valid: /^\{.*\}$/s, rule: 'a JSON object of keys by name', secret: true },
  { name: 'SLUICE_SHARD_BYTES', default: String(200 * 1024 * 1024), ...count },
  { name: 'SLUICE_MAX_PLAIN_BYTES', default: String(64 * 1024 ** 3), ...count },
  { name: 'SLUICE_MAX_RATIO', default: '200', ...count },
  { name: 'SLUICE_DLP_CONCURRENCY', default: '6', ...count },
  { name: 'SLUICE_THREADS', default: '1', ...count },
  { name: 'SLUICE_MEMORY', default: '1GB', valid: /^[0-9]+(\.[0-9]+)?\s?[KMGT]i?B$/, rule: 'a size such as 1GB' },
  { name: 'SLUICE_SCRATCH', ...optional, rule: 'a folder' },
  { name: 'SLUICE_ATTEMPTS', default: '8', ...count },
];

/** Throws CONFIG_INVALID with every setting that is missing or wrong, not only the first. */
export function parseConfig(env: Environment): Config {
  const problems: string[] = [];
  const values = new Map(
    SETTINGS.map(({ name, default: fallback, valid, rule, secret }) => {
      const value = env[name] ?? fallback;
      if (value === undefined) problems.push(`${name} is missing: set it to ${rule}`);
      else if (!valid.test(value))
        problems.push(`${name} must be ${rule}${secret ? '' : `, not ${JSON.stringify(value)}`}`);
      return [name, value ?? ''];
    }),
  );
  problems.push(...sharedBuckets(values), ...strangerTasks(values), ...familiarCallers(values));
  const isBehindCloudRun = env.K_SERVICE !== undefined && !values.get('SLUICE_ENDPOINT_IDENTITY');
  if (values.get('SLUICE_TOKEN_SIGNATURES') === 'removed-by-cloud-run' && !isBehindCloudRun)
    problems.push(
      'SLUICE_TOKEN_SIGNATURES must be verify: only Cloud Run (K_SERVICE), with Google as identity, removes them',
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
    [...ENDPOINTS, 'identity']
      .map((service) => [service, text(`SLUICE_ENDPOINT_${upper(service)}`)])
      .filter(([, value]) => value !== ''),
  );

  return {
    project: text('SLUICE_PROJECT'),
    location: text('SLUICE_LOCATION'),
    dlpLocation: text('SLUICE_DLP_LOCATION'),
    buckets: byRole(BUCKET_ROLES, 'SLUICE_BUCKET_'),
    queues: byRole(TASK_TARGETS, 'SLUICE_QUEUE_'),
    topicEvents: text('SLUICE_TOPIC_EVENTS'),
    urls: byRole(FUNCTION_NAMES, 'SLUICE_URL_'),
    callers: Object.fromEntries(
      FUNCTION_NAMES.map((role) => [
        role,
        text(`SLUICE_CALLERS_${upper(role)}`)
          .split(',')
          .filter(Boolean),
      ]),
    ) as Record<FunctionName, string[]>,
    tokenSignatures: text('SLUICE_TOKEN_SIGNATURES') as TokenSignatures,
    taskServiceAccount: text('SLUICE_TASK_SERVICE_ACCOUNT'),
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

/** What is raw and what is curated differ by their bucket, so no two roles may share one. */
function sharedBuckets(values: ReadonlyMap<string, string>): string[] {
  const settings = BUCKET_ROLES.map((role) => `SLUICE_BUCKET_${upper(role)}`).filter((name) => values.get(name));
  return settings.flatMap((name, at) => {
    const first = settings.findIndex((other) => values.get(other) === values.get(name));
    return first < at ? [`${name} must be a bucket of its own, not that of ${settings[first]}`] : [];
  });
}

/** A task that its function refuses is tried again and again, so that is found out before there is one. */
function strangerTasks(values: ReadonlyMap<string, string>): string[] {
  const tasks = values.get('SLUICE_TASK_SERVICE_ACCOUNT');
  if (!tasks) return [];
  return TASK_TARGETS.map((role) => `SLUICE_CALLERS_${upper(role)}`)
    .filter((name) => values.get(name) && !values.get(name)?.split(',').includes(tasks))
    .map((name) => `${name} must hold SLUICE_TASK_SERVICE_ACCOUNT, ${tasks}: its tasks call that function`);
}

/** What the pipeline's own callers may not ask for, tasks above all: who may is said by name. */
const ASKED: readonly FunctionName[] = ['reidentify', 'forget'];

function familiarCallers(values: ReadonlyMap<string, string>): string[] {
  const tasks = values.get('SLUICE_TASK_SERVICE_ACCOUNT');
  const callersOf = (role: FunctionName): string[] =>
    (values.get(`SLUICE_CALLERS_${upper(role)}`) ?? '').split(',').filter(Boolean);
  return ASKED.flatMap((role) => {
    const others = new Set([
      ...(tasks ? [tasks] : []),
      ...FUNCTION_NAMES.filter((one) => one !== role).flatMap(callersOf),
    ]);
    return callersOf(role)
      .filter((caller) => others.has(caller) && !(caller === tasks && TASK_TARGETS.some((queue) => queue === role)))
      .map((caller) => `SLUICE_CALLERS_${upper(role)} must hold accounts of its own: ${caller} calls other functions`);
  });
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const KMS_KEY = /^projects\/[^/]+\/locations\/[^/]+\/keyRings\/[^/]+\/cryptoKeys\/[^/]+$/;

function parseKeys(text: string, problems: string[]): Record<string, KeySource> {
  const keys: Record<string, KeySource> = {};
  for (const [name, value] of Object.entries(parseObject(text, problems))) {
    const key = keySource(value);
    if (!KEY_NAME.test(name))
      problems.push(
        `SLUICE_KEYS: ${JSON.stringify(name)} is no name of a key: a letter, then letters, digits and _, and @2 for its second version`,
      );
    else if (!key)
      problems.push(
        `SLUICE_KEYS.${name} must hold { wrapped, kmsKey }: base64, wrapped by KMS, and a full KMS key name`,
      );
    else keys[name] = key;
  }
  return keys;
}

function parseObject(text: string, problems: string[]): object {
  // What does not even look like an object is a problem that the table of settings has named.
  if (!text.startsWith('{')) return {};
  try {
    return JSON.parse(text) as object;
  } catch {
    problems.push('SLUICE_KEYS is not valid JSON');
    return {};
  }
}

function keySource(value: unknown): KeySource | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { wrapped, kmsKey } = value as Record<string, unknown>;
  const isKey = (one: unknown): one is string => typeof one === 'string' && one !== '' && BASE64.test(one);
  return isKey(wrapped) && typeof kmsKey === 'string' && KMS_KEY.test(kmsKey) ? { wrapped, kmsKey } : undefined;
}
