import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { editDistance, nearest } from '../../functions/declare/nearest.ts';

describe('the nearest word', () => {
  const WORDS = ['tokenize', 'hash', 'mask', 'redact', 'redact_findings', 'date_shift'];
  test.each([
    ['tokenise', 'tokenize'],
    ['Tokenize', 'tokenize'],
    ['hsah', 'hash'],
    ['redactfinding', 'redact_findings'],
    ['shift', undefined],
    ['x', undefined],
    ['', undefined],
    ['encrypt', undefined],
  ])('to %j is %j', (word, expected) => {
    expect(nearest(word, WORDS)).toBe(expected);
  });
});

describe('the distance of two words', () => {
  test.each([
    ['kitten', 'sitting', 3],
    ['ab', 'ba', 1],
    ['', 'abc', 3],
    ['same', 'same', 0],
  ])('%j and %j: %d', (a, b, expected) => {
    expect(editDistance(a, b)).toBe(expected);
  });

  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 6 });
  test('is the same both ways, and 0 for equal words only', () => {
    fc.assert(
      fc.property(
        word,
        word,
        (a, b) => editDistance(a, b) === editDistance(b, a) && (editDistance(a, b) === 0) === (a === b),
      ),
    );
  });
});
