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
  },
  'CREATE TABLE shop.t (a INT64)',
);
