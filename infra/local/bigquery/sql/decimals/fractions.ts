import { type DecimalType, divideRounded, magnitude, powerOfTen } from './decimal.ts';

/**
 * EXP, LN, LOG, POW and the roots of decimals. GoogleSQL computes them in binary fixed point of a stated width, and not
 * every digit of a large result is exact there: so they are computed here by the same steps at the same width, which gives
 * the same digits. Source: github.com/google/zetasql/blob/master/zetasql/public/numeric_value.cc
 */
interface Width {
  /** Bits behind the binary point. */
  fraction: bigint;
  /** Bits in all; what needs more has overflown. */
  total: bigint;
  /** At a correction below this, LN and LOG10 stop. */
  enough: bigint;
}

const WIDTHS: Record<DecimalType['word'], Width> = {
  numeric: { fraction: 94n, total: 192n, enough: 1n << 60n },
  BIGNUMERIC: { fraction: 254n, total: 384n, enough: 1n << 110n },
};

class Overflow extends Error {}

const bits = (value: bigint): number => value.toString(2).length;
const shiftRounded = (value: bigint, by: bigint): bigint => (by === 0n ? value : (value + (1n << (by - 1n))) >> by);

function multiply(a: bigint, b: bigint, { fraction, total }: Width): bigint {
  const product = shiftRounded(a * b, fraction);
  if (product >> total !== 0n) throw new Overflow();
  return product;
}

const toFraction = (units: bigint, { scale }: DecimalType, { fraction }: Width): bigint =>
  divideRounded(units << fraction, powerOfTen(scale));

/** Back to units of the type; throws Overflow beyond its range. */
function fromFraction(value: bigint, type: DecimalType, { fraction }: Width): bigint {
  const units = shiftRounded(magnitude(value) * powerOfTen(type.scale), fraction);
  const signed = value < 0n ? -units : units;
  if (signed < type.min || signed > type.max) throw new Overflow();
  return signed;
}

/** e^x as the Taylor series of x halved until it is below 1/8, then squared as often. */
function expOf(x: bigint, width: Width): bigint {
  const one = 1n << width.fraction;
  if (x === 0n) return one;
  let r = magnitude(x);
  const halvings = Math.max(bits(r) - 1 - (Number(width.fraction) - 4), 0);
  if (halvings > 0) r = shiftRounded(r, BigInt(halvings));
  let sum = one;
  let term = one;
  for (let n = 1n, sign = 1n; ; n++) {
    term = divideRounded(multiply(term, r, width), n);
    if (term === 0n) break;
    if (x < 0n) sign = -sign;
    sum += sign * term;
  }
  for (let i = 0; i < halvings; i++) sum = multiply(sum, sum, width);
  return sum;
}

/** Rounded ln(2) · 2^320 and 1 / ln(10) · 2^320. */
const LN2 = 0xb17217f7d1cf79abc9e3b39803f2f6af40f343267298b62d8a0d175b8baafa2be7b876206debac98n;
const INVERSE_LN10 =
  (8011319160293570762n << 256n) |
  (11145799226051128857n << 192n) |
  (2265771312819785985n << 128n) |
  (2098561575983469214n << 64n) |
  4224701343442500089n;

/** ln(a) = ln(r) + t·ln(2) with 1 ≤ r < 2, the first by Halley's method. */
function lnOf(a: bigint, width: Width, enough: bigint): bigint {
  const one = 1n << width.fraction;
  if (a === one) return 0n;
  const t = BigInt(bits(a) - 1) - width.fraction;
  const r = t < 0n ? a << -t : shiftRounded(a, t);
  let y = r - one;
  for (let i = 0; i < 12; i++) {
    const e = expOf(y, width);
    if (r === e) break;
    const delta = divideRounded((2n * (r - e)) << width.fraction, r + e);
    y += delta;
    if (magnitude(delta) < enough) break;
  }
  const offset = shiftRounded(LN2 * magnitude(t), 320n - width.fraction);
  return t < 0n ? y - offset : y + offset;
}

function integerPower(base: bigint, exponent: bigint, width: Width): bigint {
  let power = base;
  let result = 1n << width.fraction;
  for (let left = exponent; ; ) {
    if (left & 1n) result = multiply(result, power, width);
    left >>= 1n;
    if (left === 0n) return result;
    power = multiply(power, power, width);
  }
}

function fractionalPower(base: bigint, exponent: bigint, width: Width): bigint {
  const ln = lnOf(base, width, 1n << 4n);
  const product = multiply(magnitude(ln), magnitude(exponent), width);
  return expOf(ln < 0n !== exponent < 0n ? -product : product, width);
}

/** Units of the result, or undefined where it is out of range. */
function within(compute: () => bigint): bigint | undefined {
  try {
    return compute();
  } catch (error) {
    if (error instanceof Overflow) return undefined;
    throw error;
  }
}

export function exp(x: bigint, type: DecimalType): bigint | undefined {
  const width = WIDTHS[type.word];
  return within(() => fromFraction(expOf(toFraction(x, type, width), width), type, width));
}

/** Of a positive number, as LOG10 is. */
export function ln(x: bigint, type: DecimalType): bigint | undefined {
  const width = WIDTHS[type.word];
  return within(() => fromFraction(lnOf(toFraction(x, type, width), width, width.enough), type, width));
}

export function log10(x: bigint, type: DecimalType): bigint | undefined {
  const width = WIDTHS[type.word];
  return within(() => {
    const natural = lnOf(toFraction(x, type, width), width, width.enough);
    const result = shiftRounded(INVERSE_LN10 * magnitude(natural), 320n);
    return fromFraction(natural < 0n ? -result : result, type, width);
  });
}

/** Both are positive and the base is not 1. */
export function log(x: bigint, base: bigint, type: DecimalType): bigint | undefined {
  const width = WIDTHS[type.word];
  return within(() => {
    const [a, b] = [x, base].map((one) => lnOf(toFraction(one, type, width), width, 1n << 4n)) as [bigint, bigint];
    if (b === 0n) throw new Overflow();
    const ratio = divideRounded(a << width.fraction, b);
    if (magnitude(ratio) >> width.total !== 0n) throw new Overflow();
    return fromFraction(ratio, type, width);
  });
}

/** What POW cannot raise: a word for the message. */
export type PowerFault = 'overflow' | 'division by zero' | 'fractional power of a negative number';

export function power(base: bigint, exponent: bigint, type: DecimalType): bigint | PowerFault {
  const unit = powerOfTen(type.scale);
  const inRange = (units: bigint) => (units < type.min || units > type.max ? 'overflow' : units);
  if (exponent === 2n * unit) return inRange(divideRounded(base * base, unit));
  if (exponent === 0n) return unit;
  if (exponent === unit) return base;
  if (base === 0n) return exponent < 0n ? 'division by zero' : 0n;
  if (exponent === -unit) return inRange(divideRounded(unit * unit, base));
  const whole = magnitude(exponent) / unit;
  const rest = (magnitude(exponent) % unit) * (exponent < 0n ? -1n : 1n);
  if (base < 0n && rest !== 0n) return 'fractional power of a negative number';
  const isNegative = base < 0n && whole % 2n === 1n;
  const width = WIDTHS[type.word];
  const result = within(() => {
    const raised = raise(magnitude(base), whole, rest, exponent < 0n, type, width);
    return fromFraction(isNegative ? -raised : raised, type, width);
  });
  return result ?? 'overflow';
}

/** A positive base to a whole power and to what is left of the exponent, one after the other. */
function raise(base: bigint, whole: bigint, rest: bigint, isInverse: boolean, type: DecimalType, width: Width): bigint {
  const unit = powerOfTen(type.scale);
  const one = 1n << width.fraction;
  let fraction = toFraction(base, type, width);
  let left = rest;
  let result: bigint | undefined;
  if (whole > 0n && isInverse && base > unit) {
    const below = within(() => integerPower(fraction, whole, width));
    if (below === undefined) return 0n;
    result = divideRounded(one * one, below);
  } else if (whole > 0n) {
    if (isInverse) {
      fraction = divideRounded(unit << width.fraction, base);
      left = -rest;
    }
    result = integerPower(fraction, whole, width);
  }
  if (left === 0n) return result ?? one;
  const partial = fractionalPower(fraction, toFraction(left, type, width), width);
  return result === undefined ? partial : multiply(result, partial, width);
}

/** The root of a number that is not negative, to the nearest unit: GoogleSQL's 254 bits leave no doubt about the last one. */
export function squareRoot(x: bigint, { scale }: DecimalType): bigint {
  return nearestRoot(x * powerOfTen(scale), 2n);
}

export function cubeRoot(x: bigint, { scale }: DecimalType): bigint {
  const root = nearestRoot(magnitude(x) * powerOfTen(2 * scale), 3n);
  return x < 0n ? -root : root;
}

/** Newton's method on whole numbers, then the nearer neighbour. */
function nearestRoot(value: bigint, degree: 2n | 3n): bigint {
  if (value === 0n) return 0n;
  let root = 1n << (BigInt(bits(value)) / degree + 1n);
  for (;;) {
    const next = ((degree - 1n) * root + value / root ** (degree - 1n)) / degree;
    if (next >= root) break;
    root = next;
  }
  return 2n ** degree * value >= (2n * root + 1n) ** degree ? root + 1n : root;
}
