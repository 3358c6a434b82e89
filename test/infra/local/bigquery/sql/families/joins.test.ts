import { testFamilies } from './family.ts';

const SETUP = `
  CREATE TABLE shop.a (id INT64, s STRING, arr ARRAY<INT64>);
  INSERT shop.a VALUES (1, 'p', [1, 2]), (2, 'q', [3]), (3, 'r', []), (4, NULL, NULL);
  CREATE TABLE shop.b (id INT64, y INT64, a_id INT64);
  INSERT shop.b VALUES (1, 100, 1), (2, 200, 1), (3, 300, 2), (4, NULL, 9);
  CREATE TABLE shop.c (id INT64, z STRING);
  INSERT shop.c VALUES (1, 'one'), (2, 'two'), (7, 'seven')`;

const MATCHED = [
  ['1', '1'],
  ['1', '2'],
  ['2', '3'],
  ['3', null],
  ['4', null],
];

testFamilies(
  {
    'conditions behind several joins': [
      [
        'SELECT a.id, b.y, c.z FROM shop.a JOIN shop.b JOIN shop.c ON b.id = c.id ON a.id = b.a_id ORDER BY y',
        [
          ['1', '100', 'one'],
          ['1', '200', 'two'],
        ],
      ],
      [
        'SELECT a.id, b.y, c.z FROM shop.a LEFT JOIN (SELECT * FROM shop.b) AS b JOIN shop.c USING (id) ON a.id = b.a_id ORDER BY 1, 2',
        [
          ['1', '100', 'one'],
          ['1', '200', 'two'],
          ['2', null, null],
          ['3', null, null],
          ['4', null, null],
        ],
      ],
      [
        'SELECT b.y, c.z, d.z AS other FROM shop.b JOIN shop.c CROSS JOIN shop.c AS d ON b.id = c.id WHERE d.id = 7 ORDER BY y',
        [
          ['100', 'one', 'seven'],
          ['200', 'two', 'seven'],
        ],
      ],
      [
        'SELECT 1 FROM shop.a, shop.b JOIN shop.c JOIN shop.c AS d ON c.id = d.id ON b.id = c.id',
        'invalidQuery: Syntax error: Unexpected keyword ON at [1:74]',
      ],
      [
        'SELECT 1 FROM shop.a JOIN (SELECT 1 AS x) JOIN shop.b ON TRUE',
        'invalidQuery: Syntax error: INNER JOIN must have an ON or USING clause at [1:22]',
      ],
    ],
    'subqueries in conditions': [
      [
        'SELECT a.id, b.id AS b FROM shop.a LEFT JOIN shop.b ON a.id = b.a_id AND EXISTS (SELECT 1 FROM UNNEST(a.arr) AS e WHERE e = b.id) ORDER BY 1, 2',
        MATCHED,
      ],
      ['SELECT a.id, b.id AS b FROM shop.a LEFT JOIN shop.b ON b.id IN (SELECT * FROM a.arr) ORDER BY 1, 2', MATCHED],
      [
        'SELECT a.id, b.id AS b FROM shop.b RIGHT JOIN shop.a ON b.id IN (SELECT e FROM UNNEST(a.arr) AS e) ORDER BY 1, 2',
        MATCHED,
      ],
      [
        'SELECT a.id, b.id AS b FROM shop.a LEFT JOIN shop.b ON b.id = (SELECT MAX(c.id) FROM shop.c WHERE c.id < a.id) ORDER BY 1, 2',
        [
          ['1', null],
          ['2', '1'],
          ['3', '2'],
          ['4', '2'],
        ],
      ],
      ['SELECT COUNT(*) FROM shop.a FULL JOIN shop.b ON a.id = b.id AND a.s != "no SELECT"', [['5']]],
      [
        'SELECT 1 FROM shop.a FULL JOIN shop.b ON b.id IN (SELECT e FROM UNNEST(a.arr) AS e)',
        'invalidQuery: not supported by the embedded warehouse: FULL JOIN with a subquery in its condition at [1:22]',
      ],
    ],
    'arrays under conditions': [
      ...['e IN UNNEST([2, 3])', 'MOD(e, 2) = 0 OR e = 3', 'EXISTS (SELECT 1 FROM shop.c WHERE c.id > e)'].map(
        (on): [string, unknown[][]] => [
          `SELECT a.id, e FROM shop.a LEFT JOIN UNNEST(arr) AS e ON e > 1 AND (${on}) ORDER BY 1`,
          [
            ['1', '2'],
            ['2', '3'],
            ['3', null],
            ['4', null],
          ],
        ],
      ),
      [
        'SELECT a.id, e, o FROM shop.a LEFT JOIN a.arr AS e WITH OFFSET AS o ON o = 1 OR s IS NULL ORDER BY 1',
        [
          ['1', '2', '1'],
          ['2', null, null],
          ['3', null, null],
          ['4', null, null],
        ],
      ],
      [
        'SELECT a.id, e FROM shop.a JOIN UNNEST(arr) AS e ON EXISTS (SELECT 1 FROM shop.b WHERE a_id = a.id AND b.id > e)',
        [['1', '1']],
      ],
      [
        'SELECT id, e FROM shop.a FULL JOIN UNNEST(ARRAY(SELECT c.id FROM shop.c WHERE c.id > 1)) AS e ON e = a.id WHERE id IN (1, 2) OR id IS NULL ORDER BY 1, 2',
        [
          [null, '7'],
          ['1', null],
          ['2', '2'],
        ],
      ],
      [
        'SELECT 1 FROM shop.a RIGHT JOIN UNNEST(arr) AS e ON TRUE',
        'invalidQuery: not supported by the embedded warehouse: RIGHT JOIN of an array at [1:22]',
      ],
    ],
    'USING hides an alias of its column’s name': [
      [
        'SELECT id, s FROM shop.a FULL JOIN UNNEST([1, 8]) AS id USING (id) ORDER BY id',
        [
          ['1', 'p'],
          ['2', 'q'],
          ['3', 'r'],
          ['4', null],
          ['8', null],
        ],
      ],
      ['SELECT id FROM (SELECT 5 AS id) AS id JOIN (SELECT 5 AS id) AS t USING (id)', [['5']]],
      [
        'SELECT a, b, offset FROM UNNEST([1, 2, 3]) AS a WITH OFFSET FULL JOIN UNNEST(["x", "y"]) AS b WITH OFFSET USING (offset) ORDER BY offset',
        [
          ['1', 'x', '0'],
          ['2', 'y', '1'],
          ['3', null, '2'],
        ],
      ],
      [
        'SELECT a.id, e, f FROM shop.a, UNNEST(arr) AS e WITH OFFSET JOIN UNNEST([7, 8]) AS f WITH OFFSET USING (offset) ORDER BY 1, 2',
        [
          ['1', '1', '7'],
          ['1', '2', '8'],
          ['2', '3', '7'],
        ],
      ],
      [
        'SELECT id, ARRAY(SELECT AS STRUCT e, f FROM UNNEST(a.arr) AS e WITH OFFSET FULL JOIN UNNEST([7, id]) AS f WITH OFFSET USING (offset) ORDER BY offset) FROM shop.a WHERE id IN (1, 2, 4) ORDER BY id',
        [
          [
            '1',
            [
              ['1', '7'],
              ['2', '1'],
            ],
          ],
          [
            '2',
            [
              ['3', '7'],
              [null, '2'],
            ],
          ],
          [
            '4',
            [
              [null, '7'],
              [null, '4'],
            ],
          ],
        ],
      ],
      [
        'SELECT 1 FROM UNNEST([1]) AS a WITH OFFSET JOIN UNNEST([1]) AS b WITH OFFSET ON a = b',
        'invalidQuery: Duplicate table alias offset in the same FROM clause at [1:49]',
      ],
    ],
    'FULL JOIN of what another query’s rows decide': [
      [
        "SELECT id, (SELECT STRING_AGG(FORMAT('%t %t', x.y, c.z), ', ' ORDER BY x.y, c.z) FROM (SELECT * FROM shop.b WHERE a_id = a.id) AS x FULL JOIN shop.c ON c.id = x.id) FROM shop.a WHERE id < 3 ORDER BY 1",
        [
          ['1', 'NULL seven, 100 one, 200 two'],
          ['2', 'NULL one, NULL seven, NULL two, 300 NULL'],
        ],
      ],
      [
        'SELECT id, (SELECT COUNT(*) FROM (SELECT a.arr AS ns) AS t CROSS JOIN UNNEST(t.ns) AS e FULL JOIN shop.c ON c.id = e) FROM shop.a ORDER BY 1',
        [
          ['1', '3'],
          ['2', '4'],
          ['3', '3'],
          ['4', '3'],
        ],
      ],
    ],
    'structs of groups': [
      [
        'SELECT id, ARRAY(SELECT AS STRUCT MOD(e, 2) AS odd, COUNT(*) AS n FROM UNNEST([3, 5, 4, id]) AS e GROUP BY odd ORDER BY COUNT(*), odd DESC) FROM shop.a WHERE id < 3 ORDER BY 1',
        [
          [
            '1',
            [
              ['0', '1'],
              ['1', '3'],
            ],
          ],
          [
            '2',
            [
              ['1', '2'],
              ['0', '2'],
            ],
          ],
        ],
      ],
      [
        'SELECT AS STRUCT y, a_id AS k FROM shop.b GROUP BY 2, 1 ORDER BY y DESC LIMIT 2',
        [
          ['300', '2'],
          ['200', '1'],
        ],
      ],
      ['SELECT DISTINCT AS STRUCT a_id FROM shop.b ORDER BY a_id', [['1'], ['2'], ['9']]],
      [
        'SELECT (SELECT AS STRUCT COUNT(*) AS n, SUM(y) AS s FROM shop.b WHERE a_id = a.id).s FROM shop.a WHERE id = 1',
        [['300']],
      ],
    ],
    'literals in structs of set operations': [
      [
        'SELECT STRUCT(1 AS q, NULL AS w) AS v UNION DISTINCT SELECT STRUCT(id, s) FROM shop.a WHERE id IN (1, 4) ORDER BY v.q, v.w',
        [[['1', null]], [['1', 'p']], [['4', null]]],
      ],
      [
        "SELECT * FROM (SELECT STRUCT(1 AS q, NULL AS w) AS v) UNION ALL SELECT STRUCT(1, 'x')",
        'invalidQuery: Column 1 in UNION ALL has incompatible types: STRUCT<q INT64, w INT64>, STRUCT<INT64, STRING> at [1:55]',
      ],
    ],
    'recursion with inner WITH': [
      [
        'WITH RECURSIVE t AS (WITH s AS (SELECT 1 AS n) SELECT n FROM s UNION ALL SELECT t.n + s.n FROM t, s WHERE t.n < 3) SELECT n FROM t ORDER BY n',
        [['1'], ['2'], ['3']],
      ],
      [
        'WITH RECURSIVE t AS (WITH RECURSIVE s AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM s WHERE n < 2) SELECT n, 0 AS d FROM s UNION ALL SELECT n * 10, d + 1 FROM t WHERE d < 1) SELECT n FROM t ORDER BY n',
        [['1'], ['2'], ['10'], ['20']],
      ],
      [
        'WITH RECURSIVE t AS (WITH s AS (SELECT n FROM t) SELECT 1 AS n UNION ALL SELECT n + 1 FROM s) SELECT n FROM t',
        'invalidQuery: Recursive reference to t is not allowed in an inner WITH clause at [1:27]',
      ],
      ['WITH RECURSIVE s AS (SELECT s FROM shop.a WHERE id = 1) SELECT s.s FROM s', [['p']]],
    ],
    'subqueries compared with many values': [
      ...[
        '(SELECT MAX(b.id) + 0.5 FROM shop.b WHERE a_id = a.id) IN UNNEST([2.5, NULL])',
        '(SELECT MAX(b.id) + 0.5 FROM shop.b WHERE a_id = a.id) IN (SELECT x FROM UNNEST([2.5, NULL]) AS x)',
        '(SELECT STRUCT(MAX(b.id)) FROM shop.b WHERE a_id = a.id) IN UNNEST([STRUCT(2), STRUCT(NULL)])',
        "(SELECT IF(a.id > 2, NULL, IF(a.id = 1, 'ab', 'x')) FROM shop.c LIMIT 1) LIKE ANY UNNEST(['a%', NULL])",
      ].map((condition): [string, unknown[][]] => [
        `SELECT id, ${condition} FROM shop.a ORDER BY id`,
        [
          ['1', 'true'],
          ['2', null],
          ['3', null],
          ['4', null],
        ],
      ]),
    ],
    refused: [
      [
        'SELECT (SELECT SUM(a.id) OVER () FROM shop.c LIMIT 1) FROM shop.a',
        'invalidQuery: not supported by the embedded warehouse: analytic function SUM of columns of the query around its own at [1:16]',
      ],
      [
        'SELECT SUM(AVG(y) GROUP BY a_id) FROM shop.b',
        'invalidQuery: not supported by the embedded warehouse: GROUP BY in an aggregate function at [1:19]',
      ],
      [
        'SELECT ARRAY_FILTER(arr, e -> e IN (SELECT id FROM shop.c)) FROM shop.a',
        'invalidQuery: not supported by the embedded warehouse: a subquery in a lambda at [1:33]',
      ],
    ],
  },
  SETUP,
);
