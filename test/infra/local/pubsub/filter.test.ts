import { describe, expect, test } from 'vitest';
import { ApiError } from '../../../../infra/local/api-error.ts';
import { parseFilter } from '../../../../infra/local/pubsub/filter.ts';

const attributes = { name: 'com', 'iana.org/language_tag': 'en', empty: '', 'a-b_c': 'd', quote: 'say "hi"\n' };

describe('a filter takes a message', () => {
  test.each([
    ['', true],
    ['   ', true],
    ['attributes:name', true],
    ['attributes:absent', false],
    ['attributes:empty', true],
    ['attributes:"iana.org/language_tag"', true],
    ['attributes.name = "com"', true],
    ['attributes.name="com"', true],
    ['attributes.name = "Com"', false],
    ['attributes.name != "com"', false],
    ['attributes.name != "org"', true],
    ['attributes.absent != "org"', true],
    ['attributes.absent = ""', false],
    ['attributes.empty = ""', true],
    ['attributes.a-b_c = "d"', true],
    ['attributes."iana.org/language_tag" = "en"', true],
    ['hasPrefix(attributes.name, "co")', true],
    ['hasPrefix(attributes.name, "om")', false],
    ['hasPrefix(attributes.absent, "")', false],
    ['NOT attributes:name', false],
    ['NOT NOT attributes:name', true],
    ['NOT hasPrefix(attributes.name, "x") AND attributes:empty', true],
    ['attributes:name AND attributes:empty AND attributes:absent', false],
    ['attributes:absent OR attributes:name', true],
    ['attributes:absent OR attributes.name = "x"', false],
    ['attributes:name AND (attributes:absent OR attributes.empty = "")', true],
    ['(attributes:absent)', false],
    [String.raw`attributes.quote = "say \"hi\"\n"`, true],
    [String.raw`attributes.name = "\u0063\x6f\155"`, true],
    ['attributes:__proto__', false],
    ['attributes:constructor', false],
    ['attributes:\n name', true],
  ])('%s → %s', (filter, expected) => {
    expect(parseFilter(filter)(attributes)).toBe(expected);
  });
});

describe('a filter is refused', () => {
  test.each([
    'attributes',
    'attributes.name',
    'attributes.name == "com"',
    'attributes.name = com',
    "attributes.name = 'com'",
    'attributes.name > "a"',
    'attributes.name = "com',
    'name = "com"',
    'data = "x"',
    'attributes:name AND',
    'AND attributes:name',
    'attributes:name attributes:empty',
    'attributes:name and attributes:empty',
    'attributes:name AND attributes:a OR attributes:b',
    '-attributes:name',
    '(attributes:name',
    'attributes:name)',
    'hasPrefix(attributes.name)',
    'hasPrefix(attributes:name, "c")',
    'hasSuffix(attributes.name, "m")',
    String.raw`attributes.name = "\q"`,
    String.raw`attributes.name = "\Uffffffff"`,
    `attributes.name = "${'x'.repeat(250)}"`,
  ])('%s', (filter) => {
    expect(() => parseFilter(filter)).toThrow(ApiError);
    expect(() => parseFilter(filter)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
  });
});
