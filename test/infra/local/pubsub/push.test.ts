import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createReceiver, pause, type Receiver } from '../receiver.ts';
import { createTemporaryContext } from '../temporary-context.ts';
import { type PubSubCloud, servePubSub, subscriptionName, topicName } from './serve-pubsub.ts';

let temporary = createTemporaryContext();
let cloud: PubSubCloud;
let receiver: Receiver;
let count = 0;

beforeAll(async () => {
  cloud = await servePubSub(temporary.context);
  receiver = await createReceiver();
});
afterEach(() => {
  receiver.received.length = 0;
  receiver.answer(200);
});
afterAll(async () => {
  await cloud.stop();
  await receiver.close();
  temporary.remove();
});

async function createPair(
  change: object = {},
  push: object = {},
): Promise<{ topic: string; subscription: string; id: string }> {
  const id = `push-${++count}`;
  await cloud.publisher.createTopic({ name: topicName(id) });
  await cloud.subscriber.createSubscription({
    name: subscriptionName(id),
    topic: topicName(id),
    pushConfig: { pushEndpoint: `${receiver.url}/push`, ...push },
    ...change,
  });
  return { topic: topicName(id), subscription: subscriptionName(id), id };
}
const publish = (topic: string, texts: string[], change: object = {}) =>
  cloud.publisher.publish({ topic, messages: texts.map((text) => ({ data: Buffer.from(text), ...change })) });
const textOf = (body: string) => Buffer.from(JSON.parse(body).message.data, 'base64').toString();
const fast = { retryPolicy: { minimumBackoff: { nanos: 20_000_000 }, maximumBackoff: { nanos: 40_000_000 } } };

describe('a pushed message', () => {
  test("has Google's wrapped body", async () => {
    const { topic, subscription } = await createPair();
    const [{ messageIds }] = await publish(topic, ['hello'], { attributes: { a: 'b' }, orderingKey: 'k' });
    const [request] = await receiver.until(1);
    expect(request).toMatchObject({
      method: 'POST',
      path: '/push',
      headers: { 'content-type': 'application/json', 'user-agent': 'CloudPubSub-Google' },
    });
    const body = JSON.parse(request?.body ?? '');
    const publishTime = body.message.publishTime;
    expect(publishTime).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(body).toEqual({
      message: {
        data: Buffer.from('hello').toString('base64'),
        messageId: messageIds?.[0],
        message_id: messageIds?.[0],
        publishTime,
        publish_time: publishTime,
        attributes: { a: 'b' },
        orderingKey: 'k',
      },
      subscription,
    });
  });

  test('leaves out what is empty, and tells the attempt where a dead letter policy counts it', async () => {
    await cloud.publisher.createTopic({ name: topicName('dead') });
    const { topic } = await createPair({ deadLetterPolicy: { deadLetterTopic: topicName('dead') } });
    await cloud.publisher.publish({ topic, messages: [{ attributes: { only: 'this' } }] });
    const [request] = await receiver.until(1);
    const body = JSON.parse(request?.body ?? '');
    expect(body.deliveryAttempt).toBe(1);
    expect(Object.keys(body.message).sort()).toEqual([
      'attributes',
      'messageId',
      'message_id',
      'publishTime',
      'publish_time',
    ]);
  });

  test('carries a token when one is asked for', async () => {
    const { topic } = await createPair({}, { oidcToken: { serviceAccountEmail: 'push@test.iam.gserviceaccount.com' } });
    await publish(topic, ['x']);
    const [request] = await receiver.until(1);
    const claims = JSON.parse(Buffer.from(request?.headers.authorization?.split('.')[1] ?? '', 'base64url').toString());
    expect(claims).toMatchObject({ email: 'push@test.iam.gserviceaccount.com', aud: `${receiver.url}/push` });
  });

  test.each([200, 201, 202, 204])('is acknowledged by %s', async (status) => {
    receiver.answer(status);
    const { topic } = await createPair(fast);
    await publish(topic, ['x']);
    await receiver.until(1);
    await pause(150);
    expect(receiver.received).toHaveLength(1);
  });

  test.each([203, 301, 400, 404, 429, 500, 503])('comes again after %s', async (status) => {
    receiver.answer((_, index) => (index === 0 ? status : 200));
    const { topic } = await createPair(fast);
    await publish(topic, ['x']);
    expect((await receiver.until(2)).map(({ body }) => textOf(body))).toEqual(['x', 'x']);
  });

  test('comes again with growing gaps up to the maximum', async () => {
    receiver.answer((_, index) => (index < 4 ? 500 : 200));
    const { topic } = await createPair({
      retryPolicy: { minimumBackoff: { nanos: 100_000_000 }, maximumBackoff: { nanos: 200_000_000 } },
    });
    await publish(topic, ['x']);
    await receiver.until(5);
    const at = receiver.received.map(({ atMs }) => atMs);
    const gaps = at.slice(1).map((ms, index) => ms - (at[index] ?? 0));
    for (const [index, expected] of [100, 200, 200, 200].entries()) {
      expect(gaps[index]).toBeGreaterThanOrEqual(expected - 5);
      expect(gaps[index]).toBeLessThan(expected + 300);
    }
  });

  test('that is never acknowledged goes to the dead letter topic', async () => {
    receiver.answer((request) => (request.path === '/dead' ? 200 : 500));
    const dead = await createPair({}, { pushEndpoint: `${receiver.url}/dead` });
    const { topic, id } = await createPair({
      ...fast,
      deadLetterPolicy: { deadLetterTopic: dead.topic, maxDeliveryAttempts: 5 },
    });
    await publish(topic, ['poison']);
    await receiver.until(6);
    const attempts = receiver.received.slice(0, 5).map(({ body }) => JSON.parse(body).deliveryAttempt);
    expect(attempts).toEqual([1, 2, 3, 4, 5]);
    const forwarded = receiver.received[5];
    expect(forwarded?.path).toBe('/dead');
    expect(JSON.parse(forwarded?.body ?? '').message.attributes).toMatchObject({
      CloudPubSubDeadLetterSourceSubscription: id,
      CloudPubSubDeadLetterSourceDeliveryCount: '5',
    });
    await pause(100);
    expect(receiver.received).toHaveLength(6);
  });

  test('comes in order with its key, also when one fails', async () => {
    receiver.answer((_, index) => (index === 1 ? 500 : 200));
    const { topic } = await createPair({ ...fast, enableMessageOrdering: true });
    await publish(topic, ['1', '2', '3', '4'], { orderingKey: 'k' });
    await receiver.until(5);
    expect(receiver.received.map(({ body }) => textOf(body))).toEqual(['1', '2', '2', '3', '4']);
  });

  test('goes to the new endpoint once that is changed', async () => {
    const { topic, subscription } = await createPair(fast, { pushEndpoint: 'http://127.0.0.1:1/' });
    await publish(topic, ['x']);
    await pause(60);
    await cloud.subscriber.modifyPushConfig({ subscription, pushConfig: { pushEndpoint: `${receiver.url}/new` } });
    expect(await receiver.until(1)).toMatchObject([{ path: '/new' }]);
  });
});

test('a push is on its way within milliseconds, and a thousand go through', async () => {
  const { topic } = await createPair();
  const latencies: number[] = [];
  for (let i = 0; i < 20; i++) {
    receiver.received.length = 0;
    const started = Date.now();
    await publish(topic, ['x']);
    latencies.push(((await receiver.until(1))[0]?.atMs ?? 0) - started);
  }
  latencies.sort((a, b) => a - b);
  receiver.received.length = 0;
  const started = Date.now();
  await publish(
    topic,
    Array.from({ length: 1_000 }, (_, i) => String(i)),
  );
  await receiver.until(1_000);
  console.log(`publish to push: median ${latencies[10]} ms; 1,000 pushes in ${Date.now() - started} ms`);
  expect(latencies[10]).toBeLessThan(50);
});

test('after a restart what was under way is pushed again, and at once', async () => {
  const { topic } = await createPair();
  receiver.answer({ afterMs: 5_000 });
  await publish(topic, ['under way']);
  await receiver.until(1);
  await cloud.stop();
  receiver.received.length = 0;
  receiver.answer(200);
  cloud = await servePubSub(temporary.reopen());
  expect((await receiver.until(1, 1_000)).map(({ body }) => textOf(body))).toEqual(['under way']);
});

test('with a seed some come twice, some late, all come, and it is the same ones every time', async () => {
  const doubled = (): string[] => {
    const texts = receiver.received.map(({ body }) => textOf(body));
    return texts.filter((text, index) => texts.indexOf(text) !== index).sort();
  };
  const lives: string[][] = [];
  for (let life = 0; life < 2; life++) {
    await cloud.stop();
    temporary.remove();
    temporary = createTemporaryContext(11);
    cloud = await servePubSub(temporary.context);
    receiver.received.length = 0;
    count = 1_000;
    const { topic } = await createPair();
    const started = Date.now();
    const texts = Array.from({ length: 30 }, (_, i) => String(i));
    await publish(topic, texts);
    await expect
      .poll(() => new Set(receiver.received.map(({ body }) => textOf(body))).size, { timeout: 4_000 })
      .toBe(30);
    await pause(Math.max(0, started + 1_700 - Date.now()));
    const order = receiver.received.map(({ body }) => Number(textOf(body)));
    expect(order).not.toEqual([...order].sort((x, y) => x - y));
    expect(receiver.received.some(({ atMs }) => atMs - started > 300)).toBe(true);
    lives.push(doubled());
  }
  expect(lives[0]?.length).toBeGreaterThan(0);
  expect(lives[1]).toEqual(lives[0]);
}, 15_000);
