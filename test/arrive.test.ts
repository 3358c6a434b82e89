import { describe, expect, test } from 'vitest';
import type { FunctionRequest } from '../functions/http.ts';
import { parseArrival } from '../functions/storage-event.ts';

const FINALIZED = 'google.cloud.storage.object.v1.finalized';
const OBJECT = {
  kind: 'storage#object',
  bucket: 'raw',
  name: 'shop/a b#1.csv',
  generation: '1769835967000123',
  size: '42',
  timeCreated: '2026-01-31T05:06:07.008Z',
};
const ARRIVAL = {
  object: { bucket: 'raw', name: 'shop/a b#1.csv', generation: '1769835967000123' },
  size: 42,
  createdAt: '2026-01-31T05:06:07.008Z',
};

const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64');
const attributes = (eventType: string) => ({
  eventType,
  payloadFormat: 'JSON_API_V1',
  bucketId: OBJECT.bucket,
  objectId: OBJECT.name,
  objectGeneration: OBJECT.generation,
});
const push = (eventType: string, data: string | undefined = base64(OBJECT)) => ({
  message: {
    attributes: attributes(eventType),
    messageId: '1',
    publishTime: OBJECT.timeCreated,
    ...(data !== undefined && { data }),
  },
  subscription: 'projects/acme/subscriptions/arrive',
});
const post = (body: unknown, headers: FunctionRequest['headers'] = {}): FunctionRequest => ({
  method: 'POST',
  headers,
  body,
  caller: 'push@example.com',
});
const binary = (type: string, body: unknown): FunctionRequest =>
  post(body, {
    'ce-type': type,
    'ce-specversion': '1.0',
    'ce-id': '1',
    'ce-source': '//storage.googleapis.com/projects/_/buckets/raw',
  });
const structured = (type: string, data: unknown): FunctionRequest =>
  post({ specversion: '1.0', type, id: '1', source: 's', data });

describe('an object that was finalized is told by', () => {
  test.each<[string, FunctionRequest]>([
    ['a Pub/Sub push', post(push('OBJECT_FINALIZE'))],
    ['Eventarc, binary', binary(FINALIZED, OBJECT)],
    ['Eventarc, structured', structured(FINALIZED, OBJECT)],
    ['Pub/Sub through Eventarc', binary('google.cloud.pubsub.topic.v1.messagePublished', push('OBJECT_FINALIZE'))],
    ['that, structured', structured('google.cloud.pubsub.topic.v1.messagePublished', push('OBJECT_FINALIZE'))],
  ])('%s', (_, request) => expect(parseArrival(request)).toEqual(ARRIVAL));

  test('a push without payload, which names the object and no more', () => {
    expect(parseArrival(post(push('OBJECT_FINALIZE', '')))).toEqual({ object: ARRIVAL.object });
  });

  test('a push whose payload says another object: the attributes are what was published', () => {
    const data = base64({ ...OBJECT, name: 'other', generation: '1' });
    expect(parseArrival(post(push('OBJECT_FINALIZE', data)))?.object).toEqual(ARRIVAL.object);
  });

  test('numbers that are numbers, and no date that is none', () => {
    const odd = { ...OBJECT, generation: 1769835967000123, size: 42, timeCreated: "now'; --" };
    expect(parseArrival(binary(FINALIZED, odd))).toEqual({ object: ARRIVAL.object, size: 42 });
  });

  test.each([
    'a/../b',
    'a//b',
    '%2F',
    '*',
    'line\nend',
    'nul\u0000',
    '🧂',
    'cafe\u0301',
    '__proto__',
    "'; DROP TABLE x; --",
  ])('its name as it is: %j', (name) =>
    expect(parseArrival(binary(FINALIZED, { ...OBJECT, name }))?.object.name).toBe(name),
  );
});

describe('asks for nothing', () => {
  test.each<[string, FunctionRequest]>([
    ['a push of a deletion', post(push('OBJECT_DELETE'))],
    ['a push of an archival', post(push('OBJECT_ARCHIVE'))],
    ['a push of new metadata', post(push('OBJECT_METADATA_UPDATE'))],
    ['an event of a deletion', binary('google.cloud.storage.object.v1.deleted', OBJECT)],
    ['an event of another service', structured('google.cloud.audit.log.v1.written', {})],
  ])('%s', (_, request) => expect(parseArrival(request)).toBeUndefined());
});

describe('is refused', () => {
  test.each<[string, FunctionRequest]>([
    ['an object posted without ce-headers', post(OBJECT)],
    ['an empty object', post({})],
    ['a message without attributes', post({ message: { data: base64(OBJECT) } })],
    ['a message that is none', post({ message: 'OBJECT_FINALIZE' })],
    ['a message that is null', post({ message: null })],
    ['attributes that are null', post({ message: { attributes: null } })],
    ['an event type that is no text', post({ message: { attributes: { eventType: ['OBJECT_FINALIZE'] } } })],
    ['data that is not base64 JSON', post(push('OBJECT_FINALIZE', 'AAAA'))],
    ['data that is cut off', post(push('OBJECT_FINALIZE', base64(OBJECT).slice(0, 40)))],
    ['a message inside of an event that has none', binary('google.cloud.pubsub.topic.v1.messagePublished', {})],
    ['an event without data', structured(FINALIZED, undefined)],
    ['an object without a name', binary(FINALIZED, { ...OBJECT, name: undefined })],
    ['an empty name', binary(FINALIZED, { ...OBJECT, name: '' })],
    ['a name longer than Cloud Storage has', binary(FINALIZED, { ...OBJECT, name: 'é'.repeat(513) })],
    ['a name that is no text', binary(FINALIZED, { ...OBJECT, name: { toString: 'x' } })],
    ['a bucket that is no text', binary(FINALIZED, { ...OBJECT, bucket: 7 })],
    ['no generation', binary(FINALIZED, { ...OBJECT, generation: undefined })],
    ['a generation that is no number', binary(FINALIZED, { ...OBJECT, generation: '1; DROP' })],
    ['a generation longer than 64 bits', binary(FINALIZED, { ...OBJECT, generation: '9'.repeat(20) })],
    ['another method', { ...binary(FINALIZED, OBJECT), method: 'GET' }],
    ['a body that is bytes', binary(FINALIZED, Buffer.from(JSON.stringify(OBJECT)))],
    ['no body', binary(FINALIZED, undefined)],
  ])('%s', (_, request) => {
    expect(() => parseArrival(request)).toThrow(expect.objectContaining({ code: 'BAD_REQUEST', retryable: false }));
  });
});
