import { afterAll, beforeAll, expect, test } from 'vitest';
import { run, runJob, startBigQuery, type Testbed } from '../../testbed.ts';

let bed: Testbed;
beforeAll(async () => {
  bed = await startBigQuery();
  await run(
    bed,
    'CREATE SCHEMA shop; CREATE TABLE shop.t (a INT64, b STRING); INSERT shop.t VALUES (1, "x"), (2, "y")',
  );
});
afterAll(() => bed.stop());

const SCRIPTS: [what: string, sql: string, answer: unknown[][] | string][] = [
  [
    'variables',
    'DECLARE x, y INT64 DEFAULT 5; DECLARE s STRING; SET s = "a"; SET (x, s) = (x + 1, s || "b"); SELECT x, y, s',
    [['6', '5', 'ab']],
  ],
  [
    'variables of every type',
    'DECLARE a ARRAY<STRUCT<n INT64, t TIMESTAMP>> DEFAULT [STRUCT(1 AS n, TIMESTAMP "2020-01-01" AS t)]; DECLARE b BYTES DEFAULT b"x"; DECLARE n NUMERIC DEFAULT 1.5; DECLARE j JSON DEFAULT JSON "[1]"; DECLARE i INTERVAL DEFAULT INTERVAL 1 DAY; SELECT a, b, n, j, i',
    [[[['1', '1577836800000000']], 'eA==', '1.5', '[1]', '0-0 1 0:0:0']],
  ],
  ['a variable from a query', 'DECLARE n INT64 DEFAULT (SELECT COUNT(*) FROM shop.t); SELECT n', [['2']]],
  ['a column before a variable of its name', 'DECLARE a INT64 DEFAULT 99; SELECT MAX(a) FROM shop.t', [['2']]],
  [
    'IF, ELSEIF, ELSE',
    'DECLARE x INT64 DEFAULT 2; IF x = 1 THEN SELECT "one"; ELSEIF x = 2 THEN SELECT "two"; ELSE SELECT "more"; END IF',
    [['two']],
  ],
  ['a NULL condition is not true', 'IF NULL THEN SELECT 1; ELSE SELECT 2; END IF', [['2']]],
  [
    'WHILE with CONTINUE and BREAK',
    'DECLARE i INT64 DEFAULT 0; DECLARE t ARRAY<INT64> DEFAULT []; WHILE TRUE DO SET i = i + 1; IF i = 2 THEN CONTINUE; END IF; IF i = 4 THEN BREAK; END IF; SET t = ARRAY_CONCAT(t, [i]); END WHILE; SELECT t',
    [[['1', '3']]],
  ],
  [
    'labels',
    'DECLARE n INT64 DEFAULT 0; outer_loop: LOOP LOOP SET n = n + 1; IF n = 3 THEN LEAVE outer_loop; END IF; END LOOP; END LOOP outer_loop; SELECT n',
    [['3']],
  ],
  ['REPEAT', 'DECLARE n INT64 DEFAULT 0; REPEAT SET n = n + 1; UNTIL n >= 3 END REPEAT; SELECT n', [['3']]],
  [
    'FOR … IN',
    'DECLARE s STRING DEFAULT ""; FOR r IN (SELECT a, b FROM shop.t ORDER BY a) DO SET s = CONCAT(s, r.a, r.b); END FOR; SELECT s',
    [['1x2y']],
  ],
  ['CASE', 'CASE 3 WHEN 1 THEN SELECT "one"; WHEN 3 THEN SELECT "three"; END CASE', [['three']]],
  [
    'an exception and its message',
    'BEGIN SELECT 1 / 0; EXCEPTION WHEN ERROR THEN SELECT @@error.message; END',
    [['division by zero: 1 / 0']],
  ],
  ['RAISE', 'BEGIN RAISE USING MESSAGE = "boom"; EXCEPTION WHEN ERROR THEN RAISE; END', 'invalidQuery: boom'],
  ['RETURN', 'SELECT 1; RETURN; SELECT 2', [['1']]],
  [
    'EXECUTE IMMEDIATE',
    'DECLARE y INT64; EXECUTE IMMEDIATE "SELECT @x + @z" INTO y USING 1 AS x, 2 AS z; SELECT y',
    [['3']],
  ],
  ['an error in dynamic SQL', 'EXECUTE IMMEDIATE "SELECT nope"', 'invalidQuery: Unrecognized name: nope at [1:8]'],
  [
    'a rolled back transaction',
    'BEGIN BEGIN TRANSACTION; DELETE FROM shop.t WHERE TRUE; SELECT ERROR("x"); COMMIT TRANSACTION; EXCEPTION WHEN ERROR THEN ROLLBACK TRANSACTION; SELECT COUNT(*), @@error.message FROM shop.t; END',
    [['2', 'x']],
  ],
  ['a temporary table', 'CREATE TEMP TABLE tt AS SELECT 1 AS a; INSERT tt VALUES (2); SELECT SUM(a) FROM tt', [['3']]],
  [
    'a temporary table is gone afterwards',
    'SELECT * FROM tt',
    'notFound: Not found: Table local:shop.tt was not found in location US',
  ],
  [
    'temporary functions',
    'CREATE TEMP FUNCTION f(x INT64, y ANY TYPE) AS (x + y); CREATE TEMP FUNCTION g(x FLOAT64) RETURNS FLOAT64 AS (f(1, x)); SELECT f(1, 2), g(1.5)',
    [['3', '2.5']],
  ],
  [
    'aggregate functions',
    'CREATE TEMP AGGREGATE FUNCTION span(x INT64) AS (MAX(x) - MIN(x)); SELECT span(a) FROM shop.t',
    [['1']],
  ],
  ['@@row_count', 'UPDATE shop.t SET b = b WHERE TRUE; SELECT @@row_count', [['2']]],
  [
    'DECLARE stands first',
    'SELECT 1; DECLARE x INT64',
    'invalidQuery: Variable declarations are allowed only at the start of a block or script at [1:11]',
  ],
  ['an undeclared variable', 'SET x = 1', 'invalidQuery: Undeclared variable: x at [1:5]'],
];

test.each(SCRIPTS)('%s', async (_, sql, answer) => {
  expect(await run(bed, sql)).toEqual(answer);
});

test('a function and a procedure outlive their statement, take part in others and can be dropped', async () => {
  await run(bed, 'CREATE FUNCTION shop.twice(x INT64) RETURNS INT64 AS (x * 2)');
  await run(
    bed,
    'CREATE PROCEDURE shop.add(x INT64, OUT n INT64) BEGIN INSERT shop.t VALUES (x, "p"); SET n = shop.twice(x); END',
  );
  expect(await run(bed, 'DECLARE n INT64; CALL shop.add(21, n); SELECT n, (SELECT MAX(a) FROM shop.t)')).toEqual([
    ['42', '21'],
  ]);
  expect(await run(bed, 'SELECT routine_name, routine_type FROM shop.INFORMATION_SCHEMA.ROUTINES ORDER BY 1')).toEqual([
    ['add', 'PROCEDURE'],
    ['twice', 'FUNCTION'],
  ]);
  expect(
    await run(
      bed,
      'DROP PROCEDURE shop.add; DROP FUNCTION shop.twice; DELETE shop.t WHERE a = 21; SELECT shop.twice(1)',
    ),
  ).toBe('invalidQuery: Function not found: shop.twice at [1:87]');
});

test('a script is one job with a child for each statement, and its result is the last query’s', async () => {
  const job = await runJob(bed, {
    query: { query: 'DECLARE n INT64 DEFAULT 1; SELECT n; SELECT n + 1', useLegacySql: false },
  });
  expect(job.statistics.query).toMatchObject({ statementType: 'SCRIPT' });
  expect(job.statistics.numChildJobs).toBe('2');
});

test('ALTER TABLE changes columns, options and names', async () => {
  await run(bed, 'CREATE TABLE shop.alt (a INT64 NOT NULL, b STRING DEFAULT "z", c DATE)');
  await run(
    bed,
    'ALTER TABLE shop.alt ADD COLUMN d FLOAT64, DROP COLUMN c, RENAME COLUMN b TO bb, ALTER COLUMN a DROP NOT NULL, ALTER COLUMN a SET DATA TYPE NUMERIC, ALTER COLUMN d SET DEFAULT 0.5, SET OPTIONS (description = "changed")',
  );
  await run(bed, 'INSERT shop.alt (a) VALUES (1.5)');
  expect(await run(bed, 'SELECT * FROM shop.alt')).toEqual([['1.5', 'z', '0.5']]);
  expect(
    await run(
      bed,
      'SELECT column_name, data_type, is_nullable, column_default FROM shop.INFORMATION_SCHEMA.COLUMNS WHERE table_name = "alt" ORDER BY ordinal_position',
    ),
  ).toEqual([
    ['a', 'NUMERIC', 'YES', 'NULL'],
    ['bb', 'STRING', 'YES', '"z"'],
    ['d', 'FLOAT64', 'YES', '0.5'],
  ]);
  expect(await run(bed, 'ALTER TABLE shop.alt ALTER COLUMN bb SET DATA TYPE INT64')).toMatch(
    /^invalidQuery: ALTER TABLE ALTER COLUMN SET DATA TYPE requires/,
  );
  expect(await run(bed, 'ALTER TABLE shop.alt RENAME TO other; SELECT COUNT(*) FROM shop.other')).toEqual([['1']]);
});

test('tables are made like, as copies and clones of others, and from a query with declared columns', async () => {
  await run(
    bed,
    'CREATE TABLE shop.liked LIKE shop.t; CREATE TABLE shop.copied COPY shop.t; CREATE TABLE shop.cloned CLONE shop.t',
  );
  expect(
    await run(
      bed,
      'SELECT (SELECT COUNT(*) FROM shop.liked), (SELECT COUNT(*) FROM shop.copied), (SELECT COUNT(*) FROM shop.cloned)',
    ),
  ).toEqual([['0', '2', '2']]);
  await run(bed, 'CREATE TABLE shop.made (a FLOAT64, b STRING(3)) AS SELECT 1, "abc"');
  expect(await run(bed, 'SELECT * FROM shop.made')).toEqual([['1.0', 'abc']]);
});

test('UPDATE and MERGE reach into structs, joins and defaults', async () => {
  await run(
    bed,
    'CREATE TABLE shop.s (id INT64, s STRUCT<x INT64, y STRUCT<z STRING, w STRING>>, d STRING DEFAULT "none")',
  );
  await run(bed, 'INSERT shop.s (id, s) VALUES (1, (1, ("a", "b")))');
  await run(bed, 'UPDATE shop.s AS t SET s.x = 5, t.s.y.z = "new" WHERE TRUE');
  await run(
    bed,
    'MERGE shop.s AS t USING shop.t AS u JOIN (SELECT 2 AS k) AS j ON u.a = j.k ON t.id = u.a WHEN NOT MATCHED THEN INSERT (id) VALUES (u.a)',
  );
  expect(await run(bed, 'SELECT * FROM shop.s ORDER BY id')).toEqual([
    ['1', ['5', ['new', 'b']], 'none'],
    ['2', null, 'none'],
  ]);
  expect(await run(bed, 'UPDATE shop.s AS t SET s.nope = 1 WHERE TRUE')).toMatch(
    /^invalidQuery: Field name nope does not exist/,
  );
  // The table's name hides the column's.
  expect(await run(bed, 'UPDATE shop.s SET s.x = 1 WHERE TRUE')).toBe(
    'invalidQuery: Name x not found inside s at [1:21]',
  );
});

test('a wildcard table is the union of what it matches, with each table’s suffix', async () => {
  await run(
    bed,
    'CREATE TABLE shop.log_1 (a INT64); CREATE TABLE shop.log_2 (a INT64, b STRING); INSERT shop.log_1 VALUES (1); INSERT shop.log_2 VALUES (2, "x")',
  );
  expect(await run(bed, 'SELECT *, _TABLE_SUFFIX FROM `shop.log_*` ORDER BY a')).toEqual([
    ['1', null, '1'],
    ['2', 'x', '2'],
  ]);
  expect(await run(bed, 'SELECT a FROM `local.shop.log_*` WHERE _TABLE_SUFFIX > "1"')).toEqual([['2']]);
  expect(await run(bed, 'SELECT * FROM `shop.nothing_*`')).toBe(
    'notFound: local:shop.nothing_* does not match any table in location US',
  );
});

test('INFORMATION_SCHEMA tells of schemas, tables, columns, fields, views, options, partitions and jobs', async () => {
  await run(
    bed,
    'CREATE SCHEMA info; CREATE TABLE info.p (day DATE, r STRUCT<x ARRAY<INT64>>) PARTITION BY day OPTIONS (description = "d"); CREATE VIEW info.v AS SELECT 1 AS one; INSERT info.p VALUES ("2020-01-02", NULL), ("2020-01-02", NULL), (NULL, NULL)',
  );
  const rows: [string, unknown[][]][] = [
    ['SELECT schema_name FROM `region-us`.INFORMATION_SCHEMA.SCHEMATA ORDER BY 1', [['info'], ['shop']]],
    [
      'SELECT table_name, table_type FROM info.INFORMATION_SCHEMA.TABLES ORDER BY 1',
      [
        ['p', 'BASE TABLE'],
        ['v', 'VIEW'],
      ],
    ],
    [
      'SELECT ddl FROM info.INFORMATION_SCHEMA.TABLES WHERE table_name = "p"',
      [['CREATE TABLE `local.info.p`\n(\n  day DATE,\n  r STRUCT<x ARRAY<INT64>>\n)\nPARTITION BY day;']],
    ],
    [
      'SELECT column_name, is_partitioning_column FROM info.INFORMATION_SCHEMA.COLUMNS WHERE table_name = "p" ORDER BY ordinal_position',
      [
        ['day', 'YES'],
        ['r', 'NO'],
      ],
    ],
    [
      'SELECT field_path, data_type FROM info.INFORMATION_SCHEMA.COLUMN_FIELD_PATHS WHERE table_name = "p" ORDER BY 1',
      [
        ['day', 'DATE'],
        ['r', 'STRUCT<x ARRAY<INT64>>'],
        ['r.x', 'ARRAY<INT64>'],
      ],
    ],
    ['SELECT view_definition FROM info.INFORMATION_SCHEMA.VIEWS', [['SELECT 1 AS one']]],
    [
      'SELECT option_name, option_value FROM info.INFORMATION_SCHEMA.TABLE_OPTIONS WHERE table_name = "p"',
      [['description', '"d"']],
    ],
    [
      'SELECT partition_id, total_rows FROM info.INFORMATION_SCHEMA.PARTITIONS WHERE table_name = "p" ORDER BY 1',
      [
        ['20200102', '2'],
        ['__NULL__', '1'],
      ],
    ],
    [
      'SELECT DISTINCT job_type, state FROM `region-us`.INFORMATION_SCHEMA.JOBS WHERE query LIKE "CREATE SCHEMA info%"',
      [['QUERY', 'DONE']],
    ],
  ];
  for (const [sql, answer] of rows) expect(await run(bed, sql), sql).toEqual(answer);
});
