import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run, startBigQuery, type Testbed } from './testbed.ts';

let bed: Testbed;
beforeAll(async () => {
  bed = await startBigQuery();
});
afterAll(() => bed.stop());

type Case = [sql: string, rows: unknown[][]];

const FAMILIES: Record<string, Case[]> = {
  'conditions and casts': [
    [
      'SELECT IF(NULL, 1, 2), IFNULL(NULL, 3), NULLIF(1, 1), COALESCE(NULL, "x"), CASE 2 WHEN 1 THEN "a" WHEN 2 THEN "b" END',
      [['2', '3', null, 'x', 'b']],
    ],
    [
      'SELECT CAST("12" AS INT64), SAFE_CAST("1.5" AS INT64), CAST(2.5 AS INT64), CAST(-2.5 AS INT64), CAST(1.0 AS STRING), CAST(TRUE AS INT64)',
      [['12', null, '3', '-3', '1', '1']],
    ],
    [
      'SELECT CAST("2026-1-5" AS DATE), SAFE_CAST("2026-13-01" AS DATE), CAST(DATE "2026-01-05" AS TIMESTAMP), CAST(b"abc" AS STRING)',
      [['2026-01-05', null, '1767571200000000', 'abc']],
    ],
    [
      'SELECT CAST(TIMESTAMP "2026-01-01 10:00:00.5+02" AS STRING), CAST(NUMERIC "1.50" AS STRING), CAST(1e20 AS STRING)',
      [['2026-01-01 08:00:00.500+00', '1.5', '1e+20']],
    ],
    [
      'SELECT CAST([1, 2] AS ARRAY<INT64>), CAST(STRUCT(1, "2") AS STRUCT<a STRING, b INT64>)',
      [
        [
          ['1', '2'],
          ['1', '2'],
        ],
      ],
    ],
    [
      'SELECT CAST("nan" AS FLOAT64) = CAST("nan" AS FLOAT64), CAST("nan" AS FLOAT64) > 1, "a" LIKE "A", "a_c" LIKE r"a\\_c", 5 BETWEEN 1 AND 5',
      [['false', 'false', 'false', 'true', 'true']],
    ],
    [
      'SELECT DATE "2026-01-01" < "2026-01-02", STRUCT(1, 2) = STRUCT(1, 2), NULL IS NULL, NOT TRUE IS NOT FALSE',
      [['true', 'true', 'true', 'false']],
    ],
  ],
  numbers: [
    [
      'SELECT 1000000 * 5000, 7 / 2, DIV(-7, 2), MOD(-7, 2), -7 + 2 * 3, 1e3',
      [['5000000000', '3.5', '-3', '-1', '-1', '1000.0']],
    ],
    [
      'SELECT NUMERIC "1" / 3, NUMERIC "-2" / 3, NUMERIC "1.1" * NUMERIC "1.1", 1 + NUMERIC "0.1"',
      [['0.333333333', '-0.666666667', '1.21', '1.1']],
    ],
    [
      'SELECT ROUND(2.5), ROUND(-2.5), ROUND(1.2345, 2), TRUNC(-1.7), CEIL(1.2), FLOOR(-1.2), ABS(-3), SIGN(-2.5)',
      [['3.0', '-3.0', '1.23', '-1.0', '2.0', '-2.0', '3', '-1.0']],
    ],
    [
      'SELECT ROUND(NUMERIC "2.345", 2), TRUNC(NUMERIC "-2.349", 2), ROUND(NUMERIC "155", -1)',
      [['2.35', '-2.34', '160']],
    ],
    [
      'SELECT SAFE_DIVIDE(1, 0), SAFE_ADD(9223372036854775807, 1), SAFE.SUBSTR("abc", 1, -1), IEEE_DIVIDE(1, 0)',
      [[null, null, null, 'Infinity']],
    ],
    [
      'SELECT SAFE_DIVIDE(SUM(x), COUNTIF(x > 9)), SAFE_DIVIDE(SUM(x), 2), SAFE_CAST(CAST(SUM(x) AS STRING) AS INT64) FROM UNNEST([1, 2]) x',
      [[null, '1.5', '3']],
    ],
    [
      'SELECT SAFE_DIVIDE(1e308, 1e-10), SAFE_DIVIDE(NUMERIC "1", 0), SAFE_ADD(1e308, 1e308), SAFE_DIVIDE(CAST("nan" AS FLOAT64), 2)',
      [[null, null, null, 'NaN']],
    ],
    [
      'SELECT CAST("1.5e3" AS BIGNUMERIC), CAST("1e-18" AS BIGNUMERIC), CAST(" -00012.5000 " AS BIGNUMERIC), SAFE_CAST("x" AS BIGNUMERIC)',
      [['1500', '0.000000000000000001', '-12.5', null]],
    ],
    [
      'SELECT CAST("1.4e-10" AS NUMERIC), CAST("123456789012345678.9" AS NUMERIC), CAST("0.0000000005" AS NUMERIC), CAST("+.5" AS NUMERIC)',
      [['0', '123456789012345678.9', '0.000000001', '0.5']],
    ],
    [
      'SELECT POW(2, 10), SQRT(16), EXP(0), LN(1), LOG(8, 2), LOG10(100), GREATEST(1, 3, 2), LEAST(2, NULL)',
      [['1024.0', '4.0', '1.0', '0.0', '3.0', '2.0', '3', null]],
    ],
    ['SELECT 5 & 3, 5 | 3, 5 ^ 3, ~5, 1 << 3, -8 >> 60', [['1', '7', '6', '-6', '8', '15']]],
    [
      'SELECT -9223372036854775808, 0xFF, .5, RAND() < 1, LENGTH(GENERATE_UUID())',
      [['-9223372036854775808', '255', '0.5', 'true', '36']],
    ],
  ],
  texts: [
    [
      'SELECT UPPER("aß"), LOWER("ÀB"), TRIM("  a "), LTRIM("xxa", "x"), RTRIM("a\\n"), INITCAP("hello wORLD")',
      [['ASS', 'àb', 'a', 'a', 'a', 'Hello World']],
    ],
    [
      'SELECT SUBSTR("hello", 2, 3), SUBSTR("hello", -3), SUBSTR("hello", 0), LEFT("hello", 2), RIGHT("hello", 2), LENGTH("héllo"), BYTE_LENGTH("é")',
      [['ell', 'llo', 'hello', 'he', 'lo', '5', '2']],
    ],
    [
      'SELECT CONCAT("a", "b"), "a" || NULL, REPLACE("aab", "a", "x"), REVERSE("añb"), REPEAT("ab", 2), LPAD("a", 3), RPAD("abc", 2), LPAD("7", 3, "0")',
      [['ab', null, 'xxb', 'bña', 'abab', '  a', 'ab', '007']],
    ],
    [
      'SELECT SPLIT("a,b"), SPLIT("", "-"), STARTS_WITH("abc", "ab"), ENDS_WITH("abc", "bc"), STRPOS("abc", "c"), INSTR("abc", "z")',
      [[['a', 'b'], [''], 'true', 'true', '3', '0']],
    ],
    [
      'SELECT TO_HEX(MD5("a")), TO_BASE64(b"\\xff\\x00"), FROM_BASE64("/wA="), TO_HEX(SHA256(""))',
      [
        [
          '0cc175b9c0f1b6a831c399e269772661',
          '/wA=',
          '/wA=',
          'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
        ],
      ],
    ],
    [
      'SELECT REGEXP_CONTAINS("foobar", "o+b"), REGEXP_EXTRACT("a1b2", r"[a-z](\\d)"), REGEXP_EXTRACT("abc", "x"), REGEXP_EXTRACT("abc", "b."), REGEXP_REPLACE("abc", "(b)", r"[\\1]"), REGEXP_EXTRACT_ALL("a1b2", r"\\d")',
      [['true', '1', null, 'bc', 'a[b]c', ['1', '2']]],
    ],
    [
      'SELECT FORMAT("%s-%d-%5d|%-4s|%05d", "a", 1, 2, "b", 3), FORMAT("%t %t", DATE "2026-01-02", 1.0), FORMAT("%%")',
      [['a-1-    2|b   |00003', '2026-01-02 1.0', '%']],
    ],
    [
      'SELECT r"\\d", "\\x41\\u00e9", b"\\xff" = b"\\377", """a"b""", CHR(233), ASCII("a"), TO_CODE_POINTS("é"), CODE_POINTS_TO_STRING([97, 233])',
      [['\\d', 'Aé', 'true', 'a"b', 'é', '97', ['233'], 'aé']],
    ],
  ],
  'dates and times': [
    [
      'SELECT DATE_ADD(DATE "2026-01-31", INTERVAL 1 MONTH), DATE_SUB("2026-03-01", INTERVAL 1 DAY), DATE_DIFF("2026-01-05", "2026-01-04", WEEK), DATE_DIFF(DATE "2026-01-05", "2026-01-04", WEEK(MONDAY)), DATE_DIFF(DATE "2026-02-01", "2026-01-31", MONTH)',
      [['2026-02-28', '2026-02-28', '0', '1', '1']],
    ],
    [
      'SELECT DATE_TRUNC(DATE "2026-01-01", WEEK), DATE_TRUNC(DATE "2026-01-01", WEEK(MONDAY)), DATE_TRUNC(DATE "2026-01-01", ISOWEEK), DATE_TRUNC(DATE "2026-05-17", QUARTER), DATE_TRUNC(DATE "2026-01-01", ISOYEAR)',
      [['2025-12-28', '2025-12-29', '2025-12-29', '2026-04-01', '2025-12-29']],
    ],
    [
      'SELECT EXTRACT(DAYOFWEEK FROM DATE "2026-01-04"), EXTRACT(WEEK FROM DATE "2026-01-04"), EXTRACT(ISOWEEK FROM DATE "2026-01-01"), EXTRACT(WEEK(MONDAY) FROM DATE "2026-01-04"), EXTRACT(DAYOFYEAR FROM DATE "2026-02-01")',
      [['1', '1', '1', '0', '32']],
    ],
    [
      'SELECT EXTRACT(HOUR FROM TIMESTAMP "2026-07-01 00:30:00+00" AT TIME ZONE "America/Los_Angeles"), EXTRACT(DATE FROM TIMESTAMP "2026-07-01 00:30:00+00" AT TIME ZONE "America/Los_Angeles"), EXTRACT(MILLISECOND FROM TIME "10:00:00.123")',
      [['17', '2026-06-30', '123']],
    ],
    [
      'SELECT TIMESTAMP_DIFF(TIMESTAMP "2026-01-01 00:59:59+00", TIMESTAMP "2026-01-01 00:00:00+00", HOUR), TIMESTAMP_DIFF("2026-01-01", "2026-01-03 12:00:00", DAY), DATETIME_DIFF(DATETIME "2026-01-01 01:00:00", "2026-01-01 00:59:59", HOUR)',
      [['0', '-2', '1']],
    ],
    [
      'SELECT TIMESTAMP_TRUNC(TIMESTAMP "2026-01-01 10:45:30+00", HOUR), TIMESTAMP_TRUNC(TIMESTAMP "2026-07-01 03:00:00+00", DAY, "America/Los_Angeles"), TIMESTAMP_ADD(TIMESTAMP "2026-01-01 00:00:00+00", INTERVAL 90 MINUTE)',
      [['1767261600000000', '1782802800000000', '1767231000000000']],
    ],
    [
      'SELECT FORMAT_DATE("%Y/%m/%d %a %j %G-W%V %Q", DATE "2026-01-04"), FORMAT_TIMESTAMP("%F %T %Z %z", TIMESTAMP "2026-01-04 05:06:07+00"), FORMAT_TIMESTAMP("%H:%M %E3S", TIMESTAMP "2026-01-04 05:06:07.1239+00"), FORMAT_DATETIME("%I:%M %p", DATETIME "2026-01-01 13:05:00")',
      [['2026/01/04 Sun 004 2026-W01 1', '2026-01-04 05:06:07 UTC +0000', '05:06 07.123', '01:05 PM']],
    ],
    [
      'SELECT PARSE_DATE("%d/%m/%Y", "5/1/2026"), PARSE_DATE("%b %e, %Y", "Jan 5, 2026"), PARSE_TIMESTAMP("%Y-%m-%dT%H:%M:%E*S%z", "2026-01-05T10:00:00.25+0200"), PARSE_DATETIME("%F %T", "2026-01-05 01:02:03"), PARSE_TIME("%H:%M", "7:05")',
      [['2026-01-05', '2026-01-05', '1767600000250000', '2026-01-05T01:02:03', '07:05:00']],
    ],
    [
      'SELECT UNIX_SECONDS(TIMESTAMP "1969-12-31 23:59:59.5+00"), UNIX_MILLIS(TIMESTAMP "1970-01-01 00:00:01+00"), TIMESTAMP_MILLIS(1500), DATE_FROM_UNIX_DATE(1), UNIX_DATE("1970-01-02")',
      [['-1', '1000', '1500000', '1970-01-02', '1']],
    ],
    [
      'SELECT LAST_DAY(DATE "2026-02-10"), LAST_DAY(DATE "2026-02-10", WEEK), GENERATE_DATE_ARRAY("2026-01-30", "2026-02-01"), GENERATE_DATE_ARRAY("2026-01-31", "2026-03-31", INTERVAL 1 MONTH)',
      [
        [
          '2026-02-28',
          '2026-02-14',
          ['2026-01-30', '2026-01-31', '2026-02-01'],
          ['2026-01-31', '2026-02-28', '2026-03-31'],
        ],
      ],
    ],
    [
      'SELECT DATE(2026, 1, 5), DATE(TIMESTAMP "2026-01-01 05:00:00+00", "America/New_York"), DATETIME(2026, 1, 2, 3, 4, 5), TIMESTAMP(DATETIME "2026-01-01 00:00:00", "Europe/Berlin"), TIME(10, 20, 30), DATE "2026-01-31" + 1',
      [['2026-01-05', '2026-01-01', '2026-01-02T03:04:05', '1767222000000000', '10:20:30', '2026-02-01']],
    ],
    [
      'SELECT CURRENT_DATE() = DATE(CURRENT_TIMESTAMP()), CURRENT_TIMESTAMP() = CURRENT_TIMESTAMP(), DATE "2026-01-01" + INTERVAL 1 DAY',
      [['true', 'true', '2026-01-02T00:00:00']],
    ],
  ],
  'arrays, structs and JSON': [
    [
      'SELECT [1, 2, 3][OFFSET(1)], [1, 2][ORDINAL(1)], [1][SAFE_OFFSET(5)], ARRAY_LENGTH([1, NULL]), ARRAY_TO_STRING(["a", NULL, "b"], "-", "?"), ARRAY_REVERSE([1, 2])',
      [['2', '1', null, '2', 'a-?-b', ['2', '1']]],
    ],
    [
      'SELECT ARRAY_CONCAT([1], [2, 3]), [1] || [2], GENERATE_ARRAY(1, 5, 2), ARRAY<STRING>[], ARRAY<FLOAT64>[1, 2.5]',
      [[['1', '2', '3'], ['1', '2'], ['1', '3', '5'], [], ['1.0', '2.5']]],
    ],
    [
      'SELECT STRUCT<a INT64, b STRING>(1, "x").b, STRUCT(1 AS a, 2 AS a)[OFFSET(1)], [STRUCT(1 AS a)][OFFSET(0)].a',
      [['x', '2', '1']],
    ],
    [
      `SELECT JSON_VALUE('{"a": {"b": 1}}', "$.a.b"), JSON_VALUE('{"a": {}}', "$.a"), JSON_QUERY('{"a": {"b": 1}}', "$.a"), JSON_EXTRACT_SCALAR('{"a": ["x", "y"]}', "$.a[1]"), JSON_VALUE(JSON '{"a": null}', "$.a")`,
      [['1', null, '{"b":1}', 'y', null]],
    ],
    [
      `SELECT TO_JSON_STRING(STRUCT(1 AS a, "x\\"y" AS b, [1, 2] AS c, NULL AS d, DATE "2026-01-01" AS e, 1.0 AS f)), PARSE_JSON('{"a":[1]}').a[0], TO_JSON_STRING(9007199254740993)`,
      [['{"a":1,"b":"x\\"y","c":[1,2],"d":null,"e":"2026-01-01","f":1}', '1', '"9007199254740993"']],
    ],
    [
      `SELECT PARSE_JSON('{"id": "x 12345678901234567890123", "v": [0.12345678901234567890, 18446744073709551615]}', wide_number_mode => "round")`,
      [['{"id":"x 12345678901234567890123","v":[0.12345678901234568,18446744073709551615]}']],
    ],
    [
      `SELECT PARSE_JSON('{"a": 0.30000000000000004, "b": 1.50, "c": 123456789012345678}', wide_number_mode => "exact"), FLOAT64(PARSE_JSON("922337203685477580701", wide_number_mode => "round"))`,
      [['{"a":0.30000000000000004,"b":1.5,"c":123456789012345678}', '922337203685477600000.0']],
    ],
    [
      `SELECT SAFE.PARSE_JSON(x) FROM UNNEST(['{"a":1,}', '{"a":NaN}', '{"a":"NaN, ] ,]"}', "Infinity", NULL]) x`,
      [[null], [null], ['{"a":"NaN, ] ,]"}'], [null], [null]],
    ],
  ],
};

describe.each(Object.entries(FAMILIES))('%s', (_, cases) => {
  test.each(cases)('%s', async (sql, rows) => {
    expect(await run(bed, sql)).toEqual(rows);
  });
});
