import type { AddressInfo, Server } from 'node:net';
import { cloudEvent } from '@google-cloud/functions-framework';
import { getTestServer } from '@google-cloud/functions-framework/testing';
import { afterEach, describe, expect, test } from 'vitest';
import type { Context } from '../../../infra/local/context.ts';
import { createDeliveries, type Deliveries } from '../../../infra/local/delivery.ts';
import { createEventarc, type Eventarc, type EventarcDependencies } from '../../../infra/local/eventarc.ts';
import { createHttp, listen } from '../../../infra/local/http.ts';
import { createIdentity } from '../../../infra/local/identity.ts';
import { createReceiver, pause, type Receiver } from './receiver.ts';
import { createTemporaryContext } from './temporary-context.ts';

type Listener = Parameters<EventarcDependencies['storage']['onFinalize']>[0];

const BACKOFF = { minMs: 20, maxMs: 100, maxDoublings: 16 };
const NAME = 'projects/p/locations/us/triggers/t';

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

interface Cloud {
  eventarc: Eventarc;
  finalize(bucket: string, name: string, generation?: string): void;
}

/** Eventarc over real deliveries; `finalize` is what Storage tells it. */
function startEventarc(context: Context, options: Partial<EventarcDependencies> = {}): Cloud {
  const listeners: Listener[] = [];
  const deliveries = createDeliveries(context, { identity: createIdentity(context) });
  const eventarc = createEventarc(context, {
    deliveries,
    storage: { onFinalize: (listener) => void listeners.push(listener) },
    backoff: BACKOFF,
    ...options,
  });
  eventarc.start();
  endings.push(async () => {
    await eventarc.stop();
    await deliveries.close();
  });
  return {
    eventarc,
    finalize(bucket, name, generation = '7') {
      const object = { name, generation, timeCreated: '2026-01-02T03:04:05.678Z', size: '5', bucket };
      for (const listener of listeners) listener({ bucket, object });
    },
  };
}

function temporaryContext(seed?: number) {
  const temporary = createTemporaryContext(seed);
  endings.push(temporary.remove);
  return temporary;
}

async function receiver(): Promise<Receiver> {
  const created = await createReceiver();
  endings.push(created.close);
  return created;
}

const trigger = (destinationUrl: string, more: object = {}) => ({
  name: NAME,
  bucket: 'raw',
  eventType: 'google.cloud.storage.object.v1.finalized' as const,
  destinationUrl,
  ...more,
});

describe('an event', () => {
  test('is what the Functions Framework hands to a function', async () => {
    const events: { [field: string]: unknown }[] = [];
    cloudEvent('arrive', (event: object) => void events.push({ ...event }));
    const server: Server = getTestServer('arrive');
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    endings.push(() => new Promise((resolve) => server.close(resolve)));
    const { port } = server.address() as AddressInfo;

    const { eventarc, finalize } = startEventarc(temporaryContext().context, { newId: () => 'id-1' });
    eventarc.createTrigger(trigger(`http://127.0.0.1:${port}/arrive`));
    finalize('raw', 'in/a.csv');
    await expect.poll(() => events).toHaveLength(1);
    expect(events[0]).toMatchObject({
      specversion: '1.0',
      id: 'id-1',
      type: 'google.cloud.storage.object.v1.finalized',
      source: '//storage.googleapis.com/projects/_/buckets/raw',
      subject: 'objects/in/a.csv',
      time: '2026-01-02T03:04:05.678Z',
      data: { name: 'in/a.csv', bucket: 'raw', generation: '7', size: '5' },
    });
  });

  test('carries hostile names in its data, percent-encoded in its headers', async () => {
    const { url, until } = await receiver();
    const { eventarc, finalize } = startEventarc(temporaryContext().context);
    eventarc.createTrigger(trigger(url));
    const name = 'a b/"%2F\u00fc\u{1F600}\0';
    finalize('raw', name);
    const [request] = await until(1);
    expect(request?.headers['ce-subject']).toBe('objects/a%20b/%22%252F%C3%BC%F0%9F%98%80%00');
    expect(JSON.parse(request?.body ?? '').name).toBe(name);
  });

  test('goes to every trigger of its bucket and to no other', async () => {
    const { url, until, received } = await receiver();
    const { eventarc, finalize } = startEventarc(temporaryContext().context);
    eventarc.createTrigger(trigger(`${url}/one`));
    eventarc.createTrigger(trigger(`${url}/two`, { name: `${NAME}2` }));
    eventarc.createTrigger(trigger(`${url}/other`, { name: `${NAME}3`, bucket: 'curated' }));
    finalize('raw', 'a');
    await until(2);
    expect(received.map(({ path }) => path).sort()).toEqual(['/one', '/two']);
  });

  test('carries a token where the trigger has a service account', async () => {
    const { url, until } = await receiver();
    const { eventarc, finalize } = startEventarc(temporaryContext().context);
    eventarc.createTrigger(trigger(url, { serviceAccount: 'run@p.iam.gserviceaccount.com' }));
    finalize('raw', 'a');
    const [request] = await until(1);
    const [, claims = ''] = String(request?.headers.authorization).split('.');
    expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toMatchObject({
      aud: url,
      email: 'run@p.iam.gserviceaccount.com',
    });
  });
});

describe('delivery', () => {
  test('is tried again until it is answered with success', async () => {
    const { url, until, answer, received } = await receiver();
    answer((_request, index) => [500, 404, 302, 204][index] ?? 200);
    const { eventarc, finalize } = startEventarc(temporaryContext().context);
    eventarc.createTrigger(trigger(url));
    finalize('raw', 'a');
    await until(4);
    expect(new Set(received.map(({ headers }) => headers['ce-id'])).size).toBe(1);
    await pause(250);
    expect(received).toHaveLength(4);
  });

  test('waits as long as Retry-After asks', async () => {
    const { url, until, answer } = await receiver();
    answer((_request, index) => (index === 0 ? { status: 429, headers: { 'retry-after': '1' } } : 200));
    const { eventarc, finalize } = startEventarc(temporaryContext().context);
    eventarc.createTrigger(trigger(url));
    finalize('raw', 'a');
    const [first, second] = await until(2, 3000);
    expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThanOrEqual(990);
  });

  test('goes on after a restart', async () => {
    const temporary = temporaryContext();
    const { url, until } = await receiver();
    const away = startEventarc(temporary.context);
    // Nobody listens on the discard port.
    away.eventarc.createTrigger(trigger('http://127.0.0.1:9/'));
    away.finalize('raw', 'a');
    await away.eventarc.stop();
    const reopened = temporary.reopen();
    reopened.state.db.prepare('UPDATE eventarc_triggers SET config = ?').run(JSON.stringify(trigger(url)));
    startEventarc(reopened);
    const [request] = await until(1);
    expect(JSON.parse(request?.body ?? '').name).toBe('a');
  });

  test('is given up after 24 hours', async () => {
    const { context } = temporaryContext();
    let skippedMs = 0;
    let attempts = 0;
    const deliveries: Pick<Deliveries, 'send' | 'disturb'> = {
      async send() {
        attempts++;
        skippedMs += 13 * 3600 * 1000;
        return { status: 500 };
      },
      disturb: () => ({ copies: 1, delaysMs: [0] }),
    };
    const { eventarc, finalize } = startEventarc(context, { deliveries, now: () => Date.now() + skippedMs });
    eventarc.createTrigger(trigger('http://127.0.0.1:9/'));
    finalize('raw', 'a');
    await expect.poll(() => attempts).toBe(2);
    const left = () => context.state.db.prepare('SELECT count(*) AS count FROM eventarc_deliveries').get()?.count;
    await expect.poll(left).toBe(0);
    expect(attempts).toBe(2);
  });

  test('is disturbed by the seed: some events come twice, under ids of their own, and out of order', async () => {
    const { url, received } = await receiver();
    const { context } = temporaryContext(1);
    const { eventarc, finalize } = startEventarc(context);
    eventarc.createTrigger(trigger(url));
    const names = Array.from({ length: 40 }, (_, index) => `object-${index}`);
    for (const name of names) finalize('raw', name);
    const left = () => context.state.db.prepare('SELECT count(*) AS count FROM eventarc_deliveries').get()?.count;
    await expect.poll(left, { timeout: 4000 }).toBe(0);
    const got = received.map(({ body }) => String(JSON.parse(body).name));
    expect(new Set(got)).toEqual(new Set(names));
    expect(got.length).toBeGreaterThan(names.length);
    expect(new Set(received.map(({ headers }) => headers['ce-id'])).size).toBe(got.length);
    expect([...new Set(got)]).not.toEqual(names);
  });

  test('ends with its trigger', async () => {
    const { url, answer, until, received } = await receiver();
    answer(500);
    const { eventarc, finalize } = startEventarc(temporaryContext().context);
    eventarc.createTrigger(trigger(url));
    finalize('raw', 'a');
    await until(1);
    eventarc.deleteTrigger(NAME);
    finalize('raw', 'b');
    const before = received.length;
    await pause(150);
    expect(received.length).toBeLessThanOrEqual(before + 1);
    expect(eventarc.triggers()).toEqual([]);
  });
});

describe('the API of triggers', () => {
  const filters = [
    { attribute: 'type', value: 'google.cloud.storage.object.v1.finalized' },
    { attribute: 'bucket', value: 'raw' },
  ];
  const destination = { httpEndpoint: { uri: 'http://127.0.0.1:9/arrive' } };

  async function api() {
    const { eventarc } = startEventarc(temporaryContext().context);
    const app = createHttp({ bodies: 'json' });
    eventarc.routes(app);
    const url = `http://127.0.0.1:${await listen(app, 0)}/v1/projects/p/locations/us/triggers`;
    endings.push(() => app.close());
    return async (method: string, path: string, body?: object) => {
      const response = await fetch(`${url}${path}`, { method, body: body ? JSON.stringify(body) : null });
      return { status: response.status, json: (await response.json()) as { [field: string]: unknown } };
    };
  }

  test('creates, shows, lists and deletes', async () => {
    const call = await api();
    const resource = { name: NAME, eventFilters: filters, destination };
    const created = await call('POST', '?triggerId=t', { eventFilters: filters, destination });
    expect(created.json).toMatchObject({ done: true, response: resource });
    expect((await call('GET', '/t')).json).toEqual(resource);
    expect((await call('GET', '')).json).toEqual({ triggers: [resource] });
    expect((await call('POST', '?triggerId=t', { eventFilters: filters, destination })).status).toBe(409);
    expect((await call('DELETE', '/t')).json.done).toBe(true);
    expect((await call('GET', '/t')).status).toBe(404);
    expect((await call('DELETE', '/t')).status).toBe(404);
  });

  test('understands the older name of the filters', async () => {
    const call = await api();
    expect((await call('POST', '?triggerId=t', { matchingCriteria: filters, destination })).status).toBe(200);
  });

  test.each([
    ['no id', '', { eventFilters: filters, destination }, 400],
    ['no bucket', '?triggerId=t', { eventFilters: filters.slice(0, 1), destination }, 400],
    ['another event', '?triggerId=t', { eventFilters: [{ attribute: 'type', value: 'x' }], destination }, 501],
    [
      'another filter',
      '?triggerId=t',
      { eventFilters: [...filters, { attribute: 'object', value: 'x' }], destination },
      501,
    ],
    [
      'a Cloud Run service',
      '?triggerId=t',
      { eventFilters: filters, destination: { cloudRun: { service: 's' } } },
      501,
    ],
  ])('refuses %s', async (_what, query, body, status) => {
    const call = await api();
    expect((await call('POST', query, body)).status).toBe(status);
  });
});
