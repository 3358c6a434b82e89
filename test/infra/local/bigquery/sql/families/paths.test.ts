import { testFamilies } from './family.ts';

const ORDERS = `(SELECT [
  STRUCT('red' AS colour, [STRUCT([1, 2] AS prices), STRUCT([3] AS prices)] AS sales),
  STRUCT('blue' AS colour, [STRUCT([4, 5] AS prices)] AS sales),
  STRUCT('grey' AS colour, NULL AS sales)] AS items) AS t`;

testFamilies({
  'paths through arrays': [
    [
      `SELECT FLATTEN(items.colour), FLATTEN(t.items.sales.prices) FROM ${ORDERS}`,
      [
        [
          ['red', 'blue', 'grey'],
          ['1', '2', '3', '4', '5'],
        ],
      ],
    ],
    [`SELECT FORMAT('%T', FLATTEN(items.sales.prices[SAFE_OFFSET(1)])) FROM ${ORDERS}`, [['[2, NULL, 5]']]],
    [`SELECT FLATTEN(items[OFFSET(1)].sales.prices) FROM ${ORDERS}`, [[['4', '5']]]],
    [
      `SELECT p, o FROM ${ORDERS}, UNNEST(items.sales.prices) AS p WITH OFFSET AS o WHERE o > 2 ORDER BY o`,
      [
        ['4', '3'],
        ['5', '4'],
      ],
    ],
    [`SELECT p FROM ${ORDERS}, t.items.sales.prices AS p WHERE p > 3 ORDER BY p`, [['4'], ['5']]],
    [`SELECT 5 IN UNNEST(items.sales.prices) FROM ${ORDERS}`, [['true']]],
    ['SELECT FLATTEN([STRUCT([1, 2] AS a), STRUCT([3] AS a)].a)', [[['1', '2', '3']]]],
    ["SELECT FORMAT('%T', FLATTEN([STRUCT(JSON '{\"k\": 1}' AS j), STRUCT(JSON '[]')].j.k))", [['[JSON "1", NULL]']]],
    [`SELECT FLATTEN(items.sales.prices[OFFSET(1)]) FROM ${ORDERS}`, 'invalidQuery: Array index 1 is out of bounds'],
    [
      `SELECT items.colour FROM ${ORDERS}`,
      'invalidQuery: Cannot access field colour on a value with type ARRAY<STRUCT> at [1:14]',
    ],
    [
      'SELECT FLATTEN(STRUCT(1 AS a).a)',
      'invalidQuery: Argument to FLATTEN must be an array or contain an array at [1:30]',
    ],
  ],
  'elements of a NULL array': [
    ['SELECT a[OFFSET(-1)], a[ORDINAL(0)], a[5] FROM (SELECT CAST(NULL AS ARRAY<INT64>) AS a)', [[null, null, null]]],
  ],
});
