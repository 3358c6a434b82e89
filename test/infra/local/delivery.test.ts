import { createServer } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createDeliveries, type Deliveries, type Delivery, parseRetryAfter } from '../../../infra/local/delivery.ts';
import { createIdentity } from '../../../infra/local/identity.ts';
import { createReceiver, type Receiver } from './receiver.ts';
import { createTemporaryContext } from './temporary-context.ts';

const temporary = createTemporaryContext();
const { context } = temporary;
let deliveries: Deliveries;
let receiver: Receiver;

beforeAll(async () => {
  deliveries = createDeliveries(context, { identity: createIdentity(context) });
  receiver = await createReceiver();
});
beforeEach(() => {
  receiver.received.length = 0;
  receiver.answer(200);
});
afterAll(async () => {
  await deliveries.close();
  await receiver.close();
  temporary.remove();
});

const delivery = (change: Partial<Delivery> = {}): Delivery => ({
  url: `${receiver.url}/work`,
  method: 'POST',
  headers: {},
  body: Buffer.from('body'),
  deadlineMs: 5_000,
  ...change,
});

describe('an attempt', () => {
  test('carries method, headers and body, and reports the status', async () => {
    receiver.answer(207);
    const result = await deliveries.send(
      delivery({ method: 'PUT', headers: { 'X-One': '1', 'content-type': 'text/plain' } }),
    );
    expect(result).toEqual({ status: 207 });
    expect(receiver.received).toMatchObject([
      { method: 'PUT', path: '/work', body: 'body', headers: { 'x-one': '1', 'content-type': 'text/plain' } },
    ]);
    expect(receiver.received[0]?.headers.authorization).toBeUndefined();
  });

  test('computes the headers of the connection itself', async () => {
    await deliveries.send(
      delivery({ headers: { Host: 'evil.example', 'Content-Length': '1', 'Transfer-Encoding': 'chunked' } }),
    );
    expect(receiver.received[0]?.headers).toMatchObject({ host: new URL(receiver.url).host, 'content-length': '4' });
  });

  test('does not follow a redirect', async () => {
    receiver.answer({ status: 302, headers: { location: `${receiver.url}/elsewhere` } });
    expect(await deliveries.send(delivery())).toEqual({ status: 302 });
    expect(receiver.received).toHaveLength(1);
  });

  test('reports Retry-After in milliseconds', async () => {
    receiver.answer({ status: 503, headers: { 'retry-after': '7' } });
    expect(await deliveries.send(delivery())).toEqual({ status: 503, retryAfterMs: 7_000 });
  });

  test('that takes longer than its deadline fails as timed out', async () => {
    receiver.answer({ afterMs: 3_000 });
    expect(await deliveries.send(delivery({ deadlineMs: 100 }))).toMatchObject({
      error: expect.any(String),
      timedOut: true,
    });
  });

  test('that its caller aborts fails, and not as timed out', async () => {
    receiver.answer({ afterMs: 3_000 });
    const abort = new AbortController();
    const sent = deliveries.send(delivery({ signal: abort.signal }));
    await receiver.until(1);
    abort.abort();
    expect(await sent).toMatchObject({ error: expect.any(String), timedOut: false });
  });

  test.each([
    ['nobody listens', 'http://127.0.0.1:1/'],
    ['the URL cannot be parsed', 'http://127.0.0.1:99999/%zz'],
  ])('fails without throwing when %s', async (_, url) => {
    expect(await deliveries.send(delivery({ url }))).toMatchObject({ error: expect.any(String), timedOut: false });
  });

  test('fails without throwing when the other side hangs up', async () => {
    const server = createServer((socket) => socket.once('data', () => socket.destroy()));
    const port = await new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
    });
    expect(await deliveries.send(delivery({ url: `http://127.0.0.1:${port}/` }))).toMatchObject({
      error: expect.any(String),
    });
    server.close();
  });

  test('reuses a connection', async () => {
    for (let i = 0; i < 20; i++) await deliveries.send(delivery());
    // undici frees a connection a tick after the response has ended, so that requests in a row alternate between two.
    expect(new Set(receiver.received.map(({ remotePort }) => remotePort)).size).toBeLessThanOrEqual(2);
  });
});

describe('a token', () => {
  const claims = () =>
    JSON.parse(Buffer.from(receiver.received[0]?.headers.authorization?.split('.')[1] ?? '', 'base64url').toString());

  test('is for the URL when no audience is named, and replaces the header of the caller', async () => {
    await deliveries.send(delivery({ serviceAccount: 'a@test', headers: { AUTHORIZATION: 'Basic x' } }));
    expect(receiver.received[0]?.headers.authorization).toMatch(/^Bearer /);
    expect(claims()).toMatchObject({ aud: `${receiver.url}/work`, email: 'a@test' });
  });

  test('is for the audience that is named', async () => {
    await deliveries.send(delivery({ serviceAccount: 'a@test', audience: 'https://me.example' }));
    expect(claims()).toMatchObject({ aud: 'https://me.example' });
  });
});

test('an attempt is metered as one request of 1 vCPU and 0.5 GiB, in steps of 100 ms', async () => {
  const before = context.meter.read();
  const grown = (sku: 'run.requests' | 'run.vcpu_seconds' | 'run.gib_seconds') =>
    Number(((context.meter.read().get(sku) ?? 0) - (before.get(sku) ?? 0)).toFixed(6));
  await deliveries.send(delivery({ url: 'http://127.0.0.1:1/' }));
  expect(grown('run.requests')).toBe(0);
  await deliveries.send(delivery());
  expect([grown('run.requests'), grown('run.vcpu_seconds'), grown('run.gib_seconds')]).toEqual([1, 0.1, 0.05]);
  receiver.answer({ afterMs: 110 });
  await deliveries.send(delivery());
  expect(grown('run.requests')).toBe(2);
  expect(grown('run.vcpu_seconds')).toBeGreaterThanOrEqual(0.3);
});

describe('the seed', () => {
  const keys = Array.from({ length: 2_000 }, (_, i) => `message-${i}`);

  test('without one every message is sent once, at once', () => {
    expect(keys.every((key) => JSON.stringify(deliveries.disturb(key)) === '{"copies":1,"delaysMs":[0]}')).toBe(true);
  });

  test('decides alike every time, differs from another seed, and neither leaves all alone nor all disturbed', () => {
    const seeded = (seed: number) => createDeliveries({ ...context, seed }, { identity: createIdentity(context) });
    const [one, again, two] = [seeded(1), seeded(1), seeded(2)].map((each) => keys.map((key) => each.disturb(key)));
    expect(one).toEqual(again);
    expect(one).not.toEqual(two);
    const doubled = (one ?? []).filter((each) => each.copies === 2).length;
    const delayed = (one ?? []).filter((each) => each.delaysMs.some((ms) => ms > 0)).length;
    expect(doubled).toBeGreaterThan(200);
    expect(doubled).toBeLessThan(800);
    expect(delayed).toBeGreaterThan(400);
    expect(delayed).toBeLessThan(1_600);
    for (const { copies, delaysMs } of one ?? []) {
      expect(delaysMs).toHaveLength(copies);
      expect(Math.max(...delaysMs)).toBeLessThanOrEqual(1_500);
    }
  });
});

test.each([
  [undefined, undefined],
  ['120', 120_000],
  [['3', '9'], 3_000],
  ['Thu, 01 Jan 1970 00:00:10 GMT', 8_000],
  ['Thu, 01 Jan 1970 00:00:01 GMT', 0],
  ['soon', undefined],
  ['-1', undefined],
])('Retry-After %j at second 2 means %j ms', (header, expected) => {
  expect(parseRetryAfter(header, 2_000)).toBe(expected);
});
