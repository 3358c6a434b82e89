import { describe, expect, test } from 'vitest';
import { cmac, sivDecrypt, sivEncrypt } from '../../../../../../infra/local/bigquery/sql/scalars/aes-siv.ts';

const hex = (text: string) => Buffer.from(text, 'hex');
const KEY = hex('fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff');
const ASSOCIATED = hex('101112131415161718191a1b1c1d1e1f2021222324252627');
const PLAIN = hex('112233445566778899aabbccddee');
const CIPHER = hex('85632d07c6e8f37f950acd320a2ecc9340c02b9690c4dc04daef7f6afe5c');

test('the vector of RFC 5297, A.1, both ways', () => {
  expect(Buffer.from(sivEncrypt(KEY, PLAIN, ASSOCIATED))).toEqual(CIPHER);
  expect(sivDecrypt(KEY, CIPHER, ASSOCIATED)).toEqual(PLAIN);
});

test.each([0, 1, 15, 16, 17, 32, 100])('%i bytes come back, and under no other associated data', (length) => {
  const key = Buffer.alloc(64, 7);
  const plain = Buffer.alloc(length, 'ab');
  const cipher = sivEncrypt(key, plain, ASSOCIATED);
  expect(cipher).toHaveLength(length + 16);
  expect(Buffer.from(sivDecrypt(key, cipher, ASSOCIATED) ?? [])).toEqual(plain);
  expect(sivDecrypt(key, cipher, PLAIN)).toBeUndefined();
});

describe('the vectors of RFC 4493', () => {
  const key = hex('2b7e151628aed2a6abf7158809cf4f3c');
  test.each([
    ['', 'bb1d6929e95937287fa37d129b756746'],
    ['6bc1bee22e409f96e93d7e117393172a', '070a16b46b4d4144f79bdd9dd04a287c'],
    [
      '6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411',
      'dfa66747de9ae63030ca32611497c827',
    ],
  ])('CMAC of %s', (message, mac) => {
    expect(Buffer.from(cmac(key, hex(message))).toString('hex')).toBe(mac);
  });
});
