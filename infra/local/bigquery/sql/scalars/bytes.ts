import { createHash } from 'node:crypto';
import { bigqueryFingerprint } from 'farmhash-modern';
import { defineScalar, type ScalarFunction } from './scalar.ts';

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

function toBase32(bytes: Uint8Array): string {
  let out = '';
  for (let at = 0; at < bytes.length; at += 5) {
    const chunk = bytes.subarray(at, at + 5);
    let bits = 0n;
    for (let i = 0; i < 5; i++) bits = (bits << 8n) | BigInt(chunk[i] ?? 0);
    const digits = Math.ceil((chunk.length * 8) / 5);
    for (let i = 0; i < 8; i++) out += i < digits ? BASE32[Number((bits >> BigInt(35 - 5 * i)) & 31n)] : '=';
  }
  return out;
}

function fromBase32(text: string): Uint8Array {
  const digits = text.replace(/=+$/, '');
  if (!/^[A-Z2-7]*$/.test(digits) || text.length % 8 !== 0 || [1, 3, 6].includes(digits.length % 8))
    throw new Error('Failed to decode invalid base32 string');
  const bytes: number[] = [];
  let [bits, count] = [0, 0];
  for (const digit of digits) {
    bits = ((bits << 5) | BASE32.indexOf(digit)) & 0xfff;
    count += 5;
    if (count >= 8) {
      count -= 8;
      bytes.push((bits >> count) & 255);
    }
  }
  return Uint8Array.from(bytes);
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Whole characters, and one U+FFFD for each byte that is part of none; TextDecoder's own makes one of several. */
function toTextLax(bytes: Uint8Array): string {
  const read = (from: number, to: number) => {
    try {
      return strict.decode(bytes.subarray(from, to));
    } catch {
      return undefined;
    }
  };
  const whole = read(0, bytes.length);
  if (whole !== undefined) return whole;
  let out = '';
  for (let at = 0; at < bytes.length; ) {
    const first = bytes[at] ?? 0;
    const width = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    const letter = at + width <= bytes.length ? read(at, at + width) : undefined;
    out += letter ?? '\ufffd';
    at += letter === undefined ? 1 : width;
  }
  return out;
}

function fromCodePoints(points: (bigint | null)[]): Uint8Array | null {
  if (points.includes(null)) return null;
  return Uint8Array.from(
    points.map((point) => {
      if (point === null || point < 0n || point > 255n) throw new Error(`Invalid extended ASCII code points ${point}`);
      return Number(point);
    }),
  );
}

const bitwise = (name: string, of: (a: number, b: number) => number) =>
  defineScalar(name, ['bytes', 'bytes'], 'bytes', (a, b) => {
    if (a.length !== b.length) throw new Error('Bitwise operators for BYTES require equal length of the inputs');
    return a.map((byte, i) => of(byte, b[i] ?? 0));
  });

function shift(bytes: Uint8Array, count: bigint): Uint8Array {
  const width = BigInt(bytes.length * 8);
  if (width === 0n) return bytes;
  const value = BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
  const moved = count >= 0n ? (count >= width ? 0n : value << count) : -count >= width ? 0n : value >> -count;
  const text = BigInt.asUintN(Number(width), moved)
    .toString(16)
    .padStart(bytes.length * 2, '0');
  return Buffer.from(text, 'hex');
}

function refuseNegative(count: bigint): bigint {
  if (count < 0n) throw new Error('Bitwise shift by negative offset');
  return count;
}

const toBase2 = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(2).padStart(8, '0')).join('');

function fromBase2(text: string): Uint8Array {
  if (!/^[01]*$/.test(text)) throw new Error('Failed to decode invalid base2 string');
  if (text.length % 8 !== 0)
    throw new Error('not supported by the embedded warehouse: BASE2 of digits that fill no whole bytes');
  return Uint8Array.from(text.match(/.{8}/g) ?? [], (digits) => Number.parseInt(digits, 2));
}

/** Eight digits for three bytes; what Google does with fewer was not found. */
function toBase8(bytes: Uint8Array): string {
  if (bytes.length % 3 !== 0)
    throw new Error('not supported by the embedded warehouse: BASE8 of bytes that fill no whole digits');
  const hex = Buffer.from(bytes).toString('hex');
  return (hex.match(/.{6}/g) ?? []).map((group) => Number.parseInt(group, 16).toString(8).padStart(8, '0')).join('');
}

function fromBase8(text: string): Uint8Array {
  if (!/^[0-7]*$/.test(text)) throw new Error('Failed to decode invalid base8 string');
  if (text.length % 8 !== 0)
    throw new Error('not supported by the embedded warehouse: BASE8 of digits that fill no whole bytes');
  const groups = text.match(/.{8}/g) ?? [];
  return Buffer.from(groups.map((group) => Number.parseInt(group, 8).toString(16).padStart(6, '0')).join(''), 'hex');
}

/** BYTES and hashes. `latin1` lets BYTES pass through functions of text, one character a byte. */
export const BYTE_SCALARS: readonly ScalarFunction[] = [
  defineScalar('bq_latin1', ['bytes'], 'text', (bytes) => Buffer.from(bytes).toString('latin1')),
  defineScalar('bq_from_latin1', ['text'], 'bytes', (text) => Buffer.from(text, 'latin1')),
  defineScalar('bq_sha512', ['bytes'], 'bytes', (bytes) => createHash('sha512').update(bytes).digest()),
  defineScalar('bq_farm', ['bytes'], 'integer', (bytes) => bigqueryFingerprint(bytes)),
  defineScalar('bq_to_base2', ['bytes'], 'text', toBase2),
  defineScalar('bq_from_base2', ['text'], 'bytes', fromBase2),
  defineScalar('bq_to_base8', ['bytes'], 'text', toBase8),
  defineScalar('bq_from_base8', ['text'], 'bytes', fromBase8),
  defineScalar('bq_to_base32', ['bytes'], 'text', toBase32),
  defineScalar('bq_from_base32', ['text'], 'bytes', fromBase32),
  defineScalar('bq_bytes_text_lax', ['bytes'], 'text', toTextLax),
  defineScalar('bq_bytes_points', ['bytes'], 'integers', (bytes) => [...bytes].map(BigInt)),
  defineScalar('bq_points_bytes', ['integers'], 'bytes', fromCodePoints),
  defineScalar('bq_bytes_not', ['bytes'], 'bytes', (bytes) => bytes.map((byte) => ~byte)),
  bitwise('bq_bytes_and', (a, b) => a & b),
  bitwise('bq_bytes_or', (a, b) => a | b),
  bitwise('bq_bytes_xor', (a, b) => a ^ b),
  defineScalar('bq_bytes_shift_left', ['bytes', 'integer'], 'bytes', (bytes, n) => shift(bytes, refuseNegative(n))),
  defineScalar('bq_bytes_shift_right', ['bytes', 'integer'], 'bytes', (bytes, n) => shift(bytes, -refuseNegative(n))),
];
