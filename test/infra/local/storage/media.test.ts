import { gzipSync } from 'node:zlib';
import type { Bucket } from '@google-cloud/storage';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseRange } from '../../../../infra/local/storage/media.ts';
import { codeOf, type StorageServer, startStorage } from './storage-server.ts';

const TEXT = '0123456789';

let server: StorageServer;
let bucket: Bucket;
beforeAll(async () => {
  server = await startStorage();
  [bucket] = await server.client.createBucket('media');
  await bucket.file('digits').save(TEXT, { resumable: false, contentType: 'text/plain' });
  await bucket.file('large').save(Buffer.alloc(1_000_000, 'abcdefg'));
});
afterAll(() => server.close());

const MEDIA = '/storage/v1/b/media/o/digits?alt=media';

describe('a range', () => {
  test.each<[string | undefined, ReturnType<typeof parseRange>]>([
    [undefined, undefined],
    ['bytes=0-', { start: 0, end: 9 }],
    ['bytes=2-5', { start: 2, end: 5 }],
    ['bytes=9-', { start: 9, end: 9 }],
    ['bytes=2-99', { start: 2, end: 9 }],
    ['bytes=-3', { start: 7, end: 9 }],
    ['bytes=-99', { start: 0, end: 9 }],
    ['bytes=10-', 'unsatisfiable'],
    ['bytes=10-20', 'unsatisfiable'],
    ['bytes=-0', 'unsatisfiable'],
    ['bytes=5-2', undefined],
    ['bytes=-', undefined],
    ['bytes=0-1,3-4', undefined],
    ['lines=0-1', undefined],
  ])('%j of ten bytes is %j', (header, expected) => {
    expect(parseRange(header, 10)).toEqual(expected);
  });

  test('of an empty object cannot be satisfied', () => {
    expect(parseRange('bytes=0-', 0)).toBe('unsatisfiable');
  });

  test.each([
    ['bytes=2-5', 206, '2345', 'bytes 2-5/10'],
    ['bytes=-3', 206, '789', 'bytes 7-9/10'],
    ['bytes=0-', 206, TEXT, 'bytes 0-9/10'],
    ['bytes=10-', 416, 'Request range not satisfiable', 'bytes */10'],
    ['bytes=0-1,3-4', 200, TEXT, undefined],
  ])('%s is answered with %i', async (range, status, text, contentRange) => {
    const reply = await server.call('GET', MEDIA, { headers: { range } });
    expect([reply.status, reply.text, reply.headers['content-range']]).toEqual([status, text, contentRange]);
    expect(reply.headers['content-length']).toBe(String(text.length));
  });

  test('is what Google’s client asks for', async () => {
    const [part] = await bucket.file('large').download({ start: 700_001, end: 700_003 });
    expect(String(part)).toBe('bcd');
    const [tail] = await bucket.file('digits').download({ end: -2 });
    expect(String(tail)).toBe('89');
    expect(await codeOf(bucket.file('digits').download({ start: 10 }))).toBe(416);
  });
});

describe('a download', () => {
  test.each([
    '/storage/v1/b/media/o/digits?alt=media',
    '/download/storage/v1/b/media/o/digits',
    '/b/media/o/digits?alt=media',
  ])('from %s carries what clients verify it by', async (path) => {
    const reply = await server.call('GET', path);
    const [metadata] = await bucket.file('digits').getMetadata();
    expect(reply.text).toBe(TEXT);
    expect(reply.headers).toMatchObject({
      'content-type': 'text/plain',
      'content-length': '10',
      'accept-ranges': 'bytes',
      etag: metadata.etag,
      'x-goog-generation': String(metadata.generation),
      'x-goog-metageneration': '1',
      'x-goog-hash': `crc32c=${metadata.crc32c},md5=${metadata.md5Hash}`,
      'x-goog-storage-class': 'STANDARD',
      'x-goog-stored-content-encoding': 'identity',
      'x-goog-stored-content-length': '10',
    });
  });

  test('keeps on while the object is overwritten and deleted', async () => {
    await bucket.file('moving').save(Buffer.alloc(8_000_000, 'x'));
    const stream = bucket.file('moving').createReadStream();
    let size = 0;
    for await (const chunk of stream) {
      if (size === 0) {
        await bucket.file('moving').save('new');
        await bucket.file('moving').delete();
      }
      size += chunk.length;
    }
    expect(size).toBe(8_000_000);
  });

  test('of a name with odd headers goes out', async () => {
    const file = bucket.file('odd');
    await file.save('x', { metadata: { contentDisposition: 'attachment; filename="\u00fc\u{1F600}.csv"' } });
    const reply = await server.call('GET', '/storage/v1/b/media/o/odd?alt=media');
    const header = Buffer.from(String(reply.headers['content-disposition']), 'latin1').toString('utf8');
    expect(header).toBe('attachment; filename="\u00fc\u{1F600}.csv"');
  });

  test('at a generation that is not there is a 404', async () => {
    expect((await server.call('GET', `${MEDIA}&generation=1`)).status).toBe(404);
    expect((await server.call('GET', `${MEDIA}&generation=one`)).status).toBe(400);
    expect((await server.call('GET', `${MEDIA}&generation=9223372036854775807`)).status).toBe(404);
  });

  test('by entity tag is answered 304', async () => {
    const { etag } = (await server.call('GET', MEDIA)).headers;
    const reply = await server.call('GET', MEDIA, { headers: { 'if-none-match': `"${String(etag)}"` } });
    expect([reply.status, reply.text]).toEqual([304, '']);
  });
});

describe('gzip', () => {
  const content = 'compress me '.repeat(1000);
  const path = '/storage/v1/b/media/o/zipped?alt=media';
  beforeAll(() => bucket.file('zipped').save(content, { gzip: true, resumable: false, contentType: 'text/plain' }));

  test('is opened by Google’s client, which verifies it', async () => {
    expect(String((await bucket.file('zipped').download())[0])).toBe(content);
    const [raw] = await bucket.file('zipped').download({ decompress: false });
    expect(raw.equals(gzipSync(content))).toBe(true);
  });

  test('goes out as it is to a caller that takes it', async () => {
    const reply = await server.call('GET', path, { headers: { 'accept-encoding': 'gzip', range: 'bytes=0-1' } });
    expect([reply.status, reply.headers['content-encoding']]).toEqual([206, 'gzip']);
    expect([...reply.bytes]).toEqual([0x1f, 0x8b]);
  });

  test('is decompressed for a caller that does not, whole', async () => {
    const reply = await server.call('GET', path, { headers: { range: 'bytes=0-1' } });
    expect([reply.status, reply.text]).toEqual([200, content]);
    expect(reply.headers).toMatchObject({
      'x-goog-stored-content-encoding': 'gzip',
      warning: '214 UploadServer gunzipped',
    });
    expect(reply.headers).not.toHaveProperty('content-encoding');
    expect(reply.headers).not.toHaveProperty('content-length');
  });

  test('that is none is refused to a caller that does not take it, and only to that one', async () => {
    const broken = '/storage/v1/b/media/o/broken?alt=media';
    const upload = '/upload/storage/v1/b/media/o?uploadType=media&name=broken&contentEncoding=gzip';
    await server.call('POST', upload, { body: 'not gzip at all' });
    const refused = await server.call('GET', broken);
    expect([refused.status, refused.text]).toEqual([400, expect.stringContaining('media/broken are not gzip')]);
    const reply = await server.call('GET', broken, { headers: { 'accept-encoding': 'gzip' } });
    expect([reply.status, reply.text]).toEqual([200, 'not gzip at all']);
  });

  test('goes out as it is where the object forbids to transform it', async () => {
    await bucket.file('zipped').setMetadata({ cacheControl: 'no-transform' });
    expect((await server.call('GET', path)).headers['content-encoding']).toBe('gzip');
  });
});
