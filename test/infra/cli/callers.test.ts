import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BODY_LIMITS } from '../../../functions/admission.ts';
import type { FunctionName } from '../../../functions/model/deployment.ts';
import type { Endpoints } from '../../../infra/cli/endpoints.ts';
import { environmentOf } from '../../../infra/cli/environment.ts';
import { createIdTokens } from '../../../infra/cli/id-tokens.ts';
import { freePort } from '../../../infra/cli/processes.ts';
import { type Pipeline, startPipeline } from '../../cases/pipeline.ts';

/** Each real caller against the real functions, as two processes: there is no other way in than theirs. */

const PROJECT = fileURLToPath(new URL('../../faults/project', import.meta.url));
const FRAMEWORK = fileURLToPath(import.meta.resolve('@google-cloud/functions-framework')).replace(
  /index\.js$/,
  'main.js',
);
const FUNCTIONS = Object.keys(BODY_LIMITS) as FunctionName[];
const FILE = 'id,email,day,amount\n1,ann@example.com,2026-01-01,5\n';
let pipeline: Pipeline;
let endpoints: Endpoints;

beforeAll(async () => {
  pipeline = await startPipeline(PROJECT);
  ({ endpoints } = pipeline);
});
afterAll(() => pipeline.stop());

const refusals = (): Record<string, unknown>[] =>
  readFileSync(join(pipeline.dir, 'logs', 'functions.log'), 'utf8')
    .split('\n')
    .filter((line) => line.includes('"refused"'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);

async function call<T>(
  method: string,
  url: string,
  body?: object,
  token?: string,
): Promise<{ status: number; json: T }> {
  const response = await fetch(url, {
    method,
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  return { status: response.status, json: JSON.parse((await response.text()) || 'null') as T };
}

async function until<T>(find: () => Promise<T | undefined>): Promise<T> {
  for (const end = Date.now() + 20_000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 30))) {
    const found = await find();
    if (found !== undefined) return found;
  }
  throw new Error(`nothing came of it; refused: ${JSON.stringify(refusals())}`);
}

const tokenOf = (account: keyof Endpoints['accounts'], name: FunctionName): Promise<string> =>
  createIdTokens(endpoints, endpoints.accounts[account])(`${endpoints.functions}/${name}`);

test('Pub/Sub calls arrive, Cloud Tasks all that follows, and the operator adhoc', async () => {
  await pipeline.drop('appends/1.csv', FILE);
  expect(await pipeline.settle(1)).toMatchObject([{ state: 'DONE', detail: { rows: 1 } }]);
  expect(await pipeline.query('SELECT orders FROM flow.totals')).toEqual([{ orders: '1' }]);
  expect(refusals()).toEqual([]);
});

test('Cloud Scheduler calls nightly', async () => {
  const job = `${endpoints.scheduler.rest}/v1/projects/local/locations/us-central1/jobs/sweep`;
  expect((await call('POST', `${job}:run`, {})).status).toBe(200);
  const { status } = await until(async () => {
    const { json } = await call<{ lastAttemptTime?: string; status?: { code?: number } }>('GET', job);
    return json.lastAttemptTime && json.status ? json : undefined;
  });
  expect(status?.code ?? 0).toBe(0);
  expect(refusals()).toEqual([]);
});

test('Eventarc calls arrive, where a trigger takes the place of the subscription', async () => {
  await call('DELETE', `${endpoints.pubsub.rest}/v1/projects/local/subscriptions/arrive`);
  const trigger = {
    eventFilters: [
      { attribute: 'type', value: 'google.cloud.storage.object.v1.finalized' },
      { attribute: 'bucket', value: endpoints.buckets.raw },
    ],
    destination: { httpEndpoint: { uri: `${endpoints.functions}/arrive` } },
    serviceAccount: endpoints.accounts.push,
  };
  await call(
    'POST',
    `${endpoints.eventarc}/v1/projects/local/locations/us-central1/triggers?triggerId=arrive`,
    trigger,
  );
  await pipeline.drop('appends/2.csv', FILE);
  expect(await pipeline.settle(2)).toMatchObject([{ state: 'DONE' }, { state: 'DONE' }]);
  expect(refusals()).toEqual([]);
});

test('each caller calls its own functions and no others', async () => {
  const answers: Record<string, string> = {};
  const accounts = {
    ...endpoints.accounts,
    reidentifier: endpoints.reidentifiers.me ?? '',
    forgetter: endpoints.forgetters.me ?? '',
  };
  for (const [account, email] of Object.entries(accounts))
    for (const name of FUNCTIONS) {
      const token = await createIdTokens(endpoints, email)(`${endpoints.functions}/${name}`);
      const { status } = await call('POST', `${endpoints.functions}/${name}`, { only: 'sweep' }, token);
      if (status !== 403) answers[account] = [answers[account], name].filter(Boolean).join(' ');
    }
  expect(answers).toEqual({
    push: 'arrive',
    tasks: 'prepare deidentify load transform nightly forget',
    scheduler: 'nightly',
    operator: 'adhoc',
    reidentifier: 'reidentify',
    forgetter: 'forget',
  });
});

test('no token stands in any log', async () => {
  const tokens = await Promise.all([tokenOf('push', 'arrive'), tokenOf('tasks', 'load'), tokenOf('operator', 'adhoc')]);
  const logs = pipeline.logs();
  expect(logs).toContain('PERMISSION_DENIED');
  for (const token of tokens) for (const part of token.split('.').slice(1)) expect(logs).not.toContain(part);
  expect(logs).not.toContain('Bearer');
});

test("functions-framework's own command, as a deployment has it, lets nobody else in either", async () => {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const env = { ...environmentOf(endpoints, {}), SLUICE_URL_ADHOC: url, FUNCTION_TARGET: 'adhoc', PORT: String(port) };
  const source = fileURLToPath(new URL('../../../functions/index.ts', import.meta.url));
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', FRAMEWORK, `--source=${source}`], {
    env: { ...process.env, ...env },
    stdio: 'ignore',
  });
  try {
    const ask = (token?: string, path = '/') =>
      call<{ id?: string }>('POST', url + path, { action: 'release' }, token).catch(() => undefined);
    expect((await until(() => ask())).status).toBe(401);
    const operator = await createIdTokens(endpoints)(url);
    expect((await ask(operator))?.json.id).toMatch(/^dev-/);
    expect((await ask(await tokenOf('operator', 'adhoc')))?.status).toBe(401);
    const push = { ...endpoints, accounts: { ...endpoints.accounts, operator: endpoints.accounts.push } };
    expect((await ask(await createIdTokens(push)(url)))?.status).toBe(403);
    expect((await ask(undefined, '/load'))?.status).toBe(401);
  } finally {
    child.kill();
    await once(child, 'exit');
  }
});
