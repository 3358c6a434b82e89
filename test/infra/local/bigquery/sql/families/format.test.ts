import { type Case, testFamilies } from './family.ts';

const raw = String.raw;

/** FORMAT of these arguments, as one text. */
const format = (args: string, text: string): Case => [`SELECT FORMAT(${args})`, [[text]]];
const refused = (args: string, message: string): Case => [
  `SELECT FORMAT(${args})`,
  `invalidQuery: ${message} at [1:8]`,
];

// As GoogleSQL's reference and its own tests of FORMAT have it, which BigQuery's documentation repeats.
testFamilies({
  'integers: flags, width, precision': [
    format(
      '"%5.3d|%+5.3d|%0.3d|%+-3d|%-03d|%+03d|% 05d|%+06.4d|% .4d", 5, 5, 5, 5, 5, 5, 123, 123, 123',
      '  005| +005|005|+5 |5  |+05| 0123| +0123| 0123',
    ),
    format('"%5.*d|%*.*d|%*.*d|%*.*d|", 3, -5, 5, -3, -5, -5, 3, -5, -5, -3, -5', ' -005|   -5|-005 |-5   |'),
    format(
      '"%x|%o|%x|%#X|%+#10x|% #10o", -30, -30, -9223372036854775808, 30, 30, -30',
      '-1e|-36|-8000000000000000|0X1E|     +0x1e|      -036',
    ),
    // Not printf's: a zero keeps its mark, and zeros fill what the precision leaves.
    format('"%#x|%#o|%.0d|%.0x|%08.4x|%05.2d", 0, 0, 0, 0, 1, 7', '0x0|00||0|00000001|   07'),
    format('"%-#6.4o|%-#6.2o|%-6.0o|", 55, 55, 55', '0067  |067   |67    |'),
  ],
  'integers: groups': [
    format(
      `"%'d|%'7d|%'+09d|%'-08d|%'015d|%'.7d", -4321, 54321, 54321, 54321, 1234567, 54321`,
      '-4,321| 54,321|+0054,321|54,321  |0000001,234,567|0,054,321',
    ),
    format(
      `"%'x|%'o|%'#X|%'#9.5X|%'+#9o|%'#015x", 305441741, 55555, 1194684, 1, 300000, 1234567`,
      '1234:abcd|15,4403|0X12:3ABC| 0X0:0001|+0111,1740|0x00000012:d687',
    ),
    [
      `SELECT FORMAT("%'.6d", 54321)`,
      "invalidQuery: not supported by the embedded warehouse: FORMAT with the flag ' and zeros within the first group",
    ],
  ],
  'numbers with places': [
    format(
      '"%0# 15.5g|%.1000000000g|%*.*f|%.*f", -158.49559295148902, 2.5, -10, -2, 1.1, -3, 5.0',
      '-00000000158.50|2.5|1.100000  |5.000000',
    ),
    format(
      `"%'010.5f|%' 010.5f|%'015.2g|%'015.0e|%'g", 0.1, -0.1, 1234567.0, 1234567.0, 1000.0`,
      '0000.10000|-000.10000|000000001.2e+06|00000000001e+06|1,000',
    ),
    format(
      '"%015.2e|%-15.2g|%F", CAST("nan" AS FLOAT64), CAST("-inf" AS FLOAT64), CAST("inf" AS FLOAT64)',
      '            nan|-inf           |INF',
    ),
    // Halves: doubles to even, decimals away from zero.
    format('"%.0f|%.1f|%.0f|%.1f", 2.5, 0.25, NUMERIC "2.5", BIGNUMERIC "0.25"', '2|0.2|3|0.3'),
    format(
      `"%e|%g|%'.2f|%+010.3f|%G", NUMERIC "1234567.891", NUMERIC "0.00001", NUMERIC "1234567.891", NUMERIC "-1.5", NUMERIC "1000000"`,
      '1.234568e+06|1e-05|1,234,567.89|-00001.500|1E+06',
    ),
  ],
  'texts: width and precision count characters': [
    format(
      `"%5s|%'s|%05s|%.s|%5.s|%*s|%.2s", "abc", "abc", "abc", "abc", "abc", -5, "abc", "*€*"`,
      '  abc|abc|  abc||     |abc  |*€',
    ),
    format(
      '"%12t|%-12t|%.3t|%+#06.3t|%*.*T|%6.3t", "abcde", "abcde", "abcde", "abcde", 6, 3, "abcde", 10000',
      '       abcde|abcde       |abc|   abc|   "ab|   100',
    ),
    format('"a%%b%%%d%%", 1', 'a%b%1%'),
  ],
  'structs and arrays': [
    format(
      '"%t|%T|%t|%T", STRUCT(1), STRUCT(1), ("foo", 0), STRUCT("foo" AS a, NULL AS b)',
      '(1)|STRUCT(1)|(foo, 0)|("foo", NULL)',
    ),
    format('"%t|%T", [STRUCT(1)], [STRUCT(1)]', '[(1)]|[STRUCT(1)]'),
    format(
      '"%t|%T", STRUCT([1, NULL], STRUCT("a")), STRUCT([1, NULL], STRUCT("a"))',
      '([1, NULL], (a))|([1, NULL], STRUCT("a"))',
    ),
    format(
      '"%t|%T|%t|%T", CAST(NULL AS ARRAY<INT64>), CAST(NULL AS STRUCT<a INT64>), [], ARRAY<STRING>["a", NULL]',
      'NULL|NULL|[]|["a", NULL]',
    ),
    format(
      '"%t|%T", [CAST("nan" AS FLOAT64), 4.0], [CAST("-inf" AS FLOAT64), 4.0]',
      '[nan, 4.0]|[CAST("-inf" AS FLOAT64), 4.0]',
    ),
  ],
  'literals of each type': [
    format(
      raw`"%T|%T|%T|%T", 'a"b', "a'b", "a'\"b", "\a1\x01az\n\t\r\\\x7fé"`,
      raw`'a"b'|"a'b"|"a'\"b"|"\x07\x31\x01\x61z\n\t\r\\\x7fé"`,
    ),
    format(
      raw`"%t|%T|%t|%T", b"a\x01\xab\n", b"a\x01\xab\n", b"q'\"q\\", b"q'\"q"`,
      raw`a\x01\xab\x0a|b"a\x01\xab\x0a"|q\'\"q\\|b"q'\"q"`,
    ),
    format('"%t|%T", b"`", b"`"', '\\`|b"`"'),
    format('"%T|%T|%T", b"q\\"q", TRUE, DATE "2001-05-21"', `b'q"q'|true|DATE "2001-05-21"`),
    format(
      '"%t|%T|%T", TIMESTAMP "2001-05-21 13:51:36", TIMESTAMP "2001-05-21 13:51:36.123", TIME "15:23:27"',
      '2001-05-21 13:51:36+00|TIMESTAMP "2001-05-21 13:51:36.123+00"|TIME "15:23:27"',
    ),
    format(
      '"%t|%T|%T|%T", DATETIME "2016-04-26 15:23:27.123456", DATETIME "1970-01-01", NUMERIC "1.50", BIGNUMERIC "-2"',
      '2016-04-26 15:23:27.123456|DATETIME "1970-01-01 00:00:00"|NUMERIC "1.5"|BIGNUMERIC "-2"',
    ),
    format(
      raw`"%t|%T|%T", JSON '{"a":[1,2]}', JSON '{"a":1}', JSON '{"a":"it\'s"}'`,
      raw`{"a":[1,2]}|JSON '{"a":1}'|JSON "{\"a\":\"it's\"}"`,
    ),
    format(
      '"%p|%P", JSON \'{"b":1,"a":[{"c":null},[]]}\', JSON \'{"b":1,"a":[]}\'',
      '{"a":[{"c":null},[]],"b":1}|{\n  "a": [],\n  "b": 1\n}',
    ),
  ],
  NULL: [
    [
      'SELECT FORMAT("%d", NULL), FORMAT(NULL, 1), FORMAT("%t|%T", NULL, CAST(NULL AS JSON)), FORMAT("%s", CAST(NULL AS STRING)), FORMAT("%*d", NULL, 5), FORMAT("%.*f", NULL, 5.0), FORMAT("%p", CAST(NULL AS JSON))',
      [[null, null, 'NULL|NULL', null, null, null, null]],
    ],
  ],
  'types are not converted': [
    refused('"%d", 5.0', 'Invalid type for argument 2 to FORMAT; Expected integer; Got FLOAT64'),
    refused('"%f", 5', 'Invalid type for argument 2 to FORMAT; Expected FLOAT64; Got INT64'),
    refused('"%s%g", "a", 5', 'Invalid type for argument 3 to FORMAT; Expected FLOAT64; Got INT64'),
    refused('"%s", DATE "2020-01-01"', 'Invalid type for argument 2 to FORMAT; Expected STRING; Got DATE'),
    refused('"%s", b"a"', 'Invalid type for argument 2 to FORMAT; Expected STRING; Got BYTES'),
    refused('"%s", NULL', 'Invalid type for argument 2 to FORMAT; Expected STRING; Got INT64'),
    refused('"%u", 5', 'Invalid type for argument 2 to FORMAT; Expected UINT; Got INT64'),
    refused('"%p", "a"', 'Invalid type for argument 2 to FORMAT; Expected PROTO or JSON; Got STRING'),
    refused('"%*s", 10.5, "a"', 'Invalid type for argument 2 to FORMAT; Expected integer; Got FLOAT64'),
  ],
  'wrong formats': [
    refused('"%Z", 1', 'Invalid format specifier character "Z" in FORMAT string: "%Z"'),
    refused('"%1$d", 1', 'Invalid format specifier character "$" in FORMAT string: "%1$d"'),
    refused('"%lld", 1', 'Invalid format specifier character "l" in FORMAT string: "%lld"'),
    refused('"%d%", 1', 'Invalid FORMAT string: "%d%"'),
    refused('"%5%"', 'Invalid FORMAT string: "%5%"'),
    refused('"%d"', 'Too few arguments to FORMAT for pattern "%d"; Expected 2; Got 1'),
    refused('"%*.*d", 1, 2', 'Too few arguments to FORMAT for pattern "%*.*d"; Expected 4; Got 3'),
    refused('"%%", 1', 'Too many arguments to FORMAT for pattern "%%"; Expected 1; Got 2'),
    refused(
      '"%1000000000d", 5',
      'Width 1000000000 exceeds the maximum supported output width of FORMAT. Limit: 1048576',
    ),
    ['SELECT FORMAT("%.2000f", 5.0)', 'invalidQuery: Precision value is too big: 2000'],
    [
      'SELECT FORMAT("%*d", 1000000000, 5)',
      'invalidQuery: Output string too long while evaluating FORMAT; limit 1048576',
    ],
  ],
});
