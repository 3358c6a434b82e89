import { addLong, fromDouble, type LongDouble, lengthOf, multiplyLong, nearestLong, toDouble } from './long-double.ts';

/** Where a share of `most` positions lies: behind `index`, by `part` of 2^`bits`. Exact: 0.1 is a little more than a tenth. */
interface Place {
  index: bigint;
  part: bigint;
  bits: number;
}

function placeOf(share: number, most: bigint): Place {
  if (!(share >= 0 && share <= 1)) throw new Error(`Percentile argument must be in [0, 1]; got ${share}`);
  const { mantissa, exponent } = fromDouble(share);
  const product = mantissa * most;
  if (exponent >= 0) return { index: product << BigInt(exponent), part: 0n, bits: 0 };
  const index = product >> BigInt(-exponent);
  return { index, part: product - (index << BigInt(-exponent)), bits: -exponent };
}

/** PERCENTILE_DISC: which of `count` sorted values, from 1. */
export function discretePosition(share: number, count: bigint): bigint {
  const { index, part } = placeOf(share, count);
  return part === 0n && index > 0n ? index : index + 1n;
}

/** PERCENTILE_CONT: behind which of `count` sorted values, from 1; and whether right upon it. */
export function continuousPosition(share: number, count: bigint): { position: bigint; isExact: boolean } {
  const { index, part } = placeOf(share, count - 1n);
  return { position: index + 1n, isExact: part === 0n };
}

/**
 * Between two neighbours, in 80 bits as Google's servers compute it: the lesser weight from the exact part, the greater as
 * what it leaves of one. Source: zetasql/public/functions/percentile.cc, github.com/google/zetasql
 */
export function interpolate(left: number, right: number, share: number, count: bigint): number {
  const { part, bits } = placeOf(share, count - 1n);
  if (part === 0n) return left;
  if (!Number.isFinite(left) || !Number.isFinite(right)) return left + right;
  const scale = 1n << BigInt(bits);
  const isRight = part > scale >> 1n;
  const lesser = nearestLong(isRight ? scale - part : part, -bits);
  const greater = restOfOne(lesser);
  const sum = addLong(
    { value: multiplyLong(fromDouble(Math.abs(left)), isRight ? lesser : greater), isNegative: left < 0 },
    { value: multiplyLong(fromDouble(Math.abs(right)), isRight ? greater : lesser), isNegative: right < 0 },
  );
  return (sum.isNegative ? -1 : 1) * toDouble(sum.value);
}

function restOfOne({ mantissa, exponent }: LongDouble): LongDouble {
  const one = 1n << BigInt(-exponent);
  return lengthOf(one) === 1 ? { mantissa: 0n, exponent: 0 } : nearestLong(one - mantissa, exponent);
}
