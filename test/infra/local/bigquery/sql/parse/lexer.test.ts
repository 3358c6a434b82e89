import { expect, test } from 'vitest';
import { tokenize } from '../../../../../../infra/local/bigquery/sql/parse/lexer.ts';
import { SqlError, withPosition } from '../../../../../../infra/local/bigquery/sql/sql-error.ts';

const texts = (sql: string) => tokenize(sql).map(({ kind, text }) => (kind === 'end' ? kind : `${kind} ${text}`));

test.each([
  ["'a\\n\\x41\\u00e9\\101'", ['string a\nAéA', 'end']],
  ["r'\\d\\\\'", ['string \\d\\\\', 'end']],
  ['"""a"b\n"""', ['string a"b\n', 'end']],
  ["rb'\\x'", ['bytes \\x', 'end']],
  ["b'é\\xff'", ['bytes Ã©\xff', 'end']],
  ['`a.b-c`.d', ['quoted a.b-c', 'symbol .', 'name d', 'end']],
  ["'\\377\\x4A\\X4a\\U0001F600\\a\\?\\`'", ['string ÿJJ😀\x07?`', 'end']],
  ["b'é\\351\\x00'", ['bytes Ã©é\0', 'end']],
  ["'''a\r\nb\rc''' r'\\'\\\\'", ['string a\nb\nc', "string \\'\\\\", 'end']],
  ['Rb\'\\377\' bR"\\x"', ['bytes \\377', 'bytes \\x', 'end']],
  ['`a\\x62\\`c`', ['quoted ab`c', 'end']],
  ['t.1', ['name t', 'symbol .', 'name 1', 'end']],
  ['t.1x.select.2e3', ['name t', 'symbol .', 'name 1x', 'symbol .', 'name select', 'symbol .', 'name 2e3', 'end']],
  [
    '@p.1 ?.2 (1).3',
    [
      'parameter p',
      'symbol .',
      'name 1',
      'positional ?',
      'symbol .',
      'name 2',
      'symbol (',
      'integer 1',
      'symbol )',
      'symbol .',
      'name 3',
      'end',
    ],
  ],
  ['SELECT .5 THEN .5', ['name SELECT', 'float .5', 'name THEN', 'float .5', 'end']],
  ['1. 1.e3 4e2 0Xa', ['float 1.', 'float 1.e3', 'float 4e2', 'integer 0Xa', 'end']],
  ['a--b\rc\u00a0\u3000\bd', ['name a', 'name c', 'name d', 'end']],
  ['1.5e-3 .5 0x1F', ['float 1.5e-3', 'float .5', 'integer 0x1F', 'end']],
  ['a -- c\n/* b */ # d\n+ @p ?', ['name a', 'symbol +', 'parameter p', 'positional ?', 'end']],
])('%j is read as its tokens', (sql, expected) => {
  expect(texts(sql)).toEqual(expected);
});

test.each([
  ["SELECT\n\t'a", 'Syntax error: Unclosed string literal at [2:9]'],
  ['`', 'Syntax error: Unclosed identifier literal at [1:1]'],
  ["'\\q'", 'Syntax error: Illegal escape sequence: \\q at [1:2]'],
  ["'a\\400'", 'Syntax error: Illegal escape sequence: \\4 at [1:3]'],
  [
    "'\\39'",
    'Syntax error: Illegal escape sequence: Octal escape must be followed by 3 octal digits but saw: \\39 at [1:2]',
  ],
  ["b'\\777'", 'Syntax error: Illegal escape sequence: \\7 at [1:3]'],
  [
    "'\\x4g'",
    'Syntax error: Illegal escape sequence: Hex escape must be followed by 2 hex digits but saw: \\x4g at [1:2]',
  ],
  ["'\\u12'", 'Syntax error: Illegal escape sequence: \\u must be followed by 4 hex digits but saw: \\u12 at [1:2]'],
  ["'\\ude8c'", 'Syntax error: Illegal escape sequence: Unicode value \\ude8c is invalid at [1:2]'],
  [
    "'\\U00110000'",
    'Syntax error: Illegal escape sequence: Value of \\U00110000 exceeds Unicode limit (0x0010FFFF) at [1:2]',
  ],
  [
    "b'\\u00e9'",
    'Syntax error: Illegal escape sequence: Unicode escape sequence \\u cannot be used in bytes literals at [1:3]',
  ],
  [
    "b'\\U000000e9'",
    'Syntax error: Illegal escape sequence: Unicode escape sequence \\U cannot be used in bytes literals at [1:3]',
  ],
  ["'''a\n\\\n'''", 'Syntax error: Illegal escaped newline at [2:1]'],
  ["r'\\'", 'Syntax error: Unclosed raw string literal at [1:1]'],
  ["rb'''\\'''", 'Syntax error: Unclosed triple-quoted raw bytes literal at [1:1]'],
  ['`a\\`', 'Syntax error: Unclosed identifier literal at [1:1]'],
  ['`a\nb`', 'Syntax error: Unclosed identifier literal at [1:1]'],
  ['``', 'Syntax error: Invalid empty identifier at [1:1]'],
  ['1 /* c', 'Syntax error: Unclosed comment at [1:3]'],
  ['\ufeffSELECT', 'Syntax error: Illegal input character "\ufeff" at [1:1]'],
  ['é é 1x', 'Syntax error: Illegal input character "é" at [1:1]'],
])('%j fails where it is wrong', (sql, message) => {
  const failure = (() => {
    try {
      tokenize(sql);
      return undefined;
    } catch (error) {
      return error;
    }
  })();
  expect(failure).toBeInstanceOf(SqlError);
  expect(withPosition(failure as SqlError, sql)).toBe(message);
});
