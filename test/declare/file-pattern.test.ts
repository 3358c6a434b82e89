import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compilePattern, type PatternPart, parsePattern } from '../../functions/declare/file-pattern.ts';
import { findOverlap } from '../../functions/declare/pattern-overlap.ts';

const parts = (glob: string): PatternPart[] => {
  const parsed = parsePattern(glob);
  if ('fault' in parsed) throw new Error(`${glob}: ${parsed.fault.message}`);
  return parsed.parts;
};
const regex = (glob: string): RegExp => new RegExp(compilePattern(glob, parts(glob)).regex);
const overlap = (left: string, right: string) => findOverlap(parts(left), parts(right));

describe('a pattern matches', () => {
  test.each([
    ['shop/*.csv', 'shop/a.csv', true],
    ['shop/*.csv', 'shop/.csv', true],
    ['shop/*.csv', 'shop/a/b.csv', false],
    ['shop/*.csv', 'xshop/a.csv', false],
    ['shop/*.csv', 'shop/a.csv.gz', false],
    ['shop/*.csv', 'shop/acsv', false],
    ['shop/*.csv', 'shop/a\nb.csv', true],
    ['shop/*.csv', 'shop/a.csv\n', false],
    ['shop/*.csv', 'shop/..%2Fx.csv', true],
    ['shop/**.csv', 'shop/a/b.csv', true],
    ['shop/**.csv', 'shop//x\n/.csv', true],
    ['**', '', true],
    ['a+b(c)[d].?$^|\\x', 'a+b(c)[d].?$^|\\x', true],
    ['a+b', 'aab', false],
    ['a.b', 'axb', false],
    ['{a,b}', '{a,b}', true],
    ['{a,b}', 'a', false],
    ['p/{date:YYYY-MM-DD}.parquet', 'p/2026-02-28.parquet', true],
    ['p/{date:YYYY-MM-DD}.parquet', 'p/2026-13-01.parquet', false],
    ['p/{date:YYYY-MM-DD}.parquet', 'p/2026-00-10.parquet', false],
    ['p/{date:YYYY-MM-DD}.parquet', 'p/2026-01-32.parquet', false],
    ['p/{date:YYYY-MM-DD}.parquet', 'p/26-01-01.parquet', false],
    ['{date:YYYY/MM/DD}/{x', '2026/01/02/{x', true],
    ['{date:YYYYMMDDTHH}', '20260102T23', true],
    ['{date:YYYYMMDDTHH}', '20260102T24', false],
    ['smile-😀-*.csv', 'smile-😀-1.csv', true],
  ])('%j against %j: %s', (glob, name, expected) => {
    expect(regex(glob).test(name)).toBe(expected);
  });

  test('and captures the date', () => {
    expect(regex('p/{date:YYYY-MM-DD}/*.csv').exec('p/2026-02-28/x.csv')?.groups?.date).toBe('2026-02-28');
  });

  test.each([
    ['shop/customers/*.csv', 'shop/customers/', undefined],
    ['shop/{date:YYYY-MM}.csv', 'shop/', 'YYYY-MM'],
    ['**/x', '', undefined],
    ['a{b', 'a{b', undefined],
  ])('%j begins with %j', (glob, prefix, dateFormat) => {
    expect(compilePattern(glob, parts(glob))).toMatchObject({ glob, prefix, ...(dateFormat && { dateFormat }) });
  });
});

describe('two patterns overlap', () => {
  test.each([
    ['shop/*.csv', 'shop/*.csv', true],
    ['shop/a*.csv', 'shop/*b.csv', true],
    ['shop/a*.csv', 'shop/b*.csv', false],
    ['shop/*.csv', 'shop/*.csv.gz', false],
    ['shop/*', 'shop/*/x', false],
    ['shop/**', 'shop/*/x', true],
    ['*a*b*', '*b*a*', true],
    ['a*', '*b/c', false],
    ['p/{date:YYYY-MM-DD}.csv', 'p/2026-*.csv', true],
    ['p/{date:YYYY-MM-DD}.csv', 'p/2026-13*.csv', false],
    ['p/{date:YYYYMM}', 'p/{date:YYYY-MM}', false],
    ['p/{date:YYYYMMDD}', 'p/{date:YYYYMMDD}', true],
    ['{date:YYYY}*', '{date:YYYY-MM}', true],
    ['a/**/b', 'a/b', false],
    ['😀*', '😁*', false],
  ])('%j and %j: %s', (left, right, expected) => {
    const name = overlap(left, right);
    expect(name !== undefined).toBe(expected);
    expect(overlap(right, left) !== undefined).toBe(expected);
    if (name !== undefined) expect([regex(left).test(name), regex(right).test(name)]).toEqual([true, true]);
  });

  const piece = fc.constantFrom('a', 'b', '/', '1', '*', '**', '{date:YYYY}');
  const glob = fc
    .array(piece, { minLength: 1, maxLength: 6 })
    .map((pieces) => pieces.join(''))
    .filter((text) => 'parts' in parsePattern(text));
  const name = fc.string({ unit: fc.constantFrom('a', 'b', '/', '1'), maxLength: 9 });

  test('just when some name matches both: no random name finds an overlap that was denied', () => {
    fc.assert(
      fc.property(glob, glob, fc.array(name, { maxLength: 40 }), (left, right, names) => {
        const found = overlap(left, right);
        const [one, other] = [regex(left), regex(right)];
        if (found !== undefined) return one.test(found) && other.test(found);
        return !names.some((each) => one.test(each) && other.test(each));
      }),
      { numRuns: 500 },
    );
  });

  test('a pattern and a name that it matches always overlap', () => {
    fc.assert(
      fc.property(
        glob,
        name.filter((text) => text !== '' && 'parts' in parsePattern(text)),
        (pattern, text) => {
          return (overlap(pattern, text) === text) === regex(pattern).test(text);
        },
      ),
      { numRuns: 500 },
    );
  });
});
