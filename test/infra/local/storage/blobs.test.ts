import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Blobs, createBlobs, QUANTUM } from '../../../../infra/local/storage/blobs.ts';
import { crc32c, renderCrc32c } from '../../../../infra/local/storage/crc32c.ts';

let dir: string;
let blobs: Blobs;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'sluice-blobs-'));
  blobs = createBlobs(dir);
});
afterEach(() => rmSync(dir, { recursive: true }));

const NOTHING: ReadonlySet<string> = new Set();
const describeBytes = (bytes: Buffer) => ({
  size: bytes.length,
  crc32c: renderCrc32c(crc32c(bytes)),
  md5: createHash('md5').update(bytes).digest('base64'),
});

describe('a blob', () => {
  test.each([0, 1, 1000, QUANTUM - 1, QUANTUM, QUANTUM + 1, 3 * QUANTUM + 77])(
    'of %i bytes in chunks of any size is the same bytes with their checksums',
    async (size) => {
      const bytes = randomBytes(size);
      for (const chunk of [1 + Math.floor(size / 3), 65_536, QUANTUM, 1_000_000]) {
        const writer = blobs.begin();
        for (let start = 0; start < size; start += chunk) await writer.write(bytes.subarray(start, start + chunk));
        expect(writer.received).toBe(size);
        const stored = await writer.finish();
        expect(stored).toEqual({ blob: stored.blob, ...describeBytes(bytes) });
        expect(readFileSync(blobs.path(stored.blob)).equals(bytes)).toBe(true);
      }
      expect(readdirSync(join(dir, 'partial'))).toEqual([]);
    },
  );

  test('that is paused keeps whole quanta and goes on after them', async () => {
    const bytes = randomBytes(2 * QUANTUM + 10);
    const writer = blobs.begin();
    await writer.write(bytes.subarray(0, QUANTUM + 500));
    await writer.pause();
    expect([writer.persisted, writer.received]).toEqual([QUANTUM, QUANTUM]);
    await writer.write(bytes.subarray(QUANTUM));
    expect(await writer.finish()).toMatchObject(describeBytes(bytes));
  });

  test('that is discarded is gone', async () => {
    const writer = blobs.begin();
    await writer.write(Buffer.alloc(QUANTUM));
    await writer.discard();
    expect(readdirSync(join(dir, 'partial'))).toEqual([]);
  });

  test('may be a file of somebody else', () => {
    const path = join(dir, 'partial', 'theirs');
    const bytes = randomBytes(QUANTUM * 5 + 3);
    writeFileSync(path, bytes);
    expect(blobs.adopt(path)).toMatchObject(describeBytes(bytes));
    expect(existsSync(path)).toBe(false);
  });
});

describe('after a kill', () => {
  test('files that nothing names are removed', async () => {
    const kept = await blobs.begin().finish();
    await blobs.begin().finish();
    await blobs.begin().write(Buffer.alloc(QUANTUM));
    blobs.sweep(new Set([kept.blob]), NOTHING);
    expect(readdirSync(dir).sort()).toEqual([kept.blob, 'partial'].sort());
    expect(readdirSync(join(dir, 'partial'))).toEqual([]);
  });

  test('a session goes on after its last whole quantum, though the kill came in the middle of a write', async () => {
    const bytes = randomBytes(2 * QUANTUM + 10);
    writeFileSync(join(dir, 'partial', 'session'), bytes.subarray(0, QUANTUM + 4711));
    blobs.sweep(NOTHING, new Set(['session']));
    const writer = await blobs.resume('session');
    expect(writer.persisted).toBe(QUANTUM);
    await writer.write(bytes.subarray(QUANTUM));
    expect(await writer.finish()).toMatchObject(describeBytes(bytes));
  });

  test('a session whose bytes were renamed but not committed can still be resumed', async () => {
    const writer = blobs.begin('session');
    await writer.write(Buffer.alloc(QUANTUM + 5));
    await writer.finish();
    blobs.sweep(NOTHING, new Set(['session']));
    expect((await blobs.resume('session')).persisted).toBe(QUANTUM);
  });

  test('a session that never wrote begins at nothing', async () => {
    expect((await blobs.resume('session')).persisted).toBe(0);
  });
});
