import { timingSafeEqual } from 'node:crypto';
import { BLOCK, createBlockCipher } from './block-cipher.ts';
import { createCmac, double } from './cmac.ts';
import { type Messages, messageAt } from './messages.ts';

/** AES-SIV (RFC 5297) of many messages at once; a sealed message is its 16-byte synthetic IV, then the ciphertext. */
export interface AesSiv {
  /** Each element of `associated` holds one associated string a message, in message order. */
  seal(plaintexts: Messages, associated: readonly Messages[]): Messages;
  /** The plaintext, or undefined where key, associated strings or ciphertext do not fit together. */
  open(sealed: Messages, associated: readonly Messages[]): (Buffer | undefined)[];
}

/** `key` is 32, 48 or 64 bytes: the first half authenticates, the second encrypts. */
export function createAesSiv(key: Buffer): AesSiv {
  const cmac = createCmac(createBlockCipher(key.subarray(0, key.length / 2)));
  const counter = createBlockCipher(key.subarray(key.length / 2));
  const zero = cmac.tags({ bytes: Buffer.alloc(BLOCK), offsets: Int32Array.of(0, BLOCK), count: 1 });

  function ivs(plaintexts: Messages, associated: readonly Messages[]): Buffer {
    const { count } = plaintexts;
    const sums = Buffer.allocUnsafe(count * BLOCK);
    for (let i = 0; i < count; i++) zero.copy(sums, i * BLOCK);
    for (const strings of associated) {
      const tags = cmac.tags(strings);
      for (let i = 0; i < count; i++) {
        const doubled = double(sums.subarray(i * BLOCK, (i + 1) * BLOCK));
        for (let k = 0; k < BLOCK; k++) sums[i * BLOCK + k] = (doubled[k] as number) ^ (tags[i * BLOCK + k] as number);
      }
    }
    return cmac.tags(finals(plaintexts, sums, associated.length === 0 ? double(zero) : undefined));
  }

  function crypt(messages: Messages, from: number, ivOf: Buffer, ivStride: number): Messages {
    const { bytes, offsets, count } = messages;
    let blocks = 0;
    for (let i = 0; i < count; i++) blocks += blocksOf(offsets, i, from);
    const counters = Buffer.allocUnsafe(blocks * BLOCK);
    let block = 0;
    for (let i = 0; i < count; i++) {
      const need = blocksOf(offsets, i, from);
      for (let n = 0; n < need; n++) writeCounter(counters, block++ * BLOCK, ivOf, i * ivStride || 0, n);
    }
    const stream = counter.encrypt(counters);
    const out = Buffer.allocUnsafe(bytes.length - from * count);
    const outOffsets = new Int32Array(count + 1);
    let at = 0;
    block = 0;
    for (let i = 0; i < count; i++) {
      const start = (offsets[i] as number) + from;
      const end = offsets[i + 1] as number;
      const key = block * BLOCK;
      for (let k = start; k < end; k++) out[at++] = (bytes[k] as number) ^ (stream[key + k - start] as number);
      block += blocksOf(offsets, i, from);
      outOffsets[i + 1] = at;
    }
    return { bytes: out, offsets: outOffsets, count };
  }

  return {
    seal(plaintexts, associated) {
      const { count } = plaintexts;
      const iv = ivs(plaintexts, associated);
      const ciphertexts = crypt(plaintexts, 0, iv, BLOCK);
      const bytes = Buffer.allocUnsafe(ciphertexts.bytes.length + count * BLOCK);
      const offsets = new Int32Array(count + 1);
      let at = 0;
      for (let i = 0; i < count; i++) {
        at += iv.copy(bytes, at, i * BLOCK, (i + 1) * BLOCK);
        at += ciphertexts.bytes.copy(bytes, at, ciphertexts.offsets[i], ciphertexts.offsets[i + 1]);
        offsets[i + 1] = at;
      }
      return { bytes, offsets, count };
    },
    open(sealed, associated) {
      const given = Buffer.alloc(sealed.count * BLOCK);
      for (let i = 0; i < sealed.count; i++) messageAt(sealed, i).copy(given, i * BLOCK, 0, BLOCK);
      const plaintexts = crypt(sealed, BLOCK, given, BLOCK);
      const iv = ivs(plaintexts, associated);
      return Array.from({ length: sealed.count }, (_, i) => {
        const span = [i * BLOCK, (i + 1) * BLOCK] as const;
        return timingSafeEqual(iv.subarray(...span), given.subarray(...span)) ? messageAt(plaintexts, i) : undefined;
      });
    },
  };
}

/** S2V's last step: a long plaintext takes the sum into its end, a short one is padded and added to the doubled sum. */
function finals({ bytes, offsets, count }: Messages, sums: Buffer, shared: Buffer | undefined): Messages {
  let total = 0;
  const ends = new Int32Array(count + 1);
  for (let i = 0; i < count; i++) {
    total += Math.max(BLOCK, (offsets[i + 1] as number) - (offsets[i] as number));
    ends[i + 1] = total;
  }
  const out = Buffer.allocUnsafe(total);
  for (let i = 0; i < count; i++) {
    const from = offsets[i] as number;
    const length = (offsets[i + 1] as number) - from;
    const into = ends[i] as number;
    const sum = i * BLOCK;
    if (length >= BLOCK) {
      const tail = length - BLOCK;
      for (let k = 0; k < tail; k++) out[into + k] = bytes[from + k] as number;
      for (let k = 0; k < BLOCK; k++)
        out[into + tail + k] = (bytes[from + tail + k] as number) ^ (sums[sum + k] as number);
    } else {
      const mask = shared ?? double(sums.subarray(sum, sum + BLOCK));
      for (let k = 0; k < BLOCK; k++) {
        const byte = k < length ? (bytes[from + k] as number) : k === length ? 0x80 : 0;
        out[into + k] = byte ^ (mask[k] as number);
      }
    }
  }
  return { bytes: out, offsets: ends, count };
}

function blocksOf(offsets: Int32Array, index: number, from: number): number {
  return Math.ceil(((offsets[index + 1] as number) - (offsets[index] as number) - from) / BLOCK);
}

/** The IV with bits 31 and 63 cleared (RFC 5297, 2.5), plus n. The cleared bit 31 lets 2^31 blocks be counted in the last word. */
function writeCounter(into: Buffer, at: number, ivs: Buffer, iv: number, n: number): void {
  for (let k = 0; k < 12; k++) into[at + k] = ivs[iv + k] as number;
  into[at + 8] = (into[at + 8] as number) & 0x7f;
  into.writeUInt32BE((ivs.readUInt32BE(iv + 12) & 0x7fffffff) + n, at + 12);
}
