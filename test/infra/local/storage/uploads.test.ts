import { readdirSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseBoundary, readMultipart } from '../../../../infra/local/storage/multipart.ts';
import { type StorageServer, startStorage } from './storage-server.ts';

let server: StorageServer;
beforeAll(async () => {
  server = await startStorage();
  await server.client.createBucket('up-loads');
});
afterAll(() => server.close());

const UPLOAD = '/upload/storage/v1/b/up-loads/o';
const read = async (name: string) =>
  (await server.call('GET', `/storage/v1/b/up-loads/o/${encodeURIComponent(name)}?alt=media`)).text;
const files = () => readdirSync(join(server.context.dir, 'objects'), { recursive: true }).length;

describe('a simple upload', () => {
  test('takes name, type and encoding from the request', async () => {
    const response = await server.call('POST', `${UPLOAD}?uploadType=media&name=s%2F1&contentEncoding=x-own`, {
      body: 'bytes',
      headers: { 'content-type': 'text/csv; charset=utf-8' },
    });
    expect(response.json).toMatchObject({
      name: 's/1',
      contentType: 'text/csv; charset=utf-8',
      contentEncoding: 'x-own',
      size: '5',
    });
    expect(await read('s/1')).toBe('bytes');
  });

  test('without a type is application/octet-stream, and any text is a type', async () => {
    const none = await server.call('POST', `${UPLOAD}?uploadType=media&name=t`, { body: 'x' });
    expect(none.json.contentType).toBe('application/octet-stream');
    const odd = await server.call('POST', `${UPLOAD}?uploadType=media&name=t`, {
      body: 'x',
      headers: { 'content-type': 'what is this' },
    });
    expect(odd.json.contentType).toBe('what is this');
  });

  test.each([
    ['no name', '?uploadType=media', 400],
    ['an empty name', '?uploadType=media&name=', 400],
    ['a newline in the name', '?uploadType=media&name=a%0Ab', 400],
    ['a name that is too long', `?uploadType=media&name=${'x'.repeat(1025)}`, 400],
    ['an unknown upload type', '?uploadType=post&name=a', 400],
    ['a key of Cloud KMS', '?uploadType=media&name=a&kmsKeyName=k', 501],
  ])('with %s is refused', async (_what, query, status) => {
    expect((await server.call('POST', `${UPLOAD}${query}`, { body: 'x' })).status).toBe(status);
  });

  test('to a bucket that is not there is a 404', async () => {
    const response = await server.call('POST', '/upload/storage/v1/b/absent/o?uploadType=media&name=a', { body: 'x' });
    expect(response.status).toBe(404);
  });

  test('that breaks off leaves nothing', async () => {
    const before = files();
    await new Promise<void>((resolve) => {
      const broken = httpRequest(`${server.url}${UPLOAD}?uploadType=media&name=broken`, {
        method: 'POST',
        headers: { 'content-length': 10_000_000 },
      });
      broken.on('error', () => resolve());
      broken.write(Buffer.alloc(1_000_000));
      setTimeout(() => broken.destroy(), 50);
    });
    await expect.poll(files).toBe(before);
    expect((await server.call('GET', '/storage/v1/b/up-loads/o/broken')).status).toBe(404);
  });
});

describe('checksums that the sender gives', () => {
  const crc32c = 'mnG7TA==';
  const md5 = 'XUFAKrxLKna5cZ2REBfFkg==';

  test.each([
    [{ 'x-goog-hash': `crc32c=${crc32c},md5=${md5}` }, 200],
    [{ 'x-goog-hash': `crc32c=AAAAAA==, md5=${md5}` }, 400],
    [{ 'x-goog-hash': `crc32c=${crc32c}, md5=AAAAAA==` }, 400],
    [{ 'content-md5': md5 }, 200],
    [{ 'content-md5': 'AAAAAA==' }, 400],
  ])('in headers are verified: %j', async (headers: Record<string, string>, status) => {
    const before = files();
    const response = await server.call('POST', `${UPLOAD}?uploadType=media&name=sum${status}`, {
      body: 'hello',
      headers,
    });
    expect(response.status).toBe(status);
    if (status === 400) expect(files()).toBe(before);
  });

  test.each([
    [{ crc32c, md5Hash: md5 }, 200],
    [{ crc32c: 'AAAAAA==' }, 400],
    [{ md5Hash: 'AAAAAA==' }, 400],
  ])('in the resource are verified: %j', async (resource, status) => {
    const body = `--b\r\n\r\n${JSON.stringify({ name: 'multi', ...resource })}\r\n--b\r\n\r\nhello\r\n--b--`;
    const headers = { 'content-type': 'multipart/related; boundary=b' };
    const response = await server.call('POST', `${UPLOAD}?uploadType=multipart`, { body, headers });
    expect(response.status).toBe(status);
  });

  test('are refused in Google’s words', async () => {
    const upload = server.call('POST', `${UPLOAD}?uploadType=media&name=bad`, {
      body: 'hello',
      headers: { 'x-goog-hash': 'crc32c=AAAAAA==' },
    });
    const { error } = (await upload).json;
    expect(error.message).toBe(`Provided CRC32C "AAAAAA==" doesn't match calculated CRC32C "${crc32c}".`);
    expect(error.errors[0]?.reason).toBe('invalid');
  });
});

describe('a multipart upload', () => {
  const resource = '{"name":"m","contentType":"text/csv","metadata":{"k":"v"}}';
  const lf = (boundary: string) =>
    `--${boundary}\nContent-Type: application/json\nMIME-Version: 1.0\n\n${resource}\n--${boundary}\nContent-Type: text/plain\nContent-Transfer-Encoding: binary\n\n1\r\n--x\n2\n--${boundary}--`;
  const crlf = (boundary: string) => lf(boundary).replaceAll('\r\n', '\n').replaceAll('\n', '\r\n');

  test.each([
    ['bare', 'multipart/related; boundary=abc', 'abc', crlf],
    ['quoted', 'multipart/related; boundary="a b=="', 'a b==', crlf],
    ['in Python’s quotes', "multipart/related; boundary='===12=='", '===12==', lf],
  ])('is understood with a boundary %s', async (_how, type, boundary, body) => {
    const headers = { 'content-type': type };
    const response = await server.call('POST', `${UPLOAD}?uploadType=multipart`, { body: body(boundary), headers });
    expect(response.json).toMatchObject({ name: 'm', contentType: 'text/csv', metadata: { k: 'v' } });
    expect(await read('m')).toBe(body === lf ? '1\r\n--x\n2' : '1\r\n--x\r\n2');
  });

  test('is understood wherever the network cuts it', async () => {
    const whole = Buffer.from(crlf('abc'));
    for (let size = 1; size < 40; size++) {
      const cut = async function* () {
        for (let start = 0; start < whole.length; start += size) yield whole.subarray(start, start + size);
      };
      const { resource: parsed, contentType, media } = await readMultipart(cut(), 'abc');
      const chunks: Buffer[] = [];
      for await (const chunk of media) chunks.push(chunk);
      expect([parsed.name, contentType, String(Buffer.concat(chunks))]).toEqual(['m', 'text/plain', '1\r\n--x\r\n2']);
    }
  });

  test('keeps bytes that look like line ends or boundaries', async () => {
    const media = Buffer.from('\r\n\r\n--ab\r\n--abd\n--abc-\n\r\n\0\xff', 'latin1');
    const body = Buffer.concat([
      Buffer.from(`--abc\r\n\r\n${resource}\r\n--abc\r\n\r\n`),
      media,
      Buffer.from('\r\n--abc--'),
    ]);
    const chunks: Buffer[] = [];
    const parsed = await readMultipart(oneChunk(body), 'abc');
    for await (const chunk of parsed.media) chunks.push(chunk);
    expect(Buffer.concat(chunks).equals(media)).toBe(true);
  });

  async function* oneChunk(bytes: Buffer): AsyncGenerator<Buffer> {
    yield bytes;
  }

  test.each([
    ['no boundary', 'multipart/related', lf('abc'), 400],
    ['another type', 'text/plain', lf('abc'), 400],
    ['no end', 'multipart/related; boundary=abc', lf('abc').slice(0, -7), 400],
    ['no JSON', 'multipart/related; boundary=abc', '--abc\n\nx\n--abc\n\ny\n--abc--', 400],
    ['base64', 'multipart/related; boundary=abc', lf('abc').replace('binary', 'base64'), 501],
  ])('with %s is refused', async (_what, type, body, status) => {
    const response = await server.call('POST', `${UPLOAD}?uploadType=multipart&name=m`, {
      body,
      headers: { 'content-type': type },
    });
    expect(response.status).toBe(status);
  });

  test('may not be called two things', async () => {
    const response = await server.call('POST', `${UPLOAD}?uploadType=multipart&name=other`, {
      body: lf('abc'),
      headers: { 'content-type': 'multipart/related; boundary=abc' },
    });
    expect(response.status).toBe(400);
    expect(response.json.error.message).toBe("Value 'm' in content does not agree with value 'other'.");
  });

  test('needs a multipart type', () => {
    expect(() => parseBoundary(undefined)).toThrow(expect.objectContaining({ httpStatus: 400 }));
  });
});
