import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseConfig } from '../../../functions/config.ts';
import { readDeployment } from '../../../infra/cli/env/deployment-file.ts';
import { compileDelivery } from '../../../infra/cli/release/canary.ts';
import { SCHEDULES } from '../../../infra/cli/schedules.ts';
import { planDeclared } from '../../../infra/cli/tfvars.ts';
import { addressOf, planGrants } from '../../../infra/deploy/policy.ts';
import { DEPLOY } from './module.ts';
import {
  hasTerraform,
  type Plan,
  type PlannedResource,
  startTerraform,
  type Terraform,
} from './terraform/terraform.ts';

/** The real Terraform with a stand-in for its provider: what it would make, with everything evaluated, and what it then makes. */

if (!hasTerraform) console.log('skipped: terraform is not installed, so that no plan can be made here');

const WRAPPED = Buffer.alloc(113, 3).toString('base64');
const GIVEN = {
  declared: planDeclared(compileDelivery('sql')),
  commit: 'a'.repeat(40),
  wrapped_keys: { pii: WRAPPED, cards: WRAPPED },
};

describe.skipIf(!hasTerraform)('terraform', () => {
  let terraform: Terraform;
  beforeAll(async () => {
    terraform = await startTerraform();
  });
  afterAll(() => terraform?.stop());

  describe('validate', () => {
    test('finds the module valid', async () => {
      expect(await terraform.run('validate', '-no-color')).toEqual({
        status: 0,
        output: expect.stringContaining('valid'),
      });
    });

    test.each(readdirSync(join(DEPLOY, 'examples')))('finds the example %s valid', async (name) => {
      const folder = join('examples', name);
      writeFileSync(join(terraform.dir, folder, 'declared.json'), JSON.stringify({ declared: GIVEN.declared }));
      const made = await terraform.run(`-chdir=${folder}`, 'init', '-backend=false', '-input=false', '-no-color');
      expect(made).toMatchObject({ status: 0 });
      const { status, output } = await terraform.run(`-chdir=${folder}`, 'validate', '-no-color');
      expect({ status, output }).toEqual({ status: 0, output: expect.stringContaining('valid') });
    });

    test.each([
      [
        'a reference to nothing',
        'locals {\n  planted = google_storage_bucket.nowhere.name\n}',
        'Reference to undeclared resource',
      ],
      [
        'a type that does not fit',
        'resource "google_pubsub_topic" "planted" {\n  name = ["a", "b"]\n}',
        'Incorrect attribute value type',
      ],
      [
        'an argument that is missing',
        'resource "google_storage_bucket" "planted" {\n  name = "b"\n}',
        'Missing required argument',
      ],
      ['a function that there is not', 'locals {\n  planted = upppper("a")\n}', 'Call to unknown function'],
      ['a circle', 'locals {\n  planted = local.grown\n  grown = local.planted\n}', 'Cycle'],
    ])('and finds %s', async (_, text, message) => {
      const file = join(terraform.dir, 'planted.tf');
      writeFileSync(file, text);
      const { status, output } = await terraform.run('validate', '-no-color');
      rmSync(file);
      expect(status).toBe(1);
      expect(output).toContain(message);
    });
  });

  describe.each([
    ['example', {}, 5],
    ['dev', {}, 1],
    ['prod', { access_policy: '1234' }, 5],
  ])('plans env/%s.tfvars', (environment, more, keys) => {
    let plan: Plan;
    const all = (type: string): PlannedResource[] => plan.resources.filter((resource) => resource.type === type);
    const valueAt = <T>(type: string, index: string, name: string): T =>
      all(type).find((resource) => resource.index === index)?.values[name] as T;
    const block = (resource: PlannedResource, name: string): Record<string, unknown> =>
      (resource.values[name] as Record<string, unknown>[])[0] ?? {};

    beforeAll(async () => {
      plan = await terraform.plan({ ...GIVEN, ...more }, `env/${environment}.tfvars`);
    }, 60_000);

    test('with all of it', () => {
      expect(plan.resources.length).toBeGreaterThan(200);
      expect(all('google_kms_crypto_key')).toHaveLength(keys);
      expect(all('google_access_context_manager_service_perimeter')).toHaveLength('access_policy' in more ? 1 : 0);
      for (const key of all('google_kms_crypto_key')) expect(key.values.rotation_period).toBe('7776000s');
    });

    test('with settings that each function takes', () => {
      const functions = all('google_cloudfunctions2_function');
      expect(functions).toHaveLength(9);
      for (const one of functions) {
        const env = block(one, 'service_config').environment_variables as Record<string, string>;
        // The key's name is known after apply, and with it what holds it.
        const config = parseConfig({ ...env, K_SERVICE: 'deployed' });
        expect(config.tokenSignatures).toBe('removed-by-cloud-run');
        for (const [name, url] of Object.entries(config.urls))
          expect(url).toBe(`https://sluice-${name}-123456789012.${config.queues.load.split('/')[3]}.run.app`);
        expect(config.callers.adhoc).toEqual([`sluice-operator@${config.project}.iam.gserviceaccount.com`]);
        // Nobody may ask for clear values unless the environment says who.
        const reidentifiers =
          environment === 'prod' ? [`sluice-reid-ann@${config.project}.iam.gserviceaccount.com`] : [];
        expect(config.callers.reidentify).toEqual(reidentifiers);
        const forgetters = environment === 'prod' ? ['forget-ben'] : [];
        expect(config.callers.forget).toEqual(
          ['tasks', ...forgetters].map((name) => `sluice-${name}@${config.project}.iam.gserviceaccount.com`),
        );
        expect(block(one, 'service_config').ingress_settings).toBe('ALLOW_INTERNAL_ONLY');
        expect(block(one, 'build_config')).toMatchObject({ runtime: 'nodejs24', entry_point: one.index });
      }
    });

    test('with a role for each grant, bound once to every resource that it is for', () => {
      const grants = planGrants();
      const roles = all('google_project_iam_custom_role').filter(({ name }) => name === 'function');
      expect(roles.map(({ values }) => values.permissions)).toHaveLength(grants.length);
      const ids = all('google_project_iam_custom_role').map(({ values }) => String(values.role_id));
      expect(new Set(ids).size).toBe(ids.length);
      for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9_.]{3,64}$/);
      for (const grant of grants)
        expect(valueAt('google_project_iam_custom_role', addressOf(grant), 'permissions')).toEqual(grant.permissions);
      const bound = plan.resources.filter(({ type, name }) => name === 'function' && type.endsWith('_iam_member'));
      const groups: Record<string, string[]> = {
        own: ['_sluice'],
        sources: ['canary', 'shop'],
        transforms: ['shop'],
        declared: ['canary', 'shop'],
      };
      const wanted = grants.flatMap((grant) =>
        grant.kind === 'dataset'
          ? (groups[grant.target] ?? []).map((dataset) => `${addressOf(grant)}/${dataset}`)
          : [addressOf(grant)],
      );
      expect(bound.map(({ index }) => index).sort()).toEqual(wanted.sort());
    });

    test('with what the command line reads of a deployment', () => {
      const file = join(terraform.dir, 'environment.json');
      writeFileSync(file, JSON.stringify(plan.outputs.environment));
      const { project, operator, buckets, keys, dlp_key: kmsKey } = readDeployment(file);
      expect(keys).toEqual({ cards: WRAPPED, pii: WRAPPED });
      expect(kmsKey).toMatch(new RegExp(`^projects/${project}/locations/[a-z0-9-]+/keyRings/sluice/cryptoKeys/dlp$`));
      expect(operator).toBe(`sluice-operator@${project}.iam.gserviceaccount.com`);
      expect(buckets.raw).toBe(`${project}-sluice-raw`);
    });

    test('with names that Google takes', () => {
      for (const { values } of all('google_service_account'))
        expect(values.account_id).toMatch(/^[a-z][a-z0-9-]{4,28}[a-z0-9]$/);
      const buckets = all('google_storage_bucket').map(({ values }) => String(values.name));
      expect(new Set(buckets).size).toBe(6);
      for (const name of buckets) expect(name).toMatch(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/);
    });

    test('with queues that ask no more than functions, DLP and BigQuery can take', () => {
      const sizeOf = (name: string): Record<string, unknown> => {
        const one = all('google_cloudfunctions2_function').find(({ index }) => index === name);
        return one ? block(one, 'service_config') : {};
      };
      for (const queue of all('google_cloud_tasks_queue')) {
        const { max_instance_count, max_instance_request_concurrency } = sizeOf(String(queue.index)) as Record<
          string,
          number
        >;
        expect(Number(block(queue, 'rate_limits').max_concurrent_dispatches)).toBeLessThanOrEqual(
          Number(max_instance_count) * Number(max_instance_request_concurrency),
        );
      }
      const settings = sizeOf('deidentify').environment_variables as Record<string, string>;
      const [deidentify] = all('google_cloud_tasks_queue').filter(({ index }) => index === 'deidentify');
      const lanes =
        Number(block(deidentify as PlannedResource, 'rate_limits').max_concurrent_dispatches) *
        Number(settings.SLUICE_DLP_CONCURRENCY);
      expect(lanes).toBeLessThanOrEqual((environment === 'dev' ? 120 : 600) / 60);
      // Five times a shard, DuckDB's own, and Node beside them.
      const memory = Number.parseInt(String(sizeOf('deidentify').available_memory), 10) * 1024;
      expect(
        5 * (Number(settings.SLUICE_SHARD_BYTES) / 2 ** 20) + Number.parseInt(settings.SLUICE_MEMORY ?? '', 10),
      ).toBeLessThan(memory - 200);
    });

    test('with schedules that send what the functions understand', () => {
      for (const [name, { cron, body }] of Object.entries(SCHEDULES)) {
        const job = all('google_cloud_scheduler_job').find(({ index }) => index === name) as PlannedResource;
        expect(job.values.schedule).toBe(cron);
        const {
          uri,
          body: sent,
          oidc_token,
        } = block(job, 'http_target') as { uri: string; body: string; oidc_token: [{ audience: string }] };
        expect(JSON.parse(Buffer.from(sent, 'base64').toString())).toEqual(body);
        expect(oidc_token[0].audience).toBe(uri);
      }
    });

    test('with alerts that have a filter, and a dashboard whose tiles do not overlap', () => {
      const alerts = all('google_monitoring_alert_policy');
      expect(alerts.map(({ values }) => (values.user_labels as { alert: string }).alert).sort()).toEqual([
        'dead_letters',
        ...(environment === 'prod' ? ['forgotten'] : []),
        'freshness_missed',
        'privacy_finding',
        'privacy_violation',
        ...(environment === 'prod' ? ['reidentified'] : []),
        'run_failed',
        'scanned_bytes',
        'task_age',
      ]);
      const [{ values }] = all('google_monitoring_dashboard') as [PlannedResource];
      const { mosaicLayout } = JSON.parse(String(values.dashboard_json)) as {
        mosaicLayout: { tiles: { xPos: number; yPos: number }[] };
      };
      const places = mosaicLayout.tiles.map(({ xPos, yPos }) => `${xPos},${yPos}`);
      expect(new Set(places).size).toBe(9);
    });
  });

  describe('applies', () => {
    let made: PlannedResource[];
    const named = (type: string, name: string): PlannedResource[] =>
      made.filter((resource) => resource.type === type && resource.name === name);
    const at = (type: string, name: string, index: string): Record<string, unknown> =>
      named(type, name).find((resource) => resource.index === index)?.values ?? {};

    beforeAll(async () => {
      await terraform.plan(GIVEN, 'env/prod.tfvars');
      made = await terraform.apply();
    }, 120_000);

    test('every role to the account of its own function, and to no other', () => {
      const bindings = made.filter(({ type, name }) => name === 'function' && type.endsWith('_iam_member'));
      expect(bindings.length).toBeGreaterThan(planGrants().length);
      for (const { index, values } of bindings) {
        const [name = '', kind, target] = String(index).split('/');
        expect(values.member).toBe(`serviceAccount:sluice-${name}@made.iam.gserviceaccount.com`);
        expect(values.role).toMatch(new RegExp(`google_project_iam_custom_role/sluice_${name}_${kind}_${target}`));
        if (kind === 'bucket') expect(values.bucket).toBe(`acme-lake-prod-sluice-${target}`);
        if (kind === 'queue') expect(values.name).toBe(`sluice-${target}`);
      }
    });

    test('every function as its own account, which its callers and nobody else may invoke', () => {
      for (const [name, callers] of Object.entries({
        arrive: ['push'],
        load: ['tasks'],
        nightly: ['scheduler', 'tasks'],
        adhoc: ['operator'],
        reidentify: ['reid-ann'],
        forget: ['forget-ben', 'tasks'],
      })) {
        const [config] = at('google_cloudfunctions2_function', 'function', name).service_config as Record<
          string,
          unknown
        >[];
        expect(config?.service_account_email).toBe(`sluice-${name}@made.iam.gserviceaccount.com`);
        expect(at('google_cloud_run_v2_service_iam_binding', 'invokers', name)).toMatchObject({
          name: `sluice-${name}`,
          role: 'roles/run.invoker',
          members: callers.map((caller) => `serviceAccount:sluice-${caller}@made.iam.gserviceaccount.com`),
        });
      }
    });

    test.each([
      ['re-identify', 'reid-ann', 'user:ann@example.com'],
      ['have somebody forgotten', 'forget-ben', 'user:ben@example.com'],
    ])('the account of a person who may %s to that person alone', (_, account, member) => {
      const tokens = made.filter(({ values }) => values.role === 'roles/iam.serviceAccountOpenIdTokenCreator');
      const own = tokens.filter(({ values }) => String(values.service_account_id).includes(account));
      expect(own.map(({ values }) => values.member)).toEqual([member]);
      expect(tokens.filter(({ values }) => values.member === member)).toEqual(own);
    });

    test('the wrapped keys to deidentify, reidentify and forget, with the key that unwraps them, and to nothing else', () => {
      const holders = named('google_cloudfunctions2_function', 'function').flatMap(({ index, values }) => {
        const [config] = values.service_config as { environment_variables: Record<string, string> }[];
        const keys = config?.environment_variables.SLUICE_KEYS;
        return keys === undefined ? [] : [[index, JSON.parse(keys)]];
      });
      const kmsKey = 'google_kms_crypto_key/dlp';
      const keys = { cards: { wrapped: WRAPPED, kmsKey }, pii: { wrapped: WRAPPED, kmsKey } };
      expect(holders).toEqual([
        ['deidentify', keys],
        ['forget', keys],
        ['reidentify', keys],
      ]);
    });

    test('and finds nothing left to do', async () => {
      const { status, output } = await terraform.run(
        'plan',
        '-detailed-exitcode',
        '-input=false',
        '-no-color',
        '-var-file=env/prod.tfvars',
        '-var-file=test.tfvars.json',
      );
      expect({ status, output }).toEqual({ status: 0, output: expect.stringContaining('No changes') });
    }, 60_000);

    test('and does not take away what cannot be had again', async () => {
      const { status, output } = await terraform.run(
        'plan',
        '-destroy',
        '-refresh=false',
        '-input=false',
        '-no-color',
        '-var-file=env/prod.tfvars',
        '-var-file=test.tfvars.json',
      );
      expect(status).toBe(1);
      for (const kept of [
        'google_storage_bucket.data["raw"]',
        'google_storage_bucket.data["state"]',
        'google_kms_crypto_key.dlp',
      ])
        expect(output.replace(/\s+/g, ' ')).toContain(`Resource ${kept} has lifecycle.prevent_destroy set`);
    }, 60_000);
  });

  test('wrong values are refused, all at once, each with what to do', async () => {
    const wrong: Record<string, [value: unknown, message: string]> = {
      project: ['Acme', '6 to 30 lower-case letters'],
      prefix: ['Sluice-1', '2 to 18 lower-case letters'],
      region: ['mars', 'us-central1 or europe-west3'],
      labels: [{ Team: 'x' }, 'labels are lower-case'],
      commit: ['main', '40 hexadecimal digits'],
      key_rotation_days: [91, '1 to 90'],
      wrapped_keys: [{ pii: Buffer.alloc(32, 1).toString('base64') }, 'wrap it'],
      operators: [['allUsers'], 'never everybody'],
      readers: [{ nowhere: ['group:a@example.com'] }, 'Only datasets that sql/ declares'],
      adhoc_ingress: ['ALLOW_ALL', 'nothing here is open to the internet'],
      access_policy: ['policies/1', 'access-context-manager'],
      functions: [{ loads: { timeout: 3600 } }, 'arrive, prepare, deidentify'],
      dlp_requests_per_minute: [10, 'Below 60'],
      shard_mib: [0, '1 to 256 MiB'],
      attempts: [100, 'gives up after 100'],
      alert_emails: [['nobody'], 'Give e-mail addresses'],
      reidentifiers: [{ all: 'allUsers' }, 'never everybody'],
      billing_account: ['mine', '012345-6789AB-CDEF01'],
      daily_scan_tib: [0, 'More than 0'],
    };
    const values = Object.fromEntries(Object.entries(wrong).map(([name, [value]]) => [name, value]));
    const refusal = await terraform.plan({ ...GIVEN, ...values }).then(
      () => 'it was planned',
      (error: Error) => error.message.replace(/\s+/g, ' '),
    );
    for (const [, message] of Object.values(wrong)) expect(refusal).toContain(message);
  }, 60_000);

  test('a key that sql/ names and nobody has wrapped is refused before anything is made', async () => {
    const refusal = await terraform.plan({ ...GIVEN, wrapped_keys: { pii: WRAPPED } }, 'env/example.tfvars').then(
      () => 'it was planned',
      (error: Error) => error.message.replace(/\s+/g, ' '),
    );
    expect(refusal).toContain('Every key that sql/ names must be wrapped');
  }, 60_000);
});
