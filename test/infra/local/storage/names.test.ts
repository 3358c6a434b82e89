import { describe, expect, test } from 'vitest';
import { afterPrefix, parseBucketName, parseObjectName } from '../../../../infra/local/storage/names.ts';

describe('object names', () => {
  test.each([
    'a',
    'a/b//c',
    '/leading',
    '../up',
    'a/../b',
    '%2F',
    '#*?[]',
    ' ',
    '__proto__',
    'tab\there',
    'null\0byte',
    'caf\u00e9',
    'cafe\u0301',
    '\u{1F600}',
    '.well-known/other',
    'x'.repeat(1024),
    '\u00e9'.repeat(512),
  ])('%j is allowed', (name) => {
    expect(parseObjectName(name)).toBe(name);
  });

  test.each([
    '',
    '.',
    '..',
    'line\nfeed',
    'carriage\rreturn',
    '.well-known/acme-challenge/token',
    'x'.repeat(1025),
    '\u00e9'.repeat(513),
    'half a pair \ud83d',
  ])('%j is refused', (name) => {
    expect(() => parseObjectName(name)).toThrow(expect.objectContaining({ httpStatus: 400 }));
  });
});

describe('bucket names', () => {
  test.each(['abc', 'a-b_c.d', '0ab', 'x'.repeat(63), `${'x'.repeat(63)}.${'y'.repeat(63)}`])(
    '%s is allowed',
    (name) => {
      expect(parseBucketName(name)).toBe(name);
    },
  );

  test.each([
    'ab',
    'Abc',
    '-abc',
    'abc-',
    'a..b',
    'a b',
    '192.168.5.4',
    'goog-x',
    'my-google-x',
    'x'.repeat(64),
    `${'x'.repeat(64)}.y`,
    'a/b',
    '../x',
  ])('%s is refused', (name) => {
    expect(() => parseBucketName(name)).toThrow(expect.objectContaining({ httpStatus: 400 }));
  });
});

describe('the first string after a prefix', () => {
  test.each([
    ['a/', 'a0'],
    ['', undefined],
    ['a\u{10FFFF}', 'b'],
    ['\u{10FFFF}', undefined],
    ['\ud7ff', '\ue000'],
    ['\uffff', '\u{10000}'],
    ['\u{1F600}', '\u{1F601}'],
  ])('of %j is %j', (prefix, expected) => {
    expect(afterPrefix(prefix)).toBe(expected);
  });
});
