import { roundToDigits } from '../decimals/long-double.ts';
import { continuousPosition, discretePosition, interpolate } from '../decimals/percentile.ts';
import { defineScalar, type ScalarFunction } from './scalar.ts';

const digitsOf = (digits: bigint) => Number(BigInt.asIntN(32, digits) === digits ? digits : digits > 0n ? 999n : -999n);

export const ROUNDING_SCALARS: readonly ScalarFunction[] = [
  defineScalar('bq_round_double', ['float', 'integer'], 'float', (value, digits) => {
    const rounded = roundToDigits(value, digitsOf(digits), 'round');
    if (!Number.isFinite(rounded) && Number.isFinite(value))
      throw new Error(`Floating point overflow in function: ROUND(${value}, ${digits})`);
    return rounded;
  }),
  defineScalar('bq_trunc_double', ['float', 'integer'], 'float', (value, digits) =>
    roundToDigits(value, digitsOf(digits), 'trunc'),
  ),
  /** The share, and how many sorted values there are. */
  defineScalar('bq_discrete_position', ['float', 'integer'], 'integer', discretePosition),
  defineScalar(
    'bq_continuous_position',
    ['float', 'integer'],
    'integer',
    (share, count) => continuousPosition(share, count).position,
  ),
  defineScalar('bq_is_upon', ['float', 'integer'], 'bool', (share, count) => continuousPosition(share, count).isExact),
  defineScalar('bq_interpolate', ['float', 'float', 'float', 'integer'], 'float', interpolate),
];
