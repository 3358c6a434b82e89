import { describe, expect, test } from 'vitest';
import { named, useInspection } from './inspection.ts';

const { quotes } = useInspection();

describe('custom infoTypes', () => {
  test.each<[string, object, string, string[]]>([
    ['a pattern', { regex: { pattern: '[A-Z]-\\d+' } }, 'A-1 and b-2', ['A-1 VERY_LIKELY']],
    [
      'a group of a pattern',
      { regex: { pattern: 'ref ([A-Z]+)-(\\d+)', groupIndexes: [2] } },
      'ref AB-12',
      ['12 VERY_LIKELY'],
    ],
    [
      'a pattern with flags of RE2',
      { regex: { pattern: '(?i)mrn(?-i) [A-Z]+' } },
      'Mrn AB, mrn ab',
      ['Mrn AB VERY_LIKELY'],
    ],
    [
      'words in any case',
      { dictionary: { wordList: { words: ['Sam Johnson'] } } },
      'SAM, (Johnson) sam-johnson samjohnson',
      ['SAM, (Johnson VERY_LIKELY', 'sam-johnson VERY_LIKELY'],
    ],
    [
      'words that end where digits begin',
      { dictionary: { wordList: { words: ['jen'] } } },
      'jen123 jennifer jen',
      ['jen VERY_LIKELY', 'jen VERY_LIKELY'],
    ],
    [
      'words with digits, glued as they are',
      { dictionary: { wordList: { words: ['jen123'] } } },
      'jen123 jen 123',
      ['jen123 VERY_LIKELY'],
    ],
    [
      'the longest phrase',
      { dictionary: { wordList: { words: ['new york', 'new york city', 'york'] } } },
      'New York City, York',
      ['New York City VERY_LIKELY', 'York VERY_LIKELY'],
    ],
    [
      'surrogates',
      { surrogateType: {} },
      'X(3):abcd X(0): X(2):éé X(9):ab',
      ['X(3):abc VERY_LIKELY', 'X(2):éé VERY_LIKELY'],
    ],
    ['a likelihood of its own', { regex: { pattern: '\\d+' }, likelihood: 'LIKELY' }, '7', ['7 LIKELY']],
    [
      'detection rules',
      {
        regex: { pattern: '\\d+' },
        likelihood: 'UNLIKELY',
        detectionRules: [
          {
            hotwordRule: {
              hotwordRegex: { pattern: 'room' },
              proximity: { windowBefore: 6 },
              likelihoodAdjustment: { relativeLikelihood: 2 },
            },
          },
        ],
      },
      'room 12, floor no 3',
      ['12 LIKELY'],
    ],
  ])('%s', async (_, custom, value, expected) => {
    expect(await quotes(value, { customInfoTypes: [{ infoType: { name: 'X' }, ...custom }] })).toEqual(expected);
  });

  test('extend a built-in infoType of the same name', async () => {
    const config = {
      infoTypes: named('EMAIL_ADDRESS'),
      customInfoTypes: [{ infoType: { name: 'EMAIL_ADDRESS' }, regex: { pattern: '\\w+ at \\w+' } }],
    };
    expect(await quotes('a@b.com or bob at work', config)).toEqual(['a@b.com VERY_LIKELY', 'bob at work VERY_LIKELY']);
  });

  test.each<[string, object, number]>([
    ['a look-ahead, which RE2 lacks', { regex: { pattern: 'a(?=b)' } }, 3],
    ['a pattern of more than 1,000 characters', { regex: { pattern: 'a'.repeat(1001) } }, 3],
    ['a group that the pattern lacks', { regex: { pattern: 'a', groupIndexes: [1] } }, 3],
    ['four groups', { regex: { pattern: '(a)(b)(c)(d)', groupIndexes: [1, 2, 3, 4] } }, 3],
    ['a phrase of one letter', { dictionary: { wordList: { words: ['x'] } } }, 3],
    ['no words', { dictionary: { wordList: { words: [] } } }, 3],
    ['a phrase of 201 words', { dictionary: { wordList: { words: ['ab '.repeat(201)] } } }, 3],
    ['no detector', {}, 3],
    ['a dictionary in Cloud Storage', { dictionary: { cloudStoragePath: { path: 'gs://bucket/o' } } }, 12],
    ['a stored infoType', { storedType: { name: 'projects/p/storedInfoTypes/s' } }, 5],
    ['metadata', { metadataKeyValueExpression: { keyRegex: 'a' } }, 12],
  ])('with %s are refused', async (_, custom, code) => {
    await expect(quotes('x', { customInfoTypes: [{ infoType: { name: 'X' }, ...custom }] })).rejects.toMatchObject({
      code,
    });
  });
});
