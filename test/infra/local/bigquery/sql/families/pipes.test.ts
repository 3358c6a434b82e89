import { testFamilies } from './family.ts';

const ROWS = "UNNEST([STRUCT('a' AS k, 1 AS v), ('b', 2), ('a', 3), ('c', NULL)])";

testFamilies({
  'pipe operators': [
    [
      `FROM ${ROWS} |> AGGREGATE SUM(v) AS s DESC GROUP BY k`,
      [
        ['a', '4'],
        ['b', '2'],
        ['c', null],
      ],
    ],
    [
      `FROM ${ROWS} |> AGGREGATE SUM(v) DESC NULLS FIRST AS s GROUP BY k`,
      [
        ['c', null],
        ['a', '4'],
        ['b', '2'],
      ],
    ],
    [
      `FROM ${ROWS} |> AGGREGATE COUNT(*) AS n DESC GROUP BY v IS NULL AS missing ASC`,
      [
        ['false', '3'],
        ['true', '1'],
      ],
    ],
    [
      `FROM ${ROWS} |> AGGREGATE COUNT(*) AS n GROUP AND ORDER BY k DESC`,
      [
        ['c', '1'],
        ['b', '1'],
        ['a', '2'],
      ],
    ],
    [`FROM ${ROWS} |> AGGREGATE SUM(v) AS s GROUP BY ROLLUP(k) |> WHERE k IS NULL`, [[null, '6']]],
    [
      `FROM ${ROWS} |> AGGREGATE COUNT(*) AS n GROUP BY GROUPING SETS (k, v IS NULL, ()) |> ORDER BY n DESC |> LIMIT 1`,
      [[null, null, '4']],
    ],
    [`FROM ${ROWS} |> WHERE ROW_NUMBER() OVER (ORDER BY v DESC) <= 2 |> SELECT v`, [['3'], ['2']]],
    [
      `FROM ${ROWS} |> WHERE v > 1 |> SELECT AS STRUCT k, v |> ORDER BY v`,
      [
        ['b', '2'],
        ['a', '3'],
      ],
    ],
    [`FROM ${ROWS} |> WITH best AS (SELECT 3 AS v) |> JOIN best USING (v) |> SELECT k`, [['a']]],
    [
      `WITH one AS (SELECT 1 AS v) FROM one |> WITH two AS (SELECT v + 1 AS w FROM one) |> CROSS JOIN two`,
      [['1', '2']],
    ],
    [`FROM ${ROWS} |> ASSERT v IS NULL OR v > 0, 'not positive', k, v |> AGGREGATE COUNT(*)`, [['4']]],
    [`FROM ${ROWS} |> ASSERT v > 1, 'small', k, v |> AGGREGATE COUNT(*)`, 'invalidQuery: Assert failed: small a 1'],
  ],
  'who asks': [['SELECT SESSION_USER()', [['local@sluice']]]],
  'errors caught of a subquery without a table': [
    [
      'SELECT IFERROR((SELECT [1][OFFSET(3)]), -1), ISERROR((SELECT 1)), NULLIFERROR((SELECT 1 / 0))',
      [['-1', 'false', null]],
    ],
  ],
  'zero and NULL': [
    [
      'SELECT ZEROIFNULL(CAST(NULL AS INT64)), ZEROIFNULL(2.5), NULLIFZERO(0), NULLIFZERO(NUMERIC "1.5")',
      [['0', '2.5', null, '1.5']],
    ],
    ["SELECT BIT_COUNT(b''), BIT_COUNT(b'\\x03')", [['0', '2']]],
  ],
});
