import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTemporaryContext } from '../temporary-context.ts';
import { type PubSubCloud, servePubSub, subscriptionName, topicName } from './serve-pubsub.ts';

const temporary = createTemporaryContext();
let cloud: PubSubCloud;
const topic = topicName('limits');

beforeAll(async () => {
  cloud = await servePubSub(temporary.context);
  await cloud.publisher.createTopic({ name: topic });
  await cloud.subscriber.createSubscription({ name: subscriptionName('limits'), topic });
});
afterAll(async () => {
  await cloud.stop();
  temporary.remove();
});

const bytes = () => temporary.context.meter.read().get('pubsub.bytes') ?? 0;
const many = (count: number) => Array.from({ length: count }, (_, i) => ({ attributes: { i: String(i) } }));

describe('a publish request', () => {
  test('answers an id for each message, in order, unique and rising', async () => {
    const [{ messageIds = [] }] = await cloud.publisher.publish({ topic, messages: many(1_000) });
    expect(messageIds).toHaveLength(1_000);
    expect(new Set(messageIds).size).toBe(1_000);
    expect([...(messageIds ?? [])].sort()).toEqual(messageIds);
    const [{ receivedMessages }] = await cloud.subscriber.pull({
      subscription: subscriptionName('limits'),
      maxMessages: 1_000,
    });
    expect(receivedMessages?.map(({ message }) => message?.attributes?.i)).toEqual(
      many(1_000).map(({ attributes }) => attributes.i),
    );
    await cloud.subscriber.acknowledge({
      subscription: subscriptionName('limits'),
      ackIds: (receivedMessages ?? []).map(({ ackId }) => ackId ?? ''),
    });
  });

  test.each([
    ['no message', []],
    ['1,001 messages', many(1_001)],
    ['an empty message', [{ data: Buffer.alloc(0) }]],
    ['more than 10 MB', [{ data: Buffer.alloc(10_000_001) }]],
    ['101 attributes', [{ attributes: Object.fromEntries(many(101).map(({ attributes: { i } }) => [i, 'x'])) }]],
    ['a key of 257 bytes', [{ attributes: { ['k'.repeat(257)]: 'x' } }]],
    ['a value of 1,025 bytes', [{ attributes: { k: 'x'.repeat(1_025) } }]],
    ["a key of Google's", [{ attributes: { googclient: 'x' } }]],
    [
      'two ordering keys',
      [
        { data: Buffer.from('a'), orderingKey: '1' },
        { data: Buffer.from('a'), orderingKey: '2' },
      ],
    ],
  ])('is refused with %s', async (_, messages) => {
    await expect(cloud.publisher.publish({ topic, messages })).rejects.toMatchObject({ code: 3 });
    const [{ receivedMessages }] = await cloud.subscriber.pull({
      subscription: subscriptionName('limits'),
      maxMessages: 1,
      returnImmediately: true,
    });
    expect(receivedMessages).toEqual([]);
  });

  test('of nearly 10 MB is taken and delivered', async () => {
    await cloud.publisher.publish({ topic, messages: [{ data: Buffer.alloc(9_900_000, 'x') }] });
    const [{ receivedMessages }] = await cloud.subscriber.pull({
      subscription: subscriptionName('limits'),
      maxMessages: 10,
    });
    expect(receivedMessages?.[0]?.message?.data).toHaveLength(9_900_000);
    await cloud.subscriber.acknowledge({
      subscription: subscriptionName('limits'),
      ackIds: [receivedMessages?.[0]?.ackId ?? ''],
    });
  });

  test('for a topic that is not there fails, in the process too', async () => {
    await expect(cloud.publisher.publish({ topic: topicName('absent'), messages: many(1) })).rejects.toMatchObject({
      code: 5,
    });
    expect(() => cloud.local.publish(topicName('absent'), { data: Buffer.from('x'), attributes: {} })).toThrow(
      expect.objectContaining({ code: 'NOT_FOUND' }),
    );
  });
});

test('the process publishes for itself', async () => {
  const id = cloud.local.publish(topic, { data: Buffer.from('inside'), attributes: { eventType: 'OBJECT_FINALIZE' } });
  const [{ receivedMessages }] = await cloud.subscriber.pull({
    subscription: subscriptionName('limits'),
    maxMessages: 1,
  });
  expect(receivedMessages).toMatchObject([
    { message: { messageId: id, attributes: { eventType: 'OBJECT_FINALIZE' } } },
  ]);
  await cloud.subscriber.acknowledge({
    subscription: subscriptionName('limits'),
    ackIds: [receivedMessages?.[0]?.ackId ?? ''],
  });
});

describe('the bill', () => {
  test('counts a request as 1,000 bytes at least, and a larger one as it is', async () => {
    await cloud.publisher.createTopic({ name: topicName('billed') });
    const before = bytes();
    await cloud.publisher.publish({ topic: topicName('billed'), messages: [{ data: Buffer.from('x') }] });
    expect(bytes() - before).toBe(1_000);
    await cloud.publisher.publish({
      topic: topicName('billed'),
      messages: [{ data: Buffer.alloc(5_000), attributes: { key: 'value' } }],
    });
    // 5,000 of data, 8 of attributes, 20 for the timestamp and 16 for the id.
    expect(bytes() - before).toBe(1_000 + 5_044);
  });

  test('counts each delivery, and what a filter drops', async () => {
    await cloud.publisher.createTopic({ name: topicName('fan-out') });
    await cloud.subscriber.createSubscription({ name: subscriptionName('takes'), topic: topicName('fan-out') });
    await cloud.subscriber.createSubscription({
      name: subscriptionName('drops'),
      topic: topicName('fan-out'),
      filter: 'attributes:x',
    });
    const before = bytes();
    await cloud.publisher.publish({ topic: topicName('fan-out'), messages: [{ data: Buffer.alloc(2_000) }] });
    expect(bytes() - before).toBe(2 * 2_036);
    await cloud.subscriber.pull({ subscription: subscriptionName('takes'), maxMessages: 1 });
    expect(bytes() - before).toBe(3 * 2_036);
    await cloud.subscriber.pull({ subscription: subscriptionName('drops'), maxMessages: 1, returnImmediately: true });
    expect(bytes() - before).toBe(3 * 2_036 + 1_000);
  });
});
