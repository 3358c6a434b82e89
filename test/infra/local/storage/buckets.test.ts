import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { codeOf, type StorageServer, startStorage } from './storage-server.ts';

let server: StorageServer;
beforeAll(async () => {
  server = await startStorage();
});
afterAll(() => server.close());

describe('buckets', () => {
  test('keep what they were created with', async () => {
    const lifecycle = { rule: [{ action: { type: 'Delete' as const }, condition: { age: 30 } }] };
    await server.client.createBucket('kept', {
      location: 'europe-west1',
      storageClass: 'NEARLINE',
      versioning: { enabled: true },
      labels: { team: 'data' },
      lifecycle,
    });
    const [metadata] = await server.client.bucket('kept').getMetadata();
    expect(metadata).toMatchObject({
      kind: 'storage#bucket',
      name: 'kept',
      location: 'EUROPE-WEST1',
      locationType: 'region',
      storageClass: 'NEARLINE',
      versioning: { enabled: true },
      labels: { team: 'data' },
      lifecycle,
      metageneration: '1',
    });
  });

  test('have the location of the local cloud and the standard class by default', async () => {
    await server.client.createBucket('defaults');
    const [metadata] = await server.client.bucket('defaults').getMetadata();
    expect(metadata).toMatchObject({ location: 'US', locationType: 'multi-region', storageClass: 'STANDARD' });
  });

  test('are patched field by field, null deletes, and the metageneration grows', async () => {
    const [bucket] = await server.client.createBucket('patched', { labels: { a: '1', b: '2' } });
    await bucket.setMetadata({ labels: { a: null, c: '3' }, versioning: { enabled: true } });
    const [metadata] = await bucket.getMetadata();
    expect(metadata.labels).toEqual({ b: '2', c: '3' });
    expect(metadata.metageneration).toBe('2');
    const stale = server.call('PATCH', '/storage/v1/b/patched?ifMetagenerationMatch=1', { body: '{}' });
    expect((await stale).status).toBe(412);
    const fresh = server.call('GET', '/storage/v1/b/patched?ifMetagenerationNotMatch=2');
    expect((await fresh).status).toBe(304);
  });

  test('are listed by prefix, in pages', async () => {
    for (const name of ['list-c', 'list-a', 'list-b', 'other-list']) await server.client.createBucket(name);
    const [all] = await server.client.getBuckets({ prefix: 'list-' });
    expect(all.map(({ name }) => name)).toEqual(['list-a', 'list-b', 'list-c']);
    const first = (await server.call('GET', '/storage/v1/b?project=p&prefix=list-&maxResults=2')).json;
    expect(first).toMatchObject({ kind: 'storage#buckets', items: [{ name: 'list-a' }, { name: 'list-b' }] });
    const next = `/storage/v1/b?project=p&prefix=list-&maxResults=2&pageToken=${first.nextPageToken}`;
    const last = (await server.call('GET', next)).json;
    expect(last.items).toHaveLength(1);
    expect(last.nextPageToken).toBeUndefined();
  });

  test('exist once', async () => {
    await server.client.createBucket('twice');
    const response = await server.call('POST', '/storage/v1/b?project=p', { body: '{"name":"twice"}' });
    expect(response.status).toBe(409);
    const { error } = response.json;
    expect(error.message).toBe('Your previous request to create the named bucket succeeded and you already own it.');
    expect(error.errors[0]?.reason).toBe('conflict');
  });

  test('are deleted when nothing is in them, not even a noncurrent generation', async () => {
    const [bucket] = await server.client.createBucket('doomed', { versioning: { enabled: true } });
    await bucket.file('a').save('1');
    expect(await codeOf(bucket.delete())).toBe(409);
    await bucket.file('a').delete();
    expect(await codeOf(bucket.delete())).toBe(409);
    await bucket.deleteFiles({ versions: true });
    await bucket.delete();
    expect(await codeOf(bucket.getMetadata())).toBe(404);
  });

  test('lose their notification configurations when they are deleted', async () => {
    const [bucket] = await server.client.createBucket('reborn');
    await bucket.createNotification('projects/p/topics/t');
    await bucket.delete();
    await server.client.createBucket('reborn');
    expect((await bucket.getNotifications())[0]).toEqual([]);
  });

  test.each([
    ['an invalid name', '/storage/v1/b?project=p', '{"name":"Not Valid"}', 400],
    ['no name', '/storage/v1/b?project=p', '{}', 400],
    ['no project', '/storage/v1/b', '{"name":"fine"}', 400],
    ['no JSON', '/storage/v1/b?project=p', '{', 400],
    ['a retention policy', '/storage/v1/b?project=p', '{"name":"held","retentionPolicy":{"retentionPeriod":"9"}}', 501],
    ['folders of their own', '/storage/v1/b?project=p', '{"name":"hns","hierarchicalNamespace":{"enabled":true}}', 501],
  ])('with %s are refused', async (_what, path, body, status) => {
    const response = await server.call('POST', path, { body });
    expect(response.status).toBe(status);
    expect(response.json.error.code).toBe(status);
  });

  test.each(['/storage/v1/b/defaults/iam', '/storage/v1/b/defaults/acl', '/storage/v1/b/defaults/o/a/acl', '/batch/x'])(
    'do not have %s, and it says so',
    async (path) => {
      const response = await server.call('GET', path);
      expect(response.status).toBe(501);
      expect(response.json.error.message).toContain(`does not support GET ${path}`);
    },
  );
});
