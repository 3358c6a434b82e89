import { testFamilies } from './family.ts';

const SETUP = `
  CREATE TABLE shop.t (a INT64, f FLOAT64, g FLOAT64, s STRUCT<a INT64, t STRING>);
  INSERT shop.t VALUES
    (1, CAST('nan' AS FLOAT64), NULL, (10, 'p')),
    (2, CAST('nan' AS FLOAT64), CAST('nan' AS FLOAT64), (10, NULL)),
    (3, 1.5, CAST('nan' AS FLOAT64), NULL),
    (4, 1.5, 1.5, (20, 'q')),
    (5, NULL, 2, (20, 'q'))`;

testFamilies(
  {
    'structs, field by field': [
      [
        'SELECT (1, NULL) = (1, NULL), (1, NULL) = (2, NULL), (1, 2) = (1, 2), (1, NULL) != (1, NULL), (1, 2) != (1, 3)',
        [[null, 'false', 'true', null, 'true']],
      ],
      [
        "SELECT a, s = (10, 'p'), s IN ((10, 'p'), (20, 'q')), s IN UNNEST([STRUCT(10 AS a, 'p' AS t)]), s IN (SELECT AS STRUCT 20, 'q') FROM shop.t ORDER BY a",
        [
          ['1', 'true', 'true', 'true', 'false'],
          ['2', null, null, null, 'false'],
          ['3', null, null, null, null],
          ['4', 'false', 'true', 'false', 'true'],
          ['5', 'false', 'true', 'false', 'true'],
        ],
      ],
      ["SELECT CASE (1, NULL) WHEN (1, NULL) THEN 'same' ELSE 'open' END", [['open']]],
      [
        'SELECT x.a, y.z FROM shop.t AS x JOIN (SELECT a AS z, s FROM shop.t) AS y USING (s) ORDER BY 1, 2',
        [
          ['1', '1'],
          ['4', '4'],
          ['4', '5'],
          ['5', '4'],
          ['5', '5'],
        ],
      ],
      ['SELECT a FROM shop.t WHERE s IS NOT DISTINCT FROM (10, NULL)', [['2']]],
    ],
    'NaN, beside NULL too': [
      [
        'SELECT a, f = g, f != g, f < g, f >= g, 1.5 BETWEEN f AND g FROM shop.t ORDER BY a',
        [
          ['1', null, null, null, null, 'false'],
          ['2', 'false', 'true', 'false', 'false', 'false'],
          ['3', 'false', 'true', 'false', 'false', 'false'],
          ['4', 'true', 'false', 'false', 'true', 'true'],
          ['5', null, null, null, null, null],
        ],
      ],
      [
        'SELECT a, f < NULL, f BETWEEN NULL AND NULL, f BETWEEN NULL AND 1 FROM shop.t WHERE a < 3 AND (f < NULL) IS NULL ORDER BY a',
        [
          ['1', null, null, 'false'],
          ['2', null, null, 'false'],
        ],
      ],
      [
        "SELECT ARRAY_INCLUDES([CAST('nan' AS FLOAT64)], CAST('nan' AS FLOAT64)), ARRAY_INCLUDES([1.5], 1.5), ARRAY_INCLUDES_ANY([CAST('nan' AS FLOAT64), 2.5], [CAST('nan' AS FLOAT64)]), ARRAY_INCLUDES_ALL([1.5], [1.5, NULL])",
        [['false', 'true', 'false', 'false']],
      ],
      ['SELECT a FROM shop.t WHERE NOT (f = g) ORDER BY a', [['2'], ['3']]],
      ['SELECT a FROM shop.t WHERE f IN (SELECT g FROM shop.t) ORDER BY a', [['3'], ['4']]],
      ['SELECT a FROM shop.t WHERE f NOT IN UNNEST([1.5]) ORDER BY a', [['1'], ['2']]],
      ['SELECT COUNT(*) FROM shop.t JOIN (SELECT f FROM shop.t) USING (f)', [['4']]],
      [
        'SELECT DISTINCT PERCENTILE_CONT(f, 0.5) OVER (), PERCENTILE_DISC(f, 0.5) OVER (), PERCENTILE_DISC(f, 0.75) OVER () FROM shop.t',
        [['NaN', 'NaN', '1.5']],
      ],
    ],
    'what is random is drawn once': [
      [
        "SELECT COUNTIF(x IS NULL) FROM (SELECT CASE CAST(FLOOR(RAND() * 2) AS INT64) WHEN 0 THEN 'a' WHEN 1 THEN 'b' END AS x FROM UNNEST(GENERATE_ARRAY(1, 200)))",
        [['0']],
      ],
      [
        'SELECT COUNTIF(x = 0) FROM (SELECT NULLIF(CAST(FLOOR(RAND() * 2) AS INT64), 0) AS x FROM UNNEST(GENERATE_ARRAY(1, 200)))',
        [['0']],
      ],
      ['SELECT WITH(r AS RAND(), s AS r * 2, s - r - r)', [['0.0']]],
      ['CREATE TEMP FUNCTION f(x FLOAT64) AS (x - x); SELECT f(RAND())', [['0.0']]],
      [
        "CREATE TEMP FUNCTION upper(x STRING) AS ('mine'); SELECT upper('a')",
        'invalidQuery: not supported by the embedded warehouse: a temporary function of the name of a function of BigQuery’s own, upper at [1:1]',
      ],
      [
        "SELECT COUNTIF(x NOT IN ('a', 'b')) FROM (SELECT SUBSTR('abc', CAST(FLOOR(RAND() * 3) AS INT64), 1) AS x FROM UNNEST(GENERATE_ARRAY(1, 200)))",
        [['0']],
      ],
    ],
    'lambdas keep their names to themselves': [
      ["SELECT ARRAY_FIND(['a', 'b'], e -> e LIKE ANY UNNEST(['b%']))", [['b']]],
      ["SELECT ARRAY_OFFSET(['a e', 'x e'], 'x e'), ARRAY_OFFSET(['a e', 'x e'], x -> x = 'x e')", [['1', '1']]],
    ],
    'windows, bounds and types': [
      [
        'SELECT x, LAG(x, 1, 1.5) OVER (ORDER BY x) FROM UNNEST([3, 4]) AS x ORDER BY x',
        [
          ['3', '1.5'],
          ['4', '3.0'],
        ],
      ],
      [
        'SELECT SUM(x) OVER (ORDER BY x ROWS -1 PRECEDING) FROM UNNEST([3, 4]) AS x',
        'invalidQuery: Window framing expression must be neither NULL nor negative at [1:37]',
      ],
      [
        'SELECT SUM(x) OVER w FROM UNNEST([3]) AS x WINDOW w AS (v), v AS (ORDER BY x)',
        'invalidQuery: Unrecognized window alias v at [1:57]',
      ],
      ['SELECT CORR(x, x), CORR(x, y) FROM (SELECT 1 AS x, CAST(NULL AS INT64) AS y)', [[null, null]]],
      ['SELECT CORR(x, 2 * x) FROM UNNEST([1, 2]) AS x', [['1.0']]],
    ],
    'NOT LIKE with a quantifier': [
      [
        "SELECT 'a' NOT LIKE ANY ('a', 'b'), 'a' NOT LIKE ANY ('a', '%a%'), 'a' NOT LIKE ANY ('a', NULL), 'a' NOT LIKE ALL ('b', 'c'), 'a' NOT LIKE ALL ('a', NULL), 'a' NOT LIKE ALL ('b', NULL)",
        [['true', 'false', null, 'true', 'false', null]],
      ],
      [
        "SELECT 'a' NOT LIKE ANY UNNEST(['a', 'b']), 'a' NOT LIKE ANY UNNEST(ARRAY<STRING>[]), 'a' NOT LIKE ALL UNNEST(ARRAY<STRING>[]), 'a' NOT LIKE ALL UNNEST(['b', NULL])",
        [['true', 'false', 'true', null]],
      ],
    ],
    'set operations that count': [
      [
        '(SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 1 UNION ALL SELECT 1) EXCEPT ALL SELECT 1 ORDER BY 1',
        [['1'], ['1'], ['2']],
      ],
      ['(SELECT NULL UNION ALL SELECT NULL) INTERSECT ALL (SELECT NULL UNION ALL SELECT NULL)', [[null], [null]]],
      ['FROM UNNEST([1, 1, 2]) AS x |> EXCEPT ALL (SELECT 1) |> ORDER BY x', [['1'], ['2']]],
    ],
    'window frames at the ends of what a type holds': [
      [
        'SELECT x > 0, COUNT(*) OVER (ORDER BY x RANGE BETWEEN 1 PRECEDING AND 1 FOLLOWING) FROM UNNEST([-9223372036854775808, 9223372036854775806, 9223372036854775807]) AS x ORDER BY x',
        [
          ['false', '1'],
          ['true', '2'],
          ['true', '2'],
        ],
      ],
      [
        "SELECT SUM(x) OVER (ORDER BY x RANGE BETWEEN NUMERIC '1' PRECEDING AND CURRENT ROW) FROM UNNEST([NUMERIC '1', 1.5, 3]) AS x ORDER BY x",
        [['1'], ['2.5'], ['3']],
      ],
    ],
    'unpivot, what must be written': [
      [
        'SELECT * FROM (SELECT 1 AS a, 2.5 AS b) UNPIVOT(v FOR n IN (a, b))',
        'invalidQuery: The datatype of column does not match with other datatypes in the IN clause. Expected INT64, Found FLOAT64 at [1:49]',
      ],
      [
        'SELECT * FROM (SELECT 1 AS a, 2 AS b) UNPIVOT(a FOR n IN (a, b))',
        'invalidQuery: Column names generated by UNPIVOT cannot be those of unpivoted columns: a at [1:47]',
      ],
      ['SELECT * FROM (SELECT 1 AS A, 2 AS b) UNPIVOT(v FOR n IN (a AS "a", b)) WHERE v = 1', [['1', 'a']]],
      [
        'SELECT * FROM (SELECT 1 AS A, 2 AS b) UNPIVOT(v FOR n IN (a, b))',
        'invalidQuery: not supported by the embedded warehouse: UNPIVOT of a column in another case than its name’s, without an alias at [1:59]',
      ],
    ],
  },
  SETUP,
);
