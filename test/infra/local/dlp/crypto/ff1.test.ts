import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createFf1 } from '../../../../../infra/local/dlp/crypto/ff1.ts';
import { createFf1Batch, type DigitStrings } from '../../../../../infra/local/dlp/crypto/ff1-batch.ts';
import { CASES, HAVE_CASES } from '../cases.ts';

interface Vector {
  id: string;
  method: string;
  request: { keyHex: string; tweakHex: string; alphabet: string; plaintext: string };
  expect: { ciphertext: string };
}

const vectors: Vector[] = HAVE_CASES
  ? JSON.parse(readFileSync(join(CASES, 'dlp.json'), 'utf8')).filter(({ method }: Vector) => method === 'ff1')
  : [];

const stringsOf = (texts: readonly (readonly number[])[]): DigitStrings => {
  const offsets = new Int32Array(texts.length + 1);
  texts.forEach((digits, i) => {
    offsets[i + 1] = (offsets[i] as number) + digits.length;
  });
  return { digits: Uint8Array.from(texts.flat()), offsets, count: texts.length };
};

describe.runIf(HAVE_CASES)('NIST SP 800-38G', () => {
  test.each(vectors)('$id', ({ request, expect: { ciphertext } }) => {
    const { alphabet } = request;
    const key = Buffer.from(request.keyHex, 'hex');
    const tweak = Buffer.from(request.tweakHex, 'hex');
    const digits = [...request.plaintext].map((character) => alphabet.indexOf(character));
    const text = (result: Iterable<number>) => [...result].map((digit) => alphabet[digit]).join('');
    expect(text(createFf1(key, alphabet.length).encrypt(digits, tweak))).toBe(ciphertext);
    expect(text(createFf1Batch(key, alphabet.length).encrypt(stringsOf([digits]), () => tweak))).toBe(ciphertext);
  });
});

test.each([
  ['', '0123456789', '0123456789', '2433477484'],
  ['3737373770717273373737', '0123456789abcdefghijklmnopqrstuvwxyz', '0123456789abcdefghi', 'a9tv40mll9kdu509eum'],
])('NIST samples 1 and 3: tweak %j, alphabet %s', (tweakHex, alphabet, plaintext, ciphertext) => {
  const ff1 = createFf1(Buffer.from('2b7e151628aed2a6abf7158809cf4f3c', 'hex'), alphabet.length);
  const digits = [...plaintext].map((character) => alphabet.indexOf(character));
  const sealed = ff1.encrypt(digits, Buffer.from(tweakHex, 'hex'));
  expect(sealed.map((digit) => alphabet[digit]).join('')).toBe(ciphertext);
});

const material = fc.record({
  radix: fc.integer({ min: 2, max: 95 }),
  key: fc.constantFrom(16, 24, 32).chain((size) => fc.uint8Array({ minLength: size, maxLength: size })),
  tweak: fc.uint8Array({ maxLength: 40 }),
  seeds: fc.array(fc.array(fc.nat(), { minLength: 2, maxLength: 120 }), { minLength: 1, maxLength: 6 }),
});

test('many strings at once give what one by one gives, and come back', () => {
  fc.assert(
    fc.property(material, ({ radix, key, tweak, seeds }) => {
      const texts = seeds.map((numbers) => numbers.map((number) => number % radix));
      const single = createFf1(Buffer.from(key), radix);
      const batch = createFf1Batch(Buffer.from(key), radix);
      const strings = stringsOf(texts);
      const sealed = batch.encrypt(strings, () => Buffer.from(tweak));
      expect([...sealed]).toEqual(texts.flatMap((digits) => single.encrypt(digits, Buffer.from(tweak))));
      expect([...batch.decrypt({ ...strings, digits: sealed }, () => Buffer.from(tweak))]).toEqual(texts.flat());
    }),
  );
});

test('one by one decrypts what it encrypted', () => {
  const ff1 = createFf1(Buffer.alloc(16, 1), 10);
  const digits = Array.from({ length: 300 }, (_, i) => (i * 7) % 10);
  expect(ff1.decrypt(ff1.encrypt(digits, Buffer.from('t')), Buffer.from('t'))).toEqual(digits);
});
