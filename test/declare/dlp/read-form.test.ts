import { protos } from '@google-cloud/dlp';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MESSAGES } from '../../../functions/declare/dlp/messages.ts';
import { readDlp } from '../../../functions/declare/dlp/read-form.ts';
import { renderKey } from '../../../functions/declare/problem.ts';

const KEY = { keyName: 'pii' };
const KEYS = fc.constant(KEY);
const NOTES = {
  infoTypeTransformations: {
    transformations: [{ infoTypes: [{ name: 'PHONE_NUMBER' }], primitiveTransformation: { redactConfig: {} } }],
  },
  inspectConfig: { infoTypes: [{ name: 'PHONE_NUMBER' }], minLikelihood: 'LIKELY' },
};

describe('what is DLP’s is taken as it stands', () => {
  test.each<[string, Record<string, unknown>, object]>([
    [
      'a primitive',
      { cryptoHashConfig: { cryptoKey: KEY } },
      { primitive: { cryptoHashConfig: { cryptoKey: KEY } }, keys: ['pii'] },
    ],
    [
      'one under its name',
      { primitiveTransformation: { redactConfig: {} } },
      { primitive: { redactConfig: {} }, keys: [] },
    ],
    [
      'one with a context',
      { cryptoDeterministicConfig: { cryptoKey: KEY, context: { name: 'country' } } },
      { keys: ['pii'], context: 'country' },
    ],
    [
      'numbers of 64 bits, and times, as the client takes them',
      {
        bucketingConfig: {
          buckets: [
            { max: { integerValue: 9007199254740993n.toString() }, replacementValue: { stringValue: 'a' } },
            { min: { timestampValue: '2026-01-31T01:00:00.5+01:00' }, replacementValue: { integerValue: 7 } },
          ],
        },
      },
      {
        primitive: {
          bucketingConfig: {
            buckets: [
              { max: { integerValue: '9007199254740993' }, replacementValue: { stringValue: 'a' } },
              {
                min: { timestampValue: { seconds: '1769817600', nanos: 500_000_000 } },
                replacementValue: { integerValue: '7' },
              },
            ],
          },
        },
      },
    ],
    [
      'a version of a key, the first one by its name',
      { dateShiftConfig: { cryptoKey: { keyName: 'pii@1' }, context: { name: 'id' } } },
      { primitive: { dateShiftConfig: { cryptoKey: KEY, context: { name: 'id' } } }, keys: ['pii'], context: 'id' },
    ],
    ['findings', NOTES, { findings: NOTES.infoTypeTransformations, inspect: NOTES.inspectConfig, keys: [] }],
    [
      'findings that one transformation serves',
      {
        infoTypeTransformations: { transformations: [{ primitiveTransformation: { redactConfig: {} } }] },
        inspectConfig: { customInfoTypes: [{ infoType: { name: 'CASE' }, regex: { pattern: 'C-\\d+' } }] },
      },
      { keys: [] },
    ],
  ])('%s', (_, written, expected) => {
    const { form, findings } = readDlp(written);
    expect(findings).toEqual([]);
    expect(form).toMatchObject({ kind: 'dlp', ...expected });
    // The client drops what it does not know, so whatever comes back the same was known.
    const { PrimitiveTransformation } = protos.google.privacy.dlp.v2;
    if (form === undefined || !('primitive' in form)) return;
    const { keys, primitive } = form;
    const text = JSON.stringify(primitive).replaceAll('{"keyName":"pii"}', '{"unwrapped":{"key":"c2VjcmV0"}}');
    const read = PrimitiveTransformation.toObject(PrimitiveTransformation.fromObject(JSON.parse(text) as object), {
      enums: String,
      longs: String,
      bytes: String,
    });
    expect(JSON.parse(JSON.stringify(read))).toEqual(JSON.parse(text));
    expect(keys.length > 0).toBe(text.includes('unwrapped'));
  });
});

test('whatever is written, the answer is a form or findings with a remedy', () => {
  const name = fc.constantFrom(
    ...Object.values(MESSAGES).flatMap((fields) => Object.keys(fields)),
    'keyName',
    'unwrapped',
    '__proto__',
    'toString',
  );
  const value = fc.letrec((tie) => ({
    any: fc.oneof({ depthSize: 'medium' }, fc.jsonValue(), tie('map'), fc.array(tie('any'), { maxLength: 3 }), KEYS),
    map: fc.dictionary(name, tie('any'), { maxKeys: 3 }),
  }));
  fc.assert(
    fc.property(value.map, (written) => {
      const { form, findings } = readDlp(written as Record<string, unknown>);
      expect(form === undefined).toBe(findings.length > 0);
      for (const { message, remedy } of findings) expect(message && remedy).toBeTruthy();
    }),
    { seed: 1, numRuns: 500 },
  );
});

const fpe = (more: object) => ({ cryptoReplaceFfxFpeConfig: { cryptoKey: KEY, commonAlphabet: 'NUMERIC', ...more } });

describe('what DLP would refuse, or would do otherwise than it reads, is refused, with place and remedy', () => {
  test.each<[string, Record<string, unknown>, string | string[], remedy?: RegExp]>([
    ['nothing', {}, ' MISSING_KEY'],
    [
      'no transformation of DLP',
      { cryptoHashConfigs: {} },
      ['cryptoHashConfigs UNKNOWN_KEY', ' MISSING_KEY'],
      /`cryptoHashConfig`/,
    ],
    [
      'a name of protobuf’s',
      { crypto_hash_config: { cryptoKey: KEY } },
      ['crypto_hash_config UNKNOWN_KEY', ' MISSING_KEY'],
      /`cryptoHashConfig`/,
    ],
    ['two transformations', { redactConfig: {}, cryptoHashConfig: { cryptoKey: KEY } }, 'cryptoHashConfig WRONG_VALUE'],
    ['an unknown field', fpe({ alphabet: 'NUMERIC' }), 'cryptoReplaceFfxFpeConfig.alphabet UNKNOWN_KEY'],
    ['two alphabets', fpe({ radix: 10 }), 'cryptoReplaceFfxFpeConfig.radix WRONG_VALUE'],
    [
      'a misspelt enum',
      fpe({ commonAlphabet: 'NUMERICS' }),
      'cryptoReplaceFfxFpeConfig.commonAlphabet WRONG_VALUE',
      /`NUMERIC`/,
    ],
    ['an enum by number', fpe({ commonAlphabet: 1 }), 'cryptoReplaceFfxFpeConfig.commonAlphabet WRONG_VALUE'],
    [
      'an enum’s nothing',
      fpe({ commonAlphabet: 'FFX_COMMON_NATIVE_ALPHABET_UNSPECIFIED' }),
      'cryptoReplaceFfxFpeConfig.commonAlphabet WRONG_VALUE',
    ],
    [
      'a text for a number',
      { characterMaskConfig: { numberToMask: 'x' } },
      'characterMaskConfig.numberToMask WRONG_TYPE',
    ],
    [
      'a number out of range',
      { characterMaskConfig: { numberToMask: 2 ** 31 } },
      'characterMaskConfig.numberToMask WRONG_TYPE',
    ],
    [
      'a number for a text',
      { characterMaskConfig: { maskingCharacter: 7 } },
      'characterMaskConfig.maskingCharacter WRONG_TYPE',
    ],
    [
      'a map for a list',
      { characterMaskConfig: { charactersToIgnore: {} } },
      'characterMaskConfig.charactersToIgnore WRONG_TYPE',
    ],
    ['null', { redactConfig: null }, 'redactConfig WRONG_TYPE'],
    [
      'a time in words',
      { replaceConfig: { newValue: { timestampValue: 'now' } } },
      'replaceConfig.newValue.timestampValue WRONG_TYPE',
    ],
    ['no key', { cryptoHashConfig: {} }, 'cryptoHashConfig MISSING_KEY'],
    [
      'a key that is no name',
      { cryptoHashConfig: { cryptoKey: { keyName: 'a b' } } },
      'cryptoHashConfig.cryptoKey WRONG_VALUE',
    ],
    [
      'a key itself',
      { cryptoHashConfig: { cryptoKey: { unwrapped: { key: 'c2VjcmV0' } } } },
      'cryptoHashConfig.cryptoKey.unwrapped WRONG_VALUE',
      /keyName/,
    ],
    [
      'a wrapped key',
      { cryptoHashConfig: { cryptoKey: { kmsWrapped: {} } } },
      'cryptoHashConfig.cryptoKey.kmsWrapped WRONG_VALUE',
      /SLUICE_KEYS/,
    ],
    [
      'a key of the moment',
      { cryptoHashConfig: { cryptoKey: { transient: { name: 'a' } } } },
      'cryptoHashConfig.cryptoKey.transient WRONG_VALUE',
    ],
    ['an infoType for a whole value', { replaceWithInfoTypeConfig: {} }, 'replaceWithInfoTypeConfig WRONG_VALUE'],
    [
      'a shift by chance',
      { dateShiftConfig: { upperBoundDays: 3, lowerBoundDays: -3 } },
      'dateShiftConfig UNSAFE_COMBINATION',
    ],
    ['a condition', { primitiveTransformation: { redactConfig: {} }, condition: {} }, 'condition UNKNOWN_KEY', /when/],
    [
      'a limit',
      { ...NOTES, inspectConfig: { ...NOTES.inspectConfig, limits: { maxFindingsPerItem: 1 } } },
      'inspectConfig.limits UNSAFE_COMBINATION',
    ],
    [
      'findings that stay',
      { ...NOTES, inspectConfig: { infoTypes: [{ name: 'EMAIL_ADDRESS' }] } },
      'inspectConfig UNSAFE_COMBINATION',
    ],
    [
      'custom findings that stay',
      { ...NOTES, inspectConfig: { customInfoTypes: [{ infoType: { name: 'C' }, regex: { pattern: 'x' } }] } },
      'inspectConfig UNSAFE_COMBINATION',
    ],
    [
      'an image',
      { ...NOTES, inspectConfig: { contentOptions: ['CONTENT_IMAGE'] } },
      'inspectConfig.contentOptions UNKNOWN_KEY',
    ],
    ['findings without what becomes of them', { infoTypeTransformations: {} }, 'infoTypeTransformations MISSING_KEY'],
    [
      'too many words',
      { replaceDictionaryConfig: { wordList: { words: ['x'.repeat(60_000), 'y'.repeat(60_000)] } } },
      ' WRONG_VALUE',
    ],
    [
      'too many transformations',
      {
        infoTypeTransformations: {
          transformations: Array.from({ length: 101 }, (_, n) => ({
            infoTypes: [{ name: `T${n}` }],
            primitiveTransformation: { redactConfig: {} },
          })),
        },
      },
      'infoTypeTransformations.transformations WRONG_VALUE',
    ],
    [
      'contexts of two columns',
      {
        infoTypeTransformations: {
          transformations: ['a', 'b'].map((name) => ({
            infoTypes: [{ name: name.toUpperCase() }],
            primitiveTransformation: fpe({ context: { name } }),
          })),
        },
      },
      ['infoTypeTransformations NOT_SUPPORTED', 'infoTypeTransformations NOT_SUPPORTED'],
    ],
  ])('%s', (_, written, expected, remedy = /./) => {
    const { form, findings } = readDlp(written);
    expect(form).toBeUndefined();
    expect(findings.map(({ path, code }) => `${renderKey(path)} ${code}`)).toEqual([expected].flat());
    expect(findings[0]?.remedy).toMatch(remedy);
    expect(JSON.stringify(findings)).not.toContain('c2VjcmV0');
  });
});
