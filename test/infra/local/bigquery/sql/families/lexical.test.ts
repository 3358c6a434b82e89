import { type Case, testFamilies } from './family.ts';

const fails = (sql: string, message: string): Case => [sql, `invalidQuery: ${message}`];
const noDataset = (project: string, sql: string): Case => [
  sql,
  `notFound: Not found: Dataset ${project}:shop was not found in location US`,
];

// GoogleSQL's docs/lexical.md, which BigQuery's page of the same name repeats.
testFamilies(
  {
    'names with dashes': [
      noDataset('my-proj-123', 'SELECT * FROM my-proj-123.shop.t'),
      noDataset('my-proj-1a2', 'SELECT * FROM my-proj-1a2.shop.t'),
      noDataset('my-1e3-x', 'INSERT INTO my-1e3-x.shop.t (id) VALUES (1)'),
      noDataset('my-proj-1', 'SELECT * FROM shop.t AS x, my-proj-1.`shop`.t AS y'),
      ['SELECT id-1.5, id-1, id -1.e1 FROM shop.t', [['-0.5', '0', '-9.0']]],
      fails('SELECT * FROM shop.t-1', 'Syntax error: Expected end of input but got "-" at [1:21]'),
    ],
    'names that begin with a digit, behind a dot': [
      ['SELECT t.1x, t.select FROM (SELECT 1 AS `1x`, 2 AS `select`) AS t', [['1', '2']]],
      ['CREATE TABLE shop.2020_x AS SELECT 2 AS x', []],
      ['SELECT x, `2020_x`.x AS y FROM shop.2020_x', [['2', '2']]],
      fails('SELECT 12abc', 'Syntax error: Missing whitespace between literal and alias at [1:10]'),
      fails('SELECT 1.5abc', 'Syntax error: Missing whitespace between literal and alias at [1:11]'),
      fails('SELECT 1 LIMIT 10abc', 'Syntax error: Missing whitespace between literal and alias at [1:18]'),
    ],
    'upper and lower case': [
      ['SELECT X.Id, length(NAME), x.S.Y FROM shop.t AS x WHERE ID = 1', [['1', '3', 'q']]],
      ['WITH Q AS (SELECT 1 AS a) SELECT A AS B FROM q ORDER BY b', [['1']]],
      ["SELECT 'a' = 'A', 'a' LIKE 'A', TRUE, true", [['false', 'false', 'true', 'true']]],
      ['SELECT id FROM shop.T', 'notFound: Not found: Table local:shop.T was not found in location US'],
    ],
    'numbers of 64 bits': [
      [
        'SELECT 9223372036854775807, -9223372036854775808, - 9223372036854775808, -0x8000000000000000, 0X1f',
        [['9223372036854775807', '-9223372036854775808', '-9223372036854775808', '-9223372036854775808', '31']],
      ],
      ...['9223372036854775808', '0x8000000000000000', '0xFFFFFFFFFFFFFFFF'].map((text) =>
        fails(`SELECT ${text}`, `Invalid integer literal: ${BigInt(text)} at [1:8]`),
      ),
      fails('SELECT -9223372036854775809', 'Invalid integer literal: -9223372036854775809 at [1:8]'),
      fails('SELECT -(9223372036854775808)', 'Invalid integer literal: 9223372036854775808 at [1:10]'),
      fails('SELECT 1e400', 'Invalid floating point literal: 1e400 at [1:8]'),
    ],
    'decimal literals are values of their type': [
      [
        "SELECT NUMERIC '1.500000000000', NUMERIC r' -1e-9 ', BIGNUMERIC '1e38'",
        [['1.5', '-0.000000001', `1${'0'.repeat(38)}`]],
      ],
      ...["NUMERIC '1.23456789055'", "NUMERIC '1e-10'", "NUMERIC '1e29'", "NUMERIC ''", "BIGNUMERIC '1e-39'"].map(
        (literal) =>
          fails(`SELECT ${literal}`, `Invalid ${literal.replace(" '", ' literal: "').replace(/'$/, '"')} at [1:8]`),
      ),
    ],
    'commas, comments, literals side by side': [
      ['SELECT 1, 2, FROM UNNEST([1]) -- x\r, UNNEST([2]) # y', [['1', '2']]],
      fails('SELECT [1,]', 'Syntax error: Unexpected "]" at [1:11]'),
      fails("SELECT 'a' 'b'", 'Syntax error: Expected end of input but got string literal "b" at [1:12]'),
      fails('SELECT 1 /* x', 'Syntax error: Unclosed comment at [1:10]'),
    ],
  },
  "CREATE TABLE shop.t AS SELECT 1 AS id, 'ann' AS name, STRUCT('q' AS y) AS s",
);
