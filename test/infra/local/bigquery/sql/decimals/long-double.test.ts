import { expect, test } from 'vitest';
import { roundToDigits } from '../../../../../../infra/local/bigquery/sql/decimals/long-double.ts';

test.each([
  ['round', 31.415925, 3, 31.416],
  ['round', 314159.25, -3, 314_000],
  ['round', 2.675, 2, 2.67],
  ['round', -1.235, 2, -1.24],
  ['round', 0.125, 2, 0.13],
  ['round', 1.6e308, -308, Number.POSITIVE_INFINITY],
  ['round', 1.6e308, -309, 0],
  ['round', 1.6e308, 308, 1.6e308],
  ['round', 4.94e-324, 324, 4.94e-324],
  ['round', 1.1125369292536007e-308, 308, 1e-308],
  ['round', 1.1125369292536007e-308, 311, 1.113e-308],
  ['round', 1, 40_000, 1],
  ['round', 1, -40_000, 0],
  ['round', Number.NaN, 2, Number.NaN],
  ['trunc', 31.415925, 3, 31.415],
  ['trunc', 314159.25, -2, 314_100],
  ['trunc', -2.3, 0, -2],
  // 2.3 is a little less, which 80 bits show.
  ['trunc', 2.3, 1, 2.2],
  ['trunc', 0.5, 10, 0.5],
  ['trunc', 1.6e308, -308, 1e308],
  ['trunc', 4.94e-324, 323, 0],
  ['trunc', 1.1125369292536007e-308, 311, 1.112e-308],
] as const)('%s of %d to %d digits', (mode, value, digits, rounded) => {
  expect(roundToDigits(value, digits, mode)).toBe(rounded);
});
