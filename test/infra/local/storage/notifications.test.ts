import type { Bucket } from '@google-cloud/storage';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type StorageServer, startStorage } from './storage-server.ts';

const TOPIC = 'projects/p/topics/arrivals';

let server: StorageServer;
let bucket: Bucket;
let publishing: 'works' | 'fails' = 'works';
let count = 0;
beforeAll(async () => {
  server = await startStorage({
    publish() {
      if (publishing === 'fails') throw new Error('no such topic');
    },
  });
});
beforeEach(async () => {
  [bucket] = await server.client.createBucket(`notified-${++count}`);
  server.published.length = 0;
});
afterAll(() => server.close());

const events = () => server.published.map(({ attributes }) => [attributes.eventType, attributes.objectId]);

describe('notification configurations', () => {
  test('are created, listed, read and deleted by Google’s client', async () => {
    const [first] = await bucket.createNotification(TOPIC, {
      eventTypes: ['OBJECT_FINALIZE'],
      objectNamePrefix: 'in/',
      customAttributes: { team: 'data' },
    });
    await bucket.createNotification('projects/p/topics/other', { payloadFormat: 'NONE' });
    const [all] = await bucket.getNotifications();
    expect(all.map(({ id }) => id)).toEqual(['1', '2']);
    const [metadata] = await first.getMetadata();
    expect(metadata).toMatchObject({
      topic: `//pubsub.googleapis.com/${TOPIC}`,
      event_types: ['OBJECT_FINALIZE'],
      object_name_prefix: 'in/',
      custom_attributes: { team: 'data' },
      payload_format: 'JSON_API_V1',
    });
    await first.delete();
    expect((await bucket.getNotifications())[0].map(({ id }) => id)).toEqual(['2']);
    expect((await first.exists())[0]).toBe(false);
  });

  test.each([
    ['{"payload_format":"NONE"}', 400],
    ['{"topic":"arrivals","payload_format":"NONE"}', 400],
    [`{"topic":"//pubsub.googleapis.com/${TOPIC}"}`, 400],
    [`{"topic":"//pubsub.googleapis.com/${TOPIC}","payload_format":"XML"}`, 400],
    [`{"topic":"//pubsub.googleapis.com/${TOPIC}","payload_format":"NONE","event_types":["OBJECT_READ"]}`, 400],
  ])('like %s are refused', async (body, status) => {
    const path = `/storage/v1/b/${bucket.name}/notificationConfigs`;
    expect((await server.call('POST', path, { body })).status).toBe(status);
  });
});

describe('a notification', () => {
  test('carries Google’s attributes and the object resource', async () => {
    await bucket.createNotification(TOPIC, { customAttributes: { team: 'data' } });
    await bucket.file('in/a.csv').save('1', { contentType: 'text/csv' });
    const [metadata] = await bucket.file('in/a.csv').getMetadata();
    expect(server.published).toHaveLength(1);
    const { topic, attributes, data } = server.published[0] ?? { data: '' };
    expect(topic).toBe(TOPIC);
    expect(attributes).toEqual({
      team: 'data',
      notificationConfig: `projects/_/buckets/${bucket.name}/notificationConfigs/1`,
      eventType: 'OBJECT_FINALIZE',
      payloadFormat: 'JSON_API_V1',
      bucketId: bucket.name,
      objectId: 'in/a.csv',
      objectGeneration: metadata.generation,
      eventTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/),
    });
    expect(JSON.parse(String(data))).toEqual(metadata);
  });

  test('without a payload has none', async () => {
    await bucket.createNotification(TOPIC, { payloadFormat: 'NONE' });
    await bucket.file('a').save('1');
    expect(server.published[0]?.data).toHaveLength(0);
    expect(server.published[0]?.attributes.payloadFormat).toBe('NONE');
  });

  test('says which generation replaced which', async () => {
    await bucket.createNotification(TOPIC);
    await bucket.file('a').save('1', { resumable: false });
    await bucket.file('a').save('2', { resumable: false });
    const [first, replaced, second] = server.published.map(({ attributes }) => attributes);
    expect([first, replaced, second].map((one) => one?.eventType)).toEqual([
      'OBJECT_FINALIZE',
      'OBJECT_DELETE',
      'OBJECT_FINALIZE',
    ]);
    expect(first).not.toHaveProperty('overwroteGeneration');
    expect(replaced?.objectGeneration).toBe(first?.objectGeneration);
    expect(replaced?.overwrittenByGeneration).toBe(second?.objectGeneration);
    expect(second?.overwroteGeneration).toBe(first?.objectGeneration);
  });

  test('tells archiving from deleting', async () => {
    await bucket.setMetadata({ versioning: { enabled: true } });
    await bucket.createNotification(TOPIC);
    const file = bucket.file('a');
    await file.save('1', { resumable: false });
    const generation = Number((await file.getMetadata())[0].generation);
    await file.save('2', { resumable: false });
    await file.delete();
    await bucket.file('a', { generation }).delete();
    expect(events().map(([type]) => type)).toEqual([
      'OBJECT_FINALIZE',
      'OBJECT_ARCHIVE',
      'OBJECT_FINALIZE',
      'OBJECT_ARCHIVE',
      'OBJECT_DELETE',
    ]);
    expect(JSON.parse(String(server.published[3]?.data)).timeDeleted).toBeDefined();
  });

  test('comes of metadata, copies and composing too', async () => {
    await bucket.createNotification(TOPIC);
    await bucket.file('a').save('1');
    await bucket.file('a').setMetadata({ metadata: { k: 'v' } });
    await bucket.file('a').copy('b');
    await bucket.combine(['a', 'b'], 'c');
    await bucket.file('b').moveFileAtomic('d');
    expect(events()).toEqual([
      ['OBJECT_FINALIZE', 'a'],
      ['OBJECT_METADATA_UPDATE', 'a'],
      ['OBJECT_FINALIZE', 'b'],
      ['OBJECT_FINALIZE', 'c'],
      ['OBJECT_FINALIZE', 'd'],
      ['OBJECT_DELETE', 'b'],
    ]);
  });

  test('comes only of what a configuration asks for', async () => {
    await bucket.createNotification(TOPIC, { eventTypes: ['OBJECT_DELETE'] });
    await bucket.createNotification(TOPIC, { objectNamePrefix: 'in/' });
    await bucket.file('out/a').save('1');
    await bucket.file('in/a').save('1');
    await bucket.file('out/a').delete();
    expect(events()).toEqual([
      ['OBJECT_FINALIZE', 'in/a'],
      ['OBJECT_DELETE', 'out/a'],
    ]);
  });

  test('does not come of what was refused', async () => {
    await bucket.file('a').save('1');
    await bucket.createNotification(TOPIC);
    await bucket
      .file('a')
      .save('2', { preconditionOpts: { ifGenerationMatch: 0 } })
      .catch(() => {});
    await bucket.file('b').delete({ ignoreNotFound: true });
    expect(events()).toEqual([]);
  });

  test('that cannot be published waits, and the upload succeeds', async () => {
    await bucket.createNotification(TOPIC);
    publishing = 'fails';
    await bucket.file('a').save('1');
    publishing = 'works';
    expect(events()).toEqual([]);
    // The first retry comes after a second.
    await expect.poll(events, { timeout: 3000 }).toEqual([['OBJECT_FINALIZE', 'a']]);
  });
});

describe('a listener in the process', () => {
  test('hears of each new generation, also of one that the last process had not told', async () => {
    const heard: string[] = [];
    const first = await startStorage();
    let broken = true;
    first.service.onFinalize(({ bucket, object }) => {
      if (broken) throw new Error('killed here');
      heard.push(`${bucket}/${object.name}#${object.generation}`);
    });
    const [told] = await first.client.createBucket('told');
    await told.file('a').save('1');
    broken = false;
    await told.file('b').save('1');
    expect(heard).toEqual([expect.stringMatching(/^told\/b#\d+$/)]);
    await first.close({ keep: true });

    const second = await startStorage({ dir: first.context.dir, onFinalize: ({ object }) => heard.push(object.name) });
    await expect.poll(() => heard, { timeout: 3000 }).toContain('a');
    await second.close();
  });
});
