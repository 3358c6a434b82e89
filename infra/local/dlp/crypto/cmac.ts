import { BLOCK, type BlockCipher } from './block-cipher.ts';
import type { Messages } from './messages.ts';

/** AES-CMAC (NIST SP 800-38B) of many messages at once: round r encrypts the r-th block of every message that has one. */
export interface Cmac {
  /** One 16-byte tag a message, back to back. */
  tags(messages: Messages): Buffer;
}

export function createCmac(cipher: BlockCipher): Cmac {
  const wholeKey = double(cipher.encrypt(Buffer.alloc(BLOCK)));
  const partKey = double(wholeKey);
  return {
    tags({ bytes, offsets, count }) {
      const states = Buffer.alloc(count * BLOCK);
      const lasts = new Int32Array(count);
      let active = new Int32Array(count);
      for (let i = 0; i < count; i++) {
        const length = (offsets[i + 1] as number) - (offsets[i] as number);
        lasts[i] = Math.max(1, Math.ceil(length / BLOCK)) - 1;
        active[i] = i;
      }
      for (let round = 0; active.length > 0; round++) {
        const input = Buffer.allocUnsafe(active.length * BLOCK);
        for (let a = 0; a < active.length; a++) {
          const i = active[a] as number;
          const from = (offsets[i] as number) + round * BLOCK;
          const left = (offsets[i + 1] as number) - from;
          const state = i * BLOCK;
          const into = a * BLOCK;
          if (round < (lasts[i] as number)) {
            for (let k = 0; k < BLOCK; k++)
              input[into + k] = (states[state + k] as number) ^ (bytes[from + k] as number);
          } else {
            const mask = left === BLOCK ? wholeKey : partKey;
            for (let k = 0; k < BLOCK; k++) {
              const byte = k < left ? (bytes[from + k] as number) : k === left ? 0x80 : 0;
              input[into + k] = (states[state + k] as number) ^ byte ^ (mask[k] as number);
            }
          }
        }
        const output = cipher.encrypt(input);
        for (let a = 0; a < active.length; a++)
          output.copy(states, (active[a] as number) * BLOCK, a * BLOCK, (a + 1) * BLOCK);
        active = active.filter((i) => (lasts[i] as number) > round);
      }
      return states;
    },
  };
}

/** Multiplication by x in GF(2^128), as CMAC and S2V define it. */
export function double(block: Buffer): Buffer {
  const doubled = Buffer.alloc(BLOCK);
  let carry = 0;
  for (let k = BLOCK - 1; k >= 0; k--) {
    const byte = block[k] as number;
    doubled[k] = ((byte << 1) | carry) & 0xff;
    carry = byte >> 7;
  }
  if (carry) doubled[BLOCK - 1] = (doubled[BLOCK - 1] as number) ^ 0x87;
  return doubled;
}
