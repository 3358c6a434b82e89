import { expect, test } from 'vitest';
import { KEY_NAME, parseKeyName, surrogateOf } from '../../functions/model/key-name.ts';

test.each([
  ['pii', { name: 'pii', version: 1 }, 'pii'],
  ['pii@2', { name: 'pii', version: 2 }, 'pii-2'],
  ['Card_holder@1234', { name: 'Card_holder', version: 1234 }, 'Card_holder-1234'],
])('%s is a name and a version, and its tokens say both', (key, parts, surrogate) => {
  expect(key).toMatch(KEY_NAME);
  expect(parseKeyName(key)).toEqual(parts);
  expect(surrogateOf(key)).toBe(surrogate);
});

test.each(['', '2pii', 'p-i', 'pii@', 'pii@0', 'pii@1', 'pii@02', 'pii@12345', 'pii@2@3', 'p'.repeat(64)])(
  '%j is no name that a key is configured by',
  (key) => {
    expect(key).not.toMatch(KEY_NAME);
  },
);

test('the longest name of a later version leaves room for the version in a surrogate of DLP', () => {
  const longest = `${'p'.repeat(58)}@9999`;
  expect(longest).toMatch(KEY_NAME);
  expect(surrogateOf(longest)).toHaveLength(63);
  expect(`p${longest}`).not.toMatch(KEY_NAME);
});
