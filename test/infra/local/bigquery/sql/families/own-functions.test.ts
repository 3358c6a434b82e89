import { testFamilies } from './family.ts';

const SETUP = `
  CREATE TABLE shop.b (id INT64, y INT64, a_id INT64);
  INSERT shop.b VALUES (1, 100, 1), (2, 200, 1), (3, 300, 2), (4, NULL, 9)`;

const SCALED = 'CREATE TEMP AGGREGATE FUNCTION scaled(x INT64, k INT64 NOT AGGREGATE) AS (SUM(x + k) / k)';

testFamilies(
  {
    'arguments NOT AGGREGATE': [
      [
        `${SCALED}; SELECT a_id, scaled(y, 10) FROM shop.b GROUP BY a_id ORDER BY 1`,
        [
          ['1', '32.0'],
          ['2', '31.0'],
          ['9', null],
        ],
      ],
      [
        'CREATE AGGREGATE FUNCTION shop.scaled(x INT64, f FLOAT64 NOT AGGREGATE) AS (SUM(x) * f); SELECT shop.scaled(y, 0.5) FROM shop.b',
        [['300.0']],
      ],
      [
        `${SCALED}; SELECT scaled(y, id) FROM shop.b`,
        'invalidQuery: not supported by the embedded warehouse: an argument NOT AGGREGATE that is no literal or parameter: k at [1:99]',
      ],
      [
        'CREATE FUNCTION shop.f(x INT64 NOT AGGREGATE) AS (x)',
        'invalidQuery: Only arguments of aggregate functions can be NOT AGGREGATE at [1:24]',
      ],
    ],
    'arguments that are rows': [
      [
        'CREATE TEMP AGGREGATE FUNCTION f(x INT64, d INT64) AS (SUM(x) / d); SELECT f(y, 5) FROM shop.b',
        'invalidQuery: Function argument d cannot be referenced outside aggregate function calls unless marked as NOT AGGREGATE at [1:65]',
      ],
      [
        `${SCALED}; SELECT scaled(SUM(y), 10) FROM shop.b`,
        'invalidQuery: Aggregate function SUM not allowed in an aggregate function at [1:106]',
      ],
      [
        `${SCALED}; SELECT id FROM shop.b WHERE scaled(y, 10) > 1`,
        'invalidQuery: Aggregate function scaled not allowed in WHERE clause at [1:120]',
      ],
      [
        'CREATE TEMP FUNCTION g(x INT64) AS (x * 2); CREATE TEMP AGGREGATE FUNCTION f(x INT64) AS (SUM(g(x)) + MAX(IF(x > 100, x, 0))); SELECT f(y) FROM shop.b',
        [['1500']],
      ],
    ],
    'calls that are refused': [
      [
        'CREATE TEMP FUNCTION f(x INT64) AS (x / 0); SELECT SAFE.f(1)',
        'invalidQuery: Function f does not support SAFE error mode at [1:52]',
      ],
      [
        'CREATE TEMP FUNCTION f(x INT64) AS (x); SELECT f(x => 1)',
        'invalidQuery: not supported by the embedded warehouse: named arguments of function f at [1:48]',
      ],
    ],
    'concatenation takes what has a text': [
      [
        "SELECT 'n' || 1 || '/' || 2.5, CONCAT(1, TRUE), DATE '2020-01-02' || NUMERIC '1.50', INTERVAL 1 DAY || ''",
        [['n1/2.5', '1true', '2020-01-021.5', '0-0 1 0:0:0']],
      ],
      ["SELECT NULL || 'x', b'a' || NULL, [1] || [2]", [[null, null, ['1', '2']]]],
      [
        "SELECT 'a' || JSON '1'",
        'invalidQuery: No matching signature for operator || for argument types: STRING, JSON at [1:12]',
      ],
      [
        "SELECT CONCAT('a', [1])",
        'invalidQuery: No matching signature for function CONCAT for argument types: STRING, ARRAY<INT64> at [1:8]',
      ],
    ],
  },
  SETUP,
);
