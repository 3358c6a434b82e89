import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bucket } from '@google-cloud/storage';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type StorageServer, startStorage } from './storage-server.ts';

const dir = mkdtempSync(join(tmpdir(), 'sluice-files-'));
let server: StorageServer;
let bucket: Bucket;
beforeAll(async () => {
  server = await startStorage();
  [bucket] = await server.client.createBucket('filed', { versioning: { enabled: true } });
  for (const name of ['t/a.csv', 't/ab.csv', 't/b.csv', 't/x/a.csv', 'u.csv']) await bucket.file(name).save(name);
});
afterAll(async () => {
  await server.close();
  rmSync(dir, { recursive: true });
});

describe('objects as files', () => {
  test('are opened by name and generation', async () => {
    const file = bucket.file('opened');
    await file.save('old', { resumable: false, contentType: 'text/csv', gzip: true });
    const [{ generation }] = await file.getMetadata();
    await file.save('new', { resumable: false });
    const newest = server.service.files.open('filed', 'opened');
    const oldest = server.service.files.open('filed', 'opened', String(generation));
    expect(readFileSync(newest?.path ?? '', 'utf8')).toBe('new');
    expect(oldest).toMatchObject({ generation, contentType: 'text/csv', contentEncoding: 'gzip' });
    expect(server.service.files.open('filed', 'absent')).toBeUndefined();
    expect(server.service.files.open('absent', 'opened')).toBeUndefined();
  });

  test.each([
    ['t/a.csv', ['t/a.csv']],
    ['t/*.csv', ['t/a.csv', 't/ab.csv', 't/b.csv', 't/x/a.csv']],
    ['t/a*.csv', ['t/a.csv', 't/ab.csv']],
    ['*.csv', ['t/a.csv', 't/ab.csv', 't/b.csv', 't/x/a.csv', 'u.csv']],
    ['t/*', ['t/a.csv', 't/ab.csv', 't/b.csv', 't/x/a.csv']],
    // The star stands for what is between; both ends must have room.
    ['t/a.csv*csv', []],
    ['t/?.csv', []],
    ['absent', []],
  ])('match %s', (pattern, names) => {
    const found = server.service.files.match('filed', pattern);
    expect(found.map(({ name }) => name)).toEqual(names);
    for (const { name, path, size } of found) expect([readFileSync(path, 'utf8'), size]).toEqual([name, name.length]);
  });

  test('are written by moving a finished file in', async () => {
    const path = join(dir, 'extract');
    writeFileSync(path, 'hello');
    server.service.files.write('filed', 'out/1.csv', path, 'text/csv');
    expect(existsSync(path)).toBe(false);
    const [metadata] = await bucket.file('out/1.csv').getMetadata();
    expect(metadata).toMatchObject({ contentType: 'text/csv', size: '5', crc32c: 'mnG7TA==' });
    expect(String((await bucket.file('out/1.csv').download({ validation: 'md5' }))[0])).toBe('hello');
  });

  test('are refused where an upload would be', () => {
    const path = join(dir, 'kept');
    writeFileSync(path, 'x');
    for (const [name, target] of [
      ['absent', 'a'],
      ['filed', 'a\nb'],
    ] as const)
      expect(() => server.service.files.write(name, target, path, 'text/csv')).toThrow();
    expect(existsSync(path)).toBe(true);
  });
});
