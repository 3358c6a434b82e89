import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CryptoReplaceFfxFpeConfig } from '../../../../../infra/local/dlp/wire/deidentification.ts';
import type { Value } from '../../../../../infra/local/dlp/wire/value.ts';
import { KEY, reverseText, transformCell } from './workshop.ts';

const text = (stringValue: string): Value => ({ stringValue });
const failure = expect.objectContaining({ failure: expect.any(String) });
const context = { name: 'customer' };

describe('deterministic encryption', () => {
  const config = (name?: string, withContext = false) => ({
    cryptoDeterministicConfig: {
      cryptoKey: KEY,
      surrogateInfoType: name ? { name } : null,
      context: withContext ? context : null,
    },
  });

  test('gives base64 of a version byte, the IV and the ciphertext', () => {
    const token = transformCell(config(), text('jane@example.com')) as string;
    const bytes = Buffer.from(token, 'base64');
    expect(bytes[0]).toBe(1);
    expect(bytes).toHaveLength(1 + 16 + 16);
  });

  test('gives the same token for the same text, and another under another key', () => {
    const other = {
      cryptoDeterministicConfig: {
        ...config().cryptoDeterministicConfig,
        cryptoKey: { unwrapped: { key: Buffer.alloc(32) } },
      },
    };
    expect(transformCell(config(), text('a'))).toBe(transformCell(config(), text('a')));
    expect(transformCell(other, text('a'))).not.toBe(transformCell(config(), text('a')));
  });

  test('annotates the token with its length', () => {
    const token = transformCell(config('TOKEN'), text('a')) as string;
    const [, length, rest] = /^TOKEN\((\d+)\):(.+)$/.exec(token) ?? [];
    expect(rest).toHaveLength(Number(length));
    expect(reverseText(config('TOKEN'), token)).toBe('a');
    expect(reverseText(config('TOKEN'), rest as string)).toBe('a');
  });

  test('binds a token to its context', () => {
    const token = transformCell(config(undefined, true), text('a'), text('c1')) as string;
    expect(token).not.toBe(transformCell(config(undefined, true), text('a'), text('c2')));
    expect(token).not.toBe(transformCell(config(), text('a')));
    expect(reverseText(config(undefined, true), token, text('c1'))).toBe('a');
    expect(reverseText(config(undefined, true), token, text('c2'))).toEqual(failure);
  });

  test('takes a text as it is where the context is empty', () => {
    expect(transformCell(config(undefined, true), text('a'), {})).toBe(transformCell(config(), text('a')));
  });

  test('tells the integer 1 from the text 1 as context', () => {
    const one = transformCell(config(undefined, true), text('a'), { integerValue: '1' });
    expect(one).not.toBe(transformCell(config(undefined, true), text('a'), text('1')));
  });

  test('fails on a context of another type', () => {
    expect(transformCell(config(undefined, true), text('a'), { booleanValue: true })).toEqual(failure);
  });

  test.each(['', 'AA==', 'not base64!', 'AVAx', Buffer.alloc(40, 1).toString('base64')])(
    '%j opens as no token',
    (token) => {
      expect(reverseText(config(), token)).toEqual(token === '' ? undefined : failure);
    },
  );

  test('leaves the empty text alone', () => {
    expect(transformCell(config(), text(''))).toBeUndefined();
  });

  test('brings back any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), fc.string({ minLength: 1 }), (plain, tweak) => {
        const token = transformCell(config('T', true), text(plain), text(tweak)) as string;
        expect(reverseText(config('T', true), token, text(tweak))).toBe(plain);
      }),
    );
  });
});

describe('format-preserving encryption', () => {
  const config = (changes: Partial<CryptoReplaceFfxFpeConfig>) => ({
    cryptoReplaceFfxFpeConfig: { cryptoKey: KEY, context: null, surrogateInfoType: null, ...changes },
  });

  test("gives the token that Google's service gives", () => {
    expect(transformCell(config({ commonAlphabet: 'ALPHA_NUMERIC' }), text('4359916732'))).toBe('Vz6T6ff4J7');
    expect(transformCell(config({ commonAlphabet: 'NUMERIC' }), text('4359916732'))).toBe('9617256398');
    expect(transformCell(config({ radix: 10 }), { integerValue: '4359916732' })).toBe('9617256398');
    expect(transformCell(config({ customAlphabet: '9876543210' }), text('4359916732'))).toBe('9617256398');
    expect(reverseText(config({ radix: 10, surrogateInfoType: { name: 'T' } }), 'T(10):9617256398')).toBe('4359916732');
  });

  test('depends on the context', () => {
    const with1 = transformCell(config({ radix: 10, context }), text('123456'), text('c1')) as string;
    expect(with1).not.toBe(transformCell(config({ radix: 10, context }), text('123456'), text('c2')));
    expect(with1).not.toBe(transformCell(config({ radix: 10, context }), text('123456'), {}));
    expect(reverseText(config({ radix: 10, context }), with1, text('c1'))).toBe('123456');
  });

  test.each<[string, Value, unknown]>([
    [
      'a character outside of the alphabet',
      text('12a4'),
      {
        failure:
          "CryptoReplaceFfxFpeConfig's 'alphabet' does not include all the characters in the value being transformed",
      },
    ],
    ['a character outside of ASCII', text('12é4'), failure],
    ['a single character', text('1'), failure],
    ['more characters than it takes', text('1'.repeat(1025)), failure],
    ['a float', { floatValue: 12.5 }, failure],
    ['the empty text, which stays', text(''), undefined],
  ])('fails on %s', (_, cell, expected) => {
    expect(transformCell(config({ commonAlphabet: 'NUMERIC' }), cell)).toEqual(expected);
  });

  test.each<[string, Partial<CryptoReplaceFfxFpeConfig>]>([
    ['no alphabet', {}],
    ['a radix of 96', { radix: 96 }],
    ['a radix of 1', { radix: 1 }],
    ['an alphabet with a character twice', { customAlphabet: 'aab' }],
    ['an alphabet of one character', { customAlphabet: 'a' }],
    ['an alphabet beyond ASCII', { customAlphabet: 'aé' }],
    ['an unspecified alphabet', { commonAlphabet: 'FFX_COMMON_NATIVE_ALPHABET_UNSPECIFIED' }],
    ['a key of 20 bytes', { radix: 10, cryptoKey: { unwrapped: { key: Buffer.alloc(20) } } }],
  ])('refuses %s', (_, changes) => {
    expect(() => transformCell(config(changes), text('12'))).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    );
  });

  test('keeps length and alphabet, and brings back any text of the alphabet', () => {
    const alphabet =
      '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz~`!@#$%^&*()_-+={[}]|\\:;"\'<,>.?/ ';
    const cases = fc.integer({ min: 2, max: 95 }).chain((radix) => {
      const characters = alphabet.slice(0, radix);
      const unit = fc.constantFrom(...characters);
      return fc.record({
        characters: fc.constant(characters),
        radix: fc.constant(radix),
        plain: fc.string({ unit, minLength: 2, maxLength: 80 }),
      });
    });
    fc.assert(
      fc.property(cases, fc.string(), ({ characters, radix, plain }, tweak) => {
        const token = transformCell(config({ radix, context }), text(plain), text(tweak)) as string;
        expect(token).toHaveLength(plain.length);
        expect([...token].every((character) => characters.includes(character))).toBe(true);
        expect(reverseText(config({ radix, context }), token, text(tweak))).toBe(plain);
      }),
    );
  });
});
