import { testFamilies } from './family.ts';

const INF = 'CAST("inf" AS FLOAT64)';
const LESS = 'CAST("-inf" AS FLOAT64)';
const NAN = 'CAST("nan" AS FLOAT64)';

testFamilies({
  'ROUND and TRUNC of FLOAT64 to digits, as numbers of 80 bits come out': [
    [
      'SELECT ROUND(x, 2), TRUNC(x, 2), TRUNC(x, 1) FROM UNNEST([2.675, -2.675, 1.005, 2.3, 0.29, 100.0]) x WITH OFFSET o ORDER BY o',
      [
        ['2.67', '2.67', '2.6'],
        ['-2.67', '-2.67', '-2.6'],
        ['1.0', '1.0', '1.0'],
        ['2.3', '2.29', '2.2'],
        ['0.29', '0.28', '0.2'],
        ['100.0', '100.0', '100.0'],
      ],
    ],
    [
      'SELECT ROUND(x, n), TRUNC(x, n) FROM UNNEST([STRUCT(3.1415925 AS x, 9223372036854775807 AS n), (3.1415925, -9223372036854775807), (314159.25, -3)]) WITH OFFSET o ORDER BY o',
      [
        ['3.1415925', '3.1415925'],
        ['0.0', '0.0'],
        ['314000.0', '314000.0'],
      ],
    ],
    ['SELECT ROUND(1.6e308, -308)', /^invalidQuery: Floating point overflow in function: ROUND/],
  ],
  'functions at the edges of their ranges': [
    [
      `SELECT LN(${LESS}), LOG10(${LESS}), LOG(2.0, ${LESS}), LOG(2.0, ${INF}), LOG(${LESS}, 0.5), LOG(${INF}, 0.5)`,
      [['NaN', 'NaN', 'NaN', 'NaN', 'NaN', '-Infinity']],
    ],
    [
      `SELECT ACOS(${NAN}), ASIN(${INF}), ACOSH(${LESS}), ATANH(${LESS}), ATANH(${NAN}), COTH(${NAN}), POW(0.0, ${LESS})`,
      [['NaN', 'NaN', 'NaN', 'NaN', 'NaN', 'NaN', 'Infinity']],
    ],
    ['SELECT MOD(-9223372036854775808, -1), SAFE.DIV(-9223372036854775808, -1)', [['0', null]]],
    [
      'SELECT GREATEST(INTERVAL 1 MONTH, INTERVAL 31 DAY), LEAST(INTERVAL 31 DAY, INTERVAL 1 MONTH)',
      [['0-0 31 0:0:0', '0-1 0 0:0:0']],
    ],
  ],
  'RANGE_BUCKET of arrays that are none of ranges': [
    ['SELECT RANGE_BUCKET(1, [2, 1])', /^invalidQuery: .*ascending order/],
    [`SELECT RANGE_BUCKET(1.0, [1.0, ${NAN}])`, /^invalidQuery: .*NaN/],
    ['SELECT RANGE_BUCKET(1, [1, 1, 2]), RANGE_BUCKET("b", ["a", "c"]), RANGE_BUCKET(1, [])', [['2', '1', '0']]],
  ],
  distances: [
    [
      'SELECT EUCLIDEAN_DISTANCE([(c, 1.0), (2, 2.0)], [(2, 4.0), (1, 3.0)]), EUCLIDEAN_DISTANCE([("a", 3.0)], [("b", 4.0)]), COSINE_DISTANCE([(1, 1.0)], [(1, 2.0)]) FROM UNNEST([1]) c',
      [['2.8284271247461903', '5.0', '0.0']],
    ],
    ['SELECT EUCLIDEAN_DISTANCE([(1, 1.0), (1, 2.0)], [(2, 4.0)])', /^invalidQuery: Duplicate index/],
    ['SELECT COSINE_DISTANCE([(1, 0.0)], [(2, 4.0)])', /^invalidQuery: .*zero vector/],
    [
      'SELECT EDIT_DISTANCE("abcdefg", "a", max_distance => 2), EDIT_DISTANCE("abc", "abd", max_distance => 2), EDIT_DISTANCE(b"abc", b"abd"), EDIT_DISTANCE("abc", "abd", max_distance => NULL)',
      [['2', '1', '1', null]],
    ],
    ['SELECT EDIT_DISTANCE("abc", "abd", max_distance => -1)', /^invalidQuery: max_distance/],
  ],
  FORMAT: [
    [
      `SELECT FORMAT("%'x %'X %'o %'d", 12345678, 12345678, 55555, 1234567), FORMAT("%t %T", STRUCT(1), STRUCT(1)), FORMAT("%t", [STRUCT("a")])`,
      [['bc:614e BC:614E 15,4403 1,234,567', '(1) STRUCT(1)', '[(a)]']],
    ],
  ],
});
