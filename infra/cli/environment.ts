import type { Endpoints } from './endpoints.ts';

/** The functions' settings for a local cloud; functions/config.ts says what each is. */
export function environmentOf(endpoints: Endpoints, keys: object): Record<string, string> {
  const { project, location, buckets, queues, topics } = endpoints;
  const urls = ['arrive', 'prepare', 'deidentify', 'load', 'transform', 'nightly', 'adhoc'].map((name) => [
    `SLUICE_URL_${name.toUpperCase()}`,
    `${endpoints.functions}/${name}`,
  ]);
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
    SLUICE_TASK_SERVICE_ACCOUNT: `tasks@${project}.iam.gserviceaccount.com`,
    SLUICE_KEYS: JSON.stringify(keys),
  };
}
