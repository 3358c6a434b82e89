import type { protos } from '@google-cloud/pubsub';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTemporaryContext } from '../temporary-context.ts';
import { type PubSubCloud, servePubSub, subscriptionName, topicName } from './serve-pubsub.ts';

const temporary = createTemporaryContext();
let cloud: PubSubCloud;

beforeAll(async () => {
  cloud = await servePubSub(temporary.context);
  await cloud.publisher.createTopic({ name: topicName('shared') });
});
afterAll(async () => {
  await cloud.stop();
  temporary.remove();
});

type Change = Partial<protos.google.pubsub.v1.ISubscription>;
const subscribe = (id: string, change: Change = {}) =>
  cloud.subscriber.createSubscription({ name: subscriptionName(id), topic: topicName('shared'), ...change });

describe('a topic', () => {
  test('is created, read, changed, listed and deleted', async () => {
    const name = topicName('life');
    const [created] = await cloud.publisher.createTopic({ name, labels: { team: 'data' } });
    expect(created).toMatchObject({ name, labels: { team: 'data' }, state: 'ACTIVE' });
    await expect(cloud.publisher.createTopic({ name })).rejects.toMatchObject({ code: 6 });
    const [updated] = await cloud.publisher.updateTopic({
      topic: { name, labels: { team: 'ops' }, messageRetentionDuration: { seconds: 3600 } },
      updateMask: { paths: ['labels'] },
    });
    expect(updated).toMatchObject({ labels: { team: 'ops' }, messageRetentionDuration: null });
    const [topics] = await cloud.publisher.listTopics({ project: 'projects/test' });
    expect(topics.map((topic) => topic.name)).toEqual([name, topicName('shared')]);
    await cloud.publisher.deleteTopic({ topic: name });
    await expect(cloud.publisher.getTopic({ topic: name })).rejects.toMatchObject({
      code: 5,
      details: 'Resource not found (resource=life).',
    });
  });

  test.each(['ab', 'google', '1abc', 'a b c', 'abc/def', `a${'b'.repeat(255)}`])('cannot be named %s', async (id) => {
    await expect(cloud.publisher.createTopic({ name: topicName(id) })).rejects.toMatchObject({ code: 3 });
  });

  test.each<[string, protos.google.pubsub.v1.ITopic, number]>([
    ['a schema', { schemaSettings: { schema: 'projects/p/schemas/s' } }, 12],
    ['a transform', { messageTransforms: [{ javascriptUdf: { functionName: 'f' } }] }, 12],
    ['ingestion', { ingestionDataSourceSettings: { cloudStorage: { bucket: 'b' } } }, 12],
    ['five minutes of retention', { messageRetentionDuration: { seconds: 300 } }, 3],
    ['a label in capitals', { labels: { Team: 'x' } }, 3],
  ])('is refused with %s', async (_, change, code) => {
    await expect(cloud.publisher.createTopic({ name: topicName('refused'), ...change })).rejects.toMatchObject({
      code,
    });
  });
});

describe('a subscription', () => {
  test("has Google's defaults", async () => {
    const [created] = await subscribe('plain');
    expect(created).toMatchObject({
      name: subscriptionName('plain'),
      topic: topicName('shared'),
      ackDeadlineSeconds: 10,
      messageRetentionDuration: { seconds: '604800' },
      expirationPolicy: { ttl: { seconds: '2678400' } },
      pushConfig: { pushEndpoint: '' },
      state: 'ACTIVE',
      retryPolicy: null,
      deadLetterPolicy: null,
    });
    await expect(subscribe('plain')).rejects.toMatchObject({ code: 6 });
  });

  test('keeps what it asks for', async () => {
    const asked = {
      ackDeadlineSeconds: 60,
      pushConfig: { pushEndpoint: 'http://127.0.0.1:1/push', oidcToken: { serviceAccountEmail: 'a@b', audience: 'c' } },
      retryPolicy: { minimumBackoff: { seconds: '1' } },
      deadLetterPolicy: { deadLetterTopic: topicName('shared') },
      filter: 'attributes:x',
      enableMessageOrdering: true,
      messageRetentionDuration: { seconds: '600' },
      expirationPolicy: {},
    };
    await subscribe('asked', asked);
    const [found] = await cloud.subscriber.getSubscription({ subscription: subscriptionName('asked') });
    expect(found).toMatchObject({
      ...asked,
      retryPolicy: { minimumBackoff: { seconds: '1' }, maximumBackoff: { seconds: '600' } },
      deadLetterPolicy: { deadLetterTopic: topicName('shared'), maxDeliveryAttempts: 5 },
      expirationPolicy: { ttl: null },
    });
  });

  test.each<[string, Change, number]>([
    ['a topic that is not there', { topic: topicName('absent') }, 5],
    ['a dead letter topic that is not there', { deadLetterPolicy: { deadLetterTopic: topicName('absent') } }, 5],
    ['a deadline of 9 s', { ackDeadlineSeconds: 9 }, 3],
    ['a deadline of 601 s', { ackDeadlineSeconds: 601 }, 3],
    ['four attempts', { deadLetterPolicy: { deadLetterTopic: topicName('shared'), maxDeliveryAttempts: 4 } }, 3],
    ['101 attempts', { deadLetterPolicy: { deadLetterTopic: topicName('shared'), maxDeliveryAttempts: 101 } }, 3],
    ['a backoff above ten minutes', { retryPolicy: { maximumBackoff: { seconds: 601 } } }, 3],
    [
      'a minimum above its maximum',
      { retryPolicy: { minimumBackoff: { seconds: 9 }, maximumBackoff: { seconds: 8 } } },
      3,
    ],
    ['an endpoint that is no URL', { pushConfig: { pushEndpoint: 'example' } }, 3],
    ['an endpoint of another scheme', { pushConfig: { pushEndpoint: 'ftp://example' } }, 3],
    ['a token of nobody', { pushConfig: { pushEndpoint: 'http://x', oidcToken: { audience: 'y' } } }, 3],
    ['a body without a wrapper', { pushConfig: { pushEndpoint: 'http://x', noWrapper: {} } }, 12],
    ['a filter that cannot be parsed', { filter: 'attributes.x =' }, 3],
    ['nine minutes of retention', { messageRetentionDuration: { seconds: 540 } }, 3],
    ['an hour to live', { expirationPolicy: { ttl: { seconds: 3600 } } }, 3],
    ['exactly-once delivery', { enableExactlyOnceDelivery: true }, 12],
    ['an export to BigQuery', { bigqueryConfig: { table: 'p.d.t' } }, 12],
    ['an export to Cloud Storage', { cloudStorageConfig: { bucket: 'b' } }, 12],
    ['a transform', { messageTransforms: [{ javascriptUdf: { functionName: 'f' } }] }, 12],
  ])('is refused with %s', async (_, change, code) => {
    await expect(subscribe('refused', change)).rejects.toMatchObject({ code });
    await expect(cloud.subscriber.getSubscription({ subscription: subscriptionName('refused') })).rejects.toMatchObject(
      { code: 5 },
    );
  });

  test('changes what the mask names, and nothing else', async () => {
    await subscribe('change', { ackDeadlineSeconds: 20, retryPolicy: { minimumBackoff: { seconds: 1 } } });
    const [changed] = await cloud.subscriber.updateSubscription({
      subscription: { name: subscriptionName('change'), ackDeadlineSeconds: 30, labels: { a: 'b' } },
      updateMask: { paths: ['ack_deadline_seconds', 'retry_policy'] },
    });
    expect(changed).toMatchObject({ ackDeadlineSeconds: 30, retryPolicy: null, labels: {} });
    await cloud.subscriber.modifyPushConfig({
      subscription: subscriptionName('change'),
      pushConfig: { pushEndpoint: 'http://127.0.0.1:1/' },
    });
    const [pushed] = await cloud.subscriber.getSubscription({ subscription: subscriptionName('change') });
    expect(pushed.pushConfig?.pushEndpoint).toBe('http://127.0.0.1:1/');
    await cloud.subscriber.modifyPushConfig({ subscription: subscriptionName('change'), pushConfig: {} });
    expect(
      (await cloud.subscriber.getSubscription({ subscription: subscriptionName('change') }))[0].pushConfig
        ?.pushEndpoint,
    ).toBe('');
  });

  test.each([
    ['topic', 3],
    ['filter', 3],
    ['enable_message_ordering', 3],
    ['colour', 3],
    ['enable_exactly_once_delivery', 12],
  ])('does not change its %s', async (path, code) => {
    const name = subscriptionName('plain');
    await expect(
      cloud.subscriber.updateSubscription({
        subscription: { name, enableExactlyOnceDelivery: true },
        updateMask: { paths: [path] },
      }),
    ).rejects.toMatchObject({ code });
  });

  test('is listed in its project and at its topic, and outlives the topic', async () => {
    const topic = topicName('short-lived');
    await cloud.publisher.createTopic({ name: topic });
    await subscribe('orphan', { topic });
    expect((await cloud.publisher.listTopicSubscriptions({ topic }))[0]).toEqual([subscriptionName('orphan')]);
    await cloud.publisher.deleteTopic({ topic });
    const [list] = await cloud.subscriber.listSubscriptions({ project: 'projects/test' });
    expect(list.find((each) => each.name === subscriptionName('orphan'))?.topic).toBe('_deleted-topic_');
    await cloud.subscriber.deleteSubscription({ subscription: subscriptionName('orphan') });
    await expect(cloud.subscriber.getSubscription({ subscription: subscriptionName('orphan') })).rejects.toMatchObject({
      code: 5,
    });
  });
});

test.each([
  ['seek', () => cloud.subscriber.seek({ subscription: subscriptionName('plain'), time: { seconds: 1 } })],
  [
    'a snapshot',
    () =>
      cloud.subscriber.createSnapshot({
        name: 'projects/test/snapshots/snap',
        subscription: subscriptionName('plain'),
      }),
  ],
])('%s is refused as unimplemented', async (_, call) => {
  await expect(call()).rejects.toMatchObject({ code: 12 });
});

test('the same service answers over REST', async () => {
  await cloud.restPublisher.createTopic({ name: topicName('rest') });
  const [created] = await cloud.restSubscriber.createSubscription({
    name: subscriptionName('rest'),
    topic: topicName('rest'),
    messageRetentionDuration: { seconds: 1200 },
  });
  expect(created).toMatchObject({ ackDeadlineSeconds: 10, messageRetentionDuration: { seconds: '1200' } });
  const data = Buffer.from('over rest').toString('base64');
  const [{ messageIds }] = await cloud.restPublisher.publish({
    topic: topicName('rest'),
    messages: [{ data, attributes: { a: 'b' } }],
  });
  expect(messageIds).toHaveLength(1);
  const [{ receivedMessages }] = await cloud.restSubscriber.pull({
    subscription: subscriptionName('rest'),
    maxMessages: 10,
  });
  expect(receivedMessages).toMatchObject([{ message: { messageId: messageIds?.[0], attributes: { a: 'b' } } }]);
  expect(receivedMessages?.[0]?.message?.data?.toString()).toBe('over rest');
  await cloud.restSubscriber.acknowledge({
    subscription: subscriptionName('rest'),
    ackIds: [receivedMessages?.[0]?.ackId ?? ''],
  });
  await expect(cloud.restPublisher.getTopic({ topic: topicName('absent') })).rejects.toThrow(/Resource not found/);
});
