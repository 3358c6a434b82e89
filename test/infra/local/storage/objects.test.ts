import type { Bucket } from '@google-cloud/storage';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { codeOf, type StorageServer, startStorage } from './storage-server.ts';

let server: StorageServer;
let bucket: Bucket;
let count = 0;
beforeAll(async () => {
  server = await startStorage();
});
beforeEach(async () => {
  [bucket] = await server.client.createBucket(`bucket-${++count}`);
});
afterAll(() => server.close());

describe('an object', () => {
  test('comes back as it was saved, with its checksums', async () => {
    const file = bucket.file('dir/greeting.txt');
    await file.save('hello', { resumable: false, contentType: 'text/plain', metadata: { metadata: { k: 'v' } } });
    expect(String((await file.download({ validation: 'md5' }))[0])).toBe('hello');
    const [metadata] = await file.getMetadata();
    expect(metadata).toMatchObject({
      kind: 'storage#object',
      name: 'dir/greeting.txt',
      bucket: bucket.name,
      contentType: 'text/plain',
      size: '5',
      crc32c: 'mnG7TA==',
      md5Hash: 'XUFAKrxLKna5cZ2REBfFkg==',
      metageneration: '1',
      storageClass: 'STANDARD',
      metadata: { k: 'v' },
    });
    expect(metadata.generation).toMatch(/^\d{16}$/);
    expect(metadata.id).toBe(`${bucket.name}/dir/greeting.txt/${metadata.generation}`);
  });

  test('may be empty', async () => {
    await bucket.file('empty').save('');
    expect((await bucket.file('empty').download())[0]).toHaveLength(0);
    expect((await bucket.file('empty').getMetadata())[0]).toMatchObject({ size: '0', crc32c: 'AAAAAA==' });
  });

  test.each([
    'a/../b',
    '../../../etc/passwd',
    '/a//b/',
    'a%2Fb',
    'a%252Fb',
    'a+b c&d=e?f#g',
    '*[x]?{y}',
    'caf\u00e9',
    'cafe\u0301',
    '\u{1F600}/\uffff',
    '__proto__',
    'nul\0l',
    `"'\\;--`,
    'x'.repeat(1024),
  ])('may be called %j', async (name) => {
    const file = bucket.file(name);
    await file.save(name, { resumable: false });
    await file.setMetadata({ metadata: { ok: 'yes' } });
    expect(String((await file.download())[0])).toBe(name);
    expect((await bucket.getFiles())[0].map((one) => one.name)).toEqual([name]);
    await file.copy(bucket.file(`copy`));
    await file.delete();
    expect((await bucket.getFiles())[0].map((one) => one.name)).toEqual(['copy']);
  });

  test('that is not there is a 404, with Google’s message', async () => {
    const response = await server.call('GET', `/storage/v1/b/${bucket.name}/o/no%2Fone`);
    expect(response.status).toBe(404);
    expect(response.json.error.message).toBe(`No such object: ${bucket.name}/no/one`);
    const media = await server.call('GET', `/storage/v1/b/${bucket.name}/o/no%2Fone?alt=media`);
    expect([media.status, media.text]).toEqual([404, `No such object: ${bucket.name}/no/one`]);
    const nowhere = await server.call('GET', '/storage/v1/b/nowhere/o/a');
    expect(nowhere.json.error.message).toBe('The specified bucket does not exist.');
  });

  test('has generations that only grow, also when it is deleted between', async () => {
    const file = bucket.file('a');
    const generations: number[] = [];
    for (let round = 0; round < 5; round++) {
      await file.save(String(round), { resumable: false });
      generations.push(Number((await file.getMetadata())[0].generation));
      if (round % 2 === 0) await file.delete();
    }
    expect(generations).toEqual([...new Set(generations)].sort((a, b) => a - b));
  });

  test('keeps a metadata key called __proto__', async () => {
    const body = '{"metadata":{"__proto__":"x","y":"z"}}';
    await bucket.file('a').save('1');
    await server.call('PATCH', `/storage/v1/b/${bucket.name}/o/a`, { body });
    const text = (await server.call('GET', `/storage/v1/b/${bucket.name}/o/a`)).text;
    expect(text).toContain('"metadata":{"__proto__":"x","y":"z"}');
  });
});

describe('metadata', () => {
  test('is patched key by key and the metageneration grows', async () => {
    const file = bucket.file('a');
    await file.save('1', { contentType: 'text/csv', metadata: { metadata: { keep: '1', drop: '2' } } });
    await file.setMetadata({ cacheControl: 'no-cache', metadata: { drop: null, add: '3' } });
    const [metadata] = await file.getMetadata();
    expect(metadata).toMatchObject({ contentType: 'text/csv', cacheControl: 'no-cache', metageneration: '2' });
    expect(metadata.metadata).toEqual({ keep: '1', add: '3' });
  });

  test('is replaced whole by an update', async () => {
    await bucket.file('a').save('1', { contentType: 'text/csv', metadata: { metadata: { drop: '2' } } });
    const path = `/storage/v1/b/${bucket.name}/o/a`;
    const updated = (await server.call('PUT', path, { body: '{"contentLanguage":"de"}' })).json;
    expect(updated).toMatchObject({ contentLanguage: 'de', metageneration: '2', storageClass: 'STANDARD' });
    expect(updated).not.toHaveProperty('metadata');
    expect(updated).not.toHaveProperty('contentType');
  });

  test.each([
    ['{"contentType":"a\\nb: c"}', 400],
    ['{"contentType":7}', 400],
    ['{"metadata":"text"}', 400],
    ['{"metadata":{"a":{"b":"c"}}}', 400],
    [`{"metadata":{"a":"${'x'.repeat(8192)}"}}`, 400],
    ['{"customTime":"soon"}', 400],
    ['{"storageClass":"COLDLINE"}', 400],
    ['{"temporaryHold":true}', 501],
    ['{"retention":{"mode":"Locked"}}', 501],
    ['[]', 400],
  ])('%.60s is refused', async (body, status) => {
    await bucket.file('a').save('1');
    const response = await server.call('PATCH', `/storage/v1/b/${bucket.name}/o/a`, { body });
    expect(response.status).toBe(status);
    expect((await bucket.file('a').getMetadata())[0].metageneration).toBe('1');
  });
});

describe('a bucket without versioning', () => {
  test('keeps only the newest generation', async () => {
    const file = bucket.file('a');
    await file.save('1');
    const [{ generation }] = await file.getMetadata();
    await file.save('2');
    expect(await codeOf(bucket.file('a', { generation: Number(generation) }).download())).toBe(404);
    expect((await bucket.getFiles({ versions: true }))[0]).toHaveLength(1);
  });
});

describe('a bucket with versioning', () => {
  beforeEach(() => bucket.setMetadata({ versioning: { enabled: true } }));

  test('keeps every generation readable', async () => {
    const file = bucket.file('a');
    const generations: number[] = [];
    for (const text of ['1', '2', '3']) {
      await file.save(text, { resumable: false });
      generations.push(Number((await file.getMetadata())[0].generation));
    }
    const read = async (generation: number) => String((await bucket.file('a', { generation }).download())[0]);
    expect(await Promise.all(generations.map(read))).toEqual(['1', '2', '3']);
    const [versions] = await bucket.getFiles({ versions: true });
    expect(versions.map(({ metadata }) => Number(metadata.generation))).toEqual(generations);
    expect(versions.map(({ metadata }) => metadata.timeDeleted !== undefined)).toEqual([true, true, false]);
  });

  test('archives what is deleted, and deletes a named generation for good', async () => {
    const file = bucket.file('a');
    await file.save('1');
    const generation = Number((await file.getMetadata())[0].generation);
    await file.delete();
    expect(await codeOf(file.download())).toBe(404);
    expect(String((await bucket.file('a', { generation }).download())[0])).toBe('1');
    await bucket.file('a', { generation }).delete();
    expect((await bucket.getFiles({ versions: true }))[0]).toEqual([]);
  });

  test('patches a noncurrent generation by its number', async () => {
    const file = bucket.file('a');
    await file.save('1');
    const generation = Number((await file.getMetadata())[0].generation);
    await file.save('2');
    await bucket.file('a', { generation }).setMetadata({ metadata: { old: 'yes' } });
    expect((await bucket.file('a', { generation }).getMetadata())[0].metadata).toEqual({ old: 'yes' });
    expect((await file.getMetadata())[0].metadata).toBeUndefined();
  });
});

describe('preconditions', () => {
  test('hold on every operation', async () => {
    const path = `/storage/v1/b/${bucket.name}/o/a`;
    const upload = `/upload${path.replace('/o/a', '/o')}?uploadType=media&name=a`;
    const { generation } = (await server.call('POST', upload, { body: '1' })).json;
    const wrong = 'ifGenerationMatch=1';
    const meta = 'ifMetagenerationMatch=9';
    const same = `ifGenerationNotMatch=${generation}`;
    const statuses: [string, string, string?][] = [
      ['POST', `${upload}&${wrong}`, '2'],
      ['POST', `${upload}&${meta}`, '2'],
      ['POST', `${upload}&${same}`, '2'],
      ['POST', `${upload}&ifGenerationMatch=0`, '2'],
      ['GET', `${path}?${wrong}`],
      ['GET', `${path}?alt=media&${meta}`],
      ['PATCH', `${path}?${wrong}`, '{}'],
      ['PATCH', `${path}?${same}`, '{}'],
      ['PUT', `${path}?${meta}`, '{}'],
      ['DELETE', `${path}?${wrong}`],
      ['DELETE', `${path}?ifMetagenerationNotMatch=1`],
      ['POST', `${path}/compose?${wrong}`, '{"sourceObjects":[{"name":"a"}]}'],
      ['POST', `${path}/rewriteTo/b/${bucket.name}/o/a?${wrong}`],
      ['POST', `${path}/copyTo/b/${bucket.name}/o/b?ifGenerationNotMatch=0`],
      ['POST', `${path}/rewriteTo/b/${bucket.name}/o/b?ifSourceGenerationMatch=1`],
      ['POST', `${path}/rewriteTo/b/${bucket.name}/o/b?ifSourceMetagenerationNotMatch=1`],
      ['POST', `${path}/moveTo/o/b?ifSourceGenerationMatch=1`],
    ];
    for (const [method, url, body] of statuses) {
      const response = await server.call(method, url, body === undefined ? {} : { body });
      expect([method, url, response.status]).toEqual([method, url, 412]);
    }
    expect((await bucket.getFiles())[0].map(({ name }) => name)).toEqual(['a']);
    for (const query of [same, 'ifMetagenerationNotMatch=1', `alt=media&${same}`]) {
      const response = await server.call('GET', `${path}?${query}`);
      expect([response.status, response.text]).toEqual([304, '']);
    }
    expect((await server.call('GET', path)).json.generation).toBe(generation);
  });

  test('give Google’s error', async () => {
    await bucket.file('a').save('1');
    const failing = bucket.file('a').save('2', { resumable: false, preconditionOpts: { ifGenerationMatch: 0 } });
    await expect(failing).rejects.toMatchObject({
      code: 412,
      message: 'At least one of the pre-conditions you specified did not hold.',
      errors: [{ reason: 'conditionNotMet', locationType: 'header', location: 'If-Match' }],
    });
  });

  test.each([{ resumable: false }, { resumable: true }])(
    'let exactly one of many creators win: %j',
    async (options) => {
      const attempts = Array.from({ length: 20 }, (_, index) =>
        codeOf(bucket.file('claim').save(`owner ${index}`, { ...options, preconditionOpts: { ifGenerationMatch: 0 } })),
      );
      const codes = await Promise.all(attempts);
      expect(codes.filter((code) => code === undefined)).toHaveLength(1);
      expect(codes.filter((code) => code === 412)).toHaveLength(19);
      const owner = String((await bucket.file('claim').download())[0]);
      expect(owner).toBe(`owner ${codes.indexOf(undefined)}`);
    },
  );
});
