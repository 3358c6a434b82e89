import { randomBytes } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import type { Bucket } from '@google-cloud/storage';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { crc32c, renderCrc32c } from '../../../../infra/local/storage/crc32c.ts';
import { parseContentRange } from '../../../../infra/local/storage/resumable.ts';
import { type Reply, type StorageServer, startStorage } from './storage-server.ts';

const KIB = 1024;
const QUANTUM = 256 * KIB;

let server: StorageServer;
let bucket: Bucket;
beforeAll(async () => {
  server = await startStorage();
  [bucket] = await server.client.createBucket('resumed');
});
afterAll(() => server.close());

async function initiate(query: string, options: { body?: string; headers?: Record<string, string> } = {}) {
  const reply = await server.call('POST', `/upload/storage/v1/b/resumed/o?uploadType=resumable&${query}`, options);
  expect(reply.status).toBe(200);
  return new URL(String(reply.headers.location)).href.slice(server.url.length);
}

function put(session: string, range: string | undefined, body: Buffer, headers: Record<string, string> = {}) {
  return server.call('PUT', session, { body, headers: { ...headers, ...(range && { 'content-range': range }) } });
}

const nothing = Buffer.alloc(0);
const status = (session: string, total: number | '*' = '*') => put(session, `bytes */${total}`, nothing);
const seen = ({ status, headers }: Reply) => [status, headers.range];
const download = async (name: string) => (await bucket.file(name).download())[0];

describe('Google’s client', () => {
  const bytes = randomBytes(3 * QUANTUM + 1000);

  test.each([
    ['in one request', {}],
    ['in chunks', { chunkSize: QUANTUM }],
    ['in chunks that end with the object', { chunkSize: bytes.length }],
  ])('uploads %s', async (_how, options) => {
    const file = bucket.file('client');
    await file.save(bytes, { resumable: true, validation: 'crc32c', ...options });
    expect((await download('client')).equals(bytes)).toBe(true);
    expect((await file.getMetadata())[0].crc32c).toBe(renderCrc32c(crc32c(bytes)));
  });

  test('uploads a stream of unknown length', async () => {
    const stream = bucket.file('stream').createWriteStream({ resumable: true, metadata: { contentType: 'a/b' } });
    for (let index = 0; index < 10; index++) stream.write(bytes.subarray(index * 1000, (index + 1) * 1000));
    await new Promise((resolve, reject) => stream.on('error', reject).end(resolve));
    expect((await download('stream')).equals(bytes.subarray(0, 10_000))).toBe(true);
    expect((await bucket.file('stream').getMetadata())[0].contentType).toBe('a/b');
  });

  test('uploads nothing', async () => {
    await bucket.file('zero').save('', { resumable: true });
    expect(await download('zero')).toHaveLength(0);
  });
});

describe('a session', () => {
  test('takes the whole object without a Content-Range', async () => {
    const session = await initiate('name=whole', {
      body: '{"metadata":{"k":"v"},"contentLanguage":"de"}',
      headers: { 'x-upload-content-type': 'text/csv' },
    });
    const done = await put(session, undefined, Buffer.from('all of it'));
    expect(done.json).toMatchObject({
      size: '9',
      contentType: 'text/csv',
      contentLanguage: 'de',
      metadata: { k: 'v' },
    });
  });

  test('acknowledges multiples of 256 KiB and goes on from there', async () => {
    const bytes = randomBytes(2 * QUANTUM + 10);
    const session = await initiate('name=chunks');
    expect(seen(await status(session))).toEqual([308, undefined]);
    // 100 bytes more than one quantum: they are not kept.
    const first = await put(session, `bytes 0-${QUANTUM + 99}/*`, bytes.subarray(0, QUANTUM + 100));
    expect(seen(first)).toEqual([308, `bytes=0-${QUANTUM - 1}`]);
    expect(seen(await status(session))).toEqual([308, `bytes=0-${QUANTUM - 1}`]);
    expect((await bucket.file('chunks').exists())[0]).toBe(false);
    const rest = bytes.subarray(QUANTUM);
    const done = await put(session, `bytes ${QUANTUM}-${bytes.length - 1}/${bytes.length}`, rest);
    expect([done.status, done.json.size]).toEqual([200, String(bytes.length)]);
    expect((await download('chunks')).equals(bytes)).toBe(true);
  });

  test('passes over bytes that it has already', async () => {
    const bytes = randomBytes(2 * QUANTUM);
    const session = await initiate('name=again');
    await put(session, `bytes 0-${QUANTUM - 1}/*`, bytes.subarray(0, QUANTUM));
    const done = await put(session, `bytes 0-${bytes.length - 1}/${bytes.length}`, bytes);
    expect(done.status).toBe(200);
    expect((await download('again')).equals(bytes)).toBe(true);
  });

  test('refuses bytes that leave a gap, so that the client asks where it stands', async () => {
    const session = await initiate('name=gap');
    const reply = await put(session, 'bytes 100-199/200', Buffer.alloc(100));
    expect(reply.status).toBe(503);
    expect(reply.text).toContain('the upload offset is 100 byte(s), which exceeds already uploaded size of 0 byte(s)');
    expect((await put(session, 'bytes 0-199/200', Buffer.alloc(200))).status).toBe(200);
  });

  test('answers with the object again once it is done', async () => {
    const session = await initiate('name=done');
    const done = await put(session, 'bytes 0-4/5', Buffer.from('hello'));
    for (const again of [await status(session), await put(session, 'bytes 0-4/5', Buffer.from('hello'))])
      expect([again.status, again.json.generation]).toEqual([200, done.json.generation]);
    expect((await bucket.file('done').getMetadata())[0].generation).toBe(done.json.generation);
  });

  test.each([
    ['bytes */0', nothing],
    ['bytes */262144', Buffer.alloc(QUANTUM)],
  ])('is done when it hears that %s is all', async (range, before) => {
    const session = await initiate('name=known-late');
    if (before.length > 0) await put(session, `bytes 0-${before.length - 1}/*`, before);
    const done = await put(session, range, nothing);
    expect([done.status, done.json.size]).toEqual([200, String(before.length)]);
  });

  test('may be cancelled', async () => {
    const session = await initiate('name=cancelled');
    await put(session, `bytes 0-${QUANTUM - 1}/*`, Buffer.alloc(QUANTUM));
    expect((await server.call('DELETE', session)).status).toBe(499);
    expect((await status(session)).status).toBe(499);
    expect((await put(session, 'bytes 0-4/5', Buffer.from('hello'))).status).toBe(499);
    expect((await bucket.file('cancelled').exists())[0]).toBe(false);
  });

  test('survives a client that breaks off and comes back while the old connection seems open', async () => {
    const bytes = randomBytes(4 * QUANTUM);
    const session = await initiate('name=broken');
    const old = httpRequest(`${server.url}${session}`, {
      method: 'PUT',
      headers: { 'content-range': `bytes 0-${bytes.length - 1}/${bytes.length}`, 'content-length': bytes.length },
    });
    old.on('error', () => {});
    old.write(bytes.subarray(0, 2 * QUANTUM + 5));
    await expect.poll(async () => seen(await status(session))).toEqual([308, `bytes=0-${2 * QUANTUM - 1}`]);
    const rest = bytes.subarray(2 * QUANTUM);
    const done = await put(session, `bytes ${2 * QUANTUM}-${bytes.length - 1}/${bytes.length}`, rest);
    expect(done.status).toBe(200);
    old.destroy();
    expect((await download('broken')).equals(bytes)).toBe(true);
  });

  test('outlives the process', async () => {
    const bytes = randomBytes(2 * QUANTUM + 7);
    const first = await startStorage();
    await first.client.createBucket('restarted');
    const initiated = await first.call('POST', '/upload/storage/v1/b/restarted/o?uploadType=resumable&name=a');
    const session = new URL(String(initiated.headers.location));
    const range = { 'content-range': `bytes 0-${QUANTUM - 1}/*` };
    const path = `${session.pathname}${session.search}`;
    await first.call('PUT', path, { body: bytes.subarray(0, QUANTUM), headers: range });
    await first.close({ keep: true });

    const second = await startStorage({ dir: first.context.dir });
    const asked = await second.call('PUT', path, { headers: { 'content-range': 'bytes */*' } });
    expect(seen(asked)).toEqual([308, `bytes=0-${QUANTUM - 1}`]);
    const done = await second.call('PUT', path, {
      body: bytes.subarray(QUANTUM),
      headers: { 'content-range': `bytes ${QUANTUM}-${bytes.length - 1}/${bytes.length}` },
    });
    expect(done.json).toMatchObject({ size: String(bytes.length), crc32c: renderCrc32c(crc32c(bytes)) });
    await second.close();
  });
});

describe('a resumable upload is refused', () => {
  test('at once when the object exists and must not', async () => {
    await bucket.file('there').save('1');
    const path = '/upload/storage/v1/b/resumed/o?uploadType=resumable&name=there&ifGenerationMatch=0';
    expect((await server.call('POST', path)).status).toBe(412);
  });

  test('at its end when the object came to exist meanwhile', async () => {
    const session = await initiate('name=meanwhile&ifGenerationMatch=0');
    await bucket.file('meanwhile').save('winner');
    expect((await put(session, undefined, Buffer.from('loser'))).status).toBe(412);
    expect(String(await download('meanwhile'))).toBe('winner');
  });

  test.each([
    ['in the resource', '{"crc32c":"AAAAAA=="}', {}],
    ['with the last bytes', '{}', { 'x-goog-hash': 'crc32c=AAAAAA==' }],
  ])('when a checksum given %s is wrong', async (_where, body, headers) => {
    const session = await initiate('name=wrong', { body });
    expect((await put(session, undefined, Buffer.from('hello'), headers)).status).toBe(400);
    expect((await bucket.file('wrong').exists())[0]).toBe(false);
  });

  test('when more comes than was announced', async () => {
    const session = await initiate('name=more', { headers: { 'x-upload-content-length': '3' } });
    expect((await put(session, 'bytes 0-4/5', Buffer.from('hello'))).status).toBe(400);
    expect((await put(session, undefined, Buffer.from('hello'))).status).toBe(400);
    expect((await bucket.file('more').exists())[0]).toBe(false);
  });

  test.each(['bytes 0-4', 'bytes x-4/5', 'bytes=0-4/5', '0-4/5', 'bytes 5-4x/5'])(
    'with Content-Range %j',
    async (range) => {
      const session = await initiate('name=range');
      expect((await put(session, range, Buffer.from('hello'))).status).toBe(400);
    },
  );

  test('when the session is not known', async () => {
    expect((await put('/upload/storage/v1/b/resumed/o?upload_id=unknown', undefined, nothing)).status).toBe(404);
    expect((await put('/upload/storage/v1/b/resumed/o', undefined, nothing)).status).toBe(400);
  });
});

describe('Content-Range', () => {
  test.each([
    [undefined, { kind: 'bytes', start: 0, end: undefined, total: undefined }],
    ['bytes */*', { kind: 'status', total: undefined }],
    ['bytes */7', { kind: 'status', total: 7 }],
    ['bytes 0-6/7', { kind: 'bytes', start: 0, end: 7, total: 7 }],
    ['bytes 3-6/*', { kind: 'bytes', start: 3, end: 7, total: undefined }],
    ['bytes 3-*/*', { kind: 'bytes', start: 3, end: undefined, total: undefined }],
    ['bytes 3-*/9', { kind: 'bytes', start: 3, end: undefined, total: 9 }],
  ])('%j is understood', (header, expected) => {
    expect(parseContentRange(header)).toEqual(expected);
  });
});
