import { createHmac, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createAesSiv } from '../../../../../infra/local/dlp/crypto/aes-siv.ts';
import { createBlockCipher } from '../../../../../infra/local/dlp/crypto/block-cipher.ts';
import { createCmac } from '../../../../../infra/local/dlp/crypto/cmac.ts';
import { createMac } from '../../../../../infra/local/dlp/crypto/keys.ts';
import { messageAt, packBuffers, packTexts } from '../../../../../infra/local/dlp/crypto/messages.ts';
import { CASES, HAVE_CASES } from '../cases.ts';

interface Vector {
  id: string;
  method: string;
  request: { keyHex: string; adHex: string[]; plaintextHex: string };
  expect: { outputHex: string };
}

const vectors: Vector[] = HAVE_CASES
  ? JSON.parse(readFileSync(join(CASES, 'dlp.json'), 'utf8')).filter(({ method }: Vector) => method === 'aes-siv')
  : [];
const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');

describe.runIf(HAVE_CASES)('RFC 5297', () => {
  test.each(vectors)('$id', ({ request, expect: { outputHex } }) => {
    const siv = createAesSiv(hex(request.keyHex));
    const associated = request.adHex.map((ad) => packBuffers([hex(ad)]));
    const sealed = siv.seal(packBuffers([hex(request.plaintextHex)]), associated);
    expect(sealed.bytes.toString('hex')).toBe(outputHex);
    expect(siv.open(sealed, associated)[0]?.toString('hex')).toBe(request.plaintextHex);
  });
});

test('RFC 5297 A.1: a plaintext shorter than a block', () => {
  const siv = createAesSiv(hex('fffefdfc fbfaf9f8 f7f6f5f4 f3f2f1f0 f0f1f2f3 f4f5f6f7 f8f9fafb fcfdfeff'));
  const associated = [packBuffers([hex('10111213 14151617 18191a1b 1c1d1e1f 20212223 24252627')])];
  const sealed = siv.seal(packBuffers([hex('11223344 55667788 99aabbcc ddee')]), associated);
  expect(sealed.bytes.toString('hex')).toBe('85632d07c6e8f37f950acd320a2ecc9340c02b9690c4dc04daef7f6afe5c');
});

test.each([
  ['', 'bb1d6929e95937287fa37d129b756746'],
  ['6bc1bee22e409f96e93d7e117393172a', '070a16b46b4d4144f79bdd9dd04a287c'],
  [
    '6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411',
    'dfa66747de9ae63030ca32611497c827',
  ],
])('RFC 4493: the CMAC of %j', (message, tag) => {
  const cmac = createCmac(createBlockCipher(hex('2b7e1516 28aed2a6 abf71588 09cf4f3c')));
  expect(cmac.tags(packBuffers([hex(message)])).toString('hex')).toBe(tag);
});

test('texts of every length come back from one batch, each only with its own associated string', () => {
  const siv = createAesSiv(randomBytes(64));
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.string({ unit: 'binary', maxLength: 60 }), fc.string({ minLength: 1 })), { minLength: 1 }),
      (pairs) => {
        const texts = pairs.map(([text]) => text);
        const associated = [packBuffers(pairs.map(([, context]) => Buffer.from(context)))];
        const sealed = siv.seal(packTexts(texts), associated);
        expect(siv.open(sealed, associated).map((bytes) => bytes?.toString())).toEqual(texts);
        const others = [packBuffers(pairs.map(([, context]) => Buffer.from(`${context}!`)))];
        expect(siv.open(sealed, others).every((bytes) => bytes === undefined)).toBe(true);
      },
    ),
  );
});

test('a changed bit is noticed', () => {
  const siv = createAesSiv(randomBytes(64));
  const sealed = siv.seal(packTexts(['jane@example.com']), []);
  for (let bit = 0; bit < sealed.bytes.length * 8; bit += 5) {
    const forged = Buffer.from(sealed.bytes);
    forged[bit >> 3] = (forged[bit >> 3] as number) ^ (1 << (bit & 7));
    expect(siv.open({ ...sealed, bytes: forged }, [])[0]).toBeUndefined();
  }
});

test('texts are packed as UTF-8, half surrogates as U+FFFD', () => {
  const texts = ['plain', '', 'Größe', '日本語', '😀', '\ud800x'];
  const packed = packTexts(texts);
  expect(texts.map((_, i) => messageAt(packed, i))).toEqual(texts.map((text) => Buffer.from(text)));
});

test('the HMAC is that of SHA-256', () => {
  const key = randomBytes(32);
  expect(createMac(key).base64('x')).toBe(createHmac('sha256', key).update('x').digest('base64'));
});
