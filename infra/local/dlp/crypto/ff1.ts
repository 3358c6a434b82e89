import { BLOCK, createBlockCipher } from './block-cipher.ts';

/** FF1 format-preserving encryption (NIST SP 800-38G) over digits of a radix from 2 to 95. */
export interface Ff1 {
  /** Digits in, digits out: the same count. At least two digits. */
  encrypt(digits: readonly number[], tweak: Buffer): number[];
  decrypt(digits: readonly number[], tweak: Buffer): number[];
}

/** The number's bytes and its powers, as the round function needs them for halves of one text's length. */
interface Frame {
  u: number;
  v: number;
  /** Bytes of the larger half as a number (b) and of the round function's output (d). */
  halfBytes: number;
  outBytes: number;
  /** What PRF absorbs before the round's own bytes, with the tweak and its padding. */
  prefix: Buffer;
}

const ROUNDS = 10;

export function createFf1(key: Buffer, radix: number): Ff1 {
  const cipher = createBlockCipher(key);
  const base = BigInt(radix);

  function frameOf(length: number, tweak: Buffer): Frame {
    const u = Math.floor(length / 2);
    const v = length - u;
    const halfBytes = Math.ceil((base ** BigInt(v) - 1n).toString(2).length / 8);
    const outBytes = 4 * Math.ceil(halfBytes / 4) + 4;
    const head = Buffer.from([1, 2, 1, 0, 0, radix, ROUNDS, u & 0xff, 0, 0, 0, 0, 0, 0, 0, 0]);
    head.writeUInt32BE(length, 8);
    head.writeUInt32BE(tweak.length, 12);
    const padding = (BLOCK - ((tweak.length + halfBytes + 1) % BLOCK)) % BLOCK;
    return { u, v, halfBytes, outBytes, prefix: Buffer.concat([head, tweak, Buffer.alloc(padding)]) };
  }

  /** y of round `round`: PRF over prefix, round number and half, stretched to `outBytes`. */
  function roundNumber(frame: Frame, round: number, half: bigint): bigint {
    const tail = Buffer.from(half.toString(16).padStart(frame.halfBytes * 2, '0'), 'hex');
    const input = Buffer.concat([frame.prefix, Buffer.of(round), tail]);
    let state: Buffer = Buffer.alloc(BLOCK);
    for (let at = 0; at < input.length; at += BLOCK) {
      for (let k = 0; k < BLOCK; k++) state[k] = (state[k] as number) ^ (input[at + k] as number);
      state = cipher.encrypt(state);
    }
    const parts = [state];
    for (let n = 1; n * BLOCK < frame.outBytes; n++) {
      const block = Buffer.from(state);
      block.writeUInt32BE((block.readUInt32BE(12) ^ n) >>> 0, 12);
      parts.push(cipher.encrypt(block));
    }
    return BigInt(`0x${Buffer.concat(parts).toString('hex', 0, frame.outBytes)}`);
  }

  const modulusOf = (frame: Frame, round: number) => base ** BigInt(round % 2 === 0 ? frame.u : frame.v);

  return {
    encrypt(digits, tweak) {
      const frame = frameOf(digits.length, tweak);
      let left = numberOf(digits.slice(0, frame.u), base);
      let right = numberOf(digits.slice(frame.u), base);
      for (let round = 0; round < ROUNDS; round++) {
        const sum = (left + roundNumber(frame, round, right)) % modulusOf(frame, round);
        left = right;
        right = sum;
      }
      return [...digitsOf(left, frame.u, base), ...digitsOf(right, frame.v, base)];
    },
    decrypt(digits, tweak) {
      const frame = frameOf(digits.length, tweak);
      let left = numberOf(digits.slice(0, frame.u), base);
      let right = numberOf(digits.slice(frame.u), base);
      for (let round = ROUNDS - 1; round >= 0; round--) {
        const modulus = modulusOf(frame, round);
        const difference = (((right - roundNumber(frame, round, left)) % modulus) + modulus) % modulus;
        right = left;
        left = difference;
      }
      return [...digitsOf(left, frame.u, base), ...digitsOf(right, frame.v, base)];
    },
  };
}

function numberOf(digits: readonly number[], base: bigint): bigint {
  let number = 0n;
  for (const digit of digits) number = number * base + BigInt(digit);
  return number;
}

function digitsOf(number: bigint, length: number, base: bigint): number[] {
  const digits = new Array<number>(length);
  let rest = number;
  for (let i = length - 1; i >= 0; i--) {
    digits[i] = Number(rest % base);
    rest /= base;
  }
  return digits;
}
