import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { delimiter } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Endpoints, lastEndpoints } from '../../../infra/cli/endpoints.ts';
import { callJson } from '../../../infra/cli/http-json.ts';
import { createWorkplace } from './sluice.ts';
import { GOOD_ROWS, TINY_PROJECT } from './tiny-project.ts';

const FUNCTIONS = ['arrive', 'prepare', 'deidentify', 'load', 'transform', 'nightly', 'adhoc', 'reidentify', 'forget'];
const COMMIT = 'a'.repeat(40);

/** What Terraform would write of a deployment, on the local cloud's addresses. */
const deployment = (endpoints: Endpoints): object => ({
  project: endpoints.project,
  location: endpoints.location,
  region: 'us-central1',
  buckets: endpoints.buckets,
  queues: endpoints.queues,
  topics: endpoints.topics,
  functions: Object.fromEntries(FUNCTIONS.map((name) => [name, `${endpoints.functions}/${name}`])),
  operator: endpoints.accounts.operator,
  reidentifiers: endpoints.reidentifiers,
  forgetters: endpoints.forgetters,
  archives: 'local-archives',
  endpoints: {
    storage: endpoints.storage,
    bigquery: endpoints.bigquery,
    kms: endpoints.kms,
    identity: endpoints.identity,
  },
});

const place = createWorkplace({
  ...TINY_PROJECT,
  'good.csv': GOOD_ROWS,
  'bin/terraform': '#!/bin/sh\necho "$@" >> "$TERRAFORM_CALLS"\n',
});
let endpoints: Endpoints;
beforeAll(async () => {
  await place.stay(['up'], /Ctrl-C/);
  endpoints = lastEndpoints(place.path('.sluice')) as Endpoints;
  place.write('env/dev.json', JSON.stringify(deployment(endpoints)));
  chmodSync(place.path('bin/terraform'), 0o755);
});
afterAll(() => place.close());

const ENV = ['--env', 'env/dev.json'];

describe('commands with --env', () => {
  test('go to the deployment that the file describes: release, smoke, drop, runs, query, run, nightly', async () => {
    expect((await place.sluice('release', '--commit', COMMIT, ...ENV)).status).toBe(0);
    expect(await place.sluice('smoke', ...ENV)).toMatchObject({ status: 0 });
    expect(await place.sluice('drop', 'good.csv', '--to', 'club/people/', '--wait', ...ENV)).toMatchObject({
      status: 0,
    });
    const { runs } = await place.json<{ runs: { source: string }[] }>('runs', ...ENV);
    expect(runs.map(({ source }) => source).sort()).toEqual(['canary.visitors', 'club.people']);
    expect(await place.json('query', 'SELECT COUNT(*) AS n FROM club.people', ...ENV)).toEqual([{ n: 3 }]);
    expect((await place.sluice('run', ...ENV)).status).toBe(0);
    expect((await place.sluice('nightly', ...ENV)).status).toBe(0);
  });

  test('keys are those of the file, and wrapped anew they come as Terraform takes them', async () => {
    const stored = JSON.parse(readFileSync(place.path('.sluice/keys.json'), 'utf8')) as {
      pii: { wrapped: string; kmsKey: string };
    };
    const keys = { pii: stored.pii.wrapped };
    place.write('env/keys.json', JSON.stringify({ ...deployment(endpoints), keys, dlp_key: stored.pii.kmsKey }));
    const env = ['--env', 'env/keys.json'];
    expect(await place.json('keys', ...env)).toMatchObject({
      keys: [{ key: 'pii', configured: true, uses: [{ source: 'canary.visitors' }, { source: 'club.people' }] }],
      wrapping: [{ primary: '1', others: [] }],
    });
    expect((await place.sluice('keys', 'rewrap', ...env)).stderr).toContain('nothing to do');
    const url = `${endpoints.kms}/v1/${stored.pii.kmsKey}`;
    await callJson('POST', `${url}/cryptoKeyVersions`, {});
    await callJson('POST', `${url}:updatePrimaryVersion`, { cryptoKeyVersionId: '2' });
    const { stdout } = await place.sluice('keys', 'rewrap', ...env);
    expect(stdout).toMatch(/^wrapped_keys = \{\n {2}"pii" = "[A-Za-z0-9+/]{80,}={0,2}"\n\}\n$/);
    expect(stdout).not.toContain(stored.pii.wrapped);
    expect((await place.sluice('keys', ...ENV)).stderr).toContain('holds no keys');
  });

  test.each([
    ['a name that has no file', ['runs', '--env', 'nowhere'], 'terraform -chdir=infra/deploy output -json environment'],
    ['a path that has no file', ['runs', '--env', 'env/other.json'], 'there is no such file'],
    ['what is no name', ['runs', '--env', '../dev'], 'give a name of lower-case letters'],
    ['both places at once', ['runs', '--data', '.sluice', ...ENV], "cannot be used with option '--data <dir>'"],
  ])('refuse %s, with status 2', async (_, args, message) => {
    const { status, stderr } = await place.sluice(...args);
    expect({ status, said: stderr.includes(message) ? message : stderr }).toEqual({ status: 2, said: message });
  });

  test('tell all that is wrong with the file', async () => {
    const { region: _, ...rest } = deployment(endpoints) as { region: string };
    place.write('env/bad.json', JSON.stringify({ ...rest, operator: 'nobody', pids: {} }));
    const { status, stderr } = await place.sluice('runs', '--env', 'env/bad.json');
    expect(status).toBe(2);
    for (const problem of ['region: ', 'operator: ', 'pids']) expect(stderr).toContain(problem);
  });

  test("tell where credentials come from when Google's endpoints want some and there are none", async () => {
    const { endpoints: _, ...google } = deployment(endpoints) as { endpoints: object };
    place.write('env/google.json', JSON.stringify(google));
    const { status, stderr } = await place.sluiceWith(
      { HOME: place.dir, METADATA_SERVER_DETECTION: 'none', GOOGLE_APPLICATION_CREDENTIALS: '' },
      ...['query', 'SELECT 1', '--env', 'env/google.json'],
    );
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: expect.stringContaining('gcloud auth application-default login'),
    });
  });
});

describe('rollback --infra', () => {
  const calls = (): string => (existsSync(place.path('calls')) ? readFileSync(place.path('calls'), 'utf8') : '');
  const rollback = (...args: string[]) =>
    place.sluiceWith(
      { PATH: `${place.path('bin')}${delimiter}${process.env.PATH}`, TERRAFORM_CALLS: place.path('calls') },
      ...['rollback', ...args, '--infra', ...ENV],
    );

  test.each([
    ['nobody is there to approve', [COMMIT], 2, 'add --yes'],
    ['the commit has no archive', [COMMIT, '--yes'], 1, `there is no functions-${COMMIT}.zip in local-archives`],
  ])('changes nothing when %s', async (_, args, expected, message) => {
    const { status, stderr } = await rollback(...args);
    expect({ status, said: stderr.includes(message) ? message : stderr }).toEqual({ status: expected, said: message });
    expect(calls()).toBe('');
  });

  test("deploys the commit's archive by Terraform, then makes its release current", async () => {
    place.write('env/dev.tfvars', '');
    place.write('env/dev.gcs.tfbackend', '');
    await fetch(`${endpoints.storage}/storage/v1/b?project=local`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'local-archives' }),
    });
    const url = `${endpoints.storage}/upload/storage/v1/b/local-archives/o?uploadType=media&name=functions-${COMMIT}.zip`;
    await fetch(url, { method: 'POST', body: 'zip' });
    const { status, stdout } = await rollback(COMMIT, '--yes');
    expect(status).toBe(0);
    expect(stdout).toMatch(/release a{40} is current/);
    const [init, apply] = calls().split('\n');
    expect(init).toMatch(/^-chdir=\S+ init .*-backend-config=\S+env\/dev\.gcs\.tfbackend$/);
    expect(apply).toMatch(
      /^-chdir=\S+ apply -var-file=\S+env\/dev\.tfvars -var-file=\S+declared\.tfvars\.json -var=commit=a{40} -auto-approve/,
    );
  });
});
