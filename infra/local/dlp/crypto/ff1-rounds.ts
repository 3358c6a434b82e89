import { BLOCK, type BlockCipher } from './block-cipher.ts';

/** Strings whose rounds run together; string k is digits[starts[k], starts[k] + lengths[k]) and goes to the same place of `out`. */
export interface Halves {
  digits: Uint8Array;
  out: Uint8Array;
  starts: Int32Array;
  lengths: Int32Array;
  /** The constant part of each string's last block, 16 bytes a string. */
  constants: Buffer;
  radix: number;
}

const ROUNDS = 10;

/** The ten rounds with halves as plain numbers. */
export function narrowRounds(cipher: BlockCipher, job: Halves, forward: boolean): void {
  const { digits, out, starts, lengths, constants, radix } = job;
  const count = lengths.length;
  const powers = Array.from({ length: 38 }, (_, exponent) => radix ** exponent);
  const bytesOf = Uint8Array.from(powers, (_, exponent) => (exponent === 0 ? 0 : halfBytesOf(radix, exponent)));
  const lefts = new Float64Array(count);
  const rights = new Float64Array(count);
  for (let k = 0; k < count; k++) {
    const start = starts[k] as number;
    const length = lengths[k] as number;
    lefts[k] = numberIn(digits, start, start + (length >> 1), radix);
    rights[k] = numberIn(digits, start + (length >> 1), start + length, radix);
  }
  const input = Buffer.allocUnsafe(count * BLOCK);
  for (let step = 0; step < ROUNDS; step++) {
    const round = forward ? step : ROUNDS - 1 - step;
    constants.copy(input);
    for (let k = 0; k < count; k++) {
      let half = (forward ? rights[k] : lefts[k]) as number;
      const last = k * BLOCK + BLOCK - 1;
      const bytes = bytesOf[((lengths[k] as number) + 1) >> 1] as number;
      for (let b = 0; b < bytes; b++) {
        const rest = Math.floor(half / 256);
        input[last - b] = (input[last - b] as number) ^ (half - rest * 256);
        half = rest;
      }
      input[last - bytes] = (input[last - bytes] as number) ^ round;
    }
    const output = cipher.encrypt(input);
    for (let k = 0; k < count; k++) {
      const length = lengths[k] as number;
      const longer = (length + 1) >> 1;
      const modulus = powers[round % 2 === 0 ? length - longer : longer] as number;
      const outBytes = (bytesOf[longer] as number) > 4 ? 12 : 8;
      let sum = 0;
      for (let b = k * BLOCK; b < k * BLOCK + outBytes; b += 2) {
        sum = (sum * 65_536 + (output[b] as number) * 256 + (output[b + 1] as number)) % modulus;
      }
      const left = lefts[k] as number;
      const right = rights[k] as number;
      lefts[k] = forward ? right : (right - sum + modulus) % modulus;
      rights[k] = forward ? (left + sum) % modulus : left;
    }
  }
  for (let k = 0; k < count; k++) {
    const start = starts[k] as number;
    const middle = start + ((lengths[k] as number) >> 1);
    writeDigits(out, start, middle, lefts[k] as number, radix);
    writeDigits(out, middle, start + (lengths[k] as number), rights[k] as number, radix);
  }
}

/** The same with halves of up to 96 bits. */
export function wideRounds(cipher: BlockCipher, job: Halves, forward: boolean): void {
  const { digits, out, starts, lengths, constants, radix } = job;
  const base = BigInt(radix);
  const powers = Array.from({ length: 97 }, (_, exponent) => base ** BigInt(exponent));
  const numberAt = (start: number, end: number) => {
    let number = 0n;
    for (let i = start; i < end; i++) number = number * base + BigInt(digits[i] as number);
    return number;
  };
  const lefts = Array.from(starts, (start, k) => numberAt(start, start + ((lengths[k] as number) >> 1)));
  const rights = Array.from(starts, (start, k) =>
    numberAt(start + ((lengths[k] as number) >> 1), start + (lengths[k] as number)),
  );
  const bytesOf = Uint8Array.from(lengths, (length) => halfBytesOf(radix, (length + 1) >> 1));
  const input = Buffer.allocUnsafe(constants.length);
  const half = Buffer.alloc(BLOCK);
  for (let step = 0; step < ROUNDS; step++) {
    const round = forward ? step : ROUNDS - 1 - step;
    constants.copy(input);
    for (let k = 0; k < lengths.length; k++) {
      const number = (forward ? rights[k] : lefts[k]) as bigint;
      half.writeBigUInt64BE(number >> 64n, 0);
      half.writeBigUInt64BE(BigInt.asUintN(64, number), 8);
      half[BLOCK - 1 - (bytesOf[k] as number)] = round;
      for (let b = 3; b < BLOCK; b++) input[k * BLOCK + b] = (input[k * BLOCK + b] as number) ^ (half[b] as number);
    }
    const output = cipher.encrypt(input);
    for (let k = 0; k < lengths.length; k++) {
      const longer = ((lengths[k] as number) + 1) >> 1;
      const modulus = powers[round % 2 === 0 ? (lengths[k] as number) - longer : longer] as bigint;
      const block = (output.readBigUInt64BE(k * BLOCK) << 64n) | output.readBigUInt64BE(k * BLOCK + 8);
      const number = block >> BigInt(128 - 8 * (4 * Math.ceil((bytesOf[k] as number) / 4) + 4));
      const left = lefts[k] as bigint;
      const right = rights[k] as bigint;
      lefts[k] = forward ? right : (((right - number) % modulus) + modulus) % modulus;
      rights[k] = forward ? (left + number) % modulus : left;
    }
  }
  for (let k = 0; k < lengths.length; k++) {
    const start = starts[k] as number;
    const middle = start + ((lengths[k] as number) >> 1);
    const end = start + (lengths[k] as number);
    let number = (lefts[k] as bigint) * (powers[end - middle] as bigint) + (rights[k] as bigint);
    for (let i = end - 1; i >= start; i--, number /= base) out[i] = Number(number % base);
  }
}

function numberIn(digits: Uint8Array, start: number, end: number, radix: number): number {
  let number = 0;
  for (let i = start; i < end; i++) number = number * radix + (digits[i] as number);
  return number;
}

function writeDigits(into: Uint8Array, start: number, end: number, value: number, radix: number): void {
  let rest = value;
  for (let k = end - 1; k >= start; k--) {
    const next = Math.floor(rest / radix);
    into[k] = rest - next * radix;
    rest = next;
  }
}

const HALF_BYTES = new Map<number, number>();

/** Bytes that hold any number of `length` digits. */
export function halfBytesOf(radix: number, length: number): number {
  const id = radix * 256 + length;
  let bytes = HALF_BYTES.get(id);
  if (bytes === undefined) {
    bytes = Math.ceil((BigInt(radix) ** BigInt(length) - 1n).toString(2).length / 8);
    HALF_BYTES.set(id, bytes);
  }
  return bytes;
}
