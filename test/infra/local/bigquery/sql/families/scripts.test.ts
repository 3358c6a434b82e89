import { testFamilies } from './family.ts';

const LEFT_OPEN =
  'not supported by the embedded warehouse: a statement on tables between an error in a transaction and its ROLLBACK TRANSACTION';

testFamilies(
  {
    'variables live in their block': [
      ['BEGIN DECLARE x INT64 DEFAULT 1; END; SELECT x', 'invalidQuery: Unrecognized name: x at [1:46]'],
      ["BEGIN DECLARE x INT64; END; BEGIN DECLARE x STRING DEFAULT 'q'; SELECT x; END", [['q']]],
      [
        'DECLARE i INT64 DEFAULT 0; WHILE i < 3 DO BEGIN DECLARE y INT64; SET y = IFNULL(y, i) + 1; SET i = y; END; END WHILE; SELECT i',
        [['3']],
      ],
      [
        'BEGIN DECLARE y INT64; SELECT 1 / 0; EXCEPTION WHEN ERROR THEN SELECT y; END',
        'invalidQuery: Unrecognized name: y at [1:71]',
      ],
      [
        'DECLARE r INT64; FOR r IN (SELECT 1 AS a) DO SELECT r; END FOR',
        "invalidQuery: Variable 'r' redeclaration at [1:22]",
      ],
      [
        'IF TRUE THEN DECLARE x INT64; END IF',
        'invalidQuery: Variable declarations are allowed only at the start of a block or script at [1:14]',
      ],
      ["DECLARE x INT64; EXECUTE IMMEDIATE 'SELECT x'", 'invalidQuery: Unrecognized name: x at [1:8]'],
      [
        "EXECUTE IMMEDIATE 'SELECT ? + @x' USING 1, 2 AS x",
        'invalidQuery: EXECUTE IMMEDIATE USING cannot mix named and positional parameters at [1:1]',
      ],
    ],
    'variables are held to their types': [
      ['DECLARE x NUMERIC(5, 2) DEFAULT 1.236; SET x = x + 1; SELECT x', [['2.24']]],
      [
        "DECLARE x STRING(2); SET x = 'abc'",
        'invalidQuery: STRING(2) has maximum length 2 but got a value with length 3',
      ],
      [
        'DECLARE x STRING(2); DECLARE y INT64; EXECUTE IMMEDIATE "SELECT \'abc\', 1" INTO x, y',
        'invalidQuery: STRING(2) has maximum length 2 but got a value with length 3',
      ],
    ],
    'what a handler sees': [
      ['BEGIN SELECT 1 / 0; EXCEPTION WHEN ERROR THEN END; SELECT @@error.message', [[null]]],
      [
        "BEGIN RAISE USING MESSAGE = 'a'; EXCEPTION WHEN ERROR THEN BEGIN RAISE USING MESSAGE = 'b'; EXCEPTION WHEN ERROR THEN END; SELECT @@error.message; END",
        [['a']],
      ],
      [
        'BEGIN SELECT 1 / 0; EXCEPTION WHEN ERROR THEN END; RAISE',
        'invalidQuery: RAISE without USING MESSAGE is only allowed in an exception handler at [1:52]',
      ],
    ],
    'an error in a transaction that a handler takes over': [
      [
        'BEGIN BEGIN TRANSACTION; INSERT shop.t VALUES (1); SELECT 1 / 0; EXCEPTION WHEN ERROR THEN ROLLBACK TRANSACTION; END; SELECT COUNT(*) FROM shop.t',
        [['0']],
      ],
      [
        'BEGIN BEGIN TRANSACTION; INSERT shop.t VALUES (1); SELECT 1 / 0; EXCEPTION WHEN ERROR THEN INSERT shop.t VALUES (2); END',
        `invalidQuery: ${LEFT_OPEN} at [1:92]`,
      ],
      [
        'BEGIN BEGIN TRANSACTION; INSERT shop.t VALUES (1); SELECT 1 / 0; EXCEPTION WHEN ERROR THEN SELECT COUNT(*) FROM shop.t; END',
        `invalidQuery: ${LEFT_OPEN} at [1:113]`,
      ],
      [
        'BEGIN TRANSACTION; BEGIN SELECT 1 / 0; EXCEPTION WHEN ERROR THEN END; COMMIT TRANSACTION',
        'invalidQuery: not supported by the embedded warehouse: COMMIT TRANSACTION behind an error in the transaction at [1:71]',
      ],
      ['SELECT COUNT(*) FROM shop.t', [['0']]],
    ],
    'system variables of a script': [
      [
        "SELECT 1; SELECT 2; SELECT STARTS_WITH(@@current_job_id, 'script_job_'), ENDS_WITH(@@current_job_id, '_2'), ENDS_WITH(@@last_job_id, '_1'), @@script.num_child_jobs, @@script.creation_time <= CURRENT_TIMESTAMP()",
        [['true', 'true', 'true', '2', 'true']],
      ],
      ['SELECT @@last_job_id, @@script.num_child_jobs, @@script.bytes_billed', [[null, null, null]]],
      [
        "CREATE SCHEMA IF NOT EXISTS other; SET @@dataset_id = 'other'; CREATE OR REPLACE TABLE o AS SELECT 1 AS a; SELECT (SELECT a FROM o) + (SELECT a FROM other.o), @@dataset_id",
        [['2', 'other']],
      ],
      ["SET @@query_label = 'a:b,c:d'; SELECT @@query_label", [['a:b,c:d']]],
      [
        "SET @@query_label = 'Bad'",
        'invalidQuery: @@query_label must be pairs of key:value with commas between them at [1:1]',
      ],
      ["SET @@location = 'US'", 'invalidQuery: System variable @@location cannot be set at [1:1]'],
    ],
    'an error knows where it was raised': [
      [
        'BEGIN SELECT 1 / 0; EXCEPTION WHEN ERROR THEN SELECT @@error.statement_text, @@error.stack_trace; END',
        [['SELECT 1 / 0', [['1', '7', null, null]]]],
      ],
      [
        'CREATE OR REPLACE PROCEDURE shop.inner_one() BEGIN\n  SELECT 1 / 0; END; CREATE OR REPLACE PROCEDURE shop.outer_one() BEGIN CALL shop.inner_one(); END; BEGIN CALL shop.outer_one(); EXCEPTION WHEN ERROR THEN SELECT @@error.statement_text, @@error.formatted_stack_trace; END',
        [['SELECT 1 / 0', 'At shop.inner_one[2:3]\nAt shop.outer_one[1:7]\nAt [2:107]']],
      ],
    ],
    'what a procedure gives': [
      [
        'CREATE OR REPLACE PROCEDURE shop.gives(OUT a INT64) BEGIN SET a = 1; END; BEGIN DECLARE s STRING; CALL shop.gives(s); END',
        'invalidQuery: Argument 1 of shop.gives is a variable of type STRING, but the procedure gives INT64 at [1:115]',
      ],
    ],
    'labels inside of each other differ': [
      ['a: LOOP a: LOOP LEAVE a; END LOOP; END LOOP', 'invalidQuery: Nested labels are not allowed: a at [1:12]'],
      ["a: LOOP LEAVE a; END LOOP; a: LOOP LEAVE a; END LOOP; SELECT 'x'", [['x']]],
    ],
    'temporary tables and functions in transactions': [
      [
        'BEGIN TRANSACTION; CREATE TEMP TABLE tt AS SELECT 1 AS a; INSERT tt VALUES (2); COMMIT TRANSACTION; SELECT SUM(a) FROM tt',
        [['3']],
      ],
      [
        'BEGIN TRANSACTION; CREATE TEMP TABLE tt AS SELECT 1 AS a; ROLLBACK TRANSACTION; SELECT * FROM tt',
        'notFound: Not found: Table local:shop.tt was not found in location US',
      ],
      [
        'CREATE TEMP TABLE tt AS SELECT 1 AS a; BEGIN TRANSACTION; CREATE OR REPLACE TEMP TABLE tt AS SELECT 2 AS b; INSERT tt VALUES (3); ROLLBACK TRANSACTION; SELECT * FROM tt',
        [['1']],
      ],
      [
        'CREATE TEMP TABLE tt AS SELECT 1 AS a; BEGIN TRANSACTION; DROP TABLE tt; ROLLBACK TRANSACTION; SELECT a FROM tt',
        [['1']],
      ],
      ['BEGIN TRANSACTION; CREATE TEMP FUNCTION f() AS (1); COMMIT TRANSACTION; SELECT f()', [['1']]],
      [
        'BEGIN TRANSACTION; CREATE TEMP FUNCTION f() AS (1); ROLLBACK TRANSACTION; SELECT f()',
        'invalidQuery: Function not found: f at [1:82]',
      ],
      [
        'BEGIN TRANSACTION; CREATE TABLE shop.lasting (a INT64); COMMIT TRANSACTION',
        'invalidQuery: CREATE TABLE is only supported inside of a transaction where it is temporary at [1:20]',
      ],
    ],
  },
  'CREATE TABLE shop.t (a INT64)',
);
