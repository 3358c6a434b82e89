import { testFamilies } from './family.ts';

const UNFILTERED =
  "invalidQuery: Cannot query over table 'local.shop.p' without a filter over column(s) 'd' that can be used for partition elimination";
const TOO_MANY = 'invalidQuery: A recursive CTE has reached the maximum number of iterations: 500.';

testFamilies(
  {
    'a required partition filter leaves partitions out': [
      ["SELECT * FROM shop.p WHERE d = '2020-01-01' OR a = 1", UNFILTERED],
      ["SELECT * FROM shop.p WHERE CASE WHEN a = 1 THEN d = '2020-01-01' ELSE FALSE END", UNFILTERED],
      ["SELECT a FROM shop.p AS x JOIN shop.p AS y USING (a) WHERE x.d = '2020-01-01'", UNFILTERED],
      ["FROM shop.p |> WHERE d = '2020-01-01' OR a = 1", UNFILTERED],
      ["SELECT a FROM shop.p WHERE d = '2020-01-01' OR d = '2020-01-02'", [['1']]],
      ["SELECT a FROM shop.p WHERE (d = '2020-01-01' AND a = 1) OR (d = '2020-01-02' AND a = 2)", [['1']]],
      ["SELECT a FROM shop.p WHERE a = 1 AND d > '2019-01-01'", [['1']]],
      ["SELECT a FROM (SELECT * FROM shop.p) WHERE d = '2020-01-01'", [['1']]],
      ["SELECT a FROM shop.p WHERE d = (SELECT MAX(d) FROM shop.p WHERE d > '2019-01-01')", [['1']]],
      ["FROM shop.p |> WHERE d = '2020-01-01' |> SELECT a", [['1']]],
    ],
    'what outlives a query names nothing of it': [
      [
        'CREATE TEMP FUNCTION f() AS (1); CREATE VIEW shop.v AS SELECT f() AS a',
        'invalidQuery: Creating views with temporary user-defined functions is not supported',
      ],
      [
        'CREATE TEMP FUNCTION f() AS (1); CREATE FUNCTION shop.g() AS (f())',
        'invalidQuery: Function not found: f at [1:63]',
      ],
      [
        'CREATE TEMP FUNCTION f() AS (1); CREATE TABLE FUNCTION shop.g() AS SELECT f() AS a',
        'invalidQuery: Function not found: f at [1:75]',
      ],
      ['CREATE TEMP FUNCTION f() AS (1); CREATE TEMP FUNCTION g() AS (f()); SELECT g()', [['1']]],
    ],
    'OR REPLACE or IF NOT EXISTS': [
      'TABLE shop.x (a INT64)',
      'VIEW shop.x AS SELECT 1 AS a',
      'FUNCTION shop.x() AS (1)',
    ].map((rest): [string, string] => {
      const [what = '', ...more] = rest.split(' ');
      return [
        `CREATE OR REPLACE ${what} IF NOT EXISTS ${more.join(' ')}`,
        'invalidQuery: CREATE cannot have both OR REPLACE and IF NOT EXISTS at [1:1]',
      ];
    }),
    'options that a table cannot have': [
      [
        'ALTER TABLE shop.n SET OPTIONS (require_partition_filter = TRUE)',
        'invalidQuery: require_partition_filter is set on a table that is not partitioned at [1:60]',
      ],
      [
        'CREATE TEMP TABLE shop.x (a INT64)',
        'invalidQuery: A temporary table cannot be in a dataset: its name must not be qualified at [1:19]',
      ],
    ],
    'fields of structs have a schema of their own': [
      [
        "CREATE TABLE shop.f (x INT64 NOT NULL, y STRUCT<a ARRAY<STRING> OPTIONS (description = 'names'), b BOOL NOT NULL> NOT NULL); SELECT ddl FROM shop.INFORMATION_SCHEMA.TABLES WHERE table_name = 'f'",
        [
          [
            'CREATE TABLE `local.shop.f`\n(\n  x INT64 NOT NULL,\n  y STRUCT<a ARRAY<STRING> OPTIONS(description="names"), b BOOL NOT NULL> NOT NULL\n);',
          ],
        ],
      ],
      ["INSERT shop.f VALUES (1, (['a'], NULL))", 'invalidQuery: Required field y.b cannot be null'],
      ['INSERT shop.f VALUES (1, (NULL, TRUE))', '1 rows'],
      ['UPDATE shop.f SET y.b = NULL WHERE TRUE', 'invalidQuery: Required field y.b cannot be null'],
      [
        'CREATE TABLE shop.g (a STRUCT<x INT64 DEFAULT 5>)',
        'invalidQuery: A field of a STRUCT cannot have a default value at [1:39]',
      ],
      [
        'CREATE TABLE shop.w (a STRUCT<x INT64, y STRING>, b ARRAY<STRUCT<q INT64>>) AS SELECT STRUCT(1, "y"), [STRUCT(2)]; ALTER TABLE shop.w ALTER COLUMN a SET DATA TYPE STRUCT<x NUMERIC, y STRING>, ALTER COLUMN b SET DATA TYPE ARRAY<STRUCT<q FLOAT64>>; SELECT a, b FROM shop.w',
        [[['1', 'y'], [['2.0']]]],
      ],
      [
        'ALTER TABLE shop.w ALTER COLUMN a SET DATA TYPE STRUCT<z NUMERIC, y STRING>',
        'invalidQuery: ALTER TABLE ALTER COLUMN SET DATA TYPE requires that the existing column type (STRUCT<x NUMERIC, y STRING>) is assignable to the new type (STRUCT<z NUMERIC, y STRING>) at [1:20]',
      ],
    ],
    'options are constants of their types': [
      [
        "CREATE TABLE shop.o (a INT64) OPTIONS (description = CONCAT('a', 'b'), friendly_name = NULL, expiration_timestamp = TIMESTAMP_ADD(TIMESTAMP '2100-01-01', INTERVAL 36 HOUR)); SELECT option_name, option_value FROM shop.INFORMATION_SCHEMA.TABLE_OPTIONS WHERE table_name = 'o'",
        [
          ['description', '"ab"'],
          ['expiration_timestamp', 'TIMESTAMP "2100-01-02T12:00:00.000Z"'],
        ],
      ],
      [
        'CREATE TABLE shop.q (a INT64) OPTIONS (description = 5)',
        'invalidQuery: Option description should be a STRING at [1:54]',
      ],
      [
        'CREATE TABLE shop.q (a INT64) OPTIONS (description = (SELECT b FROM shop.n))',
        'invalidQuery: Option description must be a constant expression at [1:54]',
      ],
      [
        "CREATE TABLE shop.q (a INT64) OPTIONS (description = 'a', description = 'b')",
        "invalidQuery: Duplicate option specified for 'description' at [1:59]",
      ],
      [
        'CREATE SCHEMA shop2 OPTIONS (max_time_travel_hours = 50)',
        'invalidQuery: Option max_time_travel_hours should be a multiple of 24 from 48 to 168 at [1:54]',
      ],
      ["CREATE SCHEMA shop2 OPTIONS (max_time_travel_hours = 48, storage_billing_model = 'physical')", []],
    ],
    'default values': [
      [
        "CREATE TABLE shop.q (a INT64 DEFAULT 'x')",
        'invalidQuery: Default value should return type INT64, but returns STRING at [1:38]',
      ],
      [
        'CREATE TABLE shop.q (a INT64 DEFAULT (SELECT 1))',
        'invalidQuery: A default value cannot hold a subquery at [1:39]',
      ],
    ],
    'a field of a struct is set where there is a struct': [
      ['UPDATE shop.n SET s.x = 4 WHERE a = 1', '1 rows'],
      [
        'UPDATE shop.n SET s.x = 4 WHERE TRUE',
        'invalidQuery: Cannot set field of NULL STRUCT<x INT64, y STRUCT<z INT64>>',
      ],
      ['UPDATE shop.n SET s.y.z = 4 WHERE a = 1', 'invalidQuery: Cannot set field of NULL STRUCT<z INT64>'],
      ['SELECT s FROM shop.n ORDER BY a', [[['4', null]], [null]]],
    ],
    'structs without names as rows': [
      [
        "SELECT * FROM UNNEST([(1, 'a'), (2, 'b')]) ORDER BY 1",
        [
          ['1', 'a'],
          ['2', 'b'],
        ],
      ],
      [
        "CREATE TEMP TABLE m (a INT64, b STRING); MERGE m USING (SELECT * FROM UNNEST([(1, 'a')])) ON FALSE WHEN NOT MATCHED THEN INSERT ROW; SELECT * FROM m",
        [['1', 'a']],
      ],
    ],
    'an error in what was made elsewhere': [
      [
        "CREATE FUNCTION shop.bad(x ANY TYPE) AS (CONCAT(x, '                    ') + 1); SELECT 1,\n  shop.bad('x')",
        'invalidQuery: Invalid function shop.bad: No matching signature for operator + for argument types: STRING, INT64 at [2:3]',
      ],
      ['CREATE FUNCTION shop.worse(x INT64) AS (nope)', 'invalidQuery: Unrecognized name: nope at [1:41]'],
      [
        'CREATE PROCEDURE shop.fails() BEGIN\n  SELECT nope; END; CALL shop.fails()',
        'invalidQuery: Unrecognized name: nope at [shop.fails:2:10]',
      ],
      [
        'BEGIN CALL shop.fails(); EXCEPTION WHEN ERROR THEN SELECT @@error.message; END',
        [['Unrecognized name: nope at [shop.fails:2:10]']],
      ],
    ],
    'columns of views have descriptions': [
      [
        "CREATE VIEW shop.described (a OPTIONS (description = 'one'), b) AS SELECT 1, 2; ALTER VIEW shop.described ALTER COLUMN b SET OPTIONS (description = 'two'); SELECT a, b, ARRAY(SELECT description FROM shop.INFORMATION_SCHEMA.COLUMN_FIELD_PATHS WHERE table_name = 'described' ORDER BY column_name) FROM shop.described",
        [['1', '2', ['one', 'two']]],
      ],
      [
        'ALTER VIEW shop.described ALTER COLUMN b SET DATA TYPE NUMERIC',
        'invalidQuery: Of a view’s column only OPTIONS can be set at [1:27]',
      ],
    ],
    'recursion ends': [
      [
        'WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM t WHERE n < 501) SELECT MAX(n) FROM t',
        [['501']],
      ],
      ['WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM t) SELECT MAX(n) FROM t', TOO_MANY],
    ],
  },
  `CREATE TABLE shop.p (d DATE, a INT64) PARTITION BY d OPTIONS (require_partition_filter = TRUE);
   INSERT shop.p VALUES ('2020-01-01', 1);
   CREATE TABLE shop.n (a INT64, s STRUCT<x INT64, y STRUCT<z INT64>>);
   INSERT shop.n VALUES (1, (1, NULL)), (2, NULL)`,
);
