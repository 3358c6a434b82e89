import type { Bucket, GetFilesOptions } from '@google-cloud/storage';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCatalog } from '../../../../infra/local/storage/catalog.ts';
import { type ListQuery, listObjects, parseListQuery } from '../../../../infra/local/storage/listing.ts';
import type { ObjectRecord } from '../../../../infra/local/storage/records.ts';
import { createTemporaryContext } from '../temporary-context.ts';
import { type StorageServer, startStorage } from './storage-server.ts';

const NAMES = ['a', 'a/', 'a/b', 'a/b/c', 'a/d', 'a0', 'b/x', 'b/y/z', '\uffff', '\u{1F600}', 'z'];

describe('listing', () => {
  let server: StorageServer;
  let bucket: Bucket;
  beforeAll(async () => {
    server = await startStorage();
    [bucket] = await server.client.createBucket('listed');
    for (const name of NAMES) await bucket.file(name).save(name, { resumable: false });
  });
  afterAll(() => server.close());

  async function list(options: GetFilesOptions): Promise<{ items: string[]; prefixes: string[] }> {
    const items: string[] = [];
    const prefixes: string[] = [];
    let query: GetFilesOptions | null = { ...options, autoPaginate: false };
    while (query) {
      const [files, next, response]: [{ name: string }[], GetFilesOptions | null, { prefixes?: string[] }] =
        (await bucket.getFiles(query)) as never;
      items.push(...files.map(({ name }) => name));
      prefixes.push(...(response.prefixes ?? []));
      query = next;
    }
    return { items, prefixes };
  }

  test('is in order of UTF-8 bytes, not of UTF-16 units', async () => {
    const { items } = await list({});
    expect(items).toEqual(['a', 'a/', 'a/b', 'a/b/c', 'a/d', 'a0', 'b/x', 'b/y/z', 'z', '\uffff', '\u{1F600}']);
  });

  test.each<[GetFilesOptions, string[], string[]]>([
    [{ prefix: 'a/' }, ['a/', 'a/b', 'a/b/c', 'a/d'], []],
    [{ delimiter: '/' }, ['a', 'a0', 'z', '\uffff', '\u{1F600}'], ['a/', 'b/']],
    [{ delimiter: '/', includeTrailingDelimiter: true }, ['a', 'a/', 'a0', 'z', '\uffff', '\u{1F600}'], ['a/', 'b/']],
    [{ delimiter: '/', prefix: 'a/' }, ['a/', 'a/b', 'a/d'], ['a/b/']],
    [{ delimiter: '/', prefix: 'a' }, ['a', 'a0'], ['a/']],
    [{ delimiter: '/b', prefix: 'a' }, ['a', 'a/', 'a/d', 'a0'], ['a/b']],
    [{ startOffset: 'a/d', endOffset: 'b/y' }, ['a/d', 'a0', 'b/x'], []],
    [{ startOffset: 'b', delimiter: '/' }, ['z', '\uffff', '\u{1F600}'], ['b/']],
    [{ startOffset: '\uffff' }, ['\uffff', '\u{1F600}'], []],
    [{ prefix: 'nothing' }, [], []],
  ])('of %j', async (options, items, prefixes) => {
    expect(await list(options)).toEqual({ items, prefixes });
    expect(await list({ ...options, maxResults: 1 })).toEqual({ items, prefixes });
    expect(await list({ ...options, maxResults: 2 })).toEqual({ items, prefixes });
  });

  test('shows an object that appears between two pages, after the last one shown', async () => {
    const path = '/storage/v1/b/listed/o?prefix=a&maxResults=1';
    const first = (await server.call('GET', path)).json;
    await bucket.file('a!').save('late');
    const second = (await server.call('GET', `${path}&pageToken=${first.nextPageToken}`)).json;
    expect([first.items[0]?.name, second.items[0]?.name]).toEqual(['a', 'a!']);
    await bucket.file('a!').delete();
  });

  test.each([
    ['maxResults=x', 400],
    ['maxResults=-1', 400],
    ['pageToken=x', 400],
    ['pageToken=WzFd', 400],
    ['matchGlob=*.csv', 501],
    ['softDeleted=true', 501],
  ])('refuses %s', async (query, status) => {
    expect((await server.call('GET', `/storage/v1/b/listed/o?${query}`)).status).toBe(status);
  });

  test('of a bucket that is not there is a 404', async () => {
    expect((await server.call('GET', '/storage/v1/b/absent/o')).status).toBe(404);
  });
});

describe('a page', () => {
  const { context, remove } = createTemporaryContext();
  const catalog = createCatalog(context.state, Date.now);
  afterAll(remove);

  function record(bucket: string, name: string, generation: number, live: boolean): ObjectRecord {
    const bytes = { blob: `${name}#${generation}`, size: 0, crc32c: '', md5: undefined };
    const times = { created: 0, updated: 0, deleted: undefined };
    return {
      bucket,
      name,
      generation,
      metageneration: 1,
      live,
      ...times,
      ...bytes,
      components: undefined,
      attributes: {},
    };
  }

  function pages(bucket: string, query: ListQuery) {
    const items: string[] = [];
    const prefixes: string[] = [];
    let from = query.from;
    for (;;) {
      const page = listObjects(catalog, bucket, { ...query, from });
      items.push(...page.items.map(({ name, generation }) => `${name}#${generation}`));
      prefixes.push(...page.prefixes);
      if (page.nextPageToken === undefined) return { items, prefixes };
      from = parseListQuery(new URLSearchParams({ pageToken: page.nextPageToken })).from;
    }
  }

  const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '/', '\uffff', '\u{10FFFF}', '\ud7ff'), maxLength: 5 });

  test('with any prefix, delimiter and offsets agrees with a filter over all names', () => {
    let round = 0;
    fc.assert(
      fc.property(
        fc.uniqueArray(
          text.filter((name) => name !== ''),
          { maxLength: 20 },
        ),
        text,
        fc.option(fc.constantFrom('/', 'a', '/a'), { nil: undefined }),
        text,
        fc.option(text, { nil: undefined }),
        fc.integer({ min: 1, max: 5 }),
        fc.boolean(),
        (names, prefix, delimiter, startOffset, end, maxResults, versions) => {
          const bucket = `round-${++round}`;
          for (const name of names) {
            catalog.insert(record(bucket, name, 1, false));
            catalog.insert(record(bucket, name, 2, true));
          }
          const endOffset = end === '' ? undefined : end;
          const wanted = names
            .filter((name) => name.startsWith(prefix) && byBytes(name, startOffset) >= 0)
            .filter((name) => endOffset === undefined || byBytes(name, endOffset) < 0)
            .sort(byBytes);
          const folder = (name: string) => {
            const index = delimiter === undefined ? -1 : name.indexOf(delimiter, prefix.length);
            return delimiter === undefined || index < 0 ? undefined : name.slice(0, index + delimiter.length);
          };
          const query = { prefix, delimiter, includeTrailingDelimiter: false, versions, startOffset, endOffset };
          expect(pages(bucket, { ...query, maxResults, from: undefined })).toEqual({
            items: wanted
              .filter((name) => folder(name) === undefined)
              .flatMap((name) => (versions ? [`${name}#1`, `${name}#2`] : [`${name}#2`])),
            prefixes: [...new Set(wanted.map(folder).filter((one) => one !== undefined))],
          });
        },
      ),
      { numRuns: 300 },
    );
  });

  test('over folders does not read what is inside them', () => {
    context.state.transaction(() => {
      for (let folder = 0; folder < 3; folder++)
        for (let index = 0; index < 5000; index++) catalog.insert(record('deep', `f${folder}/${index}`, 1, true));
    });
    let rows = 0;
    const counting = {
      ...catalog,
      scanLive(bucket: string, name: string, limit: number) {
        const found = catalog.scanLive(bucket, name, limit);
        rows += found.length;
        return found;
      },
    };
    const { prefixes } = listObjects(counting, 'deep', parseListQuery(new URLSearchParams({ delimiter: '/' })));
    expect(prefixes).toEqual(['f0/', 'f1/', 'f2/']);
    expect(rows).toBeLessThan(1000);
  });
});
