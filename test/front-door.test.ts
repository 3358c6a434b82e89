import { once } from 'node:events';
import { request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { getFunction, getTestServer } from '@google-cloud/functions-framework/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { BODY_LIMITS } from '../functions/admission.ts';
import type { FunctionName } from '../functions/model/deployment.ts';
import { environmentOf } from '../infra/cli/environment.ts';
import { localEndpoints } from '../infra/cli/local-names.ts';
import { createReceiver, type Receiver } from './infra/local/receiver.ts';
import { badAuthorizations, createIssuer, type Issuer } from './issuer.ts';

/** All functions behind functions-framework, as a laptop has them; every service that they could touch is one that writes down. */

const NAMES = Object.keys(BODY_LIMITS) as FunctionName[];
const TASKS = 'sluice-tasks@local.iam.gserviceaccount.com';
const CALLERS: Readonly<Record<FunctionName, string>> = {
  arrive: 'sluice-push@local.iam.gserviceaccount.com',
  prepare: TASKS,
  deidentify: TASKS,
  load: TASKS,
  transform: TASKS,
  nightly: 'sluice-scheduler@local.iam.gserviceaccount.com',
  adhoc: 'sluice-operator@local.iam.gserviceaccount.com',
  reidentify: 'sluice-reid-me@local.iam.gserviceaccount.com',
  forget: 'sluice-forget-me@local.iam.gserviceaccount.com',
};
/** What each function takes for a request that has something to do. */
const BODIES: Readonly<Record<FunctionName, object>> = {
  arrive: {
    message: {
      attributes: {
        eventType: 'OBJECT_FINALIZE',
        bucketId: 'local-raw',
        objectId: 'shop/orders/1.csv',
        objectGeneration: '1',
      },
    },
  },
  prepare: { source: 'shop.orders', run: 'r', epoch: 0 },
  deidentify: { source: 'shop.orders', run: 'r', epoch: 0, n: 0 },
  load: { table: 'shop.orders' },
  transform: { build: 'b', transform: 'shop.daily' },
  nightly: {},
  adhoc: { action: 'release' },
  reidentify: { source: 'shop.customers', columns: ['email'], tokens: ['t'], reason: 'ticket 4711, a refund' },
  forget: { action: 'show', erasure: '0123456789abcdef0123' },
};
const JSON_HEADERS = { 'content-type': 'application/json' };

let issuer: Issuer;
let services: Receiver;
let server: Server;
let base: string;
const lines: string[] = [];

beforeAll(async () => {
  issuer = await createIssuer();
  services = await createReceiver();
  services.answer(404);
  const port = Number(new URL(services.url).port);
  const ports = Object.fromEntries(
    ['storage', 'bigquery', 'dlp', 'tasks', 'pubsub', 'scheduler', 'eventarc', 'admin', 'grpc'].map((name) => [
      name,
      port,
    ]),
  ) as Parameters<typeof localEndpoints>[0]['ports'];
  const endpoints = localEndpoints({ project: 'local', location: 'US', ports, functions: 1, sql: '' });
  endpoints.functions = 'https://functions.example.com';
  endpoints.identity = issuer.url;
  Object.assign(process.env, environmentOf(endpoints, {}));
  vi.spyOn(process.stdout, 'write').mockImplementation((line) => {
    lines.push(String(line));
    return true;
  });
  await import('../functions/index.ts');
  server = getTestServer('all') as Server;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  vi.restoreAllMocks();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await services.close();
  await issuer.close();
});
beforeEach(() => {
  services.received.length = 0;
  lines.length = 0;
});

const urlOf = (name: FunctionName): string => `https://functions.example.com/${name}`;
const tokenOf = (name: FunctionName, email = CALLERS[name]): string => issuer.token(urlOf(name), email);

interface Sent {
  authorization?: string | undefined;
  body?: string | Buffer;
  headers?: Record<string, string>;
  method?: string;
  path?: string;
}

async function send(
  name: FunctionName,
  { authorization, body, headers = JSON_HEADERS, method = 'POST', path }: Sent = {},
) {
  const response = await fetch(`${base}${path ?? `/${name}`}`, {
    method,
    headers: { ...headers, ...(authorization !== undefined && { authorization }) },
    ...(method === 'POST' && { body: (body ?? JSON.stringify(BODIES[name])) as string }),
  });
  const text = await response.text();
  const { error } = JSON.parse(text || '{}') as { error?: { code: string; message: string } };
  return { status: response.status, code: error?.code, message: error?.message ?? '', text, headers: response.headers };
}
const sendAs = (name: FunctionName, sent: Sent = {}, email = CALLERS[name]) =>
  send(name, { authorization: `Bearer ${tokenOf(name, email)}`, ...sent });

test('while no certificates can be had nobody is refused: the caller tries again', async () => {
  issuer.fail({ status: 404 });
  expect(await sendAs('load')).toMatchObject({ status: 503, code: 'IDENTITY_FAILED' });
  expect(services.received).toEqual([]);
  issuer.fail();
});

describe.each(NAMES)('%s', (name) => {
  test('does its work for its caller', async () => {
    const { code } = await sendAs(name);
    // There is no release: that it was looked for is the sign that the function was at work.
    expect(services.received.length).toBeGreaterThan(0);
    expect(['UNAUTHENTICATED', 'PERMISSION_DENIED', 'BAD_REQUEST']).not.toContain(code);
  });

  test('does nothing for a bad token, and tells nobody what it was', async () => {
    for (const [what, authorization] of badAuthorizations(issuer, urlOf(name), CALLERS[name])) {
      const { status, code, text, headers } = await send(name, { authorization });
      expect([what, status, code]).toEqual([what, 401, 'UNAUTHENTICATED']);
      expect(headers.get('www-authenticate')).toBe('Bearer');
      for (const part of (authorization ?? '').split(/[\s.]+/).filter((one) => one.length > 9))
        expect([what, `${text}${lines.join()}`.includes(part)]).toEqual([what, false]);
      expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
        { severity: 'WARNING', message: 'refused', function: name, code },
      ]);
      lines.length = 0;
    }
    expect(services.received).toEqual([]);
  });

  test('does nothing for a good token of another caller, and names it in the log', async () => {
    const others = new Set([...Object.values(CALLERS), 'ann@example.com', 'local@appspot.gserviceaccount.com']);
    for (const email of [CALLERS[name], ...(name === 'nightly' || name === 'forget' ? [TASKS] : [])])
      others.delete(email);
    for (const email of others) {
      const { status, code } = await sendAs(name, {}, email);
      expect([email, status, code]).toEqual([email, 403, 'PERMISSION_DENIED']);
      expect(JSON.parse(lines.pop() ?? '')).toMatchObject({ severity: 'WARNING', function: name, code, caller: email });
    }
    expect(services.received).toEqual([]);
  });

  test('does nothing for a token that is meant for another function', async () => {
    for (const other of NAMES.filter((one) => one !== name)) {
      const authorization = `Bearer ${issuer.token(urlOf(other), CALLERS[name])}`;
      expect((await send(name, { authorization })).status).toBe(401);
    }
    expect(services.received).toEqual([]);
  });

  test('takes no more than its limit, whether the length is told or not', async () => {
    const padded = (bytes: number): string => JSON.stringify(BODIES[name]).padEnd(bytes);
    const limit = BODY_LIMITS[name];
    for (const told of [true, false]) {
      expect(await raw(name, padded(limit), { told })).not.toMatch(/BAD_REQUEST|REQUEST_TOO_LARGE/);
      services.received.length = 0;
      expect(await raw(name, padded(limit + 1), { told })).toMatch(/^413 .*"REQUEST_TOO_LARGE"/);
      expect(services.received).toEqual([]);
    }
  });

  test('reads nothing of the body of somebody unknown', async () => {
    const headers = { ...JSON_HEADERS, 'content-length': 1 << 30 };
    const sent = httpRequest(`${base}/${name}`, { method: 'POST', headers });
    sent.on('error', () => {});
    sent.write('{');
    const [response] = (await once(sent, 'response')) as [{ statusCode: number }];
    expect(response.statusCode).toBe(401);
    sent.destroy();
  });

  test.each<[string, Sent]>([
    ['JSON that is cut off', { body: '{"message":' }],
    ['JSON that is a list', { body: '[1]' }],
    ['JSON that is text', { body: '"text"' }],
    ['JSON that is null', { body: 'null' }],
    ['JSON that is nested without end', { body: '['.repeat(10_000) }],
    ['bytes that are not UTF-8', { body: Buffer.from('{"table":"\xff"}', 'latin1') }],
    ['JSON in UTF-16', { body: Buffer.from('{}', 'utf16le') }],
    ['another charset', { headers: { 'content-type': 'application/json; charset=utf-16' } }],
    ['no type of content', { headers: {} }],
    ['text', { body: 'bucket=raw', headers: { 'content-type': 'text/plain' } }],
    ['bytes', { body: 'bucket=raw', headers: { 'content-type': 'application/octet-stream' } }],
    ['a form', { body: 'message=raw', headers: { 'content-type': 'application/x-www-form-urlencoded' } }],
    ['a compressed body', { body: gzipSync('{}'), headers: { ...JSON_HEADERS, 'content-encoding': 'gzip' } }],
    ['nothing', { body: '' }],
    ['another method', { method: 'GET' }],
    ['a method that changes', { method: 'DELETE' }],
  ])('refuses %s', async (_, sent) => {
    expect(await sendAs(name, sent)).toMatchObject({ status: 400, code: 'BAD_REQUEST' });
    expect(services.received).toEqual([]);
  });
});

/** Sends a body as it is, with its length or in chunks; answers with the status and the text. */
async function raw(name: FunctionName, body: string, { told }: { told: boolean }): Promise<string> {
  const sent = httpRequest(`${base}/${name}`, {
    method: 'POST',
    headers: {
      ...JSON_HEADERS,
      authorization: `Bearer ${tokenOf(name)}`,
      ...(told ? { 'content-length': Buffer.byteLength(body) } : { 'transfer-encoding': 'chunked' }),
    },
  });
  sent.end(body);
  const [response] = (await once(sent, 'response')) as [AsyncIterable<Buffer> & { statusCode: number }];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return `${response.statusCode} ${Buffer.concat(chunks).toString()}`;
}

describe('arrive', () => {
  const finalized = 'google.cloud.storage.object.v1.finalized';
  const object = { bucket: 'local-raw', name: 'shop/orders/1.csv', generation: '1' };
  const event = (type: string): Record<string, string> => ({
    ...JSON_HEADERS,
    'ce-specversion': '1.0',
    'ce-id': '1',
    'ce-source': 's',
    'ce-type': type,
  });
  const push = (eventType: string, bucketId = 'local-raw'): string =>
    JSON.stringify({ message: { attributes: { eventType, bucketId, objectId: 'a', objectGeneration: '1' } } });

  test.each<[string, Sent, number]>([
    ['an event of another kind, binary', { body: JSON.stringify(object), headers: event(`${finalized}.not`) }, 204],
    [
      'an event of another kind, structured',
      {
        body: JSON.stringify({ specversion: '1.0', id: '1', source: 's', type: 'other', data: object }),
        headers: { 'content-type': 'application/cloudevents+json; charset=UTF-8' },
      },
      204,
    ],
    ['a push of another kind', { body: push('OBJECT_DELETE') }, 204],
    ['a plain POST', { body: JSON.stringify(object) }, 400],
    ['an object of another bucket', { body: push('OBJECT_FINALIZE', 'other') }, 400],
  ])('%s', async (_, sent, status) => {
    expect((await sendAs('arrive', sent)).status).toBe(status);
    expect(services.received).toEqual([]);
  });
});

const SHARD = {
  n: 0,
  input: { bucket: 'local-raw', name: 'shop/a\tb.csv', generation: '1' },
  compression: 'none',
  start: 0,
  end: 10,
  firstRecord: 1,
  header: ['id', ''],
};
const task = { source: 'shop.orders', run: 'r', epoch: 0, n: 0 };

test.each<[FunctionName, object]>([
  ['adhoc', {}],
  ['adhoc', { action: 'drop' }],
  ['adhoc', { action: 'toString' }],
  ['adhoc', { action: ['run'] }],
  ['adhoc', { action: 'run', selector: { $ne: 1 } }],
  ['adhoc', { action: 'run', from: 'yesterday', to: '2026-01-31' }],
  ['adhoc', { action: 'run', from: '2026-01-31' }],
  ['adhoc', { action: 'run', from: '2026-02-01', to: '2026-01-31' }],
  ['adhoc', { action: 'run', fullRefresh: 'no' }],
  ['adhoc', { action: 'run', full_refresh: true }],
  ['adhoc', { action: 'nightly', date: 20260131 }],
  ['adhoc', { action: 'runs', states: 'DONE' }],
  ['adhoc', { action: 'runs', reasons: 1 }],
  ['adhoc', { action: 'show' }],
  ['adhoc', { action: 'show', run: {} }],
  ['adhoc', { action: 'replay', run: 'a\nb' }],
  ['adhoc', { action: 'build', build: 7 }],
  ['adhoc', { action: 'night', night: '' }],
  ['adhoc', { action: 'release', id: 'x' }],
  ['prepare', { ...task, epoch: '0' }],
  ['prepare', { ...task, again: 1 }],
  ['prepare', { run: 'r', epoch: 0 }],
  ['deidentify', { ...task, n: -1 }],
  ['deidentify', { ...task, shard: 'all' }],
  ['deidentify', { ...task, shard: { ...SHARD, n: 1 } }],
  ['deidentify', { ...task, shard: { ...SHARD, input: { ...SHARD.input, bucket: 'local-state' } } }],
  ['deidentify', { ...task, shard: { ...SHARD, input: { ...SHARD.input, bucket: undefined } } }],
  ['deidentify', { ...task, shard: { ...SHARD, input: undefined } }],
  ['deidentify', { ...task, shard: { ...SHARD, compression: 'lz4' } }],
  ['deidentify', { ...task, shard: { ...SHARD, end: -1 } }],
  ['deidentify', { ...task, shard: { ...SHARD, start: 11 } }],
  ['deidentify', { ...task, shard: { ...SHARD, firstRecord: 0 } }],
  ['deidentify', { ...task, shard: { ...SHARD, header: 'id' } }],
  ['deidentify', { ...task, shard: { ...SHARD, rowGroups: [0] } }],
  ['deidentify', { ...task, shard: { ...SHARD, scan: { records: 1 } } }],
  ['deidentify', { ...task, shard: { ...SHARD, scan: { records: 1, blankLines: false, newline: '\r' } } }],
  ['load', { table: ['shop.orders'] }],
  ['transform', { build: 'b' }],
  ['nightly', { date: 'today' }],
  ['nightly', { only: 'swep' }],
  ['nightly', { key: {} }],
])('%s refuses fields that are missing or wrong: %j', async (name, body) => {
  expect(await sendAs(name, { body: JSON.stringify(body) })).toMatchObject({ status: 400, code: 'BAD_REQUEST' });
  expect(services.received).toEqual([]);
});

test.each<[string, object]>([
  ['none, which the manifest then has', {}],
  ['one of a whole file', { shard: SHARD }],
  [
    'one that was scanned',
    { shard: { ...SHARD, scan: { records: 1, blankLines: true, newline: '\r\n', looseQuotes: true } } },
  ],
  ['one of Parquet', { shard: { ...SHARD, rowGroups: [0, 2], scan: { records: 1, blankLines: false } } }],
])('deidentify takes a shard: %s', async (_, shard) => {
  const { code } = await sendAs('deidentify', { body: JSON.stringify({ ...task, ...shard }) });
  expect(code).not.toBe('BAD_REQUEST');
  expect(services.received.length).toBeGreaterThan(0);
});

test('a path that is no function is not found', async () => {
  for (const path of ['/other', '/', '/constructor', '/load.ts', '//load', '/load%2f', '/LOAD'])
    expect(await sendAs('load', { path })).toMatchObject({ status: 404, code: 'NOT_FOUND' });
});

test('who is let in to one function is not let in to another that the framework runs instead', async () => {
  const other = getTestServer('load') as Server;
  other.listen(0, '127.0.0.1');
  await once(other, 'listening');
  const response = await fetch(`http://127.0.0.1:${(other.address() as AddressInfo).port}/adhoc`, {
    method: 'POST',
    headers: { ...JSON_HEADERS, authorization: `Bearer ${tokenOf('adhoc')}` },
    body: JSON.stringify(BODIES.load),
  });
  expect(response.status).toBe(401);
  expect(services.received).toEqual([]);
  other.closeAllConnections();
  await new Promise((resolve) => other.close(resolve));
});

test('what does not come by the front door is refused by the function itself', async () => {
  const load = getFunction('load') as unknown as (request: object, response: object) => Promise<void>;
  const response = { statusCode: 0, setHeader: vi.fn(), end: vi.fn() };
  const headers = { authorization: `Bearer ${tokenOf('load')}` };
  await load({ method: 'POST', url: '/', headers, body: BODIES.load }, response);
  expect(response.statusCode).toBe(401);
  expect(services.received).toEqual([]);
});
