import fc from 'fast-check';
import { expect, test } from 'vitest';
import { column, list, tablePath, text } from '../../functions/render/sql.ts';

test.each([
  ['plain', "'plain'"],
  ["it's", "'it\\'s'"],
  ['back\\slash', "'back\\\\slash'"],
  ["\\' OR 1=1 --", "'\\\\\\' OR 1=1 --'"],
  ['two\nlines\r', "'two\\nlines\\r'"],
  ['nul\0', "'nul\\x00'"],
  ['`tick`', "'`tick`'"],
  ['"quote"', '\'"quote"\''],
  ['🧂 é', "'🧂 é'"],
  ['', "''"],
])('the text %j is %s', (value, expected) => expect(text(value)).toBe(expected));

test.each([
  ['name', '`name`'],
  ['net amount', '`net amount`'],
  ['a`b', '`a\\`b`'],
  ['a\\', '`a\\\\`'],
])('the name %j is %s', (name, expected) => expect(column(name)).toBe(expected));

test('a path is quoted as one', () => expect(tablePath('acme', 'shop.orders')).toBe('`acme.shop.orders`'));
test('a list is of texts', () => expect(list(['a', "b'"])).toBe("'a', 'b\\''"));

/** GoogleSQL's reading of a quoted token. */
function read(token: string): string {
  const quote = token[0];
  let value = '';
  for (let i = 1; i < token.length - 1; i++) {
    if (token[i] === quote || token[i] === '\n' || token[i] === '\r') throw new Error(`ends early: ${token}`);
    if (token[i] !== '\\') value += token[i];
    else if (token[i + 1] === 'x') {
      value += String.fromCharCode(Number.parseInt(token.slice(i + 2, i + 4), 16));
      i += 3;
    } else value += { n: '\n', r: '\r' }[token[++i] as string] ?? token[i];
  }
  return value;
}

test('whatever is quoted is read back, and nothing ends the quotes before their end', () => {
  const hostile = fc.string({
    unit: fc.constantFrom("'", '`', '\\', '\n', '\r', '\0', 'n', 'x', ';', '-', '🧂', 'a'),
    maxLength: 30,
  });
  fc.assert(
    fc.property(hostile, (value) => {
      expect(read(text(value))).toBe(value);
      expect(read(column(value))).toBe(value);
    }),
    { seed: 1, numRuns: 2000 },
  );
});
