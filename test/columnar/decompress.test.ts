import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { decompress } from '../../functions/columnar/decompress.ts';
import { retryable, type SluiceError } from '../../functions/errors.ts';
import { chunked } from './workbench.ts';

const plain = Buffer.from(Array.from({ length: 3000 }, (_, line) => `line ${line} ${Math.sin(line)}\n`).join(''));

const PACKINGS = [
  ['gzip', (bytes: Buffer) => gzipSync(bytes)],
  ['zstd', (bytes: Buffer) => zstdCompressSync(bytes)],
] as const;

const unpack = (bytes: Buffer, packing: 'gzip' | 'zstd', chunkBytes = 1000): Promise<Buffer> =>
  buffer(decompress(chunked(bytes, chunkBytes), packing));

/** The code of the failure, or how many bytes came. */
const outcome = (bytes: Buffer, packing: 'gzip' | 'zstd', chunkBytes = 1000): Promise<string | number> =>
  unpack(bytes, packing, chunkBytes).then(
    (all) => (all.equals(plain) ? 'whole' : all.length),
    (error: SluiceError) => (error.retryable ? `${error.code} retryable` : error.code),
  );

describe.each(PACKINGS)('%s', (packing, pack) => {
  const one = pack(plain);
  const first = pack(plain.subarray(0, 1000));
  const two = Buffer.concat([first, pack(plain.subarray(1000))]);

  test.each([7, 1000, 1 << 20])('in chunks of %i bytes comes whole', async (chunkBytes) => {
    expect(await outcome(one, packing, chunkBytes)).toBe('whole');
  });

  test.each([7, first.length - 1, first.length, first.length + 1, 1 << 20])(
    'of several frames in chunks of %i bytes comes whole',
    async (chunkBytes) => {
      expect(await outcome(two, packing, chunkBytes)).toBe('whole');
    },
  );

  test('of hundreds of frames, some of them empty, comes whole', async () => {
    const frames = Array.from({ length: 300 }, (_, k) =>
      pack(plain.subarray(k * 300, k < 299 ? (k + 1) * 300 : undefined)),
    );
    const all = Buffer.concat([pack(Buffer.alloc(0)), ...frames, pack(Buffer.alloc(0))]);
    expect(await outcome(all, packing, 4096)).toBe('whole');
  });

  test('cut short anywhere is TRUNCATED, within its second frame as well', async () => {
    const cuts = [0, 1, 2, 5, 10, 20, one.length >> 1, one.length - 9, one.length - 8, one.length - 4, one.length - 1];
    for (const end of cuts) expect([end, await outcome(one.subarray(0, end), packing)]).toEqual([end, 'TRUNCATED']);
    for (const more of [1, 2, 5, 10, 30])
      expect(await outcome(two.subarray(0, first.length + more), packing)).toBe('TRUNCATED');
  });

  test('that is damaged at its start is CORRUPT', async () => {
    const damaged = Buffer.from(one);
    damaged.fill(0x55, 4, 40);
    expect(await outcome(damaged, packing)).toBe('CORRUPT');
  });

  test.each([5, 1 << 20])('with other bytes behind it is CORRUPT (chunks of %i)', async (chunkBytes) => {
    expect(await outcome(Buffer.concat([one, Buffer.from('more, and more')]), packing, chunkBytes)).toBe('CORRUPT');
  });

  test('passes the failure of its input on', async () => {
    const input = Readable.from(
      (async function* () {
        yield one.subarray(0, 2000);
        throw retryable('STORAGE_FAILED', 'the line is down');
      })(),
      { objectMode: false },
    );
    await expect(buffer(decompress(input, packing))).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
  });

  test('closes its input when nobody reads on', async () => {
    const input = chunked(Buffer.concat([one, one, one]), 1000);
    for await (const _ of decompress(input, packing)) break;
    await expect.poll(() => input.destroyed).toBe(true);
  });
});

describe('gzip alone', () => {
  const one = gzipSync(plain);
  test.each([5, 1 << 20])('may be padded with zeros (chunks of %i)', async (chunkBytes) => {
    expect(await outcome(Buffer.concat([one, Buffer.alloc(600)]), 'gzip', chunkBytes)).toBe('whole');
  });
  test.each([5, 1 << 20])('may have zeros between its members (chunks of %i)', async (chunkBytes) => {
    const parts = [gzipSync(plain.subarray(0, 1000)), Buffer.alloc(600), gzipSync(plain.subarray(1000))];
    expect(await outcome(Buffer.concat(parts), 'gzip', chunkBytes)).toBe('whole');
  });
  test('is CORRUPT where zeros hide other bytes', async () => {
    expect(await outcome(Buffer.concat([one, Buffer.alloc(9), Buffer.from('more')]), 'gzip')).toBe('CORRUPT');
  });
  test('is CORRUPT wherever a byte is damaged', async () => {
    for (let at = 0; at < one.length; at += 997) {
      const damaged = Buffer.from(one);
      damaged[at] = (damaged[at] ?? 0) ^ 0x55;
      expect(await outcome(damaged, 'gzip')).toBe('CORRUPT');
    }
  });
});

test('zstd may have skippable frames, as parallel compressors write', async () => {
  const skippable = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4]);
  const bytes = Buffer.concat([skippable, zstdCompressSync(plain), skippable]);
  for (const chunkBytes of [1, 12, 1 << 20]) expect(await outcome(bytes, 'zstd', chunkBytes)).toBe('whole');
});
