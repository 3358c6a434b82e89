/**
 * Arithmetic of the 80-bit numbers of x86, in which Google's servers round FLOAT64 to digits. A number is
 * `mantissa × 2^exponent`, its mantissa of 64 bits at most; signs are the caller's.
 */
export interface LongDouble {
  mantissa: bigint;
  exponent: number;
}

const BITS = 64;

export const lengthOf = (value: bigint) => value.toString(2).length;

/** To the nearest of `bits`, ties to even; `isInexact` = something below `value` was cut off before. */
function nearest(value: bigint, exponent: number, bits: number, isInexact = false): LongDouble {
  const excess = lengthOf(value) - bits;
  if (excess <= 0) return { mantissa: value, exponent };
  const shift = BigInt(excess);
  const kept = value >> shift;
  const rest = value - (kept << shift);
  const half = 1n << (shift - 1n);
  const isUp = rest > half || (rest === half && (isInexact || (kept & 1n) === 1n));
  return { mantissa: isUp ? kept + 1n : kept, exponent: exponent + excess };
}

function divide(a: LongDouble, b: LongDouble): LongDouble {
  const shift = BigInt(Math.max(0, BITS + 2 - lengthOf(a.mantissa) + lengthOf(b.mantissa)));
  const scaled = a.mantissa << shift;
  const quotient = scaled / b.mantissa;
  return nearest(quotient, a.exponent - b.exponent - Number(shift), BITS, scaled % b.mantissa !== 0n);
}

export const nearestLong = (mantissa: bigint, exponent: number): LongDouble => nearest(mantissa, exponent, BITS);

export const multiplyLong = (a: LongDouble, b: LongDouble): LongDouble =>
  nearestLong(a.mantissa * b.mantissa, a.exponent + b.exponent);

export interface Signed {
  value: LongDouble;
  isNegative: boolean;
}

export function addLong(a: Signed, b: Signed): Signed {
  const exponent = Math.min(a.value.exponent, b.value.exponent);
  const [x, y] = [a, b].map(({ value, isNegative }) => {
    const aligned = value.mantissa << BigInt(value.exponent - exponent);
    return isNegative ? -aligned : aligned;
  }) as [bigint, bigint];
  const sum = x + y;
  return { value: nearestLong(sum < 0n ? -sum : sum, exponent), isNegative: sum < 0n };
}

const view = new DataView(new ArrayBuffer(8));

export function fromDouble(value: number): LongDouble {
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const biased = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xf_ffff_ffff_ffffn;
  return biased === 0
    ? { mantissa: fraction, exponent: -1074 }
    : { mantissa: fraction | (1n << 52n), exponent: biased - 1075 };
}

export function toDouble({ mantissa, exponent }: LongDouble): number {
  if (mantissa === 0n) return 0;
  // Below the least exponent a double has fewer bits.
  const bits = Math.min(53, lengthOf(mantissa) + exponent + 1074);
  if (bits < 0) return 0;
  const rounded = bits === 0 ? (mantissa > 1n << BigInt(lengthOf(mantissa) - 1) ? 1n : 0n) : undefined;
  const { mantissa: kept, exponent: power } =
    rounded === undefined ? nearest(mantissa, exponent, bits) : { mantissa: rounded, exponent: -1074 };
  // In two steps, so that no power of two is out of range on the way.
  const half = Math.trunc(power / 2);
  return Number(kept) * 2 ** half * 2 ** (power - half);
}

const ONE: LongDouble = { mantissa: 1n, exponent: 0 };
const TEN: LongDouble = { mantissa: 10n, exponent: 0 };
const powers = new Map<number, LongDouble>([[0, ONE]]);

/** Ten to the power as Google's table has it: by repeated multiplication or division. */
function powerOfTen(power: number): LongDouble {
  let at = power;
  while (!powers.has(at)) at += at < 0 ? 1 : -1;
  let made = powers.get(at) as LongDouble;
  for (; at !== power; at += Math.sign(power)) {
    made = power < 0 ? divide(made, TEN) : multiplyLong(made, TEN);
    powers.set(at + Math.sign(power), made);
  }
  return made;
}

/** The whole part, and whether what is cut off is half or more of one. */
function wholeOf({ mantissa, exponent }: LongDouble): { whole: bigint; isHalf: boolean } {
  if (exponent >= 0) return { whole: mantissa << BigInt(exponent), isHalf: false };
  const shift = BigInt(-exponent);
  return { whole: mantissa >> shift, isHalf: ((mantissa >> (shift - 1n)) & 1n) === 1n };
}

const MOST_DIGITS = 323;
const LEAST_DIGITS = -308;

/**
 * ROUND and TRUNC of a FLOAT64 to digits behind the point, or before it where they are negative. Infinity where the
 * result is none. Source: RoundDecimal and TruncDecimal in zetasql/public/functions/math.cc, github.com/google/zetasql
 */
export function roundToDigits(value: number, digits: number, mode: 'round' | 'trunc'): number {
  if (!Number.isFinite(value) || value === 0 || digits > MOST_DIGITS) return value;
  if (digits < LEAST_DIGITS) return 0;
  const unit = powerOfTen(-digits);
  const { whole, isHalf } = wholeOf(divide(fromDouble(Math.abs(value)), unit));
  const kept = mode === 'round' && isHalf ? whole + 1n : whole;
  if (kept === 0n) return 0;
  return Math.sign(value) * toDouble(multiplyLong(nearestLong(kept, 0), unit));
}
