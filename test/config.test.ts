import { describe, expect, test } from 'vitest';
import { parseConfig, SETTINGS } from '../functions/config.ts';
import { SluiceError } from '../functions/errors.ts';
import { environmentOf } from '../infra/cli/environment.ts';

const roles = ['raw', 'staging', 'curated', 'quarantine', 'state'];
const queues = ['prepare', 'deidentify', 'load', 'transform', 'nightly', 'forget'];
/** Functions that somebody calls in every deployment. */
const called = ['arrive', ...queues, 'adhoc'];
const functions = [...called, 'reidentify'];

const TASKS = 'sluice-tasks@acme.iam.gserviceaccount.com';

/** What a deployment in the cloud sets, and nothing that has a default. */
const REQUIRED: Record<string, string> = {
  SLUICE_PROJECT: 'acme',
  ...Object.fromEntries(roles.map((role) => [`SLUICE_BUCKET_${role.toUpperCase()}`, `acme-${role}`])),
  ...Object.fromEntries(
    queues.map((role) => [`SLUICE_QUEUE_${role.toUpperCase()}`, `projects/acme/locations/europe-west3/queues/${role}`]),
  ),
  SLUICE_TOPIC_EVENTS: 'projects/acme/topics/events',
  ...Object.fromEntries(functions.map((name) => [`SLUICE_URL_${name.toUpperCase()}`, `https://${name}.example.com`])),
  ...Object.fromEntries(called.map((name) => [`SLUICE_CALLERS_${name.toUpperCase()}`, TASKS])),
  SLUICE_TASK_SERVICE_ACCOUNT: TASKS,
};
const KEY = 'MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=';
const KMS = 'projects/acme/locations/europe-west3/keyRings/sluice/cryptoKeys/pii';

function problemsOf(env: Record<string, string | undefined>): readonly string[] {
  try {
    parseConfig(env);
    return [];
  } catch (error) {
    expect(error).toBeInstanceOf(SluiceError);
    const { code, retryable, details } = error as SluiceError;
    expect([code, retryable]).toEqual(['CONFIG_INVALID', false]);
    return details.problems as string[];
  }
}

/** Names of the settings that are complained of. */
const blamed = (env: Record<string, string | undefined>): string[] =>
  problemsOf(env).map((problem) => /^SLUICE_\w+/.exec(problem)?.[0] ?? problem);

describe('a configuration', () => {
  test('needs no more than names; everything else has a default', () => {
    const config = parseConfig(REQUIRED);
    expect(config).toMatchObject({
      project: 'acme',
      location: 'US',
      dlpLocation: 'global',
      buckets: { raw: 'acme-raw', state: 'acme-state' },
      endpoints: {},
      keys: {},
      taskServiceAccount: TASKS,
      tokenSignatures: 'verify',
      limits: { threads: 1, memory: '1GB', attempts: 8, scratch: undefined },
    });
    expect(config.queues.load).toBe('projects/acme/locations/europe-west3/queues/load');
    expect(config.callers.load).toEqual([TASKS]);
    expect(config.callers.reidentify).toEqual([]);
    expect(config.urls.adhoc).toBe('https://adhoc.example.com');
  });

  test('takes what is given instead of a default', () => {
    const config = parseConfig({
      ...REQUIRED,
      SLUICE_LOCATION: 'europe-west3',
      SLUICE_ENDPOINT_STORAGE: 'http://127.0.0.1:1',
      SLUICE_THREADS: '4',
      SLUICE_MEMORY: '1.5 GiB',
      SLUICE_SCRATCH: '/scratch',
      SLUICE_CALLERS_ADHOC: 'sluice-operator@acme.iam.gserviceaccount.com,ann@example.com',
      SLUICE_ENDPOINT_IDENTITY: 'http://127.0.0.1:8080',
    });
    expect(config).toMatchObject({
      location: 'europe-west3',
      endpoints: { storage: 'http://127.0.0.1:1', identity: 'http://127.0.0.1:8080' },
      callers: { adhoc: ['sluice-operator@acme.iam.gserviceaccount.com', 'ann@example.com'] },
      limits: { threads: 4, memory: '1.5 GiB', scratch: '/scratch' },
    });
    expect(config.endpoints).not.toHaveProperty('dlp');
  });

  test('that is empty is told every name that it lacks at once', () => {
    const required = SETTINGS.filter((setting) => setting.default === undefined).map(({ name }) => name);
    expect(blamed({})).toEqual(required);
    expect(required.sort()).toEqual(Object.keys(REQUIRED).sort());
  });

  test('is told all that is wrong, with the value and what it must be', () => {
    const problems = problemsOf({
      ...REQUIRED,
      SLUICE_PROJECT: ' ',
      SLUICE_BUCKET_RAW: 'Not A Bucket',
      SLUICE_QUEUE_LOAD: 'load',
      SLUICE_TOPIC_EVENTS: undefined,
      SLUICE_URL_ARRIVE: 'example.com',
      SLUICE_THREADS: '0',
      SLUICE_MEMORY: 'lots',
    });
    expect([...problems].sort()).toEqual(
      [
        'SLUICE_PROJECT must be a project id, not " "',
        'SLUICE_BUCKET_RAW must be a bucket name, not "Not A Bucket"',
        'SLUICE_QUEUE_LOAD must be a full queue name, not "load"',
        'SLUICE_TOPIC_EVENTS is missing: set it to a full topic name',
        'SLUICE_URL_ARRIVE must be an http(s) URL, not "example.com"',
        'SLUICE_MEMORY must be a size such as 1GB, not "lots"',
        'SLUICE_THREADS must be a whole number above 0, not "0"',
      ].sort(),
    );
  });

  test.each(['1.5', '-1', '1e3', '', ' 5', '0x10', '9'.repeat(20)])('does not take %j for a number', (value) => {
    expect(blamed({ ...REQUIRED, SLUICE_ATTEMPTS: value })).toEqual(['SLUICE_ATTEMPTS']);
  });

  test('has a bucket for each role: raw rows in a curated bucket would be past the gate', () => {
    expect(blamed({ ...REQUIRED, SLUICE_BUCKET_CURATED: 'acme-raw' })).toEqual(['SLUICE_BUCKET_CURATED']);
  });
});

describe('callers', () => {
  test.each([
    '',
    'allUsers',
    'allAuthenticatedUsers',
    '*',
    '*@acme.iam.gserviceaccount.com, ann@example.com',
    'ann@example',
    'ann@example.com,',
    ',ann@example.com',
    'ann@example.com;bob@example.com',
  ])('are named one by one, which %j does not', (value) => {
    expect(blamed({ ...REQUIRED, SLUICE_CALLERS_ADHOC: value })).toEqual(['SLUICE_CALLERS_ADHOC']);
  });

  test.each(queues)('of %s include the account of its tasks', (name) => {
    const setting = `SLUICE_CALLERS_${name.toUpperCase()}`;
    expect(blamed({ ...REQUIRED, [setting]: 'ann@example.com' })).toEqual([setting]);
  });

  test('of reidentify may be nobody, and are nobody who calls another function', () => {
    const withCallers = (callers: string) => ({ ...REQUIRED, SLUICE_CALLERS_REIDENTIFY: callers });
    expect(parseConfig(withCallers('')).callers.reidentify).toEqual([]);
    expect(parseConfig(withCallers('ann@example.com')).callers.reidentify).toEqual(['ann@example.com']);
    for (const callers of [TASKS, `ann@example.com,${TASKS}`, 'allUsers', ','])
      expect(blamed(withCallers(callers))).toEqual(['SLUICE_CALLERS_REIDENTIFY']);
    const operator = { SLUICE_CALLERS_ADHOC: 'ann@example.com' };
    expect(blamed({ ...withCallers('ann@example.com'), ...operator })).toEqual(['SLUICE_CALLERS_REIDENTIFY']);
  });

  test.each([
    'https://certificates.example.com',
    'http://127.0.0.1.example.com',
    'http://localhost@example.com',
    'http://10.0.0.1:80',
    'http://127.0.0.1:80/../x',
    'localhost:80',
  ])('are told by Google or by this machine, not by %s', (endpoint) => {
    expect(blamed({ ...REQUIRED, SLUICE_ENDPOINT_IDENTITY: endpoint })).toEqual(['SLUICE_ENDPOINT_IDENTITY']);
  });

  test('have their signatures verified here, but where Cloud Run has done it', () => {
    const removed = { ...REQUIRED, SLUICE_TOKEN_SIGNATURES: 'removed-by-cloud-run' };
    expect(blamed(removed)).toEqual(['SLUICE_TOKEN_SIGNATURES']);
    expect(parseConfig({ ...removed, K_SERVICE: 'sluice-load' }).tokenSignatures).toBe('removed-by-cloud-run');
    expect(blamed({ ...removed, K_SERVICE: 'sluice-load', SLUICE_ENDPOINT_IDENTITY: 'http://127.0.0.1:1' })).toEqual([
      'SLUICE_TOKEN_SIGNATURES',
    ]);
    expect(blamed({ ...REQUIRED, SLUICE_TOKEN_SIGNATURES: 'off' })).toEqual(['SLUICE_TOKEN_SIGNATURES']);
  });
});

describe('keys', () => {
  const withKeys = (keys: unknown, more: Record<string, string> = {}) => ({
    ...REQUIRED,
    ...more,
    SLUICE_KEYS: typeof keys === 'string' ? keys : JSON.stringify(keys),
  });
  const LOCAL = { SLUICE_ENDPOINT_DLP: '127.0.0.1:1' };

  test('come wrapped by KMS', () => {
    expect(parseConfig(withKeys({ pii: { wrapped: KEY, kmsKey: KMS } })).keys).toEqual({
      pii: { wrapped: KEY, kmsKey: KMS },
    });
  });

  test.each<[string, unknown]>([
    ['no object', '"secret"'],
    ['no JSON', '{secret}'],
    ['an array', '["secret"]'],
    ['a key that is null', { pii: null }],
    ['a key that is text', { pii: 'secret' }],
    ['a key without its KMS key', { pii: { wrapped: KEY } }],
    ['a KMS key that is no name', { pii: { wrapped: KEY, kmsKey: 'secret' } }],
    ['a key that is not wrapped, of a local cloud as well', { pii: { unwrapped: KEY } }],
    ['a key that is not base64', { pii: { wrapped: 'sec ret', kmsKey: KMS } }],
    ['an empty key', { pii: { wrapped: '', kmsKey: KMS } }],
    ['a name that no declaration can have', { 'p-i/i': { wrapped: KEY, kmsKey: KMS } }],
    ['a name of the language', `{"__proto__": {"wrapped": "secret", "kmsKey": "${KMS}"}}`],
  ])('are refused: %s; and no message shows any of it', (_, keys) => {
    const problems = problemsOf(withKeys(keys, LOCAL));
    expect(problems.map((problem) => problem.slice(0, 11))).toEqual(['SLUICE_KEYS']);
    expect(problems.join()).not.toContain('secret');
    expect(problems.join()).not.toContain(KEY);
  });
});

test('what a local cloud sets is a valid configuration', () => {
  const port = '127.0.0.1:1';
  const env = environmentOf(
    {
      project: 'local',
      location: 'US',
      sql: 'sql',
      buckets: {
        raw: 'l-raw',
        staging: 'l-staging',
        curated: 'l-curated',
        quarantine: 'l-quarantine',
        state: 'l-state',
      },
      queues: Object.fromEntries(queues.map((name) => [name, `projects/local/locations/us-central1/queues/${name}`])),
      topics: { events: 'projects/local/topics/events', arrivals: 'projects/local/topics/arrivals' },
      storage: `http://${port}`,
      bigquery: `http://${port}`,
      functions: `http://${port}`,
      dlp: { grpc: port, rest: `http://${port}` },
      kms: `http://${port}`,
      tasks: { grpc: port, rest: `http://${port}` },
      pubsub: { grpc: port, rest: `http://${port}` },
      scheduler: { grpc: port, rest: `http://${port}` },
      eventarc: `http://${port}`,
      admin: `http://${port}`,
      accounts: { push: 'p@acme.test', tasks: 't@acme.test', scheduler: 's@acme.test', operator: 'o@acme.test' },
      reidentifiers: { me: 'me@acme.test' },
      forgetters: { me: 'f@acme.test' },
      identity: `http://${port}`,
      pids: { up: 1, cloud: 1, functions: 1 },
    },
    { pii: { wrapped: KEY, kmsKey: KMS } },
  );
  expect(problemsOf(env)).toEqual([]);
});
