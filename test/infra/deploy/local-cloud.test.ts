import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Endpoints } from '../../../infra/cli/endpoints.ts';
import { localEndpoints } from '../../../infra/cli/local-names.ts';
import { provision } from '../../../infra/cli/provision.ts';
import { startCloud } from '../../../infra/local/cloud.ts';
import { type Body, bodyOf, copyOf, type Module, nested, readModule } from './module.ts';

/** What `sluice up` makes on a laptop behaves as what Terraform makes: the same retries, the same dead letters. */
let deploy: Module;
let endpoints: Endpoints;
let stop: () => Promise<void>;

beforeAll(async () => {
  deploy = await readModule();
  const dir = mkdtempSync(join(tmpdir(), 'sluice-parity-'));
  const cloud = await startCloud({ dir, project: 'local', location: 'US' });
  stop = async () => {
    await cloud.stop();
    rmSync(dir, { recursive: true, force: true });
  };
  endpoints = localEndpoints({ project: 'local', location: 'US', ports: cloud.ports, functions: 9, sql: '/sql' });
  await provision(endpoints);
});
afterAll(() => stop?.());

const first = (body: Body, name: string): Body => nested(body, name)[0] ?? {};
const get = async <T>(url: string): Promise<T> => {
  const response = await fetch(url);
  expect(response.status).toBe(200);
  return (await response.json()) as T;
};

interface LocalQueue {
  retryConfig: { maxAttempts: number; minBackoff: string; maxBackoff: string; maxDoublings: number };
}
interface LocalSubscription {
  ackDeadlineSeconds: number;
  messageRetentionDuration: string;
  retryPolicy: { minimumBackoff: string; maximumBackoff: string };
  deadLetterPolicy: { deadLetterTopic: string; maxDeliveryAttempts: number };
}

/** Durations as seconds: one side says `0.2s`, the other `0.200s`. */
const seconds = (duration: unknown): number => Number.parseFloat(String(duration));

async function differencesOf(module: Module): Promise<string[]> {
  const found: string[] = [];
  const compare = (what: string, here: unknown, there: unknown): void => {
    if (here !== there) found.push(`${what}: ${here} here, ${there} there`);
  };
  const retry = first(bodyOf(module, 'google_cloud_tasks_queue.work'), 'retry_config');
  for (const name of Object.values(endpoints.queues)) {
    const { retryConfig } = await get<LocalQueue>(`${endpoints.tasks.rest}/v2/${name}`);
    compare(`${name} attempts`, retryConfig.maxAttempts, retry.max_attempts);
    compare(`${name} doublings`, retryConfig.maxDoublings, retry.max_doublings);
    compare(`${name} first pause`, seconds(retryConfig.minBackoff), seconds(retry.min_backoff));
    compare(`${name} longest pause`, seconds(retryConfig.maxBackoff), seconds(retry.max_backoff));
  }
  const arrive = await get<LocalSubscription>(`${endpoints.pubsub.rest}/v1/projects/local/subscriptions/arrive`);
  const subscription = bodyOf(module, 'google_pubsub_subscription.arrive');
  const dead = first(subscription, 'dead_letter_policy');
  const pauses = first(subscription, 'retry_policy');
  compare('deadline of a push', arrive.ackDeadlineSeconds, subscription.ack_deadline_seconds);
  compare('retention', seconds(arrive.messageRetentionDuration), seconds(subscription.message_retention_duration));
  compare('first pause of a push', seconds(arrive.retryPolicy.minimumBackoff), seconds(pauses.minimum_backoff));
  compare('longest pause of a push', seconds(arrive.retryPolicy.maximumBackoff), seconds(pauses.maximum_backoff));
  compare('deliveries', arrive.deadLetterPolicy.maxDeliveryAttempts, dead.max_delivery_attempts);
  const [, key] = /dead\["(\w+)"\]/.exec(String(dead.dead_letter_topic)) ?? [];
  compare('dead letter', arrive.deadLetterPolicy.deadLetterTopic, `projects/local/topics/${key}-dead`);
  return found;
}

describe('the local cloud and Terraform', () => {
  test('try again as often and as far apart, and give up to the same dead letter', async () => {
    expect(await differencesOf(deploy)).toEqual([]);
  });

  test('and where they differ, it is found', async () => {
    const other = copyOf(deploy);
    first(bodyOf(other, 'google_cloud_tasks_queue.work'), 'retry_config').max_attempts = 3;
    first(bodyOf(other, 'google_pubsub_subscription.arrive'), 'dead_letter_policy').max_delivery_attempts = 5;
    const found = await differencesOf(other);
    expect(found).toHaveLength(7);
    expect(found[6]).toBe('deliveries: 20 here, 5 there');
  });
});
