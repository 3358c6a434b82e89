import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { crc32c, renderCrc32c } from '../../../../infra/local/storage/crc32c.ts';

/** Bit by bit, after the definition. */
function reference(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return ~crc >>> 0;
}

describe('crc32c', () => {
  // The vectors of RFC 3720, appendix B.4, and the usual check value.
  test.each([
    ['123456789', Buffer.from('123456789'), 0xe3069283],
    ['32 zeros', Buffer.alloc(32), 0x8a9136aa],
    ['32 ones', Buffer.alloc(32, 0xff), 0x62a8ab43],
    ['32 ascending', Buffer.from(Array.from({ length: 32 }, (_, index) => index)), 0x46dd794e],
    ['nothing', Buffer.alloc(0), 0],
  ])('of %s is the published value', (_name, bytes, expected) => {
    expect(crc32c(bytes)).toBe(expected);
  });

  test('is the same at any length, alignment and cut', () => {
    const bytes = randomBytes(300);
    for (let start = 0; start < 9; start++)
      for (const end of [start, start + 1, start + 7, start + 8, start + 9, 150, 299, 300]) {
        const part = bytes.subarray(start, end);
        const cut = Math.floor(part.length / 3);
        expect(crc32c(part)).toBe(reference(part));
        expect(crc32c(part.subarray(cut), crc32c(part.subarray(0, cut)))).toBe(reference(part));
      }
  });

  test('is carried as big-endian base64', () => {
    expect(renderCrc32c(crc32c(Buffer.from('hello')))).toBe('mnG7TA==');
  });
});
