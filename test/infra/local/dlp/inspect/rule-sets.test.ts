import { describe, expect, test } from 'vitest';
import { idOf, named, useInspection } from './inspection.ts';

const { inspect, quotes } = useInspection();

describe('rules', () => {
  const rules = (...list: object[]) => ({ ruleSet: [{ infoTypes: named('ID'), rules: list }] });
  const hotword = (pattern: string, proximity: object, likelihoodAdjustment: object) => ({
    hotwordRule: { hotwordRegex: { pattern }, proximity, likelihoodAdjustment },
  });
  const exclude = (rule: object, matchingType = 'MATCHING_TYPE_FULL_MATCH') => ({
    exclusionRule: { ...rule, matchingType },
  });
  const words = (...list: string[]) => ({ dictionary: { wordList: { words: list } } });

  test.each<[string, string, object[], string[]]>([
    [
      'a hotword before the finding',
      'mrn 123',
      [hotword('mrn', { windowBefore: 5 }, { fixedLikelihood: 'VERY_LIKELY' })],
      ['123 VERY_LIKELY'],
    ],
    [
      'a hotword beyond the window',
      'mrn is now 123',
      [hotword('mrn', { windowBefore: 5 }, { fixedLikelihood: 'VERY_LIKELY' })],
      ['123 POSSIBLE'],
    ],
    ['a hotword behind it', '123 mrn', [hotword('mrn', { windowAfter: 4 }, { relativeLikelihood: 1 })], ['123 LIKELY']],
    ['a hotword within it', '123', [hotword('2', {}, { relativeLikelihood: 9 })], ['123 VERY_LIKELY']],
    [
      'rules in order',
      'mrn 123',
      [hotword('mrn', { windowBefore: 5 }, { relativeLikelihood: 2 }), hotword('123', {}, { relativeLikelihood: -1 })],
      ['123 LIKELY'],
    ],
    ['an adjustment below the least', 'mrn 123', [hotword('mrn', { windowBefore: 5 }, { relativeLikelihood: -1 })], []],
    ['an exclusion of the whole by words', '123 456', [exclude(words('123', '789'))], ['456 POSSIBLE']],
    [
      'an exclusion of a part by a pattern',
      '123 456',
      [exclude({ regex: { pattern: '^4' } }, 'MATCHING_TYPE_PARTIAL_MATCH')],
      ['123 POSSIBLE'],
    ],
    [
      'an exclusion of the whole by a pattern',
      '123 1234',
      [exclude({ regex: { pattern: '\\d\\d\\d' } })],
      ['1234 POSSIBLE'],
    ],
    [
      'an exclusion of what does not match',
      '123 456',
      [exclude({ regex: { pattern: '2' } }, 'MATCHING_TYPE_INVERSE_MATCH')],
      ['123 POSSIBLE'],
    ],
    [
      'an exclusion by a hotword',
      'test 123, 456',
      [{ exclusionRule: { excludeByHotword: { hotwordRegex: { pattern: 'test' }, proximity: { windowBefore: 5 } } } }],
      ['456 POSSIBLE'],
    ],
    [
      'exclusions after all others, wherever they stand',
      'mrn 123',
      [exclude(words('999')), hotword('mrn', { windowBefore: 5 }, { relativeLikelihood: 1 })],
      ['123 LIKELY'],
    ],
    [
      'rules about images',
      '123',
      [{ exclusionRule: { excludeByImageFindings: {} } }, { adjustmentRule: { adjustByImageFindings: {} } }],
      ['123 POSSIBLE'],
    ],
  ])('%s', async (_, value, list, expected) => {
    expect(await quotes(value, { ...idOf('\\d+'), ...rules(...list) })).toEqual(expected);
  });

  test.each<[string, string, string[]]>([
    ['MATCHING_TYPE_FULL_MATCH', 'inside', ['12@x.com VERY_LIKELY', '34 POSSIBLE']],
    ['MATCHING_TYPE_PARTIAL_MATCH', 'that meet', ['12@x.com VERY_LIKELY', '34 POSSIBLE']],
    ['MATCHING_TYPE_INVERSE_MATCH', 'apart from', ['12@x.com VERY_LIKELY', '12 POSSIBLE']],
  ])('%s leaves out findings %s those of another infoType', async (matchingType, _, expected) => {
    const config = {
      infoTypes: named('EMAIL_ADDRESS'),
      ...idOf('\\d+'),
      ...rules({ exclusionRule: { excludeInfoTypes: { infoTypes: named('EMAIL_ADDRESS') }, matchingType } }),
    };
    expect(await quotes('12@x.com 34', config)).toEqual(expected);
  });

  test('a finding is adjusted where another infoType is found too', async () => {
    const rule = {
      adjustmentRule: {
        adjustByMatchingInfoTypes: { infoTypes: named('EMAIL_ADDRESS'), minLikelihood: 'LIKELY' },
        likelihoodAdjustment: { fixedLikelihood: 'VERY_LIKELY' },
      },
    };
    const config = { infoTypes: named('EMAIL_ADDRESS'), ...idOf('\\d+'), ...rules(rule) };
    expect(await quotes('12@x.com 34', config)).toEqual(['12@x.com VERY_LIKELY', '12 VERY_LIKELY', '34 POSSIBLE']);
  });

  test('a hidden custom infoType serves the rules but is not returned', async () => {
    const hidden = { infoType: { name: 'TEST' }, regex: { pattern: '0\\d' }, exclusionType: 'EXCLUSION_TYPE_EXCLUDE' };
    const config = {
      customInfoTypes: [...idOf('\\d+').customInfoTypes, hidden],
      ...rules(exclude({ excludeInfoTypes: { infoTypes: named('TEST') } })),
    };
    expect(await quotes('01 22', config)).toEqual(['22 POSSIBLE']);
  });

  test("a window of one character takes in the column's name", async () => {
    const table = { headers: named('fake', 'real'), rows: [{ values: [{ stringValue: '1' }, { stringValue: '2' }] }] };
    const rule = hotword('fake', { windowBefore: 1 }, { fixedLikelihood: 'VERY_UNLIKELY' });
    const result = await inspect({ table }, { ...idOf('\\d+'), ...rules(rule) });
    expect(result?.findings?.map(({ quote }) => quote)).toEqual(['2']);
  });

  test.each<[string, object]>([
    [
      'a window of more than 1,000 characters',
      hotword('a', { windowBefore: 900, windowAfter: 101 }, { relativeLikelihood: 1 }),
    ],
    ['no adjustment', hotword('a', {}, {})],
    ['no matching type', exclude(words('ab'), 'MATCHING_TYPE_UNSPECIFIED')],
    ['no exclusion', exclude({})],
    ['nothing', {}],
  ])('with %s are refused', async (_, rule) => {
    await expect(quotes('1', { ...idOf('\\d+'), ...rules(rule) })).rejects.toMatchObject({ code: 3 });
  });
});
