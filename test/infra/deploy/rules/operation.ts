import { type Body, hcl, type Module, nested } from '../module.ts';
import { first, flag, ofType, type Rule } from './rule.ts';

/** Nothing that calls a function waits longer. */
const LONGEST_SECONDS = 1800;

const sizes = (module: Module): Record<string, Body> => (module.locals.usual_sizes ?? {}) as Record<string, Body>;

/** What is tried again, what is seen, what is said. */
export const OPERATION_RULES: readonly Rule[] = [
  {
    name: 'subscriptions try again, end in a dead letter, keep a week and never expire',
    check: (module) =>
      flag(ofType(module, 'google_pubsub_subscription'), (body, { name }) => {
        if (nested(body, 'retry_policy').length !== 1) return 'it has no retry policy';
        if (
          name !== 'dead' &&
          !/google_pubsub_topic\.dead\[/.test(String(first(body, 'dead_letter_policy').dead_letter_topic))
        )
          return 'it has no dead letter';
        if (first(body, 'expiration_policy').ttl !== '') return 'it expires when nothing comes';
        return body.message_retention_duration !== '604800s' && 'it does not keep a week';
      }),
  },
  {
    name: 'no function outlives what waits for it',
    check: (module) => [
      ...Object.entries(sizes(module))
        .filter(([, { timeout }]) => !(Number(timeout) <= LONGEST_SECONDS))
        .map(([name]) => `${name}: Cloud Tasks gives up before it does`),
      ...(String(first(module.variable.functions?.[0], 'validation').condition) &&
      nested(module.variable.functions?.[0] ?? {}, 'validation').some(({ condition }) =>
        String(condition).includes(`<= ${LONGEST_SECONDS}`),
      )
        ? []
        : ['var.functions allows longer']),
      ...flag(
        ofType(module, 'google_pubsub_subscription'),
        (body) =>
          nested(body, 'push_config').length > 0 &&
          Number(body.ack_deadline_seconds) < Number(sizes(module).arrive?.timeout) &&
          'Pub/Sub gives up before arrive does',
      ),
      ...flag(
        ofType(module, 'google_cloud_scheduler_job'),
        (body) =>
          Number.parseInt(String(body.attempt_deadline), 10) < Number(sizes(module).nightly?.timeout) &&
          'Cloud Scheduler gives up before nightly does',
      ),
    ],
  },
  {
    name: 'queues and schedules try again',
    check: (module) => [
      ...flag(
        ofType(module, 'google_cloud_tasks_queue', 'google_cloud_scheduler_job'),
        (body) => nested(body, 'retry_config').length !== 1 && 'it tries once',
      ),
    ],
  },
  {
    name: 'every use of DLP and KMS is logged',
    check: (module) => {
      const audits = ofType(module, 'google_project_iam_audit_config').filter(({ body }) =>
        ['dlp.googleapis.com', 'cloudkms.googleapis.com'].every((service) =>
          String(body.for_each ?? body.service).includes(service),
        ),
      );
      const logged = audits.some(({ body }) =>
        ['DATA_READ', 'DATA_WRITE'].every((type) =>
          nested(body, 'audit_log_config').some(
            ({ log_type, exempted_members }) => log_type === type && !exempted_members,
          ),
        ),
      );
      return logged ? [] : ['data access of DLP or KMS is not logged'];
    },
  },
  {
    name: 'each question has an alert with a runbook, and somebody is told',
    check(module) {
      const kinds = (module.locals.alert_kinds ?? {}) as Record<string, Body>;
      const wanted = [
        'run_failed',
        'freshness_missed',
        'privacy_violation',
        'dead_letters',
        'task_age',
        'scanned_bytes',
        'reidentified',
      ];
      return [
        ...wanted
          .filter((kind) => String(kinds[kind]?.runbook ?? '').length < 80)
          .map((kind) => `${kind}: no alert, or one without a runbook`),
        ...flag(
          ofType(module, 'google_monitoring_alert_policy'),
          (body) =>
            !String(body.notification_channels).includes('google_monitoring_notification_channel') && 'nobody is told',
        ),
        ...flag(
          ofType(module, 'google_monitoring_alert_policy').filter(({ name }) => name === 'logs'),
          (body) => !String(body.notification_channels).includes('local.security_emails') && 'security is not told',
        ),
        ...flag(
          ofType(module, 'google_billing_budget'),
          (body) =>
            !String(first(body, 'all_updates_rule').monitoring_notification_channels).includes(
              'google_monitoring_notification_channel',
            ) && 'nobody is told',
        ),
      ];
    },
  },
  {
    name: 'with private egress, nothing leads out but to Google’s restricted addresses',
    check: (module) => [
      ...(ofType(module, 'google_compute_firewall').some(
        ({ body }) => String(body.for_each).includes('deny = ["0.0.0.0/0"]') && body.direction === 'EGRESS',
      )
        ? []
        : ['egress is not denied']),
      ...flag(
        ofType(module, 'google_compute_route'),
        (body) => body.dest_range !== hcl('local.restricted_range') && 'it leads somewhere else',
      ),
      ...flag(
        ofType(module, 'google_compute_network'),
        (body) => body.delete_default_routes_on_create !== true && 'it has a way to the internet',
      ),
      ...flag(
        ofType(module, 'google_compute_subnetwork'),
        (body) => body.private_ip_google_access !== true && 'it cannot reach Google privately',
      ),
      ...(module.locals.restricted_range === '199.36.153.4/30' ? [] : ['these are not the restricted addresses']),
    ],
  },
  {
    name: 'every input says its type, what it is, and what it must be',
    check: (module) =>
      Object.entries(module.variable).flatMap(([name, [body = {}]]) => {
        if (!body.type || String(body.description ?? '').length < 15)
          return [`var.${name}: it lacks a type or a description`];
        // A yes or no cannot be wrong.
        return body.type === hcl('bool') || nested(body, 'validation').length > 0
          ? []
          : [`var.${name}: nothing checks it`];
      }),
  },
  {
    name: 'every output says what it is',
    check: (module) =>
      Object.entries(module.output).flatMap(([name, [body]]) =>
        String(body?.description ?? '').length < 15 ? [`output.${name}: it lacks a description`] : [],
      ),
  },
];
