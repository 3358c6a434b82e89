import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CharacterMaskConfig } from '../../../../../infra/local/dlp/wire/deidentification.ts';
import type { Value } from '../../../../../infra/local/dlp/wire/value.ts';
import { createWorkshop, transformCell } from './workshop.ts';

const mask = (changes: Partial<CharacterMaskConfig>) => ({
  characterMaskConfig: {
    maskingCharacter: '',
    numberToMask: 0,
    reverseOrder: false,
    charactersToIgnore: [],
    ...changes,
  },
});
const ignore = (charactersToSkip: string) => ({ charactersToIgnore: [{ charactersToSkip }] });

describe('masking', () => {
  test.each<[string, string, Partial<CharacterMaskConfig>, string]>([
    ['all characters', 'abc', {}, '***'],
    ['the first two', 'abc', { numberToMask: 2 }, '**c'],
    ['more than there are', 'abc', { numberToMask: 9 }, '***'],
    ['the last three', '12345', { numberToMask: 3, reverseOrder: true }, '12***'],
    ['all but the last four', '1234-5678-9012-3456', { numberToMask: -4, ...ignore('-') }, '****-****-****-3456'],
    [
      'all but the first four',
      '1234-5678-9012-3456',
      { numberToMask: -4, reverseOrder: true, ...ignore('-') },
      '1234-****-****-****',
    ],
    ['all but more than there are', 'abc', { numberToMask: -9 }, 'abc'],
    ['five, hyphens skipped', '555-555-5555', { numberToMask: 5, ...ignore('-') }, '***-**5-5555'],
    ['fourteen with zeros', '1234-5678-9012-3456', { numberToMask: 14, maskingCharacter: '0' }, '00000000000000-3456'],
    [
      'letters only',
      'aB1 c!',
      {
        charactersToIgnore: [
          { commonCharactersToIgnore: 'NUMERIC' },
          { commonCharactersToIgnore: 'PUNCTUATION' },
          { commonCharactersToIgnore: 'WHITESPACE' },
        ],
      },
      '**1 *!',
    ],
    ['code points, not their halves', '😀😀a', { numberToMask: 1, maskingCharacter: '█' }, '█😀a'],
    ['nothing of nothing', '', {}, ''],
  ])('%s', (_, text, config, expected) => {
    expect(transformCell(mask(config), { stringValue: text })).toBe(expected);
  });

  test.each<[string, Value, Partial<CharacterMaskConfig>, unknown]>([
    ['an integer with a letter becomes a string', { integerValue: '95' }, { maskingCharacter: '*' }, '**'],
    [
      'an integer without a masking character stays one',
      { integerValue: '1234' },
      { numberToMask: 2, reverseOrder: true },
      { integerValue: '1200' },
    ],
    ['a float without a masking character is masked with zeros', { floatValue: 12.5 }, {}, '0000'],
    ['a boolean is masked as text', { booleanValue: true }, {}, '****'],
  ])('%s', (_, cell, config, expected) => {
    expect(transformCell(mask(config), cell)).toEqual(expected);
  });

  test('takes one masking character only', () => {
    expect(() => transformCell(mask({ maskingCharacter: '**' }), { stringValue: 'x' })).toThrow(
      'must have a length of 1',
    );
  });

  test('keeps length and skipped characters of any text', () => {
    const workshop = createWorkshop();
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.integer({ min: -20, max: 20 }),
        fc.boolean(),
        fc.string({ unit: 'grapheme' }),
        (text, numberToMask, reverseOrder, skip) => {
          const masked = transformCell(
            mask({ numberToMask, reverseOrder, ...ignore(skip) }),
            { stringValue: text },
            undefined,
            workshop,
          ) as string;
          const [before, after] = [[...text], [...masked]];
          expect(after).toHaveLength(before.length);
          const skipped = new Set(skip);
          const maskable = before.filter((character) => !skipped.has(character)).length;
          const changed = before.filter((character, i) => after[i] !== character && character !== '*').length;
          expect(before.every((character, i) => after[i] === character || after[i] === '*')).toBe(true);
          expect(before.every((character, i) => !skipped.has(character) || after[i] === character)).toBe(true);
          expect(changed).toBeLessThanOrEqual(numberToMask > 0 ? numberToMask : Math.max(0, maskable + numberToMask));
        },
      ),
    );
  });
});
