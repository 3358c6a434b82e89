import { testFamilies } from './family.ts';

testFamilies({
  intervals: [
    [
      'SELECT INTERVAL 3 DAY, INTERVAL -14 MONTH, INTERVAL 90 MINUTE, INTERVAL "1-2 3 4:5:6.789" YEAR TO SECOND',
      [['0-0 3 0:0:0', '-1-2 0 0:0:0', '0-0 0 1:30:0', '1-2 3 4:5:6.789']],
    ],
    [
      'SELECT INTERVAL "10:20" HOUR TO MINUTE, INTERVAL "-1 5" DAY TO HOUR, INTERVAL "8-20" YEAR TO MONTH, INTERVAL "1.5" SECOND',
      [['0-0 0 10:20:0', '0-0 -1 5:0:0', '9-8 0 0:0:0', '0-0 0 0:0:1.500']],
    ],
    [
      'SELECT INTERVAL 1 DAY + INTERVAL 2 HOUR, INTERVAL 1 DAY - INTERVAL 1 MONTH, 2 * INTERVAL 3 DAY, INTERVAL 1 MONTH / 2, -INTERVAL 1 DAY',
      [['0-0 1 2:0:0', '-0-1 1 0:0:0', '0-0 6 0:0:0', '0-0 15 0:0:0', '0-0 -1 0:0:0']],
    ],
    [
      'SELECT DATE "2021-05-20" - DATE "2020-04-19", TIMESTAMP "2021-06-01 12:34:56.789" - TIMESTAMP "2021-05-31 00:00:00", DATETIME "2021-01-01" - DATETIME "2021-01-02"',
      [['0-0 396 0:0:0', '0-0 0 36:34:56.789', '0-0 0 -24:0:0']],
    ],
    [
      'SELECT DATE "2021-01-31" + INTERVAL 1 MONTH, DATETIME "2021-01-01" + INTERVAL "1 2:3:4" DAY TO SECOND, TIMESTAMP "2021-01-01" - INTERVAL 90 MINUTE',
      [['2021-02-28T00:00:00', '2021-01-02T02:03:04', '1609453800000000']],
    ],
    [
      'SELECT TIMESTAMP "2021-01-01" + (INTERVAL 1 MONTH)',
      'invalidQuery: operator + does not support the MONTH date part at [1:31]',
    ],
    [
      'SELECT EXTRACT(YEAR FROM i), EXTRACT(MONTH FROM i), EXTRACT(DAY FROM i), EXTRACT(HOUR FROM i), EXTRACT(MICROSECOND FROM i) FROM (SELECT INTERVAL "1-2 3 4:5:6.789999" YEAR TO SECOND AS i)',
      [['1', '2', '3', '4', '789999']],
    ],
    [
      'SELECT JUSTIFY_DAYS(INTERVAL 65 DAY), JUSTIFY_HOURS(INTERVAL 47 HOUR), JUSTIFY_INTERVAL(INTERVAL "29 49:00:00" DAY TO SECOND), JUSTIFY_HOURS(INTERVAL -12345 MINUTE)',
      [['0-2 5 0:0:0', '0-0 1 23:0:0', '0-1 1 1:0:0', '0-0 -8 -13:45:0']],
    ],
    [
      'SELECT MAKE_INTERVAL(1, 6, 15), MAKE_INTERVAL(hour => 10, second => 20), MAKE_INTERVAL(1, minute => 5, day => 2)',
      [['1-6 15 0:0:0', '0-0 0 10:0:20', '1-0 2 0:5:0']],
    ],
    [
      'SELECT INTERVAL 30 DAY = INTERVAL 1 MONTH, INTERVAL 25 HOUR > INTERVAL 1 DAY, CAST("1-2 3 4:5:6" AS INTERVAL), CAST("P1Y2M3DT4H5M6.5S" AS INTERVAL), CAST(INTERVAL 3 DAY AS STRING)',
      [['true', 'true', '1-2 3 4:5:6', '1-2 3 4:5:6.500', '0-0 3 0:0:0']],
    ],
    [
      'SELECT SUM(i), AVG(i), MAX(i), TO_JSON_STRING(MAX(i)) FROM UNNEST([INTERVAL 1 DAY, INTERVAL 3 DAY]) AS i',
      [['0-0 4 0:0:0', '0-0 2 0:0:0', '0-0 3 0:0:0', '"P3D"']],
    ],
    ['SELECT INTERVAL 10001 YEAR', 'invalidQuery: Interval value is out of range'],
  ],
  'time series': [
    [
      'SELECT GENERATE_TIMESTAMP_ARRAY("2020-01-01", "2020-01-01 02:00:00", INTERVAL 1 HOUR)',
      [[['1577836800000000', '1577840400000000', '1577844000000000']]],
    ],
    [
      'SELECT ARRAY_LENGTH(GENERATE_DATE_ARRAY("2020-01-31", "2020-05-31", INTERVAL 1 MONTH)), GENERATE_DATE_ARRAY("2020-01-03", "2020-01-01", INTERVAL -1 DAY)',
      [['5', ['2020-01-03', '2020-01-02', '2020-01-01']]],
    ],
    [
      'SELECT DATE_BUCKET(DATE "1949-12-30", INTERVAL 2 DAY), DATETIME_BUCKET(DATETIME "1950-01-01 13:00:00", INTERVAL 12 HOUR), DATE_BUCKET(DATE "2020-05-20", INTERVAL 3 MONTH)',
      [['1949-12-30', '1950-01-01T12:00:00', '2020-04-01']],
    ],
    [
      'SELECT GENERATE_ARRAY(1.0, 2.0, 0.5), GENERATE_ARRAY(5, 1, -2), GENERATE_ARRAY(1, 0)',
      [[['1.0', '1.5', '2.0'], ['5', '3', '1'], []]],
    ],
    [
      'SELECT DATETIME(TIMESTAMP "2020-06-01 12:00:00+00", "+05:30"), TIMESTAMP(DATETIME "2020-06-01 12:00:00", "America/New_York"), STRING(TIMESTAMP "2020-06-01 12:00:00+00", "-07:00")',
      [['2020-06-01T17:30:00', '1591027200000000', '2020-06-01 05:00:00-07']],
    ],
    [
      'SELECT DATE(TIMESTAMP "2020-06-01 12:00:00+00", "Nowhere/Land")',
      'invalidQuery: Invalid time zone: Nowhere/Land',
    ],
  ],
  'JSON that is made and changed': [
    [
      'SELECT JSON_ARRAY(1, "a", NULL, [2]), JSON_OBJECT("foo", 10, "bar", TRUE), JSON_OBJECT(["a", "b"], [1, 2]), JSON_ARRAY()',
      [['[1,"a",null,[2]]', '{"bar":true,"foo":10}', '{"a":1,"b":2}', '[]']],
    ],
    [
      'SELECT JSON_SET(JSON \'{"a": 1}\', "$.b", 2), JSON_SET(JSON \'{"a": [1]}\', "$.a[2]", 3), JSON_SET(JSON \'{"a": 1}\', "$.b", 2, create_if_missing => FALSE), JSON_SET(JSON \'{"a": 1}\', "$", NULL)',
      [['{"a":1,"b":2}', '{"a":[1,null,3]}', '{"a":1}', 'null']],
    ],
    [
      'SELECT JSON_REMOVE(JSON \'{"a": 1, "b": [1, 2]}\', "$.a", "$.b[0]"), JSON_REMOVE(JSON "[1]", "$[5]")',
      [['{"b":[2]}', '[1]']],
    ],
    [
      'SELECT JSON_ARRAY_APPEND(JSON "[1]", "$", 2, "$", [3, 4]), JSON_ARRAY_APPEND(JSON "[1]", "$", [2, 3], append_each_element => FALSE)',
      [['[1,2,3,4]', '[1,[2,3]]']],
    ],
    [
      'SELECT JSON_ARRAY_INSERT(JSON \'["a", "b"]\', "$[1]", [1, 2]), JSON_ARRAY_INSERT(JSON \'{"a": null}\', "$.a[2]", 10)',
      [['["a",1,2,"b"]', '{"a":[null,null,10]}']],
    ],
    [
      'SELECT JSON_STRIP_NULLS(JSON \'{"a": null, "b": [null, 1], "c": {}}\'), JSON_STRIP_NULLS(JSON \'{"a": [null], "b": 1}\', remove_empty => TRUE), JSON_STRIP_NULLS(JSON \'[1, null]\', include_arrays => FALSE)',
      [['{"b":[1],"c":{}}', '{"b":1}', '[1,null]']],
    ],
    [
      'SELECT JSON_KEYS(JSON \'{"a": {"b": 1}, "c": [{"d": 2}]}\'), JSON_KEYS(JSON \'{"a": {"b": 1}}\', 1), JSON_KEYS(JSON \'{"c": [{"d": 2}]}\', mode => "lax")',
      [[['a', 'a.b', 'c'], ['a'], ['c', 'c.d']]],
    ],
    [
      'SELECT LAX_BOOL(JSON \'"TRUE"\'), LAX_INT64(JSON \'"10.6"\'), LAX_INT64(JSON "true"), LAX_FLOAT64(JSON \'"inf"\'), LAX_STRING(JSON "1.5"), LAX_INT64(JSON "[1]"), LAX_BOOL(JSON "0")',
      [['true', '11', '1', 'Infinity', '1.5', null, 'false']],
    ],
    [
      'SELECT INT64_ARRAY(JSON "[1, 2]"), BOOL_ARRAY(JSON "[true]"), FLOAT64_ARRAY(JSON "[1.5, 2]"), STRING_ARRAY(JSON \'["a"]\'), LAX_INT64_ARRAY(JSON \'["3"]\')',
      [[['1', '2'], ['true'], ['1.5', '2.0'], ['a'], ['3']]],
    ],
    ['SELECT INT64_ARRAY(JSON \'["1"]\')', 'invalidQuery: The provided JSON input is not an array of integers'],
    [
      'SELECT TO_JSON(STRUCT(2 AS b, 1 AS a)), TO_JSON_STRING(STRUCT(2 AS b, 1 AS a)), TO_JSON_STRING([1, 2], TRUE), JSON \'{"b": 1, "a": 1.0, "b": 2}\'',
      [['{"a":1,"b":2}', '{"b":2,"a":1}', '[\n  1,\n  2\n]', '{"a":1.0,"b":1}']],
    ],
    [
      'SELECT TO_JSON_STRING(9007199254740993), TO_JSON(9007199254740993), TO_JSON(9007199254740993, stringify_wide_numbers => TRUE), TO_JSON_STRING(CAST("nan" AS FLOAT64))',
      [['"9007199254740993"', '9007199254740993', '"9007199254740993"', '"NaN"']],
    ],
    [
      'SELECT JSON_VALUE(\'{"a": {"b": "c"}}\', "$.a.b"), JSON_QUERY(\'{"a": {"b": "c"}}\', "$.a"), JSON_VALUE(JSON \'{"a": [1, 2]}\', "$.a[1]"), JSON_VALUE_ARRAY(JSON \'["a", null]\')[SAFE_OFFSET(1)], JSON_EXTRACT_SCALAR(\'{"a b": 1}\', "$[\'a b\']")',
      [['c', '{"b":"c"}', '2', null, '1']],
    ],
    [
      `SELECT JSON_VALUE('{"a": 1.50, "b": [1e3]}', "$.a"), JSON_VALUE('{"a": 1.50, "b": [1e3]}', "$.b[0]"), JSON_VALUE(JSON '{"a": 1.50}', "$.a"), JSON_VALUE('{"a": 10, "b"', "$.a"), JSON_VALUE('{"a": 1.0, "b": "x"}', "$.b")`,
      [['1.50', '1e3', '1.5', '10', 'x']],
    ],
    [
      'SELECT JSON_CONTAINS(JSON \'{"a": 1, "b": 2}\', JSON \'{"a": 1}\'), JSON_CONTAINS(JSON "[1, 2]", JSON "2"), JSON_FLATTEN(JSON "[1, [2, [3]]]")',
      [['true', 'true', ['1', '2', '3']]],
    ],
    [
      'SELECT JSON_TYPE(JSON "1"), JSON_TYPE(JSON \'"a"\'), JSON_TYPE(JSON "null"), (JSON \'{"a": {"b": [5]}}\').a.b[0], INT64(JSON "5"), STRING(JSON \'"x"\')',
      [['number', 'string', 'null', '5', '5', 'x']],
    ],
  ],
  arrays: [
    [
      'SELECT ARRAY_FILTER([1, 2, 3], e -> e > 1), ARRAY_FILTER([5, 6], (e, i) -> i = 1), ARRAY_TRANSFORM([1, 2], e -> e * 10), ARRAY_TRANSFORM(["a"], (e, i) -> CONCAT(e, CAST(i AS STRING)))',
      [[['2', '3'], ['6'], ['10', '20'], ['a0']]],
    ],
    ['SELECT ARRAY_FILTER(xs, e -> e > n) FROM (SELECT [1, 2, 3] AS xs, 2 AS n)', [[['3']]]],
    [
      'SELECT ARRAY_SLICE([1, 2, 3, 4, 5], 1, 3), ARRAY_SLICE([1, 2, 3], -2, -1), ARRAY_SLICE([1, 2], 5, 6), ARRAY_FIRST_N([1, 2, 3], 2), ARRAY_LAST_N([1, 2, 3], 2)',
      [[['2', '3', '4'], ['2', '3'], [], ['1', '2'], ['2', '3']]],
    ],
    [
      'SELECT ARRAY_INCLUDES([1, 2], 2), ARRAY_INCLUDES([1, 2], e -> e > 5), ARRAY_INCLUDES_ANY([1, 2], [2, 3]), ARRAY_INCLUDES_ALL([1, 2], [2, 3]), ARRAY_IS_DISTINCT([1, 1]), ARRAY_IS_DISTINCT([1, NULL])',
      [['true', 'false', 'true', 'false', 'false', 'true']],
    ],
    [
      'SELECT ARRAY_MAX([1, NULL, 3]), ARRAY_MIN(["b", "a"]), ARRAY_SUM([1, 2]), ARRAY_AVG([1, 2]), ARRAY_SUM([0.5, 1]), ARRAY_MAX(CAST([] AS ARRAY<INT64>))',
      [['3', 'a', '3', '1.5', '1.5', null]],
    ],
    [
      'SELECT ARRAY_ZIP([1, 2], ["a", "b"]), ARRAY_ZIP([1, 2], [3, 4], (x, y) -> x + y), ARRAY_ZIP([1], [3, 4], mode => "PAD"), ARRAY_ZIP([1], [3, 4], mode => "TRUNCATE")',
      [
        [
          [
            ['1', 'a'],
            ['2', 'b'],
          ],
          ['4', '6'],
          [
            ['1', '3'],
            [null, '4'],
          ],
          [['1', '3']],
        ],
      ],
    ],
    ['SELECT ARRAY_ZIP([1], [3, 4])', 'invalidQuery: Unnested arrays under STRICT mode must have equal lengths'],
    [
      'SELECT ARRAY_FIND([1, 2, 3], e -> e > 1), ARRAY_FIND([1, 2, 3], e -> e > 1, "LAST"), ARRAY_OFFSET([5, 6, 6], 6), ARRAY_OFFSETS([5, 6, 6], 6), ARRAY_REMOVE_LAST_N([1, 2], 1)',
      [['2', '3', '1', ['1', '2'], ['1']]],
    ],
    [
      'SELECT [1, 2][0], [1, 2][ORDINAL(1)], [1, 2][SAFE_OFFSET(9)], ARRAY_REVERSE([1, 2]), ARRAY_CONCAT([1], [2]), ARRAY_TO_STRING(["a", NULL, "b"], "-", "?"), ARRAY_TO_STRING([b"a", b"b"], b"-")',
      [['1', '1', null, ['2', '1'], ['1', '2'], 'a-?-b', 'YS1i']],
    ],
    [
      'SELECT FLATTEN(v.s.q) FROM (SELECT [STRUCT([STRUCT([1, 2] AS q), STRUCT([3] AS q)] AS s)] AS v)',
      [[['1', '2', '3']]],
    ],
    [
      'SELECT RANGE_BUCKET(20, [0, 10, 20, 30]), RANGE_BUCKET(-1, [0]), RANGE_BUCKET("b", ["a", "c"]), RANGE_BUCKET(NULL, [1])',
      [['3', '0', '1', null]],
    ],
    [
      'SELECT ARRAY(SELECT x FROM UNNEST([2, 1]) AS x ORDER BY x), ARRAY(SELECT AS STRUCT 1 AS a), ARRAY_AGG(x ORDER BY x DESC LIMIT 2) FROM UNNEST([1, 2, 3]) AS x',
      [[['1', '2'], [['1']], ['3', '2']]],
    ],
  ],
  aggregates: [
    [
      'SELECT APPROX_QUANTILES(x, 2), APPROX_TOP_COUNT(x, 1), APPROX_COUNT_DISTINCT(x) FROM UNNEST([1, 1, 1, 4, 5, 6, 7, 8, 9, 10]) AS x',
      [[['1', '5', '10'], [['1', '3']], '8']],
    ],
    [
      'SELECT APPROX_TOP_SUM(s.x, s.w, 2) FROM UNNEST([STRUCT("a" AS x, 3 AS w), ("p", 2), ("b", 5), ("p", 4)]) AS s',
      [
        [
          [
            ['p', '6'],
            ['b', '5'],
          ],
        ],
      ],
    ],
    [
      'SELECT ANY_VALUE(x HAVING MAX y), SUM(x HAVING MIN y), COUNT(x HAVING MAX y), ARRAY_AGG(x HAVING MIN y) FROM UNNEST([STRUCT(1 AS x, 5 AS y), (2, 3), (4, 3)]) AS s',
      [['1', '6', '1', ['2', '4']]],
    ],
    [
      'SELECT STRING_AGG(DISTINCT x, "," ORDER BY x DESC LIMIT 2), STRING_AGG(CAST(x AS BYTES)), COUNTIF(x > "a"), LOGICAL_OR(x = "c"), MAX_BY(x, x), MIN_BY(x, x) FROM UNNEST(["a", "b", "b", "c"]) AS x',
      [['c,b', 'YSxiLGIsYw==', '3', 'true', 'c', 'a']],
    ],
    [
      'SELECT SUM(NUMERIC "0.1"), AVG(n), SUM(DISTINCT n), BIT_XOR(n), VAR_POP(n), STDDEV(n), CORR(n, n), COVAR_SAMP(n, n) FROM UNNEST([1, 2, 2]) AS n',
      [
        [
          '0.3',
          '1.6666666666666667',
          '3',
          '1',
          '0.2222222222222222',
          '0.5773502691896257',
          '1.0',
          '0.3333333333333333',
        ],
      ],
    ],
    [
      'SELECT COUNT(*), SUM(x), ARRAY_AGG(x), STRING_AGG("a"), LOGICAL_AND(TRUE), MAX(x) FROM UNNEST(CAST([] AS ARRAY<INT64>)) AS x',
      [['0', null, [], null, null, null]],
    ],
    ['SELECT ARRAY_CONCAT_AGG(x) FROM UNNEST([STRUCT([1] AS x), STRUCT([2, 3])])', [[['1', '2', '3']]]],
  ],
  'numbers, exactly': [
    [
      'SELECT BIGNUMERIC "1.5" * BIGNUMERIC "2.25", BIGNUMERIC "1" / 8, ROUND(BIGNUMERIC "2.345", 2), TRUNC(BIGNUMERIC "-2.349", 2)',
      [['3.375', '0.125', '2.35', '-2.34']],
    ],
    [
      'SELECT ROUND(NUMERIC "2.5", 0, "ROUND_HALF_EVEN"), ROUND(NUMERIC "-2.5", 0, "ROUND_HALF_AWAY_FROM_ZERO"), SQRT(NUMERIC "2"), LN(NUMERIC "1")',
      [['2', '-3', '1.414213562', '0']],
    ],
    [
      'SELECT PARSE_NUMERIC(" - 12.34 "), PARSE_NUMERIC("1,2.3"), PARSE_NUMERIC("12.34-"), PARSE_BIGNUMERIC("1e3"), SAFE.PARSE_NUMERIC("a")',
      [['-12.34', '12.3', '-12.34', '1000', null]],
    ],
    [
      'SELECT CBRT(27.0), ROUND(SEC(1.0), 6), ROUND(COTH(1.0), 6), CSCH(CAST("inf" AS FLOAT64)), ROUND(ACOSH(2.0), 6), ATANH(0)',
      [['3.0', '1.850816', '1.313035', '0.0', '1.316958', '0.0']],
    ],
    ['SELECT CSC(0)', 'invalidQuery: Floating point error in function: CSC(0)'],
    ['SELECT COSINE_DISTANCE([1.0, 0.0], [0.0, 1.0]), EUCLIDEAN_DISTANCE([0.0, 0.0], [3.0, 4.0])', [['1.0', '5.0']]],
    [
      'SELECT IFERROR(1 / 0, 5), ISERROR(1 / 0), ISERROR(NULL), NULLIFERROR(ERROR("x")), SAFE.LOG(n - 1) FROM UNNEST([1]) AS n',
      [['5.0', 'true', 'false', null, null]],
    ],
    [
      'SELECT SAFE.SUBSTR(CAST(1 / (n - 1) AS STRING), 1) FROM UNNEST([1]) AS n',
      'invalidQuery: division by zero: 1 / 0',
    ],
  ],
});
