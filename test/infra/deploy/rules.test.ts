import { beforeAll, describe, expect, test } from 'vitest';
import { type Body, bodyOf, copyOf, hcl, type Module, readModule } from './module.ts';
import { RULES } from './rules/rules.ts';

let deploy: Module;
beforeAll(async () => {
  deploy = await readModule();
});

const first = (body: Body, name: string): Body => (body[name] as Body[])[0] as Body;
const local = (module: Module, name: string): Record<string, Body> => module.locals[name] as Record<string, Body>;
const at =
  (address: string, change: (body: Body) => void) =>
  (module: Module): void =>
    change(bodyOf(module, address));
const set =
  (address: string, name: string, value: Body[string]) =>
  (module: Module): void => {
    bodyOf(module, address)[name] = value;
  };
const add =
  (type: string, body: Body) =>
  (module: Module): void => {
    module.resource[type] = { ...module.resource[type], planted: [body] };
  };
const BUCKET = 'google_storage_bucket.data';
const FUNCTION = 'google_cloudfunctions2_function.function';

/** For each rule at least one fault that it must catch. */
const FAULTS: Readonly<Record<string, readonly ((module: Module) => void)[]>> = {
  'no bucket can be made public': [
    set(BUCKET, 'public_access_prevention', 'inherited'),
    at('google_storage_bucket.archives', (body) => delete body.public_access_prevention),
  ],
  'access to buckets is uniform': [set(BUCKET, 'uniform_bucket_level_access', false)],
  'no bucket has a retention policy': [set(BUCKET, 'retention_policy', [{ retention_period: 86400 }])],
  'every bucket says what becomes of old objects': [
    at('google_storage_bucket.archives', (body) => delete body.lifecycle_rule),
  ],
  'every bucket says whether it is versioned and what soft delete keeps': [
    at(BUCKET, (body) => delete body.soft_delete_policy),
    at(BUCKET, (body) => delete body.versioning),
  ],
  'the raw bucket keeps overwritten generations for 30 days, and no other keeps any': [
    (module) => (local(module, 'bucket_traits').raw = { ...local(module, 'bucket_traits').raw, versioning: false }),
    (module) =>
      (local(module, 'bucket_traits').staging = { ...local(module, 'bucket_traits').staging, versioning: true }),
    at(BUCKET, (body) => ((body.dynamic as Record<string, Body[]>).lifecycle_rule = [])),
  ],
  'what is removed from staging, quarantine and curated is gone at once': [
    (module) =>
      (local(module, 'bucket_traits').curated = { ...local(module, 'bucket_traits').curated, soft_delete_days: 7 }),
  ],
  'staging is empty after a week': [
    (module) =>
      (local(module, 'bucket_traits').staging = { ...local(module, 'bucket_traits').staging, delete_after_days: 0 }),
  ],
  'with cmek, data lies under keys of our own': [
    at(BUCKET, (body) => delete (body.dynamic as Body).encryption),
    at('google_bigquery_dataset.logs', (body) => delete body.dynamic),
    at('google_pubsub_topic.dead', (body) => delete body.kms_key_name),
    at(FUNCTION, (body) => delete body.kms_key_name),
  ],
  'raw and curated data have keys of their own': [
    (module) => (local(module, 'bucket_traits').curated = { ...local(module, 'bucket_traits').curated, key: 'raw' }),
  ],
  'keys rotate within 90 days': [
    set('google_kms_crypto_key.dlp', 'rotation_period', '31536000s'),
    at('google_kms_crypto_key.data', (body) => delete body.rotation_period),
    (module) => (first(module.variable.key_rotation_days?.[0] ?? {}, 'validation').condition = true),
    (module) => Object.assign(module.variable.key_rotation_days?.[0] ?? {}, { default: 365 }),
  ],
  'what cannot be had again is not destroyed': [
    at(BUCKET, (body) => delete body.lifecycle),
    at('google_kms_crypto_key.dlp', (body) => (first(body, 'lifecycle').prevent_destroy = false)),
  ],
  'no bucket or dataset is emptied to be destroyed': [
    set(BUCKET, 'force_destroy', true),
    set('google_bigquery_dataset.own', 'delete_contents_on_destroy', true),
  ],
  'functions are reached from within': [
    at(FUNCTION, (body) => (first(body, 'service_config').ingress_settings = 'ALLOW_ALL')),
    at(FUNCTION, (body) => delete first(body, 'service_config').ingress_settings),
  ],
  'each function runs as its own account, and images are built as another': [
    at(FUNCTION, (body) => delete first(body, 'service_config').service_account_email),
    at(FUNCTION, (body) => delete first(body, 'build_config').service_account),
  ],
  'nothing uses the project’s default accounts': [
    set('google_pubsub_topic_iam_member.storage', 'member', 'serviceAccount:123-compute@developer.gserviceaccount.com'),
    (module) => Object.assign(module.data, { google_compute_default_service_account: { planted: [{}] } }),
  ],
  'no primitive role and no role of an administrator is bound; each predefined one stands where it is known to': [
    add('google_project_iam_member', { project: 'p', role: 'roles/editor', member: 'user:a@example.com' }),
    set('google_bigquery_dataset_iam_member.build', 'role', hcl('each.key == "canary" ? "roles/bigquery.admin" : "x"')),
    add('google_storage_bucket_iam_member', { bucket: 'b', role: 'roles/storage.admin', member: 'user:a@example.com' }),
    add('google_storage_bucket_iam_member', {
      bucket: 'b',
      role: 'roles/storage.objectViewer',
      member: 'user:a@example.com',
    }),
    add('google_project_iam_member', { project: 'p', role: 'roles/owner', member: 'user:a@example.com' }),
  ],
  'nothing is open to everybody': [
    set('google_cloud_run_v2_service_iam_binding.invokers', 'members', ['allUsers']),
    set('google_bigquery_dataset_iam_member.reader', 'member', 'allAuthenticatedUsers'),
  ],
  'rights are added one by one: nobody’s are overwritten by a whole policy': [
    add('google_project_iam_policy', { project: 'p', policy_data: '{}' }),
    add('google_project_iam_binding', { project: 'p', role: 'roles/x', members: [] }),
  ],
  'rights of a whole project are only those that belong to nothing smaller': [
    add('google_project_iam_member', { project: 'p', role: 'projects/p/roles/x', member: 'user:a@example.com' }),
    set('google_project_iam_member.function', 'for_each', hcl('local.grants')),
    at('google_project_iam_member.image_source', (body) => delete body.condition),
  ],
  'subscriptions try again, end in a dead letter, keep a week and never expire': [
    at('google_pubsub_subscription.arrive', (body) => delete body.retry_policy),
    at('google_pubsub_subscription.events', (body) => delete body.dead_letter_policy),
    at('google_pubsub_subscription.arrive', (body) => delete body.expiration_policy),
    set('google_pubsub_subscription.dead', 'message_retention_duration', '600s'),
  ],
  'every push, task and schedule brings a token for the very address that it calls': [
    at('google_pubsub_subscription.arrive', (body) => delete first(body, 'push_config').oidc_token),
    at(
      'google_pubsub_subscription.arrive',
      (body) => (first(first(body, 'push_config'), 'oidc_token').audience = 'https://example.com'),
    ),
    at('google_cloud_scheduler_job.declared', (body) => delete first(body, 'http_target').oidc_token),
    at(
      'google_cloud_scheduler_job.declared',
      (body) =>
        (first(first(body, 'http_target'), 'oidc_token').service_account_email = hcl(
          'google_service_account.account["operator"].email',
        )),
    ),
  ],
  'a function is invoked by the callers that are expected, and by nobody else': [
    (module) => Object.assign(module.locals.callers as Body, { adhoc: ['operator', 'build'] }),
    add('google_cloud_run_v2_service_iam_member', {
      name: 'x',
      role: 'roles/run.invoker',
      member: 'user:a@example.com',
    }),
    set('google_cloud_run_v2_service_iam_binding.invokers', 'members', ['user:a@example.com']),
  ],
  'no secret passes through Terraform': [
    add('google_kms_secret_ciphertext', { crypto_key: 'k', plaintext: 'p' }),
    add('google_service_account_key', { service_account_id: 'a' }),
    set('google_pubsub_topic.events', 'name', Buffer.alloc(32, 5).toString('base64')),
    set('google_pubsub_topic.events', 'provisioner', [{ 'local-exec': [{ command: 'x' }] }]),
  ],
  'no function outlives what waits for it': [
    (module) => (local(module, 'usual_sizes').load = { ...local(module, 'usual_sizes').load, timeout: 3600 }),
    (module) => Object.assign(module.variable.functions?.[0] ?? {}, { validation: [] }),
    set('google_pubsub_subscription.arrive', 'ack_deadline_seconds', 10),
    set('google_cloud_scheduler_job.declared', 'attempt_deadline', '180s'),
  ],
  'queues and schedules try again': [
    at('google_cloud_tasks_queue.work', (body) => delete body.retry_config),
    at('google_cloud_scheduler_job.declared', (body) => delete body.retry_config),
  ],
  'clear values go to those who are named for it, each as an account of their own, and to nobody unless somebody is': [
    (module) => Object.assign(module.variable.reidentifiers?.[0] ?? {}, { default: { all: 'group:all@example.com' } }),
    (module) => (module.locals.key_holders as string[]).push('load'),
    set('google_service_account_iam_member.reidentifiers', 'member', 'group:all@example.com'),
    set(
      'google_service_account_iam_member.reidentifiers',
      'service_account_id',
      hcl('google_service_account.account["reidentify"].name'),
    ),
  ],
  'every use of DLP and KMS is logged': [
    set('google_project_iam_audit_config.data_access', 'for_each', hcl('toset(["cloudkms.googleapis.com"])')),
    at('google_project_iam_audit_config.data_access', (body) => (body.audit_log_config = [{ log_type: 'DATA_WRITE' }])),
  ],
  'each question has an alert with a runbook, and somebody is told': [
    (module) => delete (module.locals.alert_kinds as Body).privacy_violation,
    (module) =>
      Object.assign(local(module, 'alert_kinds'), {
        task_age: { ...local(module, 'alert_kinds').task_age, runbook: 'look' },
      }),
    at('google_monitoring_alert_policy.alert', (body) => delete body.notification_channels),
    set(
      'google_monitoring_alert_policy.logs',
      'notification_channels',
      hcl('[for channel in google_monitoring_notification_channel.email : channel.id]'),
    ),
  ],
  'with private egress, nothing leads out but to Google’s restricted addresses': [
    set('google_compute_route.restricted', 'dest_range', '0.0.0.0/0'),
    at('google_compute_firewall.egress', (body) => (body.direction = 'INGRESS')),
    at('google_compute_network.egress', (body) => delete body.delete_default_routes_on_create),
  ],
  'every input says its type, what it is, and what it must be': [
    (module) => Object.assign(module.variable, { planted: [{ type: hcl('string') }] }),
    (module) =>
      Object.assign(module.variable, {
        planted: [{ type: hcl('string'), description: 'Something that nothing checks.' }],
      }),
  ],
  'every output says what it is': [(module) => Object.assign(module.output, { planted: [{ value: 'x' }] })],
};

describe.each(RULES)('$name', ({ name, check }) => {
  test('holds', () => expect(check(deploy)).toEqual([]));

  test('and a fault is caught', () => {
    const faults = FAULTS[name] ?? [];
    expect(faults.length).toBeGreaterThan(0);
    for (const [index, fault] of faults.entries()) {
      const module = copyOf(deploy);
      fault(module);
      expect(check(module), `fault ${index}`).not.toEqual([]);
    }
  });
});

test('every fault belongs to a rule', () => {
  expect(Object.keys(FAULTS).sort()).toEqual(RULES.map(({ name }) => name).sort());
});
