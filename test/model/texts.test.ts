import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concatTexts, joinTexts, pickTexts, stringsOf, textsOf } from '../../functions/model/texts.ts';

const strings = fc.array(fc.option(fc.string({ unit: 'grapheme', maxLength: 8 })), { maxLength: 12 });

describe('texts', () => {
  test('are the strings that they were made of', () => {
    fc.assert(
      fc.property(strings, (some) => {
        expect(stringsOf(textsOf(some))).toEqual(some);
      }),
    );
  });

  test('are picked by their places, and a place without one gives NULL', () => {
    const picked = pickTexts(textsOf(['a', null, 'ü']), Uint32Array.of(2, 0, 1, 3, 2));
    expect(stringsOf(picked)).toEqual(['ü', 'a', null, null, 'ü']);
  });

  test('of several make one, in order', () => {
    fc.assert(
      fc.property(fc.array(strings, { maxLength: 5 }), (parts) => {
        expect(stringsOf(concatTexts(parts.map(textsOf)))).toEqual(parts.flat());
      }),
    );
  });

  test.each<[(string | null)[], string]>([
    [[], ''],
    [[''], ''],
    [['a', '', 'ü'], 'a,,ü'],
    [['a', null], 'a,-'],
  ])('%j joined are %j', (some, expected) => {
    expect(joinTexts(textsOf(some), ',', '-').toString()).toBe(expected);
  });
});
