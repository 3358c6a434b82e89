import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Bucket } from '@google-cloud/storage';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { crc32c, renderCrc32c } from '../../../../infra/local/storage/crc32c.ts';
import { codeOf, type StorageServer, startStorage } from './storage-server.ts';

let server: StorageServer;
let bucket: Bucket;
let other: Bucket;
beforeAll(async () => {
  server = await startStorage();
  [bucket] = await server.client.createBucket('from-here');
  [other] = await server.client.createBucket('to-there', { storageClass: 'NEARLINE', versioning: { enabled: true } });
});
afterAll(() => server.close());

const text = async (file: { download(): Promise<[Buffer]> }) => String((await file.download())[0]);
const fileCount = () => readdirSync(join(server.context.dir, 'objects')).length;

describe('a copy', () => {
  test('takes bytes and metadata along, and the class of the bucket it goes to', async () => {
    const file = bucket.file('source');
    await file.save('bytes', { contentType: 'text/csv', metadata: { metadata: { k: 'v' } } });
    const [copy] = await file.copy(other.file('a/copy'));
    expect(await text(copy)).toBe('bytes');
    const [metadata] = await copy.getMetadata();
    const [{ crc32c: checksum, md5Hash }] = await file.getMetadata();
    expect(metadata).toMatchObject({ contentType: 'text/csv', metadata: { k: 'v' }, crc32c: checksum, md5Hash });
    expect(metadata.storageClass).toBe('NEARLINE');
  });

  test('takes the fields that the request gives instead', async () => {
    await bucket.file('source').save('bytes', { contentType: 'text/csv', metadata: { metadata: { k: 'v' } } });
    const [copy] = await bucket.file('source').copy('changed', { metadata: { other: 'x' } });
    expect((await copy.getMetadata())[0]).toMatchObject({ contentType: 'text/csv', metadata: { other: 'x' } });
  });

  test('of an old generation brings it back', async () => {
    const file = other.file('history');
    await file.save('old', { resumable: false });
    const generation = Number((await file.getMetadata())[0].generation);
    await file.save('new', { resumable: false });
    await other.file('history', { generation }).copy(file);
    expect(await text(file)).toBe('old');
    expect((await other.getFiles({ prefix: 'history', versions: true }))[0]).toHaveLength(3);
  });

  test('shares its source’s file, which outlives the source', async () => {
    await bucket.file('shared').save(Buffer.alloc(300_000, 'x'));
    const before = fileCount();
    await bucket.file('shared').copy('shared-copy');
    expect(fileCount()).toBe(before);
    await bucket.file('shared').delete();
    expect((await bucket.file('shared-copy').download())[0]).toHaveLength(300_000);
    await bucket.file('shared-copy').delete();
    expect(fileCount()).toBe(before - 1);
  });

  test('onto itself is a new generation', async () => {
    const file = bucket.file('itself');
    await file.save('same');
    const [before] = await file.getMetadata();
    await file.setStorageClass('coldline');
    const [after] = await file.getMetadata();
    expect(after.storageClass).toBe('COLDLINE');
    expect(Number(after.generation)).toBeGreaterThan(Number(before.generation));
    expect(await text(file)).toBe('same');
  });

  test.each([
    ['rewriteTo', { kind: 'storage#rewriteResponse', done: true, objectSize: '5', totalBytesRewritten: '5' }],
    ['copyTo', { kind: 'storage#object', name: 'answered', size: '5' }],
  ])('by %s is answered with %j', async (operation, answer) => {
    await bucket.file('source').save('bytes');
    const path = `/storage/v1/b/from-here/o/source/${operation}/b/to-there/o/answered`;
    expect((await server.call('POST', path)).json).toMatchObject(answer);
  });

  test.each([
    ['from nothing', 'absent/rewriteTo/b/to-there/o/x', 404],
    ['to no bucket', 'source/rewriteTo/b/nowhere/o/x', 404],
    ['to a forbidden name', 'source/rewriteTo/b/to-there/o/a%0Ab', 400],
    ['with a token', 'source/rewriteTo/b/to-there/o/x?rewriteToken=t', 400],
    ['under a key', 'source/rewriteTo/b/to-there/o/x?destinationKmsKeyName=k', 501],
    ['when the target exists and must not', 'source/rewriteTo/b/from-here/o/source?ifGenerationMatch=0', 412],
  ])('%s is refused', async (_what, path, status) => {
    await bucket.file('source').save('bytes');
    const before = fileCount();
    expect((await server.call('POST', `/storage/v1/b/from-here/o/${path}`)).status).toBe(status);
    expect(fileCount()).toBe(before);
    expect(await text(bucket.file('source'))).toBe('bytes');
  });
});

describe('a move', () => {
  test('leaves nothing behind', async () => {
    await bucket.file('old-name').save('bytes');
    await bucket.file('old-name').moveFileAtomic('new-name');
    expect(await codeOf(bucket.file('old-name').getMetadata())).toBe(404);
    expect(await text(bucket.file('new-name'))).toBe('bytes');
  });

  test('that may not replace what is there changes nothing', async () => {
    await bucket.file('one').save('1');
    await bucket.file('two').save('2');
    const path = '/storage/v1/b/from-here/o/one/moveTo/o/two';
    expect((await server.call('POST', `${path}?ifGenerationMatch=0`)).status).toBe(412);
    expect((await server.call('POST', `${path}?ifSourceGenerationMatch=1`)).status).toBe(412);
    expect((await server.call('POST', '/storage/v1/b/from-here/o/one/moveTo/o/one')).status).toBe(400);
    expect([await text(bucket.file('one')), await text(bucket.file('two'))]).toEqual(['1', '2']);
  });
});

describe('compose', () => {
  test('puts bytes together and counts the components; there is no MD5', async () => {
    const parts = [Buffer.alloc(400_000, 'a'), Buffer.from('b'), Buffer.alloc(0), Buffer.alloc(300_000, 'c')];
    for (const [index, part] of parts.entries()) await bucket.file(`part-${index}`).save(part);
    const sources = parts.map((_, index) => bucket.file(`part-${index}`));
    await bucket.combine(sources, 'composed.csv');
    const whole = Buffer.concat(parts);
    const [metadata] = await bucket.file('composed.csv').getMetadata();
    expect(metadata).toMatchObject({ componentCount: 4, contentType: 'text/csv', crc32c: renderCrc32c(crc32c(whole)) });
    expect(metadata.md5Hash).toBeUndefined();
    expect((await bucket.file('composed.csv').download())[0].equals(whole)).toBe(true);
    await bucket.combine(['composed.csv', 'part-1'], 'again.csv');
    expect((await bucket.file('again.csv').getMetadata())[0].componentCount).toBe(5);
  });

  test('onto one of its sources appends to it', async () => {
    await bucket.file('log').save('1');
    await bucket.file('more').save('2');
    await bucket.combine(['log', 'more'], 'log');
    expect(await text(bucket.file('log'))).toBe('12');
  });

  test('takes 32 sources and no more', async () => {
    await bucket.file('unit').save('x');
    const units = (count: number) => Array.from({ length: count }, () => bucket.file('unit'));
    await bucket.combine(units(32), 'thirty-two');
    expect(await text(bucket.file('thirty-two'))).toBe('x'.repeat(32));
    await expect(bucket.combine(units(33), 'thirty-three')).rejects.toMatchObject({
      code: 400,
      message: 'The number of source components provided (33) exceeds the maximum (32)',
    });
  });

  test('reads the generations that it is told to', async () => {
    await other.file('gen').save('old', { resumable: false });
    const [{ generation }] = await other.file('gen').getMetadata();
    await other.file('gen').save('new', { resumable: false });
    const compose = (source: object, query = '') =>
      server.call('POST', `/storage/v1/b/to-there/o/picked/compose${query}`, {
        body: JSON.stringify({ sourceObjects: [source, { name: 'gen' }], destination: { contentType: 'a/b' } }),
      });
    expect((await compose({ name: 'gen', generation })).json.contentType).toBe('a/b');
    expect(await text(other.file('picked'))).toBe('oldnew');
    const stale = { name: 'gen', objectPreconditions: { ifGenerationMatch: generation } };
    expect((await compose(stale)).status).toBe(412);
    expect((await compose({ name: 'gen' }, '?ifGenerationMatch=0')).status).toBe(412);
    expect((await compose({ name: 'absent' })).status).toBe(404);
    expect((await compose({})).status).toBe(400);
  });
});
