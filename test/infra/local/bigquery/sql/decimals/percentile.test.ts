import { expect, test } from 'vitest';
import {
  continuousPosition,
  discretePosition,
  interpolate,
} from '../../../../../../infra/local/bigquery/sql/decimals/percentile.ts';

test.each([
  [0, 10n, 1n],
  [0.1, 10n, 2n],
  [0.3, 10n, 3n],
  [0.5, 10n, 5n],
  [0.5, 11n, 6n],
  [1, 10n, 10n],
])('the share %d of %d values ends at value %d', (share, count, position) => {
  expect(discretePosition(share, count)).toBe(position);
});

test.each([
  [0.5, 5n, 3n, true],
  [0.5, 4n, 2n, false],
  [0.1, 11n, 2n, false],
  [1, 4n, 4n, true],
  [0.9, 1n, 1n, true],
])('the share %d of %d values is behind value %d', (share, count, position, isExact) => {
  expect(continuousPosition(share, count)).toEqual({ position, isExact });
});

test.each([
  [5, 7, 0.9, 5n, 6.2],
  [-5.5, 7.25, 0.5, 2n, 0.875],
  [1, 1, 0.3, 3n, 1],
  [-1e308, 1e308, 0.5, 2n, 0],
  [Number.NEGATIVE_INFINITY, 1, 0.5, 2n, Number.NEGATIVE_INFINITY],
  [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, 0.5, 2n, Number.NaN],
  [0, 0, 0.5, 2n, 0],
])('between %d and %d at %d of %d values', (left, right, share, count, value) => {
  expect(interpolate(left, right, share, count)).toBe(value);
});

test('a share outside of [0, 1] is none', () => {
  expect(() => discretePosition(1.5, 2n)).toThrow('Percentile argument must be in [0, 1]; got 1.5');
  expect(() => discretePosition(Number.NaN, 2n)).toThrow('Percentile argument must be in [0, 1]');
});
