import { testFamilies } from './family.ts';

const SALES = `(SELECT "p" AS product, 5 AS sales, "Q1" AS quarter UNION ALL SELECT "p", 7, "Q2" UNION ALL SELECT "r", 1, "Q1")`;

testFamilies({
  'pipes, each operator': [
    ['FROM UNNEST([3, 1, 2]) AS n |> WHERE n > 1 |> ORDER BY n', [['2'], ['3']]],
    ['FROM UNNEST([3, 1, 2]) AS n |> ORDER BY n DESC |> LIMIT 1 OFFSET 1', [['2']]],
    [
      'FROM UNNEST([1, 2]) AS n |> EXTEND n * 2 AS d, SUM(n) OVER () AS s |> SELECT n, d, s |> ORDER BY n',
      [
        ['1', '2', '3'],
        ['2', '4', '3'],
      ],
    ],
    ['SELECT 1 AS a, 2 AS b |> SET a = a + b |> RENAME b AS c |> DROP a', [['2']]],
    [
      'SELECT 1 AS a, 2 AS b |> AS t |> SELECT t.b, t.*',
      'invalidQuery: Duplicate column names in the result are not supported when a destination table is present. Found duplicate(s): b',
    ],
    [
      'FROM UNNEST([1, 2, 3, 4]) AS n |> AGGREGATE SUM(n) AS s, COUNT(*) AS c GROUP BY MOD(n, 2) AS odd |> ORDER BY odd',
      [
        ['0', '6', '2'],
        ['1', '4', '2'],
      ],
    ],
    [
      'FROM UNNEST([1, 2, 2]) AS n |> AGGREGATE COUNT(*) AS c GROUP AND ORDER BY n DESC',
      [
        ['2', '2'],
        ['1', '1'],
      ],
    ],
    ['FROM UNNEST([1, 2]) AS n |> AGGREGATE COUNT(*) AS c, SUM(n) AS s', [['2', '3']]],
    ['FROM (SELECT 1 AS n) |> WHERE FALSE |> AGGREGATE COUNT(*), SUM(n)', [['0', null]]],
    ['FROM UNNEST([1, 1, 2]) AS n |> DISTINCT |> ORDER BY n', [['1'], ['2']]],
    ['FROM UNNEST([1, 2]) AS n |> UNION ALL (SELECT 2), (SELECT 3) |> ORDER BY n', [['1'], ['2'], ['2'], ['3']]],
    ['FROM UNNEST([1, 2]) AS n |> EXCEPT DISTINCT (SELECT 2)', [['1']]],
    [
      'FROM (SELECT 1 AS id, "a" AS x) AS t |> LEFT JOIN (SELECT 1 AS id, "b" AS y) AS u ON t.id = u.id |> SELECT t.x, u.y',
      [['a', 'b']],
    ],
    ['FROM (SELECT 1 AS id, "a" AS x) |> JOIN (SELECT 1 AS id, "b" AS y) USING (id)', [['1', 'a', 'b']]],
    [
      `FROM ${SALES} |> PIVOT(SUM(sales) FOR quarter IN ("Q1", "Q2")) |> ORDER BY product`,
      [
        ['p', '5', '7'],
        ['r', '1', null],
      ],
    ],
    [
      'SELECT 1 AS k, 5 AS q1, 6 AS q2 |> UNPIVOT(v FOR q IN (q1, q2)) |> ORDER BY q',
      [
        ['1', '5', 'q1'],
        ['1', '6', 'q2'],
      ],
    ],
    ['FROM UNNEST([1]) AS n |> ASSERT n = 1, "no" |> SELECT n', [['1']]],
    ['FROM UNNEST([2]) AS n |> ASSERT n = 1, "no"', 'invalidQuery: Assert failed: no'],
    ['WITH t AS (FROM UNNEST([1, 2]) AS n |> WHERE n = 2) FROM t |> EXTEND n + 1 AS m', [['2', '3']]],
    ['SELECT (FROM UNNEST([1, 2]) AS n |> AGGREGATE MAX(n))', [['2']]],
  ],
  'groupings of several sets': [
    [
      `SELECT product, quarter, SUM(sales) FROM ${SALES} GROUP BY ROLLUP(product, quarter) ORDER BY 1, 2`,
      [
        [null, null, '13'],
        ['p', null, '12'],
        ['p', 'Q1', '5'],
        ['p', 'Q2', '7'],
        ['r', null, '1'],
        ['r', 'Q1', '1'],
      ],
    ],
    [
      `SELECT product, GROUPING(product) AS g, SUM(sales) FROM ${SALES} GROUP BY CUBE(product) ORDER BY g, 1`,
      [
        ['p', '0', '12'],
        ['r', '0', '1'],
        [null, '1', '13'],
      ],
    ],
    [
      `SELECT product, quarter, COUNT(*) FROM ${SALES} GROUP BY GROUPING SETS (product, (product, quarter), ()) ORDER BY 3 DESC, 1, 2 LIMIT 3`,
      [
        [null, null, '3'],
        ['p', null, '2'],
        ['p', 'Q1', '1'],
      ],
    ],
    [
      `SELECT LOWER(product) AS l, SUM(sales) FROM ${SALES} GROUP BY GROUPING SETS (l, ()) HAVING SUM(sales) > 1 ORDER BY 2`,
      [
        ['p', '12'],
        [null, '13'],
      ],
    ],
    ['SELECT COUNT(*) FROM UNNEST([1]) GROUP BY ()', [['1']]],
  ],
  'pivot and unpivot': [
    [
      `SELECT * FROM ${SALES} PIVOT(SUM(sales) AS s, COUNT(*) AS n FOR quarter IN ("Q1", "Q2" AS second)) AS p ORDER BY p.product`,
      [
        ['p', '5', '1', '7', '1'],
        ['r', '1', '1', null, '0'],
      ],
    ],
    [
      'SELECT _1, minus_2, _NULL FROM (SELECT 1 AS k, 5 AS v UNION ALL SELECT -2, 6) PIVOT(SUM(v) FOR k IN (1, -2, NULL AS _NULL))',
      [['5', '6', null]],
    ],
    ['SELECT * FROM (SELECT 1 AS k, 5 AS a, NULL AS b) UNPIVOT(v FOR n IN (a AS "x", b AS "y"))', [['1', '5', 'x']]],
    [
      'SELECT * FROM (SELECT 1 AS k, 5 AS a, NULL AS b) UNPIVOT INCLUDE NULLS (v FOR n IN (a, b))',
      [
        ['1', '5', 'a'],
        ['1', null, 'b'],
      ],
    ],
    [
      'SELECT * FROM (SELECT 1 AS a1, 2 AS b1, 3 AS a2, 4 AS b2) UNPIVOT((a, b) FOR n IN ((a1, b1) AS 1, (a2, b2) AS 2))',
      [
        ['1', '2', '1'],
        ['3', '4', '2'],
      ],
    ],
    [
      'SELECT * FROM (SELECT 1 AS k) PIVOT(k FOR k IN (1))',
      'invalidQuery: PIVOT expression must be an aggregate function call at [1:37]',
    ],
  ],
  recursion: [
    [
      'WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM t WHERE n < 3) SELECT * FROM t ORDER BY n',
      [['1'], ['2'], ['3']],
    ],
    ['WITH RECURSIVE t AS (SELECT 1 AS n UNION DISTINCT SELECT MOD(n, 3) + 1 FROM t) SELECT COUNT(*) FROM t', [['3']]],
    [
      'WITH RECURSIVE b AS (SELECT n FROM a), a AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM a WHERE n < 2) SELECT SUM(n) FROM b',
      [['3']],
    ],
    [
      'WITH RECURSIVE t AS (SELECT 1 AS n, CAST(NULL AS STRING) AS p UNION ALL SELECT n + 1, CONCAT(IFNULL(p, ""), "x") FROM t WHERE n < 3) SELECT MAX(p) FROM t',
      [['xx']],
    ],
  ],
  'set operations by name': [
    [
      'SELECT 1 AS a, 2 AS b UNION ALL BY NAME SELECT 3 AS b, 4 AS a',
      [
        ['1', '2'],
        ['4', '3'],
      ],
    ],
    [
      'SELECT 1 AS a UNION ALL BY NAME SELECT 2 AS b',
      'invalidQuery: UNION ALL BY NAME: the queries have different sets of column names at [1:15]',
    ],
    [
      'SELECT 1 AS a, 2 AS b LEFT UNION ALL BY NAME SELECT 3 AS b',
      [
        ['1', '2'],
        [null, '3'],
      ],
    ],
    ['SELECT 1 AS a, 2 AS b INNER UNION ALL BY NAME SELECT 3 AS b, 4 AS c', [['2'], ['3']]],
    ['SELECT 1 AS a, 2 AS b UNION ALL CORRESPONDING SELECT 3 AS b, 4 AS c', [['2'], ['3']]],
    [
      'SELECT 1 AS a FULL OUTER UNION ALL BY NAME SELECT 2 AS b',
      [
        ['1', null],
        [null, '2'],
      ],
    ],
  ],
  'joins and arrays in FROM': [
    [
      'SELECT a, b FROM UNNEST([1, 2]) AS a WITH OFFSET AS i JOIN UNNEST(["x", "y"]) AS b WITH OFFSET AS j ON i = j ORDER BY a',
      [
        ['1', 'x'],
        ['2', 'y'],
      ],
    ],
    ['SELECT x FROM (SELECT [1, 2] AS xs) AS t, t.xs AS x ORDER BY x', [['1'], ['2']]],
    [
      'SELECT id, x FROM (SELECT 1 AS id, [5] AS xs UNION ALL SELECT 2, []) AS t LEFT JOIN t.xs AS x ORDER BY id',
      [
        ['1', '5'],
        ['2', null],
      ],
    ],
    [
      'SELECT * FROM UNNEST([STRUCT(1 AS a, "x" AS b), (2, "y")]) WITH OFFSET',
      [
        ['1', 'x', '0'],
        ['2', 'y', '1'],
      ],
    ],
    [
      'SELECT a.n, b.n FROM UNNEST([1, 2]) AS n FULL JOIN UNNEST([2, 3]) AS m ON n = m',
      'invalidQuery: Unrecognized name: a at [1:8]',
    ],
    [
      'SELECT n, m FROM UNNEST([1, 2]) AS n FULL JOIN UNNEST([2, 3]) AS m ON n = m ORDER BY n, m',
      [
        [null, '3'],
        ['1', null],
        ['2', '2'],
      ],
    ],
    ['SELECT COUNT(*) FROM UNNEST(CAST(NULL AS ARRAY<INT64>))', [['0']]],
    ['SELECT * FROM UNNEST([1, 2, 3]) AS n TABLESAMPLE SYSTEM (100 PERCENT) ORDER BY n', [['1'], ['2'], ['3']]],
    ['SELECT STRUCT(1 AS a, 2 AS b).*, WITH(x AS 2, y AS x + 1, x * y)', [['1', '2', '6']]],
    ['SELECT ("abc").UPPER().SUBSTR(2), [3, 1].ARRAY_LENGTH()', [['BC', '2']]],
    [
      'SELECT "abc" LIKE ANY ("x%", "a%"), "abc" LIKE ALL UNNEST(["a%", "%c"]), "abc" LIKE ANY UNNEST(CAST([] AS ARRAY<STRING>))',
      [['true', 'true', 'false']],
    ],
  ],
  windows: [
    [
      'SELECT n, SUM(n) OVER (ORDER BY n ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM UNNEST([1, 2, 3]) AS n ORDER BY n',
      [
        ['1', '1'],
        ['2', '3'],
        ['3', '5'],
      ],
    ],
    [
      'SELECT n, SUM(n) OVER (ORDER BY n RANGE BETWEEN 1 PRECEDING AND 1 FOLLOWING) FROM UNNEST([1, 2, 4]) AS n ORDER BY n',
      [
        ['1', '3'],
        ['2', '3'],
        ['4', '4'],
      ],
    ],
    [
      'SELECT n, LAST_VALUE(n) OVER (ORDER BY n), NTH_VALUE(n, 2) OVER (ORDER BY n ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) FROM UNNEST([1, 2]) AS n ORDER BY n',
      [
        ['1', '1', '2'],
        ['2', '2', '2'],
      ],
    ],
    [
      'SELECT n, FIRST_VALUE(n IGNORE NULLS) OVER (ORDER BY i) FROM UNNEST([NULL, 5, 6]) AS n WITH OFFSET AS i ORDER BY i',
      [
        [null, null],
        ['5', '5'],
        ['6', '5'],
      ],
    ],
    [
      'SELECT n FROM UNNEST([1, 1, 2]) AS n QUALIFY ROW_NUMBER() OVER (PARTITION BY n ORDER BY n) = 1 ORDER BY n',
      [['1'], ['2']],
    ],
    [
      'SELECT n, RANK() OVER w, DENSE_RANK() OVER w, PERCENT_RANK() OVER w, CUME_DIST() OVER w, NTILE(2) OVER w FROM UNNEST([1, 1, 2]) AS n WINDOW w AS (ORDER BY n) ORDER BY n LIMIT 1',
      [['1', '1', '1', '0.0', '0.6666666666666666', '1']],
    ],
    [
      'SELECT LAG(n) OVER (ORDER BY n), LEAD(n, 1, -1) OVER (ORDER BY n) FROM UNNEST([1, 2]) AS n ORDER BY n',
      [
        [null, '2'],
        ['1', '-1'],
      ],
    ],
    [
      'SELECT DISTINCT PERCENTILE_CONT(n, 0.5) OVER (), PERCENTILE_DISC(n, 0.5) OVER (), PERCENTILE_DISC(n, 0.5 RESPECT NULLS) OVER () FROM UNNEST([1, 2, 3, NULL]) AS n',
      [['2.0', '2', '1']],
    ],
    [
      'SELECT n, IS_FIRST(1) OVER (ORDER BY n), IS_LAST(1) OVER (ORDER BY n) FROM UNNEST([1, 2]) AS n ORDER BY n',
      [
        ['1', 'true', 'false'],
        ['2', 'false', 'true'],
      ],
    ],
  ],
});
