import { type Case, testFamilies } from './family.ts';

/** A value of each type, as a column's, since literals convert further. */
const VALUES: Record<string, string> = {
  BOOL: 'TRUE',
  INT64: '1',
  FLOAT64: '1.5',
  NUMERIC: "NUMERIC '2'",
  BIGNUMERIC: "BIGNUMERIC '3'",
  STRING: "'x'",
  BYTES: "b'x'",
  DATE: "DATE '2020-01-02'",
  DATETIME: "DATETIME '2020-01-02 03:04:05'",
  TIME: "TIME '03:04:05'",
  TIMESTAMP: "TIMESTAMP '2020-01-02 03:04:05+00'",
  JSON: "JSON '1'",
  INTERVAL: 'INTERVAL 1 DAY',
};
const TYPES = Object.keys(VALUES);

/** What CAST takes, but for what depends on the text. Source: GoogleSQL's docs/conversion_rules.md#comparison_chart */
const CASTS: Record<string, string> = {
  BOOL: 'BOOL INT64 STRING',
  INT64: 'BOOL INT64 NUMERIC BIGNUMERIC FLOAT64 STRING',
  FLOAT64: 'INT64 NUMERIC BIGNUMERIC FLOAT64 STRING',
  NUMERIC: 'INT64 NUMERIC BIGNUMERIC FLOAT64 STRING',
  BIGNUMERIC: 'INT64 NUMERIC BIGNUMERIC FLOAT64 STRING',
  STRING: 'BOOL INT64 NUMERIC BIGNUMERIC FLOAT64 STRING BYTES DATE DATETIME TIME TIMESTAMP INTERVAL',
  BYTES: 'STRING BYTES',
  DATE: 'STRING DATE DATETIME TIMESTAMP',
  DATETIME: 'STRING DATE DATETIME TIME TIMESTAMP',
  TIME: 'STRING TIME',
  TIMESTAMP: 'STRING DATE DATETIME TIME TIMESTAMP',
  JSON: 'JSON',
  INTERVAL: 'STRING INTERVAL',
};

/** The supertype of each pair that has one, and is not of one type. */
const SUPERTYPES: Record<string, string> = {
  'INT64 FLOAT64': 'FLOAT64',
  'INT64 NUMERIC': 'NUMERIC',
  'INT64 BIGNUMERIC': 'BIGNUMERIC',
  'FLOAT64 NUMERIC': 'FLOAT64',
  'FLOAT64 BIGNUMERIC': 'FLOAT64',
  'NUMERIC BIGNUMERIC': 'BIGNUMERIC',
};

const columns = TYPES.map((type) => `${VALUES[type]} AS ${type.toLowerCase()}_`).join(', ');
const SETUP = `CREATE TABLE shop.v AS SELECT ${columns}`;
const pairs = TYPES.flatMap((from, i) => TYPES.slice(i + 1).map((to) => [from, to] as const));

const casts = TYPES.flatMap((from) =>
  TYPES.filter(
    (to) => !`${CASTS[from]} ${from === 'INT64' || from === 'BYTES' ? 'BYTES INT64' : ''}`.split(' ').includes(to),
  ).map(
    (to): Case => [
      `SELECT CAST(${from.toLowerCase()}_ AS ${to}) FROM shop.v`,
      `invalidQuery: Invalid cast from ${from} to ${to} at [1:8]`,
    ],
  ),
);

testFamilies(
  {
    'casts that are none': casts,
    'casts between types': [
      ...TYPES.filter((from) => from !== 'STRING').map((from): Case => {
        const to = (CASTS[from] ?? '').split(' ');
        const typesOf = to.map((type) => `TYPEOF(CAST(${from.toLowerCase()}_ AS ${type}))`);
        return [`SELECT ${typesOf.join(', ')} FROM shop.v`, [to]];
      }),
      [
        'SELECT CAST(1.5 AS INT64), CAST(-0.5 AS INT64), CAST(NUMERIC "2.5" AS INT64), CAST("-0x1A" AS INT64), CAST(" 1e-10 " AS NUMERIC), CAST("+inf" AS FLOAT64), CAST(1e20 AS STRING), CAST(100000.0 AS STRING)',
        [['2', '-1', '3', '-26', '0', 'Infinity', '1e+20', '100000']],
      ],
    ],
    'arrays are cast to their own type only': [
      [
        'SELECT CAST([1, 2] AS ARRAY<STRING>)',
        'invalidQuery: Casting between arrays with incompatible element types is not supported: Invalid cast from ARRAY<INT64> to ARRAY<STRING> at [1:8]',
      ],
      [
        'SELECT SAFE_CAST(STRUCT([1]) AS STRUCT<ARRAY<FLOAT64>>)',
        'invalidQuery: Casting between arrays with incompatible element types is not supported: Invalid cast from ARRAY<INT64> to ARRAY<FLOAT64> at [1:8]',
      ],
      [
        'SELECT CAST([1] AS ARRAY<INT64>), CAST([] AS ARRAY<STRING>), CAST(NULL AS ARRAY<DATE>), CAST([STRUCT(1 AS a)] AS ARRAY<STRUCT<b INT64>>)[0].b, CAST((1, "2") AS STRUCT<a STRING, b INT64>)',
        [[['1'], [], [], '1', ['1', '2']]],
      ],
    ],
    supertypes: [
      ...pairs.map(([a, b]): Case => {
        const [x, y] = [`${a.toLowerCase()}_`, `${b.toLowerCase()}_`];
        const type = SUPERTYPES[`${a} ${b}`];
        return type === undefined
          ? [
              `SELECT IF(TRUE, ${x}, ${y}) FROM shop.v`,
              `invalidQuery: No matching signature for function IF for argument types: BOOL, ${a}, ${b} at [1:8]`,
            ]
          : [
              `SELECT TYPEOF(IF(TRUE, ${x}, ${y})), TYPEOF(COALESCE(${y}, ${x})), TYPEOF([${x}, ${y}]), TYPEOF(CASE WHEN TRUE THEN ${x} ELSE ${y} END) FROM shop.v`,
              [[type, type, `ARRAY<${type}>`, type]],
            ];
      }),
      [
        'SELECT date_ FROM shop.v UNION ALL SELECT datetime_ FROM shop.v',
        'invalidQuery: Column 1 in UNION ALL has incompatible types: DATE, DATETIME at [1:26]',
      ],
    ],
    'literals convert further, dates compare as datetimes': [
      [
        'SELECT IF(FALSE, date_, "2020-02-03"), TYPEOF(IF(TRUE, numeric_, 2.5)), date_ = "2020-01-02", date_ IN ("2020-01-02"), date_ BETWEEN "2019-01-01" AND "2021-01-01", date_ < datetime_, datetime_ > date_ FROM shop.v',
        [['2020-02-03', 'NUMERIC', 'true', 'true', 'true', 'true', 'true']],
      ],
      [
        'SELECT date_ = string_ FROM shop.v',
        'invalidQuery: No matching signature for operator = for argument types: DATE, STRING at [1:14]',
      ],
      [
        'SELECT datetime_ = timestamp_ FROM shop.v',
        'invalidQuery: No matching signature for operator = for argument types: DATETIME, TIMESTAMP at [1:18]',
      ],
    ],
  },
  SETUP,
);
