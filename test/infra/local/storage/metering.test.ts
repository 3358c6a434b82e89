import type { Bucket } from '@google-cloud/storage';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { codeOf, type StorageServer, startStorage } from './storage-server.ts';

let server: StorageServer;
let bucket: Bucket;
beforeAll(async () => {
  server = await startStorage();
  [bucket] = await server.client.createBucket('metered');
  await bucket.file('a').save('1', { resumable: false });
  await bucket.file('doomed').save('1', { resumable: false });
});
afterAll(() => server.close());

function bill(): [number, number] {
  const units = server.context.meter.read();
  return [units.get('storage.class_a') ?? 0, units.get('storage.class_b') ?? 0];
}

test.each<[string, [number, number], () => Promise<unknown>]>([
  ['a simple upload', [1, 0], () => bucket.file('b').save('1', { resumable: false })],
  [
    'a resumable upload in many requests',
    [1, 0],
    () => bucket.file('c').save(Buffer.alloc(600_000), { chunkSize: 262_144 }),
  ],
  ['a list', [1, 0], () => bucket.getFiles()],
  ['a list of buckets', [1, 0], () => server.client.getBuckets()],
  ['a bucket', [1, 0], () => server.client.createBucket('metered-too')],
  ['a patch', [1, 0], () => bucket.file('a').setMetadata({ metadata: { k: 'v' } })],
  ['a copy', [1, 0], () => bucket.file('a').copy('copied')],
  ['a compose', [1, 0], () => bucket.combine(['a', 'copied'], 'composed')],
  ['a notification configuration', [1, 0], () => bucket.createNotification('projects/p/topics/t')],
  ['metadata', [0, 1], () => bucket.file('a').getMetadata()],
  ['metadata of a bucket', [0, 1], () => bucket.getMetadata()],
  ['a download', [0, 1], () => bucket.file('a').download()],
  ['a delete', [0, 0], () => bucket.file('doomed').delete()],
  ['a refusal', [0, 0], () => codeOf(bucket.file('absent').download())],
])('%s costs %j operations of class A and B', async (_what, [a, b], work) => {
  const before = bill();
  await work();
  expect(bill()).toEqual([before[0] + a, before[1] + b]);
});
