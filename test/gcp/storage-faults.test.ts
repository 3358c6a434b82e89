import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLedger } from '../../functions/gcp/ledger.ts';
import { createObjectStore } from '../../functions/gcp/storage.ts';
import type { LedgerEntry } from '../../functions/model/run.ts';
import type { ObjectInfo, ObjectStore } from '../../functions/ports.ts';
import { createFaultProxy, type FaultProxy } from './fault-proxy.ts';
import { type Local, PROJECT, startLocal } from './local.ts';

let local: Local;
const BUCKET = 'acme-faults';
const MEDIA = /^GET .*alt=media/;
const UPLOAD = /^POST \/upload/;
const CHUNK = /^PUT \/upload/;

beforeAll(async () => {
  local = await startLocal();
  await local.createBucket(BUCKET);
});
afterAll(() => local.stop());

/** Through a proxy of the test's own, whose faults must all have found their request. */
async function withProxy(work: (store: ObjectStore, proxy: FaultProxy) => Promise<void>): Promise<void> {
  const proxy = await createFaultProxy(local.http('storage'));
  try {
    await work(createObjectStore({ project: PROJECT, endpoint: proxy.url }), proxy);
    expect(proxy.pending()).toBe(0);
  } finally {
    await proxy.close();
  }
}

let objects = 0;

/** An object of its own, since tests run side by side. */
async function stored(store: ObjectStore, body: string | Buffer): Promise<ObjectInfo> {
  const written = await store.write(
    BUCKET,
    `object-${objects++}`,
    typeof body === 'string' ? body : Readable.from([body]),
  );
  if (!written) throw new Error('not written');
  return written;
}

/** Bytes that came, and what ended them. */
async function drain(stream: Readable): Promise<{ bytes: number; error?: unknown }> {
  let bytes = 0;
  try {
    for await (const chunk of stream) bytes += (chunk as Buffer).length;
    return { bytes };
  } catch (error) {
    return { bytes, error };
  }
}

describe('a read', () => {
  test.concurrent('that breaks midway fails so that it can be tried again, and never looks whole', () =>
    withProxy(async (store, proxy) => {
      const object = await stored(store, randomBytes(4 << 20));
      proxy.strike(MEDIA, { kind: 'cut_answer', after: 1 << 20 });
      const { bytes, error } = await drain(await store.read(object));
      expect(error).toMatchObject({ code: 'STORAGE_FAILED', retryable: true });
      expect(bytes).toBeLessThan(4 << 20);
      expect(await drain(await store.read(object))).toEqual({ bytes: 4 << 20 });
    }));

  test.concurrent.each([
    ['is refused with 503', { kind: 'status', status: 503 }],
    ['is refused with 429', { kind: 'status', status: 429 }],
    ['gets no answer', { kind: 'drop' }],
  ] as const)('that %s is tried again', (_, fault) =>
    withProxy(async (store, proxy) => {
      const object = await stored(store, 'body');
      proxy.strike(MEDIA, fault);
      expect(await drain(await store.read(object))).toEqual({ bytes: 4 });
    }),
  );

  test.concurrent.each([
    [403, false],
    [401, false],
    [400, false],
  ])('that is refused with %i fails at once, retryable: %s', (status, retryable) =>
    withProxy(async (store, proxy) => {
      const object = await stored(store, 'body');
      proxy.strike(MEDIA, { kind: 'status', status });
      await expect(store.read(object)).rejects.toMatchObject({
        code: 'STORAGE_FAILED',
        retryable,
        details: { status },
      });
    }),
  );

  test.concurrent('of a stored gzip gives the bytes that are stored', () =>
    withProxy(async (store) => {
      const gzip = Buffer.from('H4sIAAAAAAAAA0tMSgYAwkEkNQMAAAA=', 'base64');
      const url = `${local.http('storage')}/upload/storage/v1/b/${BUCKET}/o?uploadType=media&name=gz&contentEncoding=gzip`;
      const response = await fetch(url, { method: 'POST', body: gzip });
      const { generation } = (await response.json()) as { generation: string };
      const object = { bucket: BUCKET, name: 'gz', generation };
      expect(await drain(await store.read(object))).toEqual({ bytes: gzip.length });
      expect(await drain(await store.read(object, { start: 0, end: 5 }))).toEqual({ bytes: 5 });
    }));
});

describe('a create-only write whose answer is lost', () => {
  test.concurrent.each(['text', 'stream'] as const)('counts as existing, and the bytes are ours: %s', (kind) =>
    withProxy(async (store, proxy) => {
      const name = `lost ${kind}`;
      proxy.strike(UPLOAD, { kind: 'lose_answer' });
      const outcome = await store
        .write(BUCKET, name, kind === 'text' ? 'ours' : Readable.from(['ours']), { ifAbsent: true, size: 4 })
        .catch((error: unknown) => error);
      // A text can be sent again, and then it is there; of a stream only the caller has another.
      if (kind === 'text') expect(outcome).toBeUndefined();
      else expect(outcome).toMatchObject({ code: 'STORAGE_FAILED', retryable: true });
      expect(await store.readText(BUCKET, name)).toBe('ours');
    }),
  );

  test.concurrent('to the ledger is recognised as our own', () =>
    withProxy(async (store, proxy) => {
      const ledger = createLedger(store, BUCKET);
      const entry: LedgerEntry = {
        v: 1,
        seq: 1,
        run: 'r',
        source: 'shop.orders',
        epoch: 0,
        state: 'CLAIMED',
        owner: 'me',
        release: 'x',
        at: '2026-01-31T00:00:00Z',
        detail: { object: { bucket: 'raw', name: 'a', generation: '1' } },
      };
      proxy.strike(UPLOAD, { kind: 'lose_answer' });
      expect(await ledger.append(entry)).toBe('written');
      expect(await ledger.append({ ...entry, owner: 'you' })).toBe('taken');
    }));
});

describe('a large upload', () => {
  const body = Array.from({ length: 40 }, (_, i) => Buffer.alloc(1 << 20, i));
  const hash = createHash('md5').update(Buffer.concat(body)).digest('base64');
  const size = 40 << 20;
  const upload = (store: ObjectStore, name: string) =>
    store.write(BUCKET, name, Readable.from(body), { size, ifAbsent: true });
  const md5Of = async (name: string): Promise<string> => {
    const { md5Hash } = await local.call<{ md5Hash: string }>(
      'GET',
      `${local.http('storage')}/storage/v1/b/${BUCKET}/o/${name}`,
    );
    return md5Hash;
  };

  test.concurrent('goes in chunks', () =>
    withProxy(async (store, proxy) => {
      expect((await upload(store, 'chunks'))?.size).toBe(size);
      expect(proxy.seen.filter((line) => CHUNK.test(line))).toHaveLength(3);
      expect(await md5Of('chunks')).toBe(hash);
    }));

  test.concurrent.each([
    ['whose connection breaks midway', { kind: 'cut_request', after: 5 << 20 }],
    ['one of whose chunks is refused', { kind: 'status', status: 503 }],
    ['the answer to one of whose chunks is lost', { kind: 'lose_answer' }],
  ] as const)('%s goes on from what the server has', (_, fault) =>
    withProxy(async (store, proxy) => {
      const name = `resumed-${fault.kind}`;
      proxy.strike(CHUNK, fault);
      expect((await upload(store, name))?.size).toBe(size);
      expect(await md5Of(name)).toBe(hash);
    }),
  );
});

describe('a write', () => {
  test('that is stored otherwise than it was sent is a failure', () =>
    withProxy(async (store) => {
      const object = await stored(store, 'other bytes');
      // Another object's resource as the answer: its MD5 is not that of what was sent.
      const liar = createObjectStore({ project: PROJECT, endpoint: await lyingServer(object) });
      await expect(liar.write(BUCKET, 'a', 'what was sent')).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    }));

  test('prints no warning, nor does a download', () =>
    withProxy(async (store) => {
      const warnings: string[] = [];
      const onWarning = ({ name }: Error): void => void warnings.push(name);
      process.on('warning', onWarning);
      const object = await stored(store, randomBytes(20 << 20));
      await Promise.all([1, 2, 3].map(async () => drain(await store.read(object))));
      await new Promise((resolve) => setImmediate(resolve));
      process.off('warning', onWarning);
      expect(warnings).toEqual([]);
    }));
});

const servers: { close(): void }[] = [];
afterAll(() => {
  for (const server of servers) server.close();
});

async function lyingServer(object: ObjectInfo): Promise<string> {
  const { createServer } = await import('node:http');
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ ...object, md5Hash: createHash('md5').update('other bytes').digest('base64') }));
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
}
