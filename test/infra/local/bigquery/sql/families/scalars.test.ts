import { testFamilies } from './family.ts';

const raw = String.raw;

/** Arguments that stand in a column, since a constant goes another way: to DuckDB's own functions. */
const from = (columns: string, sql: string) => `SELECT ${sql} FROM (SELECT ${columns} FROM UNNEST([1]))`;

testFamilies({
  'regular expressions: empty matches': [
    [
      `SELECT REGEXP_EXTRACT_ALL("aabca", "a*"), REGEXP_EXTRACT_ALL("baac", "a*"), REGEXP_EXTRACT_ALL("this_is__a", "(.*?)(?:_|$)"), REGEXP_EXTRACT_ALL("", "(abc)?"), REGEXP_EXTRACT_ALL("", "")`,
      [[['aa', '', '', 'a'], ['', 'aa', ''], ['this', 'is', '', 'a'], [''], ['']]],
    ],
    [
      from('"b*" p', 'REGEXP_REPLACE("abc", p, "x"), REGEXP_REPLACE("ab", p, "x"), REGEXP_REPLACE("b", p, "x")'),
      [['xaxcx', 'xax', 'x']],
    ],
    [
      `SELECT REGEXP_EXTRACT("aaa", "a*", 2, 2), REGEXP_EXTRACT("", "", 2), REGEXP_INSTR("", "()"), REGEXP_INSTR("aaa", "a*", 2, 2)`,
      [[null, null, '0', '0']],
    ],
    [raw`SELECT ARRAY_LENGTH(REGEXP_EXTRACT_ALL("one two", r"\b"))`, [['4']]],
  ],
  'regular expressions: positions, rewrites, patterns': [
    ['SELECT REGEXP_EXTRACT("abc", "^b", 2), REGEXP_SUBSTR("щцф", ".{2}", 2)', [['b', 'цф']]],
    [raw`SELECT REGEXP_REPLACE("abc", "zzz", r"\1")`, raw`invalidQuery: Invalid REGEXP_REPLACE pattern: \1`],
    [raw`SELECT REGEXP_REPLACE("", "", "\\")`, raw`invalidQuery: Invalid REGEXP_REPLACE pattern: ${'\\'}`],
    [
      'SELECT SAFE.REGEXP_EXTRACT("ab", "("), SAFE.REGEXP_CONTAINS("ab", "(?=a)"), REGEXP_CONTAINS("a", "(?<n>a)")',
      [[null, null, 'true']],
    ],
  ],
  'texts: case, counts, NULL before errors': [
    [
      'SELECT UPPER("straße ﬁ"), LOWER("ΑΣ Σ"), NORMALIZE_AND_CASEFOLD("ẞ ΑΣ"), NORMALIZE_AND_CASEFOLD("ı")',
      [['STRASSE FI', 'ας σ', 'ss ασ', 'ı']],
    ],
    [
      'SELECT INSTR("x", "", 2), INSTR("x", "", 3), INSTR("zгl", "", -1), INSTR("xx", "", 1, 3), INSTR("", "", -1), INSTR(b"xx", b"", -2, 2)',
      [['2', '0', '4', '3', '1', '1']],
    ],
    [
      'SELECT LEFT("abc", 9223372036854775807), SUBSTR("abc", 2, 9223372036854775807), SUBSTR("abc", 9223372036854775807), LEFT("abc", NULL)',
      [['abc', 'bc', '', null]],
    ],
    [
      from('CAST(NULL AS STRING) s', 'LEFT(s, -1), SUBSTR(s, 1, -1), REPEAT(s, -1), LPAD(s, -1), REPLACE("a", "", s)'),
      [[null, null, null, null, null]],
    ],
    [
      raw`SELECT SAFE_CONVERT_BYTES_TO_STRING(b"\xe2\x82("), SAFE_CONVERT_BYTES_TO_STRING(b"\xf0\x90(\xbc")`,
      [['\ufffd\ufffd(', '\ufffd\ufffd(\ufffd']],
    ],
    ['SELECT CONCAT("Summer", " ", 1923), CONCAT("a", NULL, 1), CONCAT(TRUE, 1.5)', [['Summer 1923', null, 'true1.5']]],
    [
      'SELECT CONCAT("a", b"b")',
      'invalidQuery: No matching signature for function CONCAT for argument types: STRING, BYTES at [1:8]',
    ],
  ],
  'time zones': [
    [
      'SELECT TIMESTAMP(DATETIME "2016-11-06 01:30:00", "America/New_York"), TIMESTAMP(DATETIME "2016-03-13 02:30:00", "America/New_York"), CAST("2016-11-06 01:30:00 America/New_York" AS TIMESTAMP)',
      [['1478410200000000', '1457854200000000', '1478410200000000']],
    ],
    [
      'SELECT STRING(TIMESTAMP "1850-12-25 15:30:00+00", "America/New_York"), STRING(TIMESTAMP "2020-01-01 00:00:00+00", "UTC+05:30"), DATE(TIMESTAMP "2020-01-01 00:00:00+00", "-8")',
      [['1850-12-25 10:34:00-04:56', '2020-01-01 05:30:00+05:30', '2019-12-31']],
    ],
    ...['PST', 'america/los_angeles', '+14:01', '+25:00', ''].map((zone): [string, string] => [
      from(`"${zone}" z`, 'DATETIME(TIMESTAMP "2020-01-01 00:00:00+00", z)'),
      `invalidQuery: Invalid time zone: ${zone}`,
    ]),
    [
      'SELECT TIMESTAMP("2008-12-25 15:30:00+00", "America/Los_Angeles")',
      'invalidQuery: Timezone is not allowed in "2008-12-25 15:30:00+00"',
    ],
  ],
  'times outside the years 1 to 9999': [
    ...[
      'DATE(TIMESTAMP "0001-01-01 00:00:00+00", "-08:00")',
      'DATE_TRUNC(DATE "0001-01-01", WEEK)',
      'LAST_DAY(DATE "9999-12-31", WEEK)',
      'EXTRACT(DATE FROM TIMESTAMP "9999-12-31 23:00:00+00" AT TIME ZONE "+08:00")',
    ].map((sql): [string, string] => [
      `SELECT ${sql}`,
      'invalidQuery: Date value is out of allowed range: from 0001-01-01 to 9999-12-31',
    ]),
    ...[
      'TIMESTAMP(DATETIME "0001-01-01 00:00:00", "+08:00")',
      'TIMESTAMP(DATETIME "9999-12-31 23:00:00", "-08:00")',
    ].map((sql): [string, string] => [
      `SELECT ${sql}`,
      'invalidQuery: Timestamp value is out of allowed range: from 0001-01-01 00:00:00.000000+00 to 9999-12-31 23:59:59.999999+00',
    ]),
  ],
  'texts of times': [
    ...['14-1-4', ' 2014-01-04', '2014-02-30'].map((text): [string, string] => [
      from(`"${text}" t`, 'CAST(t AS DATE)'),
      `invalidQuery: Invalid date: '${text}'`,
    ]),
    ['SELECT CAST("2014-02-03 23:59" AS TIMESTAMP)', "invalidQuery: Invalid timestamp: '2014-02-03 23:59'"],
    [
      'SELECT CAST("2014-02-03 23:59:00 +08" AS TIMESTAMP)',
      "invalidQuery: Invalid timestamp: '2014-02-03 23:59:00 +08'",
    ],
    [
      'SELECT COALESCE(DATE "2020-01-01", "x")',
      'invalidQuery: No matching signature for function COALESCE for argument types: DATE, STRING at [1:8]',
    ],
    ['SELECT TIMESTAMP "2014-02-03 23:59:00.5-8:00", DATE "2014-2-3"', [['1391500740500000', '2014-02-03']]],
    [
      'SELECT SAFE.PARSE_DATE("%Y%m%d", "202435"), SAFE.PARSE_TIME("%H%M", "730"), SAFE.PARSE_DATETIME("%FT%T", "2020-01-01t10:00:00"), PARSE_DATE("%d %B %Y", "3 MARCH 2020")',
      [[null, null, null, '2020-03-03']],
    ],
    [
      'SELECT PARSE_DATE("%Y-%m-%d %j", "2020-01-02 3")',
      'invalidQuery: not supported by the embedded warehouse: %j beside a month or day at [1:8]',
    ],
    ['SELECT GENERATE_ARRAY(NULL, 2, 0), GENERATE_DATE_ARRAY(NULL, DATE "2020-01-01", INTERVAL 0 DAY)', [[[], []]]],
  ],
  'equality of structs, field by field': [
    [
      'SELECT (1, NULL) = (1, 2), STRUCT(1, CAST(NULL AS INT64)) = (2, 2), STRUCT(1, CAST(NULL AS INT64)) != (2, 2), (1, 2) = (1, 2.0)',
      [[null, 'false', 'true', 'true']],
    ],
    [
      from('CAST("nan" AS FLOAT64) f', 'STRUCT(f) = STRUCT(f), STRUCT(1, f) != STRUCT(1, f), f IN UNNEST([f])'),
      [['false', 'true', 'false']],
    ],
    [
      'SELECT x IN (SELECT AS STRUCT 1, 2), x IN ((1, 2)), x IN UNNEST([(1, 2)]), x NOT IN (SELECT AS STRUCT 1, 2) FROM UNNEST([STRUCT(1 AS a, NULL AS b), (1, 2), (2, NULL)]) x',
      [
        [null, null, null, null],
        ['true', 'true', 'true', 'false'],
        ['false', 'false', 'false', 'true'],
      ],
    ],
    [
      'SELECT NULLIF(STRUCT(1, CAST(NULL AS INT64)), (1, CAST(NULL AS INT64))).a',
      'invalidQuery: Field name a does not exist in STRUCT<INT64, INT64> at [1:73]',
    ],
  ],
  'LIKE and casts': [
    [raw`SELECT "ab" LIKE "ab\\"`, 'invalidQuery: LIKE pattern ends with a backslash at [1:13]'],
    [from(raw`"ab\\" p`, '"x" LIKE p'), 'invalidQuery: LIKE pattern ends with a backslash'],
    [from(raw`"a\\\\" p`, raw`"a\\" LIKE p, "ab" LIKE r"a\b"`), [['true', 'true']]],
    [
      'SELECT CAST("-0x1f" AS INT64), CAST("0x7FFFFFFFFFFFFFFF" AS INT64), CAST("-0x8000000000000000" AS INT64), SAFE_CAST("0x8000000000000000" AS INT64)',
      [['-31', '9223372036854775807', '-9223372036854775808', null]],
    ],
  ],
});
