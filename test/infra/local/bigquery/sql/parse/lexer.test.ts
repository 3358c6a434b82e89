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
  ['t.1', ['name t', 'symbol .', 'integer 1', 'end']],
  ['1.5e-3 .5 0x1F', ['float 1.5e-3', 'float .5', 'integer 0x1F', 'end']],
  ['a -- c\n/* b */ # d\n+ @p ?', ['name a', 'symbol +', 'parameter p', 'positional ?', 'end']],
])('%j is read as its tokens', (sql, expected) => {
  expect(texts(sql)).toEqual(expected);
});

test.each([
  ["SELECT\n\t'a", 'Syntax error: Unclosed string literal at [2:9]'],
  ['`', 'Syntax error: Unclosed identifier literal at [1:1]'],
  ["'\\q'", 'Syntax error: Illegal escape sequence: \\q at [1:1]'],
  ['é é 1x', 'Syntax error: Illegal input character "é" at [1:1]'],
  ['SELECT 12abc', 'Syntax error: Missing whitespace between literal and alias at [1:10]'],
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
