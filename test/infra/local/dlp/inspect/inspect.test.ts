import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DlpServer, PARENT, startDlp } from '../dlp-server.ts';

let server: DlpServer;
beforeAll(async () => {
  server = await startDlp({ now: () => 1_700_000_000_250 });
});
afterAll(() => server.close());

const named = (...names: string[]) => names.map((name) => ({ name }));

async function inspect(item: object, inspectConfig: object) {
  const [response] = await server.grpc.inspectContent({
    parent: PARENT,
    item,
    inspectConfig: { includeQuote: true, ...inspectConfig },
  } as never);
  return response.result;
}
async function quotes(value: string, inspectConfig: object): Promise<string[]> {
  const result = await inspect({ value }, inspectConfig);
  return (result?.findings ?? []).map((finding) => `${finding.quote} ${finding.likelihood}`);
}

const word = (pattern: string) => ({
  customInfoTypes: [{ infoType: { name: 'ID' }, regex: { pattern }, likelihood: 'POSSIBLE' }],
});

describe('likelihood', () => {
  test.each<[string, object, string[]]>([
    ['POSSIBLE is the least that is returned unless told otherwise', {}, []],
    ['less is returned if asked for', { minLikelihood: 'VERY_UNLIKELY' }, ['4155550132 VERY_UNLIKELY']],
    [
      'an infoType may have its own least',
      { minLikelihoodPerInfoType: [{ infoType: { name: 'PHONE_NUMBER' }, minLikelihood: 'VERY_UNLIKELY' }] },
      ['4155550132 VERY_UNLIKELY'],
    ],
  ])('%s', async (_, config, expected) => {
    expect(await quotes('order 4155550132', { infoTypes: named('PHONE_NUMBER'), ...config })).toEqual(expected);
  });

  test('rises with a word before the value or in the name of its column', async () => {
    expect(await quotes('phone 4155550132', { infoTypes: named('PHONE_NUMBER') })).toEqual(['4155550132 LIKELY']);
    const table = {
      headers: named('customerPhone', 'order'),
      rows: [{ values: [{ stringValue: '4155550132' }, { stringValue: '4155550132' }] }],
    };
    const result = await inspect({ table }, { infoTypes: named('PHONE_NUMBER') });
    expect(
      result?.findings?.map(({ location }) => location?.contentLocations?.[0]?.recordLocation?.fieldId?.name),
    ).toEqual(['customerPhone']);
  });
});

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
    ['a dictionary in Cloud Storage', { dictionary: { cloudStoragePath: { path: 'gs://b/o' } } }, 12],
    ['a stored infoType', { storedType: { name: 'projects/p/storedInfoTypes/s' } }, 12],
    ['metadata', { metadataKeyValueExpression: { keyRegex: 'a' } }, 12],
  ])('with %s are refused', async (_, custom, code) => {
    await expect(quotes('x', { customInfoTypes: [{ infoType: { name: 'X' }, ...custom }] })).rejects.toMatchObject({
      code,
    });
  });
});

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
    expect(await quotes(value, { ...word('\\d+'), ...rules(...list) })).toEqual(expected);
  });

  test.each<[string, string, string[]]>([
    ['MATCHING_TYPE_FULL_MATCH', 'inside', ['12@x.com VERY_LIKELY', '34 POSSIBLE']],
    ['MATCHING_TYPE_PARTIAL_MATCH', 'that meet', ['12@x.com VERY_LIKELY', '34 POSSIBLE']],
    ['MATCHING_TYPE_INVERSE_MATCH', 'apart from', ['12@x.com VERY_LIKELY', '12 POSSIBLE']],
  ])('%s leaves out findings %s those of another infoType', async (matchingType, _, expected) => {
    const config = {
      infoTypes: named('EMAIL_ADDRESS'),
      ...word('\\d+'),
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
    const config = { infoTypes: named('EMAIL_ADDRESS'), ...word('\\d+'), ...rules(rule) };
    expect(await quotes('12@x.com 34', config)).toEqual(['12@x.com VERY_LIKELY', '12 VERY_LIKELY', '34 POSSIBLE']);
  });

  test('a hidden custom infoType serves the rules but is not returned', async () => {
    const hidden = { infoType: { name: 'TEST' }, regex: { pattern: '0\\d' }, exclusionType: 'EXCLUSION_TYPE_EXCLUDE' };
    const config = {
      customInfoTypes: [...word('\\d+').customInfoTypes, hidden],
      ...rules(exclude({ excludeInfoTypes: { infoTypes: named('TEST') } })),
    };
    expect(await quotes('01 22', config)).toEqual(['22 POSSIBLE']);
  });

  test("a window of one character takes in the column's name", async () => {
    const table = { headers: named('fake', 'real'), rows: [{ values: [{ stringValue: '1' }, { stringValue: '2' }] }] };
    const rule = hotword('fake', { windowBefore: 1 }, { fixedLikelihood: 'VERY_UNLIKELY' });
    const result = await inspect({ table }, { ...word('\\d+'), ...rules(rule) });
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
    await expect(quotes('1', { ...word('\\d+'), ...rules(rule) })).rejects.toMatchObject({ code: 3 });
  });
});

describe('a result', () => {
  test('holds at most 3,000 findings, and says that there were more', async () => {
    const result = await inspect({ value: 'a@b.co '.repeat(3100) }, { infoTypes: named('EMAIL_ADDRESS') });
    expect(result?.findings).toHaveLength(3000);
    expect(result?.findingsTruncated).toBe(true);
  });

  test.each<[string, object, string[]]>([
    ['of a request', { maxFindingsPerRequest: 2 }, ['a@b.com', '10.0.0.1']],
    [
      'of an infoType',
      { maxFindingsPerInfoType: [{ infoType: { name: 'IP_ADDRESS' }, maxFindings: 1 }] },
      ['a@b.com', '10.0.0.1', 'c@d.com'],
    ],
    ['of every infoType', { maxFindingsPerInfoType: [{ maxFindings: 1 }] }, ['a@b.com', '10.0.0.1']],
    ['of an item, which is ignored', { maxFindingsPerItem: 1 }, ['a@b.com', '10.0.0.1', '10.0.0.2', 'c@d.com']],
  ])('keeps the limit %s', async (_, limits, expected) => {
    const result = await inspect(
      { value: 'a@b.com 10.0.0.1 10.0.0.2 c@d.com' },
      { infoTypes: named('EMAIL_ADDRESS', 'IP_ADDRESS'), limits },
    );
    expect(result?.findings?.map(({ quote }) => quote)).toEqual(expected);
    expect(result?.findingsTruncated).toBe(expected.length < 4);
  });

  test('leaves out quotes and infoTypes where that is asked for', async () => {
    const [response] = await server.grpc.inspectContent({
      parent: PARENT,
      item: { value: 'a@b.com' },
      inspectConfig: { infoTypes: named('EMAIL_ADDRESS'), excludeInfoTypes: true },
    });
    const [finding] = response.result?.findings ?? [];
    expect(finding).toMatchObject({
      quote: '',
      infoType: null,
      likelihood: 'VERY_LIKELY',
      createTime: { seconds: '1700000000', nanos: 250_000_000 },
    });
    expect(finding?.findingId).toMatch(/^[0-9a-f]{32}$/);
  });

  test('leaves out quotes of more than 4 KB', async () => {
    const result = await inspect({ value: 'x'.repeat(5000) }, word('x{1000}x*'));
    expect(result?.findings).toMatchObject([{ quote: '', location: { byteRange: { end: '5000' } } }]);
  });

  test('reads dates and times', async () => {
    const result = await inspect({ value: 'born 1979-05-16 11:28:01' }, { infoTypes: named('DATE_OF_BIRTH') });
    expect(result?.findings?.[0]?.quoteInfo?.dateTime).toMatchObject({
      date: { year: 1979, month: 5, day: 16 },
      dayOfWeek: 'WEDNESDAY',
      time: { hours: 11, minutes: 28, seconds: 1 },
    });
  });

  test('of no infoTypes holds what is looked for by default', async () => {
    const result = await inspect({ value: 'a@b.com 10.0.0.1' }, {});
    expect(result?.findings?.map(({ infoType }) => infoType?.name)).toEqual(['EMAIL_ADDRESS', 'IP_ADDRESS']);
  });
});
