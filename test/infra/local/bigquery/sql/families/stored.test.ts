import { testFamilies } from './family.ts';

testFamilies(
  {
    'tables that a query makes': [
      [
        'CREATE TABLE shop.x AS SELECT 1, 2 AS b',
        'invalidQuery: CREATE TABLE columns must be named, but column 1 has no name at [1:24]',
      ],
      [
        'CREATE VIEW shop.x AS SELECT 1 AS a, 2',
        'invalidQuery: CREATE VIEW columns must be named, but column 2 has no name at [1:23]',
      ],
      ['CREATE TABLE shop.x (a INT64, b INT64) AS SELECT 1, 2', []],
      ['SELECT a, b FROM shop.x', [['1', '2']]],
    ],
    'views of tables that change': [
      ['CREATE TABLE shop.v AS SELECT 1 AS a, 2 AS b, 3 AS c', []],
      ['CREATE VIEW shop.every AS SELECT * FROM shop.v', []],
      ['CREATE VIEW shop.named (x, y, z) AS SELECT * FROM shop.v', []],
      ['SELECT y FROM shop.named', [['2']]],
      ['ALTER TABLE shop.v DROP COLUMN b', []],
      ['SELECT * FROM shop.every', [['1', '3']]],
      ['SELECT c FROM shop.every', [['3']]],
      ['SELECT b FROM shop.every', 'invalidQuery: Unrecognized name: b at [1:8]'],
      [
        'SELECT y FROM shop.named',
        'invalidQuery: Invalid view local.shop.named: its column list has 3 names for 2 columns at [1:15]',
      ],
    ],
    'NULL arrays are empty, at any depth': [
      [
        'CREATE TABLE shop.n AS SELECT STRUCT(CAST(NULL AS ARRAY<INT64>) AS x, 1 AS y) AS a, CAST(NULL AS ARRAY<INT64>) AS b, [STRUCT(CAST(NULL AS ARRAY<STRING>) AS z)] AS c',
        [],
      ],
      ['SELECT a.x IS NULL, b IS NULL, c[OFFSET(0)].z IS NULL FROM shop.n', [['false', 'false', 'false']]],
      ['INSERT shop.n (a) VALUES ((NULL, 2))', '1 rows'],
      ['UPDATE shop.n SET a.x = NULL WHERE TRUE', '2 rows'],
      ['SELECT COUNTIF(a.x IS NULL), COUNT(*) FROM shop.n', [['0', '2']]],
    ],
    'NULL elements are errors, at any depth': [
      [
        'SELECT STRUCT([1, NULL] AS x) AS a',
        'invalidQuery: Array cannot have a null element; error in writing field a.x',
      ],
      [
        'CREATE TABLE shop.e AS SELECT [STRUCT([1, NULL] AS x)] AS a',
        'invalidQuery: Array cannot have a null element; error in writing field a.x',
      ],
      [
        'INSERT shop.n (a) VALUES (([NULL], 2))',
        'invalidQuery: Array cannot have a null element; error in writing field a.x',
      ],
    ],
    'UPDATE of what is named in more than one way': [
      ['UPDATE shop.u SET u.a = 5, u.b.a = 6 WHERE u.a = 1', '1 rows'],
      ['SELECT * FROM shop.u', [['5', ['6']]]],
      [
        'UPDATE shop.u SET a = w.k FROM (SELECT 1 AS i) AS v RIGHT JOIN (SELECT 7 AS k) AS w ON v.i = w.k WHERE TRUE',
        '1 rows',
      ],
      ['SELECT a FROM shop.u', [['7']]],
      [
        'UPDATE shop.u SET a = 1 FROM shop.u WHERE TRUE',
        'invalidQuery: Duplicate table alias u in the same FROM clause at [1:30]',
      ],
      [
        'MERGE shop.u USING shop.u ON FALSE WHEN MATCHED THEN DELETE',
        'invalidQuery: Duplicate table alias u in the same FROM clause at [1:20]',
      ],
    ],
  },
  'CREATE TABLE shop.u (a INT64, b STRUCT<a INT64>); INSERT shop.u VALUES (1, STRUCT(2))',
);
