import { type Case, testFamilies } from './family.ts';

const SETUP = `
  CREATE TABLE shop.t (a INT64, b STRING, s STRUCT<a INT64, arr ARRAY<INT64>>);
  INSERT shop.t VALUES (1, 'x', (10, [1, 2])), (2, 'y', (20, [3])), (NULL, NULL, NULL)`;

testFamilies(
  {
    'scopes, from the inside out': [
      ['SELECT (SELECT t.a FROM (SELECT STRUCT(5 AS a) AS t)) FROM shop.t', [['5'], ['5'], ['5']]],
      ['SELECT t.a FROM shop.t AS x', 'invalidQuery: Unrecognized name: t at [1:8]'],
      ['SELECT b FROM shop.t AS b WHERE b.a = 1', [[['1', 'x', ['10', ['1', '2']]]]]],
      ['SELECT b.b FROM shop.t AS b WHERE b.a = 1', [['x']]],
      ['SELECT s.b FROM shop.t AS s WHERE s.a = 1', [['x']]],
      ['SELECT s.arr FROM shop.t AS s', 'invalidQuery: Name arr not found inside s at [1:10]'],
      ['SELECT a FROM shop.t AS x, UNNEST(x.s.arr) AS a ORDER BY a', [['1'], ['2'], ['3']]],
      ['SELECT e FROM shop.t AS x, s.arr AS e ORDER BY e', [['1'], ['2'], ['3']]],
      ['SELECT (SELECT SUM(e) FROM s.arr AS e) AS n FROM shop.t ORDER BY n', [[null], ['3'], ['3']]],
      ['SELECT COUNT(*) FROM (SELECT STRUCT([1] AS t) AS shop) AS q, `shop.t`', [['3']]],
    ],
    'aliases of the select list': [
      ['SELECT -a AS a FROM shop.t ORDER BY a + 0', [[null], ['-2'], ['-1']]],
      ['SELECT -a AS a FROM shop.t ORDER BY (SELECT a)', [[null], ['-2'], ['-1']]],
      ['SELECT a * 2 AS a FROM shop.t GROUP BY a HAVING SUM(a) > 3', [['4']]],
      ['SELECT a AS z, COUNT(*) FROM shop.t GROUP BY z HAVING MAX(z) = 2 ORDER BY MAX(z)', [['2', '1']]],
      [
        'SELECT SUM(a) AS a FROM shop.t HAVING SUM(a) > 1',
        'invalidQuery: Aggregations of aggregations are not allowed at [1:43]',
      ],
      [
        'SELECT COUNT(*) AS n FROM shop.t GROUP BY b ORDER BY (SELECT n)',
        'invalidQuery: not supported by the embedded warehouse: an alias of an aggregate function in a subquery at [1:62]',
      ],
      [
        'SELECT ROW_NUMBER() OVER () AS n, COUNT(*) FROM shop.t GROUP BY b HAVING n > 1',
        'invalidQuery: Analytic function not allowed in HAVING clause at [1:74]',
      ],
      [
        'SELECT a AS t FROM shop.t ORDER BY t.a',
        'invalidQuery: Cannot access field a on a value with type INT64 at [1:38]',
      ],
      [
        'SELECT * FROM (SELECT *, a + 1 AS a FROM shop.t ORDER BY a)',
        'invalidQuery: Column name a is ambiguous at [1:58]',
      ],
      ['SELECT a, a FROM shop.t ORDER BY a', 'invalidQuery: Column name a is ambiguous at [1:34]'],
      [
        'SELECT a, -a AS a FROM shop.t GROUP BY a',
        'invalidQuery: Name a in GROUP BY clause is ambiguous; it may refer to multiple columns in the SELECT-list at [1:40]',
      ],
      [
        'SELECT b, s AS T FROM shop.t AS T GROUP BY T.a',
        'invalidQuery: Name T in GROUP BY clause is ambiguous; it may refer to both a column in the SELECT-list and a name in the FROM clause at [1:44]',
      ],
    ],
    'aggregates in a subquery that name only what is outside of it': [
      ['SELECT (SELECT SUM(t.a) FROM UNNEST([1, 1])) AS n FROM shop.t ORDER BY n', [[null], ['2'], ['4']]],
      ['SELECT (SELECT COUNT(t.a) FROM shop.t AS u) AS n FROM shop.t ORDER BY n', [['0'], ['3'], ['3']]],
      ['SELECT (SELECT MAX(t.a)) AS n FROM shop.t ORDER BY n', [[null], ['1'], ['2']]],
      ['SELECT a FROM shop.t WHERE (SELECT SUM(t.a) FROM UNNEST([1, 1])) > 3', [['2']]],
      ['SELECT a, (SELECT STRING_AGG(t.b) FROM t.s.arr) FROM shop.t WHERE a = 1', [['1', 'x,x']]],
    ],
    'CTEs, what they see': [
      [
        'SELECT (WITH c AS (SELECT t.a AS x) SELECT x FROM c) FROM shop.t',
        'invalidQuery: Unrecognized name: t at [1:27]',
      ],
      ['SELECT (WITH c AS (SELECT 5 AS x) SELECT x + t.a FROM c) AS n FROM shop.t ORDER BY n', [[null], ['6'], ['7']]],
      [
        'DECLARE a INT64 DEFAULT 7; SELECT (WITH c AS (SELECT a AS x) SELECT x FROM c) FROM shop.t WHERE t.a = 1',
        [['7']],
      ],
      [
        'CREATE TEMP FUNCTION f(x INT64) AS ((WITH c AS (SELECT x + 1 AS y) SELECT y FROM c)); SELECT f(a) AS n FROM shop.t ORDER BY n',
        [[null], ['2'], ['3']],
      ],
    ],
    'recursive terms, what they may hold': [
      ...(
        [
          ['SELECT n + COUNT(*) FROM r GROUP BY n', 'a query with DISTINCT or GROUP BY'],
          ['SELECT MAX(n) + 1 FROM r HAVING MAX(n) < 4', 'a query with aggregate functions'],
          ['SELECT n + ROW_NUMBER() OVER () FROM r WHERE n < 4', 'a query with analytic functions'],
          ['(SELECT n + 1 FROM r WHERE n < 4 LIMIT 1)', 'a query with ORDER BY or LIMIT'],
          ['SELECT 2 FROM UNNEST([1]) WHERE EXISTS(SELECT 1 FROM r)', 'an expression subquery'],
          [
            'SELECT n + 1 FROM UNNEST([1]) LEFT JOIN r ON TRUE WHERE n < 4',
            'the side of an outer join that may be absent',
          ],
          ['(WITH q AS (SELECT n FROM r) SELECT n FROM q)', 'an inner WITH clause'],
        ] as const
      ).map(
        ([term, place]): Case => [
          `WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL ${term}) SELECT * FROM r`,
          `invalidQuery: Recursive reference to r is not allowed in ${place} at [1:36]`,
        ],
      ),
      [
        'WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT r.n + 1 FROM r JOIN r AS o ON TRUE WHERE r.n < 4) SELECT * FROM r',
        'invalidQuery: The recursive term of r must include exactly one reference to it at [1:36]',
      ],
      [
        'WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + (SELECT COUNT(*) FROM shop.t) FROM r LEFT JOIN UNNEST([1]) AS k ON k = n WHERE n < 4) SELECT * FROM r ORDER BY n',
        [['1'], ['4']],
      ],
    ],
    'joins, what must be written': [
      [
        'SELECT 1 FROM shop.t AS x, shop.t AS y RIGHT JOIN shop.t AS z ON TRUE',
        'invalidQuery: Syntax error: RIGHT JOIN must be parenthesized when following a comma join at [1:40]',
      ],
      ['SELECT COUNT(*) FROM shop.t AS x, (shop.t AS y FULL JOIN shop.t AS z ON FALSE)', [['18']]],
      [
        'SELECT 1 FROM shop.t AS x LEFT JOIN shop.t AS y',
        'invalidQuery: LEFT JOIN must have an immediately following ON or USING clause at [1:27]',
      ],
      ['SELECT COUNT(*) FROM shop.t AS x LEFT JOIN x.s.arr', [['4']]],
      ['SELECT 1 FROM (shop.t AS x, shop.t AS y)', 'invalidQuery: Syntax error: Expected ")" but got "," at [1:27]'],
    ],
    'arrays as keys': [
      [
        'SELECT x, COUNT(*) FROM UNNEST([STRUCT([1, 2] AS x), STRUCT([1, 2]), STRUCT([2, 1])]) GROUP BY x ORDER BY 2',
        [
          [['2', '1'], '1'],
          [['1', '2'], '2'],
        ],
      ],
      [
        "SELECT COUNT(*) FROM (SELECT DISTINCT x FROM UNNEST([STRUCT([0.0, CAST('nan' AS FLOAT64), NULL] AS x), STRUCT([-0.0, CAST('nan' AS FLOAT64), NULL])]))",
        [['1']],
      ],
      [
        "SELECT [JSON '1'] AS x GROUP BY x",
        'invalidQuery: Grouping by expressions of type ARRAY<JSON> is not allowed at [1:33]',
      ],
    ],
    'grouping, what must be written': [
      ["SELECT CONCAT('a', 'b') AS k, COUNT(*) FROM shop.t WHERE FALSE GROUP BY ALL", [['ab', '0']]],
      ["SELECT COUNT(*) FROM shop.t GROUP BY 'x'", 'invalidQuery: Cannot GROUP BY literal values at [1:38]'],
      ["SELECT 'x' AS k, COUNT(*) FROM shop.t GROUP BY k", [['x', '3']]],
      [
        'SELECT a, b FROM shop.t GROUP BY a, ROLLUP(b)',
        'invalidQuery: The GROUP BY clause only supports ROLLUP, CUBE, GROUPING SETS and () when there are no other grouping elements at [1:1]',
      ],
    ],
  },
  SETUP,
);
