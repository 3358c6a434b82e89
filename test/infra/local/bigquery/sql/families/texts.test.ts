import { testFamilies } from './family.ts';

testFamilies({
  'bytes, as text has the same': [
    [
      String.raw`SELECT REVERSE(b"ab\xff"), LEFT(b"abc", 2), RIGHT(b"abc", 1), SUBSTR(b"abc", -2), REPEAT(b"a", 3), LPAD(b"a", 3, b"-"), RPAD(b"a", 2)`,
      [['/2Jh', 'YWI=', 'Yw==', 'YmM=', 'YWFh', 'LS1h', 'YSA=']],
    ],
    [
      'SELECT UPPER(b"a\\xe4"), LOWER(b"AB"), TRIM(b"xax", b"x"), REPLACE(b"aba", b"a", b"c"), SPLIT(b"a-b", b"-"), STARTS_WITH(b"ab", b"a"), STRPOS(b"ab", b"b")',
      [['QeQ=', 'YWI=', 'YQ==', 'Y2Jj', ['YQ==', 'Yg=='], 'true', '2']],
    ],
    [
      String.raw`SELECT b"\x0f" & b"\xf3", b"\x0f" | b"\xf0", b"\x0f" ^ b"\xff", ~b"\x0f", b"\x01" << 7, b"\x80" >> 7, BIT_COUNT(b"\xff\x01")`,
      [['Aw==', '/w==', '8A==', '8A==', 'gA==', 'AQ==', '9']],
    ],
    [
      String.raw`SELECT b"\x01" & b"\x01\x02"`,
      'invalidQuery: Bitwise operators for BYTES require equal length of the inputs',
    ],
    [
      'SELECT TO_CODE_POINTS(b"ab"), TO_CODE_POINTS("aé"), CODE_POINTS_TO_BYTES([97, 255]), CODE_POINTS_TO_STRING([97, 233]), ASCII(b"a"), b"ab" LIKE b"a%"',
      [[['97', '98'], ['97', '233'], 'Yf8=', 'aé', '97', 'true']],
    ],
    [
      String.raw`SELECT SAFE_CONVERT_BYTES_TO_STRING(b"a\xff"), REGEXP_EXTRACT(b"a1b2", b"[0-9]"), REGEXP_REPLACE(b"a1", b"[0-9]", b"-"), REGEXP_CONTAINS(b"ab", b"^a")`,
      [['a\ufffd', 'MQ==', 'YS0=', 'true']],
    ],
    [
      'SELECT TO_BASE32(b"abcde\\xff"), FROM_BASE32("MFRGGZDF74======"), FROM_BASE32(NULL), FROM_BASE64(NULL), TO_HEX(FROM_HEX("0F"))',
      [['MFRGGZDF74======', 'YWJjZGX/', null, null, '0f']],
    ],
  ],
  hashes: [
    [
      'SELECT FARM_FINGERPRINT("1footrue"), FARM_FINGERPRINT(b""), TO_HEX(MD5("")), TO_HEX(SHA1("a")), LENGTH(SHA512("a")), TO_HEX(SUBSTR(SHA512(b""), 1, 4))',
      [
        [
          '-1541654101129638711',
          '-7286425919675154353',
          'd41d8cd98f00b204e9800998ecf8427e',
          '86f7e437faa5a7fce15d1ddcb9eaeaea377667b8',
          '64',
          'cf83e135',
        ],
      ],
    ],
  ],
  'words and letters': [
    [
      'SELECT INSTR("banana", "an", 1, 2), INSTR("banana", "an", -1), INSTR("banana", "an", -3), INSTR("helloooo", "oo", 1, 2)',
      [['4', '4', '4', '6']],
    ],
    [
      'SELECT INITCAP("hello WORLD-everyone"), INITCAP("Apples1oranges2pears", "12"), INITCAP("tHisEisEaESentence", "E")',
      [['Hello World-Everyone', 'Apples1Oranges2Pears', 'ThisEIsEAESentence']],
    ],
    // One character to one: ß has no capital of its own. Any space of Unicode's divides words, and so does a backslash.
    [
      String.raw`SELECT INITCAP("ßa ǆa İi aİ"), INITCAP("ΑΣ ᾀᾳ ᾳ"), INITCAP("a\\b a\vb a\u00a0b é\u2003b"), INITCAP("ßa", "x")`,
      [['ßa Ǆa İi Ai', 'Ασ ᾈᾳ ᾼ', 'A\\B A\vB A\u00a0B É\u2003B', 'ßa']],
    ],
    [
      String.raw`SELECT NORMALIZE("\u0065\u0302") = "\u00ea", LENGTH(NORMALIZE("\u00ea", NFD)), NORMALIZE_AND_CASEFOLD("The Red Barn") = NORMALIZE_AND_CASEFOLD("the red barn"), SOUNDEX("Robert"), SOUNDEX("Ashcraft"), EDIT_DISTANCE("kitten", "sitting")`,
      [['true', '2', 'true', 'R163', 'A261', '3']],
    ],
    [
      'SELECT TRANSLATE("cookies", "co", "k"), CONTAINS_SUBSTR("The Blue House", "blue"), CONTAINS_SUBSTR(["a", NULL], "b"), CONTAINS_SUBSTR(STRUCT(12, "x"), "2"), SPLIT_SUBSTR("www.abc.com", ".", 2, 1)',
      [['kkies', 'true', 'false', 'true', 'abc']],
    ],
    ['SELECT TRANSLATE("a", "aa", "b")', 'invalidQuery: Duplicate character in TRANSLATE source characters'],
    [
      'SELECT RIGHT("abc", NULL), SPLIT("a,b,c")[SAFE_OFFSET(5)], CHR(8364), UNICODE("€"), ASCII("a"), REPEAT("ab", 0)',
      [[null, null, '€', '8364', '97', '']],
    ],
  ],
  'regular expressions': [
    [
      'SELECT REGEXP_EXTRACT("Hello Helloo", "H?ello+", 3), REGEXP_EXTRACT("Hello Helloo", "H?ello+", 1, 2), REGEXP_SUBSTR("ab", "(x)?b"), REGEXP_EXTRACT("a1", "([a-z])|([0-9])")',
      'invalidQuery: Regular expression has more than one capturing group at [1:133]',
    ],
    [
      'SELECT REGEXP_EXTRACT("Hello Helloo", "H?ello+", 3), REGEXP_EXTRACT("Hello Helloo", "H?ello+", 1, 2), REGEXP_SUBSTR("ab", "(x)?b"), REGEXP_EXTRACT("ab", "z")',
      [['Helloo', 'Helloo', null, null]],
    ],
    [
      'SELECT REGEXP_INSTR("ab@gmail.com", "@[^.]*"), REGEXP_INSTR("ab@gmail.com", "@[^.]*", 1, 1, 1), REGEXP_INSTR("a", "z"), REGEXP_INSTR("aXbX", "X", 1, 2)',
      [['3', '9', '0', '4']],
    ],
    [
      String.raw`SELECT REGEXP_REPLACE("abc", "b", r"[\0]"), REGEXP_REPLACE("John Smith", r"(\w+) (\w+)", r"\2 \1"), REGEXP_EXTRACT_ALL("a1b22", "[0-9]+"), REGEXP_CONTAINS("a.b", r"\.")`,
      [['a[b]c', 'Smith John', ['1', '22'], 'true']],
    ],
    [
      'SELECT REGEXP_CONTAINS(s, p), REGEXP_EXTRACT(s, p), REGEXP_EXTRACT_ALL(s, p), REGEXP_REPLACE(s, p, "-") FROM (SELECT "a1b2" AS s, "[0-9]" AS p)',
      [['true', '1', ['1', '2'], 'a-b-']],
    ],
    [
      String.raw`SELECT REGEXP_REPLACE("abc", "b", r"\1")`,
      String.raw`invalidQuery: Invalid REGEXP_REPLACE pattern: \1`,
    ],
    ['SELECT REGEXP_EXTRACT_GROUPS("id:123", r"(?<key>[a-z]+):(?<n__INT64>[0-9]+)").*', [['id', '123']]],
  ],
  FORMAT: [
    [
      `SELECT FORMAT("%d|%5d|%-5d|%05d|%+d|% d|%'d", 42, 42, 42, 42, 42, 42, 1234567)`,
      [['42|   42|42   |00042|+42| 42|1,234,567']],
    ],
    [
      'SELECT FORMAT("%x|%X|%#x|%o", 255, 255, 255, 8), FORMAT("%f|%.2f|%8.3f|%e|%E|%g|%G", 1.5, 2.345, 3.14159, 12345.678, 0.00012, 1e10, 0.0001)',
      [['ff|FF|0xff|10', '1.500000|2.35|   3.142|1.234568e+04|1.200000E-04|1e+10|0.0001']],
    ],
    [
      'SELECT FORMAT("%s|%5s|%-5s|%.2s", "abc", "abc", "abc", "abc"), FORMAT("%*d|%.*f", 5, 42, 1, 2.55), FORMAT("100%%")',
      [['abc|  abc|abc  |ab', '   42|2.5', '100%']],
    ],
    [
      'SELECT FORMAT("%t|%t|%t|%t", 1.0, DATE "2020-01-02", [1, 2], STRUCT("a", NULL)), FORMAT("%T|%T|%T|%T", "a\'b", b"a\\xff", [1.5], STRUCT(1, "x"))',
      [['1.0|2020-01-02|[1, 2]|(a, NULL)', `"a'b"|b"a\\xff"|[1.5]|(1, "x")`]],
    ],
    [
      'SELECT FORMAT("%T|%T|%T|%T", NUMERIC "1.5", TIMESTAMP "2020-01-01", JSON \'{"a":1}\', STRUCT(1)), FORMAT("%t", NULL), FORMAT("%d", CAST(NULL AS INT64)), FORMAT("%.3f", NUMERIC "1.23456789")',
      [['NUMERIC "1.5"|TIMESTAMP "2020-01-01 00:00:00+00"|JSON \'{"a":1}\'|STRUCT(1)', 'NULL', null, '1.235']],
    ],
  ],
});
