import { BIGNUMERIC, NUMERIC, powerOfTen } from '../decimals/decimal.ts';
import { defineScalar, type ScalarFunction } from './scalar.ts';

/** Sums over a group as whole numbers of any size: of the products, of either side, and how many pairs there are. */
const SUMS = ['text', 'text', 'text', 'integer'] as const;

/** `n² · covariance`, exactly; the variance is that of a value with itself. */
const numeratorOf = (products: string, xs: string, ys: string, count: bigint) =>
  BigInt(products) * count - BigInt(xs) * BigInt(ys);

/**
 * Variances of decimals are exact up to one division of doubles, as GoogleSQL's are: DuckDB's, over doubles, lose all digits
 * where the values lie close together.
 */
export const DECIMAL_STATISTICS: readonly ScalarFunction[] = [
  defineScalar('bq_numeric_units', ['numeric'], 'text', String),
  defineScalar('bq_numeric_product', ['numeric', 'numeric'], 'text', (x, y) => String(x * y)),
  defineScalar('bq_bignumeric_product', ['bignumeric', 'bignumeric'], 'text', (x, y) => String(x * y)),
  ...([NUMERIC, BIGNUMERIC] as const).map((type) =>
    defineScalar(
      `bq_${type === NUMERIC ? 'numeric' : 'bignumeric'}_covariance`,
      [...SUMS, 'integer'],
      'float',
      (products, xs, ys, count, offset) =>
        count <= offset
          ? null
          : Number(numeratorOf(products, xs, ys, count)) /
            Number(count * (count - offset) * powerOfTen(2 * type.scale)),
    ),
  ),
  defineScalar('bq_decimal_correlation', [...SUMS, 'text', 'text'], 'float', (products, xs, ys, count, xx, yy) =>
    count < 2n
      ? null
      : Number(numeratorOf(products, xs, ys, count)) /
        Math.sqrt(Number(numeratorOf(xx, xs, xs, count) * numeratorOf(yy, ys, ys, count))),
  ),
];
