import type { Endpoints } from './endpoints.ts';
import { callJson } from './http-json.ts';
import { SCHEDULES } from './schedules.ts';

/**
 * Makes what Terraform makes in the cloud: service accounts, buckets, notification, topics, subscriptions, queues, schedules. May be
 * repeated; what is there stays, but for the addresses of the functions, which move with their port.
 */
export async function provision(endpoints: Endpoints): Promise<void> {
  const { buckets, project, storage, accounts, reidentifiers, forgetters, identity } = endpoints;
  const forAsking = [...Object.values(reidentifiers), ...Object.values(forgetters)];
  for (const email of [...Object.values(accounts), ...forAsking]) {
    const account = { accountId: email.slice(0, email.indexOf('@')) };
    await callJson('POST', `${identity}/v1/projects/${project}/serviceAccounts`, account, EXISTS);
  }
  for (const [role, name] of Object.entries(buckets)) {
    const bucket = {
      name,
      location: endpoints.location,
      versioning: { enabled: role === 'raw' },
      softDeletePolicy: { retentionDurationSeconds: String((SOFT_DELETE_DAYS[role] ?? 0) * 86_400) },
    };
    await callJson('POST', `${storage}/storage/v1/b?project=${project}`, bucket, EXISTS);
  }
  await makeTopics(endpoints);
  await notifyArrivals(endpoints);
  await makeQueues(endpoints);
  await makeSchedules(endpoints);
}

const EXISTS = { allow: [409] };
/** As infra/deploy/buckets.tf has them; elsewhere what is removed is gone. */
const SOFT_DELETE_DAYS: Record<string, number> = { raw: 7, state: 7 };
const PUSH_DEADLINE_SECONDS = 60;

/** Its function takes no other audience than its own URL. */
const tokenFor = (audience: string, serviceAccountEmail: string) => ({
  oidcToken: { serviceAccountEmail, audience },
});

async function makeTopics({ topics, pubsub, project, functions, accounts }: Endpoints): Promise<void> {
  const dead = `projects/${project}/topics/arrivals-dead`;
  for (const topic of [topics.events, topics.arrivals, dead])
    await callJson('PUT', `${pubsub.rest}/v1/${topic}`, {}, EXISTS);
  await callJson('PUT', `${pubsub.rest}/v1/projects/${project}/subscriptions/arrivals-dead`, { topic: dead }, EXISTS);
  const name = `projects/${project}/subscriptions/arrive`;
  const pushEndpoint = `${functions}/arrive`;
  const pushConfig = { pushEndpoint, ...tokenFor(pushEndpoint, accounts.push) };
  const subscription = {
    topic: topics.arrivals,
    pushConfig,
    ackDeadlineSeconds: PUSH_DEADLINE_SECONDS,
    retryPolicy: { minimumBackoff: '1s', maximumBackoff: '60s' },
    deadLetterPolicy: { deadLetterTopic: dead, maxDeliveryAttempts: 20 },
    messageRetentionDuration: '604800s',
  };
  await callJson('PUT', `${pubsub.rest}/v1/${name}`, subscription, EXISTS);
  await callJson('POST', `${pubsub.rest}/v1/${name}:modifyPushConfig`, { pushConfig });
}

async function notifyArrivals({ storage, buckets, topics }: Endpoints): Promise<void> {
  const url = `${storage}/storage/v1/b/${buckets.raw}/notificationConfigs`;
  const standing = await callJson<{ items?: unknown[] }>('GET', url);
  if (standing?.items?.length) return;
  await callJson('POST', url, {
    topic: `//pubsub.googleapis.com/${topics.arrivals}`,
    event_types: ['OBJECT_FINALIZE'],
    payload_format: 'JSON_API_V1',
  });
}

/** Attempts are counted by the ledger; the queue only spaces them. One at a time for loads keeps a table's batches serial. */
const RETRY = { maxAttempts: 100, minBackoff: '0.2s', maxBackoff: '30s', maxDoublings: 6 };
const CONCURRENCY: Record<string, number> = { prepare: 8, deidentify: 1, load: 4, transform: 4, nightly: 1, forget: 2 };

async function makeQueues({ queues, tasks }: Endpoints): Promise<void> {
  for (const [role, name] of Object.entries(queues)) {
    const parent = name.slice(0, name.lastIndexOf('/queues/'));
    const queue = {
      name,
      rateLimits: { maxDispatchesPerSecond: 500, maxConcurrentDispatches: CONCURRENCY[role] ?? 4 },
      retryConfig: RETRY,
    };
    await callJson('POST', `${tasks.rest}/v2/${parent}/queues`, queue, EXISTS);
  }
}

async function makeSchedules({ scheduler, project, functions, accounts }: Endpoints): Promise<void> {
  const uri = `${functions}/nightly`;
  const parent = `projects/${project}/locations/us-central1`;
  for (const [id, { cron: schedule, body }] of Object.entries(SCHEDULES)) {
    const name = `${parent}/jobs/${id}`;
    const httpTarget = {
      uri,
      ...tokenFor(uri, accounts.scheduler),
      httpMethod: 'POST',
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(JSON.stringify(body)).toString('base64'),
    };
    const job = {
      name,
      schedule,
      timeZone: 'Etc/UTC',
      httpTarget,
      attemptDeadline: '600s',
      retryConfig: { retryCount: 3 },
    };
    await callJson('POST', `${scheduler.rest}/v1/${parent}/jobs`, job, EXISTS);
    await callJson('PATCH', `${scheduler.rest}/v1/${name}?updateMask=httpTarget`, job);
  }
}
