import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { terminal } from '../../functions/errors.ts';
import type { ObjectInfo, ObjectStore } from '../../functions/ports.ts';

export interface ObjectStoreBackend {
  store: ObjectStore;
  /** Keeps what is overwritten and removed. */
  versioned: string;
  /** Does not. */
  plain: string;
  stop(): Promise<void>;
}

/** What every object store must do; `open` gives one with two empty buckets. */
export function objectStoreContract(name: string, open: () => Promise<ObjectStoreBackend>): void {
  describe(`an object store: ${name}`, () => {
    let backend: ObjectStoreBackend;
    let store: ObjectStore;
    beforeAll(async () => {
      backend = await open();
      store = backend.store;
    });
    afterAll(() => backend.stop());

    const write = async (bucket: string, name: string, body: string): Promise<ObjectInfo> => {
      const written = await store.write(bucket, name, body);
      if (!written) throw new Error(`${name} was not written`);
      return written;
    };
    const names = async (bucket: string, prefix: string, limit?: number): Promise<string[]> => {
      const found: string[] = [];
      for await (const { name } of store.list(bucket, prefix, limit === undefined ? {} : { limit })) found.push(name);
      return found;
    };
    const read = async (object: ObjectInfo, range?: { start: number; end: number }) =>
      (await bytesOf(await store.read(object, range))).toString();

    describe('writing', () => {
      test('keeps the bytes, and says what was stored', async () => {
        const before = Date.now();
        const written = await store.write(backend.plain, 'a', 'grüße', {
          contentType: 'text/plain',
          metadata: { run: 'r', odd: 'ü "quoted" \n{}' },
        });
        expect(written).toMatchObject({
          bucket: backend.plain,
          name: 'a',
          size: 7,
          crc32c: crc32cOf('grüße'),
          metadata: { run: 'r', odd: 'ü "quoted" \n{}' },
        });
        expect(written?.generation).toMatch(/^\d+$/);
        expect(Math.abs(Date.parse(written?.createdAt ?? '') - before)).toBeLessThan(10_000);
        expect(await store.stat(backend.plain, 'a')).toEqual(written);
        expect(await store.readText(backend.plain, 'a')).toBe('grüße');
      });

      test('takes a stream, and nothing at all', async () => {
        await store.write(backend.plain, 'stream', Readable.from([Buffer.from('one'), Buffer.from('two')]));
        await store.write(backend.plain, 'empty', '');
        await store.write(backend.plain, 'empty stream', Readable.from([]));
        expect(await store.readText(backend.plain, 'stream')).toBe('onetwo');
        expect(await store.readText(backend.plain, 'empty')).toBe('');
        expect(await store.stat(backend.plain, 'empty stream')).toMatchObject({ size: 0 });
      });

      test('replaces what is there, unless told to keep it', async () => {
        const first = await write(backend.plain, 'b', '1');
        const second = await write(backend.plain, 'b', '2');
        expect(BigInt(second.generation)).toBeGreaterThan(BigInt(first.generation));
        expect(await store.write(backend.plain, 'b', '3', { ifAbsent: true })).toBeUndefined();
        expect(await store.write(backend.plain, 'b', Readable.from(['4']), { ifAbsent: true })).toBeUndefined();
        expect(await store.stat(backend.plain, 'b')).toEqual(second);
      });

      test('if absent: of many at once exactly one wins, and its bytes stand', async () => {
        for (const kind of ['text', 'stream'] as const) {
          const bodies = Array.from({ length: 16 }, (_, i) => `writer ${i}`);
          const results = await Promise.all(
            bodies.map((body) =>
              store.write(backend.plain, `race ${kind}`, kind === 'text' ? body : Readable.from([body]), {
                ifAbsent: true,
              }),
            ),
          );
          const winners = bodies.filter((_, i) => results[i] !== undefined);
          expect(winners).toHaveLength(1);
          expect(await store.readText(backend.plain, `race ${kind}`)).toBe(winners[0]);
        }
      });

      test('of a stream that fails leaves nothing behind, and fails as the stream did', async () => {
        const broken = Readable.from(
          (async function* () {
            yield Buffer.from('half');
            throw new Error('the source broke');
          })(),
        );
        await expect(store.write(backend.plain, 'broken', broken)).rejects.toThrow();
        expect(await store.stat(backend.plain, 'broken')).toBeUndefined();
      });

      test('of a large object streams it, and what is stored is what was sent', async () => {
        const pieces = Array.from({ length: 24 }, () => randomBytes(1 << 20));
        const sent = createHash('sha256');
        for (const piece of pieces) sent.update(piece);
        const size = 24 << 20;
        const written = await store.write(backend.plain, 'large', Readable.from(pieces), { size, ifAbsent: true });
        expect(written?.size).toBe(size);
        expect(await hashOf(await store.read(written as ObjectInfo))).toBe(sent.digest('hex'));
        expect(
          await store.write(backend.plain, 'large', Readable.from(pieces), { size, ifAbsent: true }),
        ).toBeUndefined();
        expect(await store.stat(backend.plain, 'large')).toEqual(written);
      });

      test('of a stream of unknown size is the same', async () => {
        const pieces = Array.from({ length: 20 }, (_, i) => Buffer.alloc(1 << 20, i));
        const written = await store.write(backend.plain, 'unknown', Readable.from(pieces));
        expect(written?.size).toBe(20 << 20);
      });

      test('fails as its source does, for good or not', async () => {
        const failing = () =>
          Readable.from(
            (async function* () {
              yield Buffer.from('half');
              throw terminal('CORRUPT', 'the source is not what it says');
            })(),
          );
        for (const size of [undefined, 100, 100 << 20]) {
          const options = size === undefined ? {} : { size };
          await expect(store.write(backend.plain, 'corrupt', failing(), options)).rejects.toMatchObject({
            code: 'CORRUPT',
          });
        }
        expect(await store.stat(backend.plain, 'corrupt')).toBeUndefined();
      });
    });

    describe('reading', () => {
      test('gives the generation that is asked for, also when another one is live', async () => {
        const first = await write(backend.versioned, 'v', 'first');
        const second = await write(backend.versioned, 'v', 'second');
        expect(await read(first)).toBe('first');
        expect(await read(second)).toBe('second');
        expect(await store.stat(backend.versioned, 'v', first.generation)).toMatchObject({ size: 5 });
        await store.remove(backend.versioned, 'v');
        expect(await store.stat(backend.versioned, 'v')).toBeUndefined();
        expect(await read(first)).toBe('first');
      });

      test('fails before the first byte if that generation is gone, for good', async () => {
        const first = await write(backend.plain, 'gone', 'first');
        await write(backend.plain, 'gone', 'second');
        const gone = expect.objectContaining({ code: 'OBJECT_GONE', retryable: false });
        await expect(store.read(first)).rejects.toEqual(gone);
        await expect(store.read(first, { start: 1, end: 2 })).rejects.toEqual(gone);
        await expect(store.read({ ...first, name: 'never' })).rejects.toEqual(gone);
        expect(await store.stat(backend.plain, 'gone', first.generation)).toBeUndefined();
        expect(await store.stat(backend.plain, 'never')).toBeUndefined();
        expect(await store.readText(backend.plain, 'never')).toBeUndefined();
      });

      test.each([
        [0, 1, '0'],
        [3, 7, '3456'],
        [0, 10, '0123456789'],
        [8, 100, '89'],
        [5, Number.POSITIVE_INFINITY, '56789'],
        [0, Number.POSITIVE_INFINITY, '0123456789'],
        [10, 20, ''],
        [50, Number.POSITIVE_INFINITY, ''],
      ])('bytes [%d, %d) of ten are %j', async (start, end, expected) => {
        const object = await write(backend.plain, 'ten', '0123456789');
        expect(await read(object, { start, end })).toBe(expected);
      });

      test('of an empty object is empty, whole and in ranges', async () => {
        const object = await write(backend.plain, 'nothing', '');
        expect(await read(object)).toBe('');
        expect(await read(object, { start: 0, end: 10 })).toBe('');
      });

      test('may be left before its end, and nothing else under way is hurt', async () => {
        const object = (await store.write(backend.plain, 'long', Readable.from([randomBytes(8 << 20)]))) as ObjectInfo;
        const others = [1, 2, 3].map(async () => {
          let bytes = 0;
          for await (const chunk of await store.read(object)) {
            bytes += (chunk as Buffer).length;
            await new Promise((resolve) => setTimeout(resolve, 1));
          }
          return bytes;
        });
        for (let i = 0; i < 5; i++) for await (const _ of await store.read(object)) break;
        (await store.read(object)).destroy();
        expect(await Promise.all(others)).toEqual([8 << 20, 8 << 20, 8 << 20]);
      });
    });

    describe('listing', () => {
      test('is in order of name, under a prefix, as soon as something is written or removed', async () => {
        for (const name of ['l/b', 'l/a', 'l/a/1', 'l/Z', 'l/é', 'l!', 'm']) await store.write(backend.plain, name, '');
        expect(await names(backend.plain, 'l/')).toEqual(['l/Z', 'l/a', 'l/a/1', 'l/b', 'l/é']);
        await store.remove(backend.plain, 'l/a');
        expect(await names(backend.plain, 'l/')).toEqual(['l/Z', 'l/a/1', 'l/b', 'l/é']);
        expect(await names(backend.plain, 'l/none')).toEqual([]);
      });

      test('gives what stat gives', async () => {
        await store.write(backend.plain, 'same/1', 'x', { metadata: { a: '1' } });
        for await (const object of store.list(backend.plain, 'same/'))
          expect(object).toEqual(await store.stat(backend.plain, 'same/1'));
      });

      test('goes on past a page, and stops at its limit', async () => {
        const all = Array.from({ length: 1_105 }, (_, i) => `page/${String(i).padStart(5, '0')}`);
        for (let i = 0; i < all.length; i += 65)
          await Promise.all(all.slice(i, i + 65).map((name) => store.write(backend.plain, name, '')));
        expect(await names(backend.plain, 'page/')).toEqual(all);
        expect(await names(backend.plain, 'page/', 1)).toEqual(all.slice(0, 1));
        expect(await names(backend.plain, 'page/', 1_001)).toEqual(all.slice(0, 1_001));
      });

      test('may be left at any object', async () => {
        for await (const { name } of store.list(backend.plain, 'page/')) {
          expect(name).toBe('page/00000');
          break;
        }
      });

      test('shows live objects only', async () => {
        await write(backend.versioned, 'shown', '1');
        await write(backend.versioned, 'shown', '2');
        await write(backend.versioned, 'shown not', '1');
        await store.remove(backend.versioned, 'shown not');
        expect(await names(backend.versioned, 'shown')).toEqual(['shown']);
      });
    });

    describe('copying', () => {
      test('takes the generation that is named, metadata with it', async () => {
        const first = (await store.write(backend.versioned, 'from', 'first', { metadata: { a: '1' } })) as ObjectInfo;
        await write(backend.versioned, 'from', 'second');
        const copy = await store.copy(first, backend.plain, 'to');
        expect(copy).toMatchObject({
          bucket: backend.plain,
          name: 'to',
          size: 5,
          crc32c: first.crc32c,
          metadata: { a: '1' },
        });
        expect(await store.stat(backend.plain, 'to')).toEqual(copy);
        const named = await store.copy(first, backend.plain, 'to', { b: '2' });
        expect(named.metadata).toEqual({ b: '2' });
        expect(await read(named)).toBe('first');
      });

      test('of what is gone fails for good', async () => {
        const object = await write(backend.plain, 'copied', 'x');
        await store.remove(backend.plain, 'copied');
        await expect(store.copy(object, backend.versioned, 'never')).rejects.toMatchObject({
          code: 'OBJECT_GONE',
          retryable: false,
        });
        expect(await store.stat(backend.versioned, 'never')).toBeUndefined();
      });
    });

    test('a generation is written over only where it is the live one, and goes alone and for good', async () => {
      const first = await write(backend.versioned, 'gen', 'one');
      const second = await store.write(backend.versioned, 'gen', 'two', { ifGeneration: first.generation });
      expect(second).toMatchObject({ name: 'gen' });
      expect(await store.write(backend.versioned, 'gen', 'late', { ifGeneration: first.generation })).toBeUndefined();
      const versions = async (): Promise<[string, boolean][]> => {
        const found = await Array.fromAsync(store.versions(backend.versioned, 'gen'));
        return found.map(({ generation, live }) => [generation, live]);
      };
      expect(await versions()).toEqual([
        [first.generation, false],
        [second?.generation, true],
      ]);
      await store.remove(backend.versioned, 'gen', first.generation);
      await store.remove(backend.versioned, 'gen', first.generation);
      expect(await versions()).toEqual([[second?.generation, true]]);
      expect((await store.retention(backend.versioned)).softDeleteSeconds).toBeGreaterThanOrEqual(0);
    });

    test('removing what is gone already is fine', async () => {
      await write(backend.plain, 'removed', 'x');
      await store.remove(backend.plain, 'removed');
      await store.remove(backend.plain, 'removed');
      expect(await store.stat(backend.plain, 'removed')).toBeUndefined();
    });

    test('a bucket that is not there is a failure for good, not an absent object', async () => {
      const failed = expect.objectContaining({ code: 'STORAGE_FAILED', retryable: false });
      await expect(store.write('no-such-bucket-here', 'a', '')).rejects.toEqual(failed);
      await expect(names('no-such-bucket-here', '')).rejects.toEqual(failed);
    });

    const HOSTILE = [
      'hostile/../up',
      'hostile/a//b',
      'hostile/%2F%00',
      'hostile/a b+c',
      'hostile/?alt=media&x#frag',
      'hostile/tab\tbell\u0007',
      'hostile/🧂',
      'hostile/caf\u00E9',
      'hostile/cafe\u0301',
      "hostile/'; DROP TABLE x; --",
      'hostile/"quoted"\\',
      'hostile/*',
      'hostile/__proto__',
      `hostile/${'x'.repeat(1_016)}`,
    ];
    test.each(HOSTILE)('the name %j is kept as it is', async (name) => {
      const written = await write(backend.plain, name, name);
      expect(written.name).toBe(name);
      expect(await store.stat(backend.plain, name, written.generation)).toEqual(written);
      expect(await read(written)).toBe(name);
      expect(await read(written, { start: 0, end: 8 })).toBe('hostile/');
      expect(await names(backend.plain, name)).toContain(name);
      expect((await store.copy(written, backend.versioned, name)).name).toBe(name);
      await store.remove(backend.plain, name);
      expect(await store.stat(backend.plain, name)).toBeUndefined();
      expect(await store.readText(backend.versioned, name)).toBe(name);
    });
  });
}

async function bytesOf(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk as Buffer));
  return Buffer.concat(chunks);
}

async function hashOf(stream: Readable): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of stream) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** Bit by bit, as RFC 3720 defines it: an oracle, not fast. */
function crc32cOf(text: string): string {
  let crc = ~0;
  for (const byte of Buffer.from(text)) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(~crc);
  return bytes.toString('base64');
}
