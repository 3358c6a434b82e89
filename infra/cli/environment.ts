import { FUNCTION_NAMES } from '../../functions/model/deployment.ts';
import type { Endpoints } from './endpoints.ts';

/** The functions' settings for a local cloud; functions/config.ts says what each is. */
export function environmentOf(endpoints: Endpoints, keys: object): Record<string, string> {
  const { project, location, buckets, queues, topics, accounts, reidentifiers, forgetters } = endpoints;
  const urls = FUNCTION_NAMES.map((name) => [`SLUICE_URL_${name.toUpperCase()}`, `${endpoints.functions}/${name}`]);
  return {
    SLUICE_PROJECT: project,
    SLUICE_LOCATION: location,
    ...Object.fromEntries(Object.entries(buckets).map(([role, name]) => [`SLUICE_BUCKET_${role.toUpperCase()}`, name])),
    ...Object.fromEntries(Object.entries(queues).map(([role, name]) => [`SLUICE_QUEUE_${role.toUpperCase()}`, name])),
    SLUICE_TOPIC_EVENTS: topics.events,
    ...Object.fromEntries(urls),
    SLUICE_ENDPOINT_STORAGE: endpoints.storage,
    SLUICE_ENDPOINT_BIGQUERY: endpoints.bigquery,
    SLUICE_ENDPOINT_DLP: endpoints.dlp.grpc,
    SLUICE_ENDPOINT_TASKS: endpoints.tasks.grpc,
    SLUICE_ENDPOINT_PUBSUB: endpoints.pubsub.grpc,
    SLUICE_ENDPOINT_IDENTITY: endpoints.identity,
    SLUICE_CALLERS_ARRIVE: accounts.push,
    SLUICE_CALLERS_PREPARE: accounts.tasks,
    SLUICE_CALLERS_DEIDENTIFY: accounts.tasks,
    SLUICE_CALLERS_LOAD: accounts.tasks,
    SLUICE_CALLERS_TRANSFORM: accounts.tasks,
    SLUICE_CALLERS_NIGHTLY: `${accounts.scheduler},${accounts.tasks}`,
    SLUICE_CALLERS_ADHOC: accounts.operator,
    SLUICE_CALLERS_REIDENTIFY: Object.values(reidentifiers).join(','),
    SLUICE_CALLERS_FORGET: [accounts.tasks, ...Object.values(forgetters)].join(','),
    SLUICE_TASK_SERVICE_ACCOUNT: accounts.tasks,
    SLUICE_KEYS: JSON.stringify(keys),
  };
}
