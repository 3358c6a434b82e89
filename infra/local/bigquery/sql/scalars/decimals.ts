import {
  BIGNUMERIC,
  type DecimalType,
  divideRounded,
  doubleOf,
  NUMERIC,
  parseDecimal,
  powerOfTen,
  type Rounding,
  renderDecimal,
  roundUnits,
  shortDouble,
  unitsOfDouble,
} from '../decimals/decimal.ts';
import * as fractions from '../decimals/fractions.ts';
import { defineScalar, type ScalarFunction } from './scalar.ts';

type Kind = 'numeric' | 'bignumeric';
const TYPES: Record<Kind, DecimalType> = { numeric: NUMERIC, bignumeric: BIGNUMERIC };
const NAMES: Record<Kind, string> = { numeric: 'NUMERIC', bignumeric: 'BIGNUMERIC' };

/** What both types' values go through here, each under the type's name: `bq_numeric_exp`, `bq_bignumeric_exp`. */
function scalarsOf(kind: Kind): ScalarFunction[] {
  const type = TYPES[kind];
  const text = (units: bigint) => renderDecimal(units, type);
  const call = (name: string, ...values: (bigint | string)[]) =>
    `${name}(${values.map((value) => (typeof value === 'string' ? value : text(value))).join(', ')})`;
  const overflow = (what: string) => new Error(`${type.word} overflow: ${what}`);
  const held = (units: bigint | undefined, what: () => string): bigint => {
    if (units === undefined || units < type.min || units > type.max) throw overflow(what());
    return units;
  };
  const nonZero = (divisor: bigint, what: () => string) => {
    if (divisor === 0n) throw new Error(`division by zero: ${what()}`);
  };
  const positive = (name: string, x: bigint) => {
    if (x <= 0n) throw new Error(`${name} is undefined for zero or negative value: ${call(name, x)}`);
  };
  const unit = powerOfTen(type.scale);
  const floor = (x: bigint) => x - (((x % unit) + unit) % unit);
  const unary = (name: string, run: (x: bigint) => bigint) => defineScalar(`bq_${kind}_${name}`, [kind], kind, run);
  const binary = (name: string, run: (a: bigint, b: bigint) => bigint) =>
    defineScalar(`bq_${kind}_${name}`, [kind, kind], kind, run);
  const logarithm = (name: 'LN' | 'LOG10', compute: (x: bigint, type: DecimalType) => bigint | undefined) =>
    unary(name.toLowerCase(), (x) => {
      positive(name, x);
      return held(compute(x, type), () => call(name, x));
    });
  return [
    // NUMERIC's macro of the plain name reads short texts itself.
    defineScalar(kind === 'numeric' ? 'bq_text_numeric_exact' : 'bq_text_bignumeric', ['text'], kind, (value) => {
      const units = parseDecimal(value, type);
      if (units === undefined) throw new Error(`Invalid ${NAMES[kind]} value: ${value}`);
      return units;
    }),
    defineScalar(`bq_float_${kind}`, ['float'], kind, (value) => {
      if (!Number.isFinite(value))
        throw new Error(
          `Illegal conversion of non-finite floating point number to ${type.word}: ${shortDouble(value)}`,
        );
      const units = unitsOfDouble(value, type);
      if (units < type.min || units > type.max) throw new Error(`${type.word} out of range: ${shortDouble(value)}`);
      return units;
    }),
    binary('multiply', (a, b) => held(divideRounded(a * b, unit), () => `${text(a)} * ${text(b)}`)),
    binary('divide', (a, b) => {
      const what = () => `${text(a)} / ${text(b)}`;
      nonZero(b, what);
      return held(divideRounded(a * unit, b), what);
    }),
    defineScalar(`bq_${kind}_text`, [kind], 'text', text),
    unary('ceil', (x) => held(-floor(-x), () => call('CEIL', x))),
    unary('floor', (x) => held(floor(x), () => call('FLOOR', x))),
    binary('mod', (a, b) => {
      nonZero(b, () => call('MOD', a, b));
      return a % b;
    }),
    binary('div', (a, b) => {
      const what = () => call('DIV', a, b);
      nonZero(b, what);
      return held((a / b) * unit, what);
    }),
    defineScalar(`bq_${kind}_round`, [kind, 'integer', 'text'], kind, (x, places, mode) =>
      held(roundUnits(x, type, places, mode as Rounding), () => call('ROUND', x, String(places))),
    ),
    unary('sqrt', (x) => {
      if (x < 0n) throw new Error(`SQRT is undefined for negative value: ${call('SQRT', x)}`);
      return fractions.squareRoot(x, type);
    }),
    unary('cbrt', (x) => fractions.cubeRoot(x, type)),
    unary('exp', (x) => held(fractions.exp(x, type), () => call('EXP', x))),
    logarithm('LN', fractions.ln),
    logarithm('LOG10', fractions.log10),
    binary('log', (x, base) => {
      const what = () => call('LOG', x, base);
      if (x <= 0n || base <= 0n || base === unit)
        throw new Error(`LOG is undefined for zero or negative value, or when base equals 1: ${what()}`);
      return held(fractions.log(x, base, type), what);
    }),
    binary('power', (x, y) => {
      const result = fractions.power(x, y, type);
      if (typeof result === 'bigint') return result;
      const what = call('POW', x, y);
      if (result === 'overflow') throw overflow(what);
      if (result === 'division by zero') throw new Error(`division by zero: ${what}`);
      throw new Error(`Negative ${NAMES[kind]} value cannot be raised to a fractional power: ${what}`);
    }),
  ];
}

const held = (units: bigint, what: () => string): bigint => {
  if (units < BIGNUMERIC.min || units > BIGNUMERIC.max) throw new Error(`BIGNUMERIC overflow: ${what()}`);
  return units;
};
const text = (units: bigint) => renderDecimal(units, BIGNUMERIC);
const ONE = powerOfTen(BIGNUMERIC.scale);
const NUMERIC_UNIT = powerOfTen(BIGNUMERIC.scale - NUMERIC.scale);
const INT64_MAX = 2n ** 63n - 1n;

/** What only BIGNUMERIC needs, which no type of DuckDB holds: NUMERIC is a DECIMAL(38,9). */
const BIGNUMERIC_SCALARS: readonly ScalarFunction[] = [
  defineScalar('bq_bignumeric_float', ['bignumeric'], 'float', (x) => doubleOf(x, BIGNUMERIC)),
  defineScalar('bq_int_bignumeric', ['integer'], 'bignumeric', (n) => n * ONE),
  defineScalar('bq_numeric_bignumeric', ['numeric'], 'bignumeric', (n) => n * NUMERIC_UNIT),
  defineScalar('bq_bignumeric_numeric', ['bignumeric'], 'numeric', (x) => {
    const units = divideRounded(x, NUMERIC_UNIT);
    if (units < NUMERIC.min || units > NUMERIC.max) throw new Error(`numeric out of range: ${text(x)}`);
    return units;
  }),
  defineScalar('bq_bignumeric_int', ['bignumeric'], 'integer', (x) => {
    const whole = divideRounded(x, ONE);
    if (whole > INT64_MAX || whole < -INT64_MAX - 1n) throw new Error(`int64 out of range: ${text(x)}`);
    return whole;
  }),
  defineScalar('bq_bignumeric_add', ['bignumeric', 'bignumeric'], 'bignumeric', (a, b) =>
    held(a + b, () => `${text(a)} + ${text(b)}`),
  ),
  defineScalar('bq_bignumeric_subtract', ['bignumeric', 'bignumeric'], 'bignumeric', (a, b) =>
    held(a - b, () => `${text(a)} - ${text(b)}`),
  ),
  defineScalar('bq_bignumeric_negate', ['bignumeric'], 'bignumeric', (x) => held(-x, () => `-(${text(x)})`)),
  defineScalar('bq_bignumeric_abs', ['bignumeric'], 'bignumeric', (x) =>
    held(x < 0n ? -x : x, () => `ABS(${text(x)})`),
  ),
  defineScalar('bq_bignumeric_sign', ['bignumeric'], 'bignumeric', (x) => (x > 0n ? ONE : x < 0n ? -ONE : 0n)),
  // Sums are taken of the units, in DuckDB's type of any number of digits.
  defineScalar('bq_bignumeric_units', ['bignumeric'], 'text', String),
  defineScalar('bq_bignumeric_sum', ['text'], 'bignumeric', (sum) => held(BigInt(sum), () => 'SUM')),
  defineScalar('bq_bignumeric_average', ['text', 'integer'], 'bignumeric', (sum, count) =>
    held(divideRounded(BigInt(sum), count), () => 'AVG'),
  ),
  /** Rounded to the scale; NULL where that leaves more digits before the point than the precision has room for. */
  defineScalar('bq_bignumeric_fit', ['bignumeric', 'integer', 'integer'], 'bignumeric', (x, precision, scale) => {
    const rounded = roundUnits(x, BIGNUMERIC, scale, 'away');
    const limit = powerOfTen(Number(precision - scale)) * ONE;
    const fits = -limit < rounded && rounded < limit && rounded >= BIGNUMERIC.min && rounded <= BIGNUMERIC.max;
    return fits ? rounded : null;
  }),
  /** How many steps lie between two numbers; -1 where they lead the other way. */
  defineScalar('bq_bignumeric_steps', ['bignumeric', 'bignumeric', 'bignumeric'], 'integer', (from, to, step) =>
    to !== from && to < from !== step < 0n ? -1n : (to - from) / step,
  ),
  // Parquet's decimals end at 38 digits here.
  defineScalar('bq_bignumeric_short', ['bignumeric'], 'text', (x) => {
    const places = powerOfTen(BIGNUMERIC.scale - 18);
    if (x % places !== 0n || x / places > NUMERIC.max || x / places < NUMERIC.min)
      throw new Error(
        'not supported by the embedded warehouse: a Parquet file with a BIGNUMERIC of more than 20 digits before the point or 18 behind it',
      );
    return text(x);
  }),
];

export const DECIMAL_SCALARS: readonly ScalarFunction[] = [
  // DuckDB's own is a power of 1/3, and misses whole roots by their last bit.
  defineScalar('bq_cbrt', ['float'], 'float', Math.cbrt),
  ...scalarsOf('numeric'),
  ...scalarsOf('bignumeric'),
  ...BIGNUMERIC_SCALARS,
];
