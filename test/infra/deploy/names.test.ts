import { beforeAll, describe, expect, test } from 'vitest';
import { SETTINGS } from '../../../functions/config.ts';
import type { ErrorCode } from '../../../functions/errors.ts';
import { createLog } from '../../../functions/log.ts';
import type { EventType, SluiceEvent } from '../../../functions/model/event.ts';
import type { AuditEntry } from '../../../functions/model/reidentification.ts';
import { audit } from '../../../functions/steps/audit.ts';
import { publish } from '../../../functions/steps/publish.ts';
import { localEndpoints } from '../../../infra/cli/local-names.ts';
import { SCHEDULES } from '../../../infra/cli/schedules.ts';
import { type Body, bodyOf, copyOf, hcl, type Module, readModule, textsOf } from './module.ts';

let deploy: Module;
beforeAll(async () => {
  deploy = await readModule();
});

/** `toset(["a", "b"])` */
const setOf = (module: Module, name: string): string[] =>
  [...String(module.locals[name]).matchAll(/"(\w+)"/g)].map(([, item = '']) => item).sort();

describe('settings', () => {
  /** As Terraform sets them, `SLUICE_URL_${upper(name)}` written out for every name that it runs over. */
  function settingsOf(module: Module): string[] {
    const over: Record<string, string> = {
      SLUICE_BUCKET_: 'bucket_roles',
      SLUICE_QUEUE_: 'queue_names',
      SLUICE_URL_: 'function_names',
      SLUICE_CALLERS_: 'function_names',
    };
    const texts = [
      String(module.locals.environment),
      ...[...textsOf(bodyOf(module, 'google_cloudfunctions2_function.function'))].map(({ text }) => text),
    ];
    const found = texts.flatMap((text) => [...text.matchAll(/(SLUICE_[A-Z_]+)(\$\{upper)?/g)]);
    return [
      ...new Set(
        found.flatMap(([, name = '', many]) =>
          many ? setOf(module, over[name] ?? '').map((role) => name + role.toUpperCase()) : [name],
        ),
      ),
    ].sort();
  }
  /** An endpoint replaces Google's, which nothing in the cloud does. */
  const wanted = SETTINGS.map(({ name }) => name)
    .filter((name) => !name.startsWith('SLUICE_ENDPOINT_'))
    .sort();

  test('Terraform sets each that the functions read, and none that they do not', () => {
    expect(settingsOf(deploy)).toEqual(wanted);
  });

  test('and one that is missing, or too many, is caught', () => {
    const missing = copyOf(deploy);
    missing.locals.environment = String(missing.locals.environment).replace('SLUICE_ATTEMPTS', 'SLUICE_TRIES');
    expect(settingsOf(missing)).not.toEqual(wanted);
    const fewer = copyOf(deploy);
    fewer.locals.bucket_roles = 'toset(["raw"])';
    expect(settingsOf(fewer)).not.toEqual(wanted);
  });
});

describe('the local cloud and the deployed one call things by the same names', () => {
  const ports = { storage: 1, bigquery: 2, dlp: 3, tasks: 4, pubsub: 5, scheduler: 6, eventarc: 7, admin: 8, grpc: 9 };
  const local = localEndpoints({ project: 'p', location: 'US', ports, functions: 10, sql: '/sql' } as never);
  const last = (name: string): string => name.slice(name.lastIndexOf('/') + 1);
  const prefixed = (name: string): string => `$\{var.prefix}-${name}`;

  test('buckets', () => {
    expect(setOf(deploy, 'bucket_roles')).toEqual(Object.keys(local.buckets).sort());
    expect(Object.keys(deploy.locals.bucket_traits as Body).sort()).toEqual(Object.keys(local.buckets).sort());
    for (const [role, name] of Object.entries(local.buckets)) expect(name).toBe(`p-${role}`);
    expect(deploy.locals.buckets).toContain(`"$\{var.project}-$\{var.prefix}-$\{role}"`);
  });

  test('queues', () => {
    expect(setOf(deploy, 'queue_names')).toEqual(Object.values(local.queues).map(last).sort());
    expect(bodyOf(deploy, 'google_cloud_tasks_queue.work').name).toBe(prefixed(hcl('each.key')));
  });

  test('topics and the subscription that pushes', () => {
    expect(bodyOf(deploy, 'google_pubsub_topic.events').name).toBe(prefixed(last(local.topics.events)));
    expect(bodyOf(deploy, 'google_pubsub_topic.arrivals').name).toBe(prefixed(last(local.topics.arrivals)));
    expect(deploy.locals.topic_events).toBe(`projects/$\{var.project}/topics/${prefixed(last(local.topics.events))}`);
    expect(bodyOf(deploy, 'google_pubsub_subscription.arrive').name).toBe(prefixed('arrive'));
  });

  test('schedules come from the same list', () => {
    expect(bodyOf(deploy, 'google_cloud_scheduler_job.declared').for_each).toBe(hcl('var.declared.schedules'));
    expect(Object.keys(SCHEDULES)).toContain('sweep');
  });

  test('functions', () => {
    const names = SETTINGS.flatMap(({ name }) =>
      name.startsWith('SLUICE_URL_') ? [name.slice(11).toLowerCase()] : [],
    );
    expect(setOf(deploy, 'function_names')).toEqual(names.sort());
    expect(Object.keys(deploy.locals.usual_sizes as Body).sort()).toEqual(names.sort());
  });
});

const ENTRY: AuditEntry = {
  v: 1,
  id: 'i',
  at: '2026-01-31T00:00:00.000Z',
  who: 'ann@example.com',
  outcome: 'answered',
  columns: [],
  tokens: 0,
  values: 0,
};

describe('metrics and alerts look for what the functions write', () => {
  /** Every kind of event: whether it means that something was not done. Another kind does not compile until it is decided. */
  const FAILS: Record<EventType, boolean> = {
    'run.loaded': false,
    'run.rejects': false,
    'run.quarantined': true,
    'run.superseded': false,
    'run.vanished': true,
    'transform.done': false,
    'transform.failed': true,
    'build.done': false,
    'freshness.missed': true,
    'sweep.done': false,
    'privacy.finding': true,
    'privacy.reidentified': false,
    'privacy.forgotten': false,
  };

  const event: SluiceEvent = {
    v: 1,
    id: 'i',
    type: 'run.loaded',
    at: 't',
    subject: 'shop.orders',
    run: 'r',
    epoch: 0,
    detail: {},
  };
  async function lineOf(type: EventType): Promise<Record<string, unknown>> {
    const lines: string[] = [];
    const log = createLog({
      write: (line) => void lines.push(line),
      now: () => new Date(0),
      fields: { function: 'load' },
    });
    await publish({ events: { publish: async () => {} }, log }, { ...event, type });
    return JSON.parse(lines[0] ?? '{}') as Record<string, unknown>;
  }
  const extracted = (module: Module, metric: string): string[] =>
    Object.values(bodyOf(module, `google_logging_metric.${metric}`).label_extractors as Body).map(
      (text) => /^EXTRACT\(jsonPayload\.(\w+)\)$/.exec(String(text))?.[1] ?? `not an extraction: ${text}`,
    );
  const alerted = (module: Module): string[] => [
    ...(module.locals.failed_events as string[]),
    ...Object.values(module.locals.alert_kinds as Record<string, Body>).flatMap(({ filter }) =>
      [...String(filter).matchAll(/event="([\w.]+)"/g)].map(([, type = '']) => type),
    ),
  ];

  test('every event that means a failure has its alert, and no other', () => {
    const failures = Object.entries(FAILS).flatMap(([type, fails]) => (fails ? [type] : []));
    expect(alerted(deploy).sort()).toEqual(failures.sort());
    const planted = copyOf(deploy);
    planted.locals.failed_events = ['run.quarantined', 'run.lost'];
    expect(alerted(planted).sort()).not.toEqual(failures.sort());
  });

  test.each(Object.entries(FAILS) as [EventType, boolean][])(
    '%s is a line with the fields that the metric takes',
    async (type, fails) => {
      const line = await lineOf(type);
      expect(line).toMatchObject({ event: type, subject: 'shop.orders', severity: fails ? 'WARNING' : 'INFO' });
      for (const field of extracted(deploy, 'events')) expect(line).toHaveProperty(field);
    },
  );

  test('a request for clear values is a line that its alert looks for, whatever became of it', async () => {
    const lines: Record<string, unknown>[] = [];
    const log = createLog({
      write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>),
      now: () => new Date(0),
      // As functions/index.ts has it on each line.
      fields: { function: 'reidentify' },
    });
    const objects = { write: async () => ({}) } as never;
    const events = { publish: async () => {} };
    for (const outcome of ['answered', 'refused', 'failed'] as const)
      await audit({ objects, events, log, buckets: {} as never }, { ...ENTRY, outcome });
    const filter = String(deploy.locals.reidentify_logs);
    const [, name] = /jsonPayload\.function=\\?"(\w+)/.exec(filter) ?? [];
    const [, field = ''] = /jsonPayload\.(\w+):\*/.exec(filter) ?? [];
    const found = lines.filter((line) => line.function === name && field in line);
    expect(found.map(({ outcome }) => outcome)).toEqual(['answered', 'refused', 'failed']);
  });

  test('failures carry their code and their function', () => {
    const fields = extracted(deploy, 'failures');
    expect(fields.sort()).toEqual(['code', 'function']);
  });

  test('the codes that a metric names are codes', () => {
    // A code that is renamed does not compile here.
    const codes: ErrorCode[] = ['PRIVACY_VIOLATION', 'ROWS_DO_NOT_RECONCILE', 'DLP_INCOMPLETE'];
    const named = [...JSON.stringify(deploy.locals.privacy_logs).matchAll(/"([A-Z]+_[A-Z_]+)\\*"/g)].map(
      ([, code]) => code,
    );
    expect(named.sort()).toEqual([...codes].sort());
  });
});
