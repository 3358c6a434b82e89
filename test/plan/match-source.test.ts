import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compilePattern, parsePattern } from '../../functions/declare/file-pattern.ts';
import type { Release } from '../../functions/model/release.ts';
import type { FilePattern } from '../../functions/model/source.ts';
import { matchSource } from '../../functions/plan/match-source.ts';
import { source } from './declared.ts';

function pattern(glob: string): FilePattern {
  const parsed = parsePattern(glob);
  if ('fault' in parsed) throw new Error(parsed.fault.message);
  return compilePattern(glob, parsed.parts);
}

const releaseOf = (...globs: string[]): Release => ({
  v: 1,
  id: 'r',
  sources: globs.map((glob, i) => source({ id: `shop.s${i}`, files: pattern(glob) })),
  transforms: [],
});

const matched = (name: string, ...globs: string[]): string | undefined => {
  const match = matchSource(releaseOf(...globs), name);
  return match && [match.source.id, match.capturedDate].filter((one) => one !== undefined).join(' ');
};

describe('a name belongs to the source whose pattern it has', () => {
  test.each([
    ['shop/a.csv', 'shop.s0'],
    ['shop/.csv', 'shop.s0'],
    ['shop/a/b.csv', undefined],
    ['shop/../raw/a.csv', undefined],
    ['shop/..csv', 'shop.s0'],
    ['shop/..%2Fa.csv', 'shop.s0'],
    ['shop%2Fa.csv', undefined],
    ['shop/a%2Fb.csv', 'shop.s0'],
    ['shop//a.csv', undefined],
    ['/shop/a.csv', undefined],
    ['shop/*.csv', 'shop.s0'],
    ['shop/#?&=.csv', 'shop.s0'],
    ['shop/a\nb.csv', 'shop.s0'],
    ['shop/a.csv\n', undefined],
    ['shop/a.csv\u0000', undefined],
    ['shop/🧂.csv', 'shop.s0'],
    ['shop/__proto__.csv', 'shop.s0'],
    ['SHOP/a.csv', undefined],
    ['shop/a.CSV', undefined],
    ['other/shop/a.csv', undefined],
    ['deep/a/b/c.csv', 'shop.s1'],
    ['deep/../../a.csv', 'shop.s1'],
    ['deep/a\n/b.csv', 'shop.s1'],
    ['deep.csv', undefined],
    ['', undefined],
  ])('%j → %s', (name, expected) => {
    expect(matched(name, 'shop/*.csv', 'deep/**.csv')).toBe(expected);
  });

  test('what looks alike and is encoded otherwise is another name', () => {
    const [composed, decomposed] = ['caf\u00E9/*.csv', 'cafe\u0301/*.csv'];
    expect(matched('caf\u00E9/a.csv', composed, decomposed)).toBe('shop.s0');
    expect(matched('cafe\u0301/a.csv', composed, decomposed)).toBe('shop.s1');
  });

  test('characters that mean something to a regular expression mean themselves', () => {
    expect(matched('a.b+(c)[d]?^$|\\/x', 'a.b+(c)[d]?^$|\\/*')).toBe('shop.s0');
    expect(matched('aXb+(c)[d]?^$|\\/x', 'a.b+(c)[d]?^$|\\/*')).toBeUndefined();
    expect(matched('🧂/x', '🧂/*')).toBe('shop.s0');
  });

  test('any name is matched or not, without failing, and only within its prefix', () => {
    const release = releaseOf('shop/*.csv', 'deep/**/{date:YYYYMMDD}*');
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 60 }),
        fc.constantFrom('', 'shop/', 'deep/'),
        (text, folder) => {
          const match = matchSource(release, folder + text);
          if (match) expect((folder + text).startsWith(match.source.files.prefix)).toBe(true);
        },
      ),
      { seed: 1, numRuns: 500 },
    );
  });
});

describe('the date in a name is taken as it is written, or not at all', () => {
  test.each([
    ['{date:YYYY-MM-DD}.csv', '2026-01-31.csv', 'shop.s0 2026-01-31'],
    ['{date:YYYYMMDD}.csv', '20260131.csv', 'shop.s0 2026-01-31'],
    ['{date:YYYY/MM/DD}/*', '2026/01/31/x', 'shop.s0 2026-01-31'],
    ['{date:YYYY-MM}.csv', '2026-01.csv', 'shop.s0 2026-01'],
    ['{date:YYYY}/*', '2026/x', 'shop.s0 2026'],
    ['{date:YYYY-MM-DD-HH}.csv', '2026-01-31-05.csv', 'shop.s0 2026-01-31T05'],
    ['{date:YYYYMMDDTHH}.csv', '20260131T23.csv', 'shop.s0 2026-01-31T23'],
    ['{date:YYYY-MM-DD}.csv', '2024-02-29.csv', 'shop.s0 2024-02-29'],
    ['{date:YYYY-MM-DD}.csv', '2026-02-29.csv', undefined],
    ['{date:YYYY-MM-DD}.csv', '2026-02-30.csv', undefined],
    ['{date:YYYYMMDD}.csv', '20260431.csv', undefined],
    ['{date:YYYY-MM-DD}.csv', '2026-13-01.csv', undefined],
    ['{date:YYYY-MM-DD}.csv', '2026-00-10.csv', undefined],
    ['{date:YYYY-MM-DD-HH}.csv', '2026-01-31-24.csv', undefined],
    ['{date:YYYY-MM-DD}.csv', '0000-01-01.csv', undefined],
    ['{date:YYYY-MM-DD}.csv', '0001-01-01.csv', 'shop.s0 0001-01-01'],
    ['{date:YYYY-MM-DD}.csv', '9999-12-31.csv', 'shop.s0 9999-12-31'],
    ['{date:YYYY-MM-DD}.csv', '２０２６-01-31.csv', undefined],
  ])('%s of %s → %s', (glob, name, expected) => {
    expect(matched(name, glob)).toBe(expected);
  });

  test('every day of a calendar is itself', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }),
        (date) => {
          const day = date.toISOString().slice(0, 10);
          expect(matched(`${day.replaceAll('-', '')}.csv`, '{date:YYYYMMDD}.csv')).toBe(`shop.s0 ${day}`);
        },
      ),
      { seed: 2, numRuns: 200 },
    );
  });

  test('captured dates of one pattern sort by time', () => {
    const dates = ['2026-01-31-05', '2026-01-31-06', '2026-02-01-00'].map(
      (date) => matchSource(releaseOf('{date:YYYY-MM-DD-HH}'), date)?.capturedDate ?? '',
    );
    expect([...dates].sort()).toEqual(dates);
  });
});
