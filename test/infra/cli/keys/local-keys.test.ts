import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createKms } from '../../../../infra/cli/keys/kms.ts';
import { keysFile, localKeys, localKmsKey } from '../../../../infra/cli/keys/local-keys.ts';
import { type Local, startLocal } from '../../../gcp/local.ts';

let local: Local;
let dir: string;
let kmsProject = 0;

beforeAll(async () => {
  local = await startLocal();
});
afterAll(() => local.stop());
// A KMS key of its own for every test: one local cloud serves them all.
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'sluice-keys-'));
  kmsProject++;
});
afterEach(() => rmSync(dir, { recursive: true }));

const place = () => ({ project: `p${kmsProject}`, kms: local.http('dlp') });
const bytesOf = async (wrapped: string) =>
  (await createKms(place()).unwrap(localKmsKey(place().project), wrapped)).bytes;
const write = (text: string): void => writeFileSync(keysFile(dir), text);

describe('the keys of a local cloud', () => {
  test('are 32 bytes each, and lie in its folder wrapped by its KMS', async () => {
    const keys = await localKeys(dir, place(), ['pii', 'cards']);
    expect(Object.keys(keys)).toEqual(['pii', 'cards']);
    const bytes = await Promise.all(Object.values(keys).map(({ wrapped }) => bytesOf(wrapped)));
    expect(bytes.map(({ length }) => length)).toEqual([32, 32]);
    expect(bytes[0]?.equals(bytes[1] ?? Buffer.alloc(0))).toBe(false);
    const text = readFileSync(keysFile(dir), 'utf8');
    expect(JSON.parse(text)).toEqual(keys);
    for (const one of bytes) expect(text).not.toContain(one.toString('base64'));
    expect(statSync(keysFile(dir)).mode & 0o777).toBe(0o600);
  });

  test('stay when it starts again, and a new name adds to them', async () => {
    const before = await localKeys(dir, place(), ['pii']);
    expect(await localKeys(dir, place(), ['pii'])).toEqual(before);
    expect(await localKeys(dir, place(), ['cards'])).toEqual({ ...before, cards: expect.anything() });
  });

  test('of a folder from before there was a KMS are wrapped, and are the same keys', async () => {
    const bytes = Buffer.alloc(32, 5);
    write(JSON.stringify({ pii: { unwrapped: bytes.toString('base64') } }));
    const { pii } = await localKeys(dir, place(), ['pii']);
    expect(await bytesOf(pii?.wrapped ?? '')).toEqual(bytes);
    expect(readFileSync(keysFile(dir), 'utf8')).not.toContain('unwrapped');
  });

  test('that a kill left half way are made at the next start', async () => {
    write('{}');
    await createKms(place()).create(localKmsKey(place().project));
    expect(Object.keys(await localKeys(dir, place(), ['pii']))).toEqual(['pii']);
  });

  test.each([
    ['whose file is gone', /keys\.json is gone/, async () => rmSync(keysFile(dir))],
    ['whose file cannot be read', /keys\.json cannot be read/, async () => write('{ "pii":')],
    ['whose KMS key is gone', /has lost the key that wrapped/, async () => void kmsProject++],
  ])('%s are never replaced in silence', async (_, message, lose) => {
    await localKeys(dir, place(), ['pii']);
    await lose();
    const before = existsSync(keysFile(dir)) && readFileSync(keysFile(dir), 'utf8');
    await expect(localKeys(dir, place(), ['pii'])).rejects.toThrow(message);
    expect(existsSync(keysFile(dir)) && readFileSync(keysFile(dir), 'utf8')).toBe(before);
  });
});
