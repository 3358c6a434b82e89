import { Duration, type Message, type protos, type Subscription } from '@google-cloud/pubsub';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { pause } from '../receiver.ts';
import { createTemporaryContext } from '../temporary-context.ts';
import { type PubSubCloud, servePubSub, subscriptionName, topicName } from './serve-pubsub.ts';

const temporary = createTemporaryContext();
let cloud: PubSubCloud;
let offsetMs = 0;
let count = 0;

beforeAll(async () => {
  cloud = await servePubSub(temporary.context, () => Date.now() + offsetMs);
});
afterEach(() => {
  offsetMs = 0;
});
afterAll(async () => {
  await cloud.stop();
  temporary.remove();
});

async function createPair(change: object = {}): Promise<{ topic: string; subscription: string; id: string }> {
  const id = `pair-${++count}`;
  await cloud.publisher.createTopic({ name: topicName(id) });
  await cloud.subscriber.createSubscription({ name: subscriptionName(id), topic: topicName(id), ...change });
  return { topic: topicName(id), subscription: subscriptionName(id), id };
}
const publish = (topic: string, texts: string[], orderingKey = '') =>
  cloud.publisher.publish({ topic, messages: texts.map((text) => ({ data: Buffer.from(text), orderingKey })) });
async function pull(subscription: string, maxMessages = 100) {
  const [{ receivedMessages }] = await cloud.subscriber.pull({ subscription, maxMessages, returnImmediately: true });
  return (receivedMessages ?? []).map(({ ackId, message, deliveryAttempt }) => ({
    ackId: ackId ?? '',
    text: message?.data?.toString(),
    deliveryAttempt,
    attributes: message?.attributes,
  }));
}
const texts = (received: { text: string | undefined }[]) => received.map(({ text }) => text);

describe('a pulled message', () => {
  test('comes once while its lease runs, and never again once it is acknowledged', async () => {
    const { topic, subscription } = await createPair();
    await publish(topic, ['a', 'b', 'c']);
    const received = await pull(subscription);
    expect(texts(received)).toEqual(['a', 'b', 'c']);
    expect(await pull(subscription)).toEqual([]);
    await cloud.subscriber.acknowledge({ subscription, ackIds: received.map(({ ackId }) => ackId) });
    await cloud.subscriber.acknowledge({ subscription, ackIds: received.map(({ ackId }) => ackId) });
    offsetMs = 60_000;
    expect(await pull(subscription)).toEqual([]);
  });

  test('comes again when its lease ends', async () => {
    const { topic, subscription } = await createPair();
    await publish(topic, ['a']);
    await pull(subscription);
    offsetMs = 9_000;
    expect(await pull(subscription)).toEqual([]);
    offsetMs = 10_500;
    expect(texts(await pull(subscription))).toEqual(['a']);
  });

  test('waits as long as its deadline is extended, and comes at once when it is rejected', async () => {
    const { topic, subscription } = await createPair();
    await publish(topic, ['a']);
    const [first] = await pull(subscription);
    await cloud.subscriber.modifyAckDeadline({ subscription, ackIds: [first?.ackId ?? ''], ackDeadlineSeconds: 60 });
    offsetMs = 50_000;
    expect(await pull(subscription)).toEqual([]);
    await cloud.subscriber.modifyAckDeadline({ subscription, ackIds: [first?.ackId ?? ''], ackDeadlineSeconds: 0 });
    expect(texts(await pull(subscription))).toEqual(['a']);
  });

  test('comes again after the backoff of its retry policy', async () => {
    const { topic, subscription } = await createPair({
      retryPolicy: { minimumBackoff: { seconds: 20 }, maximumBackoff: { seconds: 30 } },
    });
    await publish(topic, ['a']);
    const reject = async () => {
      const [received] = await pull(subscription);
      await cloud.subscriber.modifyAckDeadline({
        subscription,
        ackIds: [received?.ackId ?? ''],
        ackDeadlineSeconds: 0,
      });
    };
    await reject();
    offsetMs = 19_000;
    expect(await pull(subscription)).toEqual([]);
    offsetMs = 21_000;
    await reject();
    offsetMs = 50_000;
    expect(await pull(subscription)).toEqual([]);
    offsetMs = 52_000;
    expect(texts(await pull(subscription))).toEqual(['a']);
  });

  test('is dropped when its retention has passed', async () => {
    const { topic, subscription } = await createPair({ messageRetentionDuration: { seconds: 600 } });
    await publish(topic, ['old']);
    offsetMs = 599_000;
    await publish(topic, ['new']);
    offsetMs = 601_000;
    expect(texts(await pull(subscription))).toEqual(['new']);
  });

  test('wakes a pull that waits for it', async () => {
    const { topic, subscription } = await createPair();
    const started = Date.now();
    const waiting = cloud.subscriber.pull({ subscription, maxMessages: 5 });
    await pause(100);
    await publish(topic, ['a']);
    const [{ receivedMessages }] = await waiting;
    expect(receivedMessages).toHaveLength(1);
    expect(Date.now() - started).toBeLessThan(1_000);
  });

  test('is only what the filter takes', async () => {
    const { topic, subscription } = await createPair({ filter: 'attributes.kind = "wanted"' });
    await cloud.publisher.publish({
      topic,
      messages: [{ data: Buffer.from('no') }, { data: Buffer.from('yes'), attributes: { kind: 'wanted' } }],
    });
    expect(texts(await pull(subscription))).toEqual(['yes']);
  });
});

describe('a message that is never acknowledged', () => {
  test('goes to the dead letter topic after its attempts, and says where it came from', async () => {
    const dead = await createPair();
    const { topic, subscription, id } = await createPair({
      deadLetterPolicy: { deadLetterTopic: dead.topic, maxDeliveryAttempts: 5 },
    });
    await cloud.publisher.publish({ topic, messages: [{ data: Buffer.from('poison'), attributes: { mine: 'kept' } }] });
    for (let attempt = 1; attempt <= 5; attempt++) {
      const [received] = await pull(subscription);
      expect(received).toMatchObject({ text: 'poison', deliveryAttempt: attempt });
      await cloud.subscriber.modifyAckDeadline({
        subscription,
        ackIds: [received?.ackId ?? ''],
        ackDeadlineSeconds: 0,
      });
    }
    expect(await pull(subscription)).toEqual([]);
    expect(await pull(dead.subscription)).toMatchObject([
      {
        text: 'poison',
        deliveryAttempt: 0,
        attributes: {
          mine: 'kept',
          CloudPubSubDeadLetterSourceSubscription: id,
          CloudPubSubDeadLetterSourceSubscriptionProject: 'test',
          CloudPubSubDeadLetterSourceDeliveryCount: '5',
          CloudPubSubDeadLetterSourceTopicPublishTime: expect.stringMatching(/^\d{4}-.*\.\d{3}\+00:00$/),
        },
      },
    ]);
  });

  test('stays where it is when the dead letter topic is gone', async () => {
    const dead = await createPair();
    const { topic, subscription } = await createPair({ deadLetterPolicy: { deadLetterTopic: dead.topic } });
    await cloud.publisher.deleteTopic({ topic: dead.topic });
    await publish(topic, ['poison']);
    for (let attempt = 1; attempt <= 7; attempt++) {
      const [received] = await pull(subscription);
      expect(received?.deliveryAttempt).toBe(attempt);
      await cloud.subscriber.modifyAckDeadline({
        subscription,
        ackIds: [received?.ackId ?? ''],
        ackDeadlineSeconds: 0,
      });
    }
  });
});

describe('ordered messages of one key', () => {
  test('come in order to the one who pulls them first, and those after them wait', async () => {
    const { topic, subscription } = await createPair({ enableMessageOrdering: true });
    await publish(topic, ['a1', 'a2', 'a3'], 'a');
    await publish(topic, ['b1'], 'b');
    await publish(topic, ['free']);
    const first = await pull(subscription, 2);
    expect(texts(first)).toEqual(['a1', 'a2']);
    expect(texts(await pull(subscription)).sort()).toEqual(['b1', 'free']);
    await cloud.subscriber.acknowledge({ subscription, ackIds: [first[0]?.ackId ?? ''] });
    expect(await pull(subscription)).toEqual([]);
    await cloud.subscriber.acknowledge({ subscription, ackIds: [first[1]?.ackId ?? ''] });
    expect(texts(await pull(subscription))).toEqual(['a3']);
  });

  test('come again from the one that was rejected', async () => {
    const { topic, subscription } = await createPair({ enableMessageOrdering: true });
    await publish(topic, ['1', '2', '3', '4'], 'k');
    const received = await pull(subscription);
    expect(texts(received)).toEqual(['1', '2', '3', '4']);
    await cloud.subscriber.acknowledge({ subscription, ackIds: [received[0]?.ackId ?? ''] });
    await cloud.subscriber.modifyAckDeadline({
      subscription,
      ackIds: [received[1]?.ackId ?? ''],
      ackDeadlineSeconds: 0,
    });
    expect(texts(await pull(subscription))).toEqual(['2', '3', '4']);
  });

  test('come again with the one whose lease ends, even where their own run on', async () => {
    const { topic, subscription } = await createPair({ enableMessageOrdering: true });
    await publish(topic, ['1', '2', '3'], 'k');
    const received = await pull(subscription);
    const ackIds = [received[1]?.ackId ?? ''];
    await cloud.subscriber.modifyAckDeadline({ subscription, ackIds, ackDeadlineSeconds: 60 });
    offsetMs = 11_000;
    expect(texts(await pull(subscription))).toEqual(['1', '2', '3']);
  });

  test('come again in order when their leases end, whichever ends first', async () => {
    const { topic, subscription } = await createPair({ enableMessageOrdering: true });
    await publish(topic, ['1', '2', '3'], 'k');
    const received = await pull(subscription);
    await cloud.subscriber.modifyAckDeadline({
      subscription,
      ackIds: [received[0]?.ackId ?? ''],
      ackDeadlineSeconds: 60,
    });
    offsetMs = 11_000;
    expect(await pull(subscription)).toEqual([]);
    offsetMs = 61_000;
    expect(texts(await pull(subscription))).toEqual(['1', '2', '3']);
  });
});

describe('a call is refused', () => {
  test.each([
    ['to acknowledge nothing', (subscription: string) => cloud.subscriber.acknowledge({ subscription, ackIds: [] }), 3],
    [
      'to acknowledge nonsense',
      (subscription: string) => cloud.subscriber.acknowledge({ subscription, ackIds: ['nonsense'] }),
      3,
    ],
    [
      'to extend by 601 s',
      (subscription: string) =>
        cloud.subscriber.modifyAckDeadline({ subscription, ackIds: ['MTox'], ackDeadlineSeconds: 601 }),
      3,
    ],
    ['to pull no message', (subscription: string) => cloud.subscriber.pull({ subscription, maxMessages: 0 }), 3],
  ])('%s', async (_, call, code) => {
    const { subscription } = await createPair();
    await expect(call(subscription)).rejects.toMatchObject({ code });
  });

  test('to pull what is pushed, detached or gone', async () => {
    const { subscription } = await createPair({ pushConfig: { pushEndpoint: 'http://127.0.0.1:1/' } });
    await expect(pull(subscription)).rejects.toMatchObject({ code: 9 });
    const detached = await createPair();
    await publish(detached.topic, ['a']);
    await cloud.publisher.detachSubscription({ subscription: detached.subscription });
    await expect(pull(detached.subscription)).rejects.toMatchObject({ code: 9 });
    await expect(pull(subscriptionName('absent'))).rejects.toMatchObject({ code: 5 });
  });
});

describe("Google's subscriber", () => {
  /** Collects what comes until there are so many; `decide` says what to do with each. */
  function collect(
    subscription: Subscription,
    wanted: number,
    decide: (message: Message) => void = (m) => m.ack(),
  ): Promise<string[]> {
    const received: string[] = [];
    return new Promise((resolve, reject) => {
      subscription.on('error', reject);
      subscription.on('message', (message: Message) => {
        received.push(message.data.toString());
        decide(message);
        if (received.length === wanted) resolve(received);
      });
    });
  }

  test('gets what was there and what comes, and acknowledges it', async () => {
    const { id, topic, subscription } = await createPair();
    await publish(topic, ['before']);
    const stream = cloud.client.subscription(id);
    const collected = collect(stream, 200);
    await publish(
      topic,
      Array.from({ length: 199 }, (_, i) => `m${i}`),
    );
    expect(new Set(await collected).size).toBe(200);
    await stream.close();
    offsetMs = 3_600_000;
    expect(await pull(subscription)).toEqual([]);
  });

  test('leaves what comes after it was closed to others', async () => {
    const { id, topic, subscription } = await createPair();
    const stream = cloud.client.subscription(id);
    const collected = collect(stream, 1);
    await publish(topic, ['first']);
    await collected;
    await stream.close();
    await publish(topic, ['second']);
    expect(texts(await pull(subscription))).toEqual(['second']);
  });

  test('gets a message again that it rejects', async () => {
    const { id, topic } = await createPair();
    let seen = 0;
    const stream = cloud.client.subscription(id);
    const collected = collect(stream, 2, (message) => (++seen === 1 ? message.nack() : message.ack()));
    await publish(topic, ['twice']);
    expect(await collected).toEqual(['twice', 'twice']);
    await stream.close();
  });

  test('never holds more than its flow control allows', async () => {
    const { id, topic } = await createPair();
    await publish(
      topic,
      Array.from({ length: 20 }, (_, i) => `m${i}`),
    );
    let held = 0;
    let most = 0;
    const stream = cloud.client.subscription(id, { flowControl: { maxMessages: 3, allowExcessMessages: false } });
    const collected = collect(stream, 20, (message) => {
      most = Math.max(most, ++held);
      setTimeout(() => {
        held--;
        message.ack();
      }, 10);
    });
    expect(new Set(await collected).size).toBe(20);
    expect(most).toBeLessThanOrEqual(3);
    await stream.close();
  });

  test('is sent no more than the flow control of its stream, whatever it does', async () => {
    const { topic, subscription } = await createPair();
    await publish(topic, ['1', '2', '3', '4', '5']);
    const stream = cloud.subscriber.streamingPull();
    const received: { text: string | undefined; ackId: string }[] = [];
    stream.on('error', () => {});
    stream.on('data', (response: protos.google.pubsub.v1.IStreamingPullResponse) => {
      for (const { ackId, message } of response.receivedMessages ?? [])
        received.push({ text: message?.data?.toString(), ackId: ackId ?? '' });
    });
    stream.write({ subscription, streamAckDeadlineSeconds: 10, maxOutstandingMessages: 2, clientId: 'me' });
    await expect.poll(() => texts(received)).toEqual(['1', '2']);
    await pause(50);
    expect(texts(received)).toEqual(['1', '2']);
    stream.write({ ackIds: [received[0]?.ackId ?? ''] });
    await expect.poll(() => texts(received)).toEqual(['1', '2', '3']);
    stream.write({ modifyDeadlineAckIds: [received[1]?.ackId ?? ''], modifyDeadlineSeconds: [0] });
    await expect.poll(() => received.length).toBe(4);
    stream.cancel();
  });

  test.each([
    ['a subscription that is not there', { subscription: subscriptionName('absent'), streamAckDeadlineSeconds: 10 }, 5],
    ['a deadline of 5 s', { streamAckDeadlineSeconds: 5 }, 3],
    ['an ack id that is none', { streamAckDeadlineSeconds: 10, ackIds: ['nonsense'] }, 3],
    ['deadlines without ids', { streamAckDeadlineSeconds: 10, modifyDeadlineSeconds: [10] }, 3],
  ])('is refused a stream with %s', async (_, request, code) => {
    const { subscription } = await createPair();
    const stream = cloud.subscriber.streamingPull();
    const error = new Promise((resolve) => stream.on('error', resolve));
    stream.on('data', () => {});
    stream.write({ subscription, ...request });
    expect(await error).toMatchObject({ code });
  });

  test('gets ordered messages in their order', async () => {
    const { id, topic } = await createPair({ enableMessageOrdering: true });
    const wanted = Array.from({ length: 30 }, (_, i) => `m${i}`);
    const stream = cloud.client.subscription(id);
    const collected = collect(stream, 30);
    await publish(topic, wanted, 'key');
    expect(await collected).toEqual(wanted);
    await stream.close();
  });

  test('publishes in batches and in order', async () => {
    const { id } = await createPair({ enableMessageOrdering: true });
    const publisher = cloud.client.topic(id, { messageOrdering: true });
    const stream = cloud.client.subscription(id);
    const collected = collect(stream, 50);
    await Promise.all(
      Array.from({ length: 50 }, (_, i) => publisher.publishMessage({ data: Buffer.from(`m${i}`), orderingKey: 'k' })),
    );
    expect(await collected).toEqual(Array.from({ length: 50 }, (_, i) => `m${i}`));
    await stream.close();
  });

  test('is told when its subscription is not there', async () => {
    const stream = cloud.client.subscription('absent', { minAckDeadline: Duration.from({ seconds: 10 }) });
    const error = await new Promise((resolve) => {
      stream.on('error', resolve);
      stream.on('message', () => {});
    });
    expect(error).toMatchObject({ code: 5 });
    await stream.close();
  });
});

test('what was published before a restart is there after it', async () => {
  const { topic, subscription } = await createPair();
  await publish(topic, ['kept', 'leased']);
  await cloud.stop();
  cloud = await servePubSub(temporary.reopen(), () => Date.now() + offsetMs);
  expect(texts(await pull(subscription, 1))).toEqual(['kept']);
  await publish(topic, ['later']);
  expect(texts(await pull(subscription))).toEqual(['leased', 'later']);
});

test('with a seed a pulled message comes late, and some come again after they were acknowledged', async () => {
  const seeded = createTemporaryContext(5);
  const other = await servePubSub(seeded.context, () => Date.now() + offsetMs);
  const [topic, subscription] = [topicName('seeded'), subscriptionName('seeded')];
  await other.publisher.createTopic({ name: topic });
  await other.subscriber.createSubscription({ name: subscription, topic });
  const messages = Array.from({ length: 50 }, (_, i) => ({ data: Buffer.from(String(i)) }));
  await other.publisher.publish({ topic, messages });
  const drain = async () => {
    const [{ receivedMessages }] = await other.subscriber.pull({
      subscription,
      maxMessages: 100,
      returnImmediately: true,
    });
    const ackIds = (receivedMessages ?? []).map(({ ackId }) => ackId ?? '');
    if (ackIds.length > 0) await other.subscriber.acknowledge({ subscription, ackIds });
    return (receivedMessages ?? []).map(({ message }) => message?.data?.toString());
  };
  const atOnce = await drain();
  offsetMs = 2_000;
  const late = await drain();
  offsetMs = 4_000;
  const again = await drain();
  expect(atOnce.length).toBeGreaterThan(0);
  expect(late.length).toBeGreaterThan(0);
  expect(new Set([...atOnce, ...late]).size).toBe(50);
  expect(atOnce.length + late.length + again.length).toBeGreaterThan(50);
  offsetMs = 60_000;
  expect(await drain()).toEqual([]);
  await other.stop();
  seeded.remove();
});
