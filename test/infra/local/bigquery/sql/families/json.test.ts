import { type Case, testFamilies } from './family.ts';

const raw = String.raw;

/** Each expression and the text that it answers. */
const answers = (...pairs: [sql: string, text: string | null][]): Case => [
  `SELECT ${pairs.map(([sql]) => sql).join(', ')}`,
  [pairs.map(([, text]) => text)],
];
const fails = (sql: string, message: string): Case => [`SELECT ${sql}`, `invalidQuery: ${message}`];

testFamilies({
  'numbers of the JSON type': [
    answers(
      ["JSON '1e20'", '1e+20'],
      ["JSON '0.00001'", '1e-05'],
      ["JSON '0.00012'", '0.00012'],
      ["JSON '1e15'", '1e+15'],
      ["JSON '123456789012345.5'", '123456789012345.5'],
      ["JSON '1E5'", '100000.0'],
      ["JSON '1.50'", '1.5'],
      ["JSON '-0.0'", '-0.0'],
      ["JSON '18446744073709551615'", '18446744073709551615'],
      [`PARSE_JSON('{"id":922337203685477580701}', wide_number_mode=>'round')`, '{"id":9.223372036854776e+20}'],
    ),
    fails(
      "PARSE_JSON('1e400', wide_number_mode=>'round')",
      'Invalid input to PARSE_JSON: Input number: 1e400 is out of range',
    ),
    // However they are reached, they keep their spelling.
    [
      `SELECT JSON_VALUE(j, '$.a.b'), JSON_QUERY(j, '$.a'), j.a.b, j['a']['b'], j.c[0], LAX_STRING(j.a.b), JSON_QUERY_ARRAY(j, '$.c'), JSON_VALUE_ARRAY(j, '$.c') FROM UNNEST([JSON '{"a":{"b":1e20},"c":[1e-7]}']) j`,
      [['1e+20', '{"b":1e+20}', '1e+20', '1e+20', '1e-07', '1e+20', ['1e-07'], ['1e-07']]],
    ],
    answers(["INT64(JSON '1e3')", '1000'], ["FLOAT64(JSON '1e20')", '100000000000000000000.0']),
    fails("INT64(JSON '1e30')", 'The provided JSON number is not an integer'),
  ],
  'TO_JSON and TO_JSON_STRING': [
    answers(
      ['TO_JSON(1.0)', '1.0'],
      ['TO_JSON_STRING(1.0)', '1'],
      ['TO_JSON(1e20)', '1e+20'],
      ['TO_JSON(STRUCT(1e20 AS b, [1e-5, 2.0] AS a))', '{"a":[1e-05,2.0],"b":1e+20}'],
      ['TO_JSON_STRING(STRUCT(JSON "1.0" AS a, 1.0 AS b, 1 AS b))', '{"a":1.0,"b":1,"b":1}'],
      ['TO_JSON_STRING(STRUCT(1 AS a, 2.5 AS a), TRUE)', '{\n  "a": 1,\n  "a": 2.5\n}'],
      ['TO_JSON(CAST("nan" AS FLOAT64))', '"NaN"'],
      [raw`TO_JSON_STRING("a\u2028\u000b/é")`, raw`"a\u2028\u000b/é"`],
      [raw`TO_JSON("a\u2028\u000b/é")`, '"a\u2028\\u000b/é"'],
    ),
    // Decimals: TO_JSON_STRING writes only whole numbers up to 2^53 without quotes.
    answers(
      ['TO_JSON_STRING(NUMERIC "123.56")', '"123.56"'],
      ['TO_JSON_STRING(NUMERIC "9007199254740992")', '9007199254740992'],
      ['TO_JSON_STRING(BIGNUMERIC "9007199254740993")', '"9007199254740993"'],
      ['TO_JSON_STRING(BIGNUMERIC "1e20")', '"100000000000000000000"'],
      ['TO_JSON(NUMERIC "123.56")', '123.56'],
      ['TO_JSON(NUMERIC "5")', '5'],
      ['TO_JSON(NUMERIC "9007199254740993")', '9007199254740993'],
      ['TO_JSON(BIGNUMERIC "18446744073709551615")', '18446744073709551615'],
      ['TO_JSON(NUMERIC "100000000000000000000")', '1e+20'],
      ['TO_JSON(NUMERIC "123.56", stringify_wide_numbers=>TRUE)', '123.56'],
      ['TO_JSON(NUMERIC "9007199254740993", stringify_wide_numbers=>TRUE)', '"9007199254740993"'],
      [
        'TO_JSON(NUMERIC "12345678901234567890.123456789", stringify_wide_numbers=>TRUE)',
        '"12345678901234567890.123456789"',
      ],
    ),
    fails('TO_JSON(NUMERIC "12345678901234567890.123456789")', 'Failed to convert type NUMERIC to JSON'),
    answers(
      ['JSON_ARRAY(9007199254740993, NUMERIC "1.50", 1e20, 1.0)', '[9007199254740993,1.5,1e+20,1.0]'],
      ['JSON_OBJECT("a", 1.0, "b", 9007199254740993)', '{"a":1.0,"b":9007199254740993}'],
      [`JSON_SET(JSON '{}', '$.a', 9007199254740993, '$.b', 2.0)`, '{"a":9007199254740993,"b":2.0}'],
    ),
  ],
  'JSON-formatted text is read as far as needed, as it is written': [
    answers(
      [`JSON_QUERY('{"a": 1e2}', '$.a')`, '1e2'],
      [`JSON_EXTRACT('{"a": {"b" : [1.50, 2E3, -0.0]}}', '$.a')`, '{"b":[1.50,2E3,-0.0]}'],
      [`JSON_VALUE('{"hello": "world"', '$.hello')`, 'world'],
      [`JSON_VALUE('{"a":1,"b":NaN}', '$.a')`, '1'],
      [`JSON_VALUE('{"a":NaN,"b":1}', '$.a')`, null],
      [`JSON_VALUE('{"a":1.}', '$.a')`, null],
      [`JSON_QUERY('{"key": 1, "key": 2}', '$')`, '{"key":1,"key":2}'],
      [`JSON_VALUE('{"a":{"x":1},"a":{"y":2}}', '$.a.y')`, '2'],
      [`JSON_QUERY("{'a': 'b', }", '$')`, '{"a":"b"}'],
      [`JSON_QUERY('[1,,2,]', '$')`, '[1,null,2]'],
      [`JSON_QUERY('{"a":null}', '$.a')`, null],
      [`JSON_QUERY('{"b":1,"a":2}', '$')`, '{"b":1,"a":2}'],
      [raw`JSON_QUERY(r'{"a\"b":"\u00e9\/\u2028\u001F"}', '$')`, raw`{"a\"b":"é/\u2028\u001f"}`],
      [raw`JSON_VALUE(r'{"a":"\x41\101\ud83d\ude00"}', '$.a')`, 'AA😀'],
    ),
    [
      `SELECT JSON_QUERY_ARRAY('[1e2, 0.10, {"a": 1.0}, null]'), JSON_VALUE_ARRAY('[1e2, 0.10, "x", true]'), JSON_VALUE_ARRAY('[1,[2]]'), JSON_EXTRACT_ARRAY('{"a":1}', '$.a'), JSON_EXTRACT_ARRAY('[]')`,
      [[['1e2', '0.10', '{"a":1.0}', 'null'], ['1e2', '0.10', 'x', 'true'], [], [], []]],
    ],
    [
      `SELECT JSON_VALUE(REPEAT('[', 1001), '$[0][0]')`,
      'invalidQuery: JSON parsing failed due to deeply nested array/struct. Maximum nesting depth is 1000',
    ],
  ],
  paths: [
    answers(
      [`JSON_VALUE('{"a.b":{"c":1}}', '$."a.b".c')`, '1'],
      [`JSON_EXTRACT_SCALAR('{"a.b":{"c":1}}', "$['a.b'].c")`, '1'],
      [`JSON_EXTRACT_SCALAR('[1,{"x":2}]', "$[ 1 ][x]")`, '2'],
      [`JSON_EXTRACT('{"a":1}', "$.a.")`, '1'],
      [raw`JSON_VALUE(r'{"a\"b":"x","":"y"}', r'$."a\"b"')`, 'x'],
      [`JSON_VALUE('{"":"y"}', '$.""')`, 'y'],
      [`JSON_VALUE('{"a:b-c d":1}', '$.a:b-c d')`, '1'],
      [`JSON_VALUE('{"é":1}', '$.é')`, '1'],
      // A token is a key or a place, as the value wants.
      [`JSON_VALUE('{"1":"x"}', '$.1')`, 'x'],
      [`JSON_VALUE('["y"]', '$.0')`, 'y'],
      [`JSON_VALUE(JSON '{"0":"x"}', '$[0]')`, 'x'],
      [`JSON_VALUE('{"0":"x"}', '$[0]')`, 'x'],
      [`JSON_VALUE(JSON '[1,2]', '$[ 1 ]')`, '2'],
      [`JSON_VALUE('[1,2]', '$[-1]')`, null],
      [`JSON_VALUE('[1,2]', '$[5]')`, null],
      [`(JSON '{"a*b":1,"x":2}')['a*b']`, '1'],
      [`(JSON '[1,2]')[-1]`, null],
    ),
    ...(
      [
        [`JSON_VALUE('{}', "$['a']")`, "Invalid token in JSONPath at: ['a']"],
        [`JSON_EXTRACT('{}', '$."a"')`, 'Invalid token in JSONPath at: ."a"'],
        ["JSON_VALUE('{}', '$.a.')", 'Invalid token in JSONPath at: .'],
        ["JSON_VALUE('{}', '$[0:2]')", 'Invalid token in JSONPath at: [0:2]'],
        ["JSON_VALUE('{}', '$.a..b')", 'Unsupported operator in JSONPath: ..'],
        ["JSON_VALUE('{}', '$.*')", 'Unsupported operator in JSONPath: *'],
        ["JSON_VALUE('{}', 'a')", "JSONPath must start with '$'"],
        ["JSON_QUERY(JSON '{}', 'lax $.a')", 'not supported by the embedded warehouse: JSONPath in lax mode'],
      ] as const
    ).map(([sql, message]) => fails(sql, `${message} at [1:8]`)),
  ],
  'paths of changes': [
    answers(
      [`JSON_SET(JSON '{"a":1}', '$.a b', 2, '$."x.y"', 3, '$.é', 4, '$.0', 5)`, '{"0":5,"a":1,"a b":2,"x.y":3,"é":4}'],
      [`JSON_SET(JSON '["a"]', '$.0', 'b')`, '["a"]'],
      [raw`JSON_SET(JSON '{}', r'$."a\"b"', 1)`, raw`{"a\"b":1}`],
    ),
    fails(`JSON_SET(JSON '{"a":1}', "$['a']", 2)`, "Invalid token in JSONPath at: ['a']"),
    fails("JSON_SET(JSON '[1]', '$[-1]', 2)", 'Invalid token in JSONPath at: [-1]'),
  ],
  'modes of wide numbers, and SAFE': [
    answers(
      ["FLOAT64(JSON '9007199254740993', wide_number_mode=>'round')", '9007199254740992.0'],
      ["FLOAT64(JSON '9007199254740992', wide_number_mode=>'exact')", '9007199254740992.0'],
      ["FLOAT64(JSON '1.5', wide_number_mode=>'exact')", '1.5'],
      ["SAFE.PARSE_JSON('[1,')", null],
      ["SAFE.FLOAT64(JSON '18446744073709551615', wide_number_mode=>'exact')", null],
    ),
    fails(
      "FLOAT64(JSON '9007199254740993', wide_number_mode=>'exact')",
      'JSON number: 9007199254740993 cannot be converted to FLOAT64 without loss of precision',
    ),
    fails("FLOAT64(JSON '1', wide_number_mode=>'x')", 'Invalid wide_number_mode specified for FLOAT64: x at [1:8]'),
  ],
  'lax conversions': [
    answers(
      ["LAX_STRING(JSON '1.0')", '1'],
      ["LAX_STRING(JSON '1e5')", '100000'],
      ["LAX_STRING(JSON '0.1')", '0.1'],
      [`LAX_INT64(JSON '"9223372036854775806.6"')`, '9223372036854775807'],
      [`LAX_INT64(JSON '"9223372036854775807.6"')`, null],
      [`LAX_INT64(JSON '" 1e3 "')`, '1000'],
      ["LAX_INT64(JSON '-2.5')", '-3'],
      [`LAX_FLOAT64(JSON '"1e400"')`, null],
      [`LAX_FLOAT64(JSON '"-Infinity"')`, '-Infinity'],
    ),
  ],
});
