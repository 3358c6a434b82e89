import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { PrimitiveTransformation } from '../../../../../infra/local/dlp/wire/deidentification.ts';
import type { Value } from '../../../../../infra/local/dlp/wire/value.ts';
import { CASES, HAVE_CASES } from '../cases.ts';
import { createWorkshop, LONG_KEY, transformCell } from './workshop.ts';

const text = (stringValue: string): Value => ({ stringValue });
const integer = (integerValue: number): Value => ({ integerValue: String(integerValue) });
const failure = expect.objectContaining({ failure: expect.any(String) });
const decade: PrimitiveTransformation = {
  fixedSizeBucketingConfig: { lowerBound: integer(0), upperBound: integer(100), bucketSize: 10 },
};
const thirds: PrimitiveTransformation = {
  bucketingConfig: {
    buckets: [
      { min: null, max: integer(25), replacementValue: text('Low') },
      { min: integer(25), max: integer(75), replacementValue: text('Medium') },
      { min: integer(75), max: null, replacementValue: integer(3) },
    ],
  },
};
const part = (partToExtract: string): PrimitiveTransformation => ({ timePartConfig: { partToExtract } });

describe('a cell becomes', () => {
  test.each<[string, PrimitiveTransformation, Value, unknown]>([
    ['the new value with its type', { replaceConfig: { newValue: integer(7) } }, text('x'), { integerValue: '7' }],
    ['the new text', { replaceConfig: { newValue: text('hidden') } }, integer(1), 'hidden'],
    ['nothing', { redactConfig: {} }, integer(1), ''],
    ['its bucket of fixed size', decade, text('95'), '90:100'],
    ['the bucket that begins at it', decade, integer(20), '20:30'],
    ['the bucket below all', decade, integer(-1), '-0'],
    ['the bucket above all, its bound included', decade, integer(100), '100+'],
    [
      'a bucket of a fraction',
      { fixedSizeBucketingConfig: { lowerBound: { floatValue: 0 }, upperBound: { floatValue: 1 }, bucketSize: 0.1 } },
      { floatValue: 0.3 },
      '0.3:0.4',
    ],
    ['a failure when no number is to be bucketed', decade, text('old'), failure],
    ['the bucket that holds it', thirds, integer(24), 'Low'],
    ['the bucket whose lower bound it is', thirds, integer(25), 'Medium'],
    ['the bucket without an upper bound, with its type', thirds, text('75'), { integerValue: '3' }],
    ['a failure when its type has no order with the bounds', thirds, text('many'), failure],
    ['a year', part('YEAR'), text('07/21/1996'), '1996'],
    ['a month', part('MONTH'), text('21 July 1996'), '7'],
    [
      'a day of the month',
      part('DAY_OF_MONTH'),
      { dateValue: { year: 1996, month: 7, day: 21 } },
      { integerValue: '21' },
    ],
    ['a day of the week, Monday being 1', part('DAY_OF_WEEK'), text('1996-07-21'), '7'],
    ['a week', part('WEEK_OF_YEAR'), text('2021-01-03'), '53'],
    ['an hour of a text', part('HOUR_OF_DAY'), text('1996-07-21 17:05'), '17'],
    [
      'an hour of a timestamp',
      part('HOUR_OF_DAY'),
      { timestampValue: { seconds: '-3600', nanos: 0 } },
      { integerValue: '23' },
    ],
    [
      'an hour of a time',
      part('HOUR_OF_DAY'),
      { timeValue: { hours: 5, minutes: 0, seconds: 0, nanos: 0 } },
      { integerValue: '5' },
    ],
    ['a failure when it has no such part', part('HOUR_OF_DAY'), text('1996-07-21'), failure],
    ['a failure when it is no date', part('YEAR'), text('x'), failure],
    [
      'a hash of 44 characters',
      { cryptoHashConfig: { cryptoKey: LONG_KEY } },
      text('x'),
      expect.stringMatching(/^[A-Za-z0-9+/]{43}=$/),
    ],
    [
      'a failure when a float is to be hashed',
      { cryptoHashConfig: { cryptoKey: LONG_KEY } },
      { floatValue: 1 },
      failure,
    ],
  ])('%s', (_, config, cell, expected) => {
    expect(transformCell(config, cell)).toEqual(expected);
  });

  test('one of the words of a dictionary', () => {
    const config = { replaceDictionaryConfig: { wordList: { words: ['a', 'b', 'c'] } } };
    const workshop = createWorkshop();
    const words = Array.from({ length: 30 }, () => transformCell(config, text('x'), undefined, workshop));
    expect(new Set(words)).toEqual(new Set(['a', 'b', 'c']));
  });
});

describe('a configuration is refused', () => {
  test.each<[string, PrimitiveTransformation, string]>([
    ['that holds nothing', {}, 'must name a transformation'],
    ['whose new value is empty', { replaceConfig: { newValue: {} } }, 'new_value'],
    ['that names an infoType where none is', { replaceWithInfoTypeConfig: {} }, 'needs an infoType'],
    ['whose dictionary is empty', { replaceDictionaryConfig: { wordList: { words: [] } } }, 'at least one word'],
    ['whose part is unset', part('TIME_PART_UNSPECIFIED'), 'part_to_extract'],
    [
      'whose bucket size is 0',
      { fixedSizeBucketingConfig: { lowerBound: integer(0), upperBound: integer(9), bucketSize: 0 } },
      'above 0',
    ],
    [
      'whose bounds are swapped',
      { fixedSizeBucketingConfig: { lowerBound: integer(9), upperBound: integer(0), bucketSize: 1 } },
      'below upper_bound',
    ],
    [
      'whose bounds are no numbers',
      { fixedSizeBucketingConfig: { lowerBound: text('a'), upperBound: integer(0), bucketSize: 1 } },
      'needs numbers',
    ],
    [
      'whose buckets overlap',
      {
        bucketingConfig: {
          buckets: [
            { min: integer(0), max: integer(5), replacementValue: text('a') },
            { min: integer(4), max: integer(9), replacementValue: text('b') },
          ],
        },
      },
      'overlap',
    ],
    [
      'whose bounds differ in type',
      { bucketingConfig: { buckets: [{ min: integer(0), max: text('z'), replacementValue: text('a') }] } },
      'type',
    ],
    [
      'whose bucket has no replacement',
      { bucketingConfig: { buckets: [{ min: integer(0), max: integer(1), replacementValue: null }] } },
      'replacement_value',
    ],
    [
      'whose hash key has 16 bytes',
      { cryptoHashConfig: { cryptoKey: { unwrapped: { key: Buffer.alloc(16) } } } },
      '32 or 64 bytes long, but it has 16',
    ],
    ['without a key', { cryptoHashConfig: { cryptoKey: null } }, 'must hold a transient'],
    [
      'whose transient key has no name',
      { cryptoHashConfig: { cryptoKey: { transient: { name: '' } } } },
      'must not be empty',
    ],
  ])('%s', (_, config, message) => {
    expect(() => transformCell(config, text('x'))).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringContaining(message) }),
    );
  });

  test('whose key is wrapped by KMS, until there is a key service', () => {
    const cryptoKey = {
      kmsWrapped: { wrappedKey: Buffer.alloc(9), cryptoKeyName: 'projects/p/locations/l/keyRings/r/cryptoKeys/k' },
    };
    expect(() => transformCell({ cryptoHashConfig: { cryptoKey } }, text('x'))).toThrow(
      expect.objectContaining({ code: 'FAILED_PRECONDITION' }),
    );
  });
});

interface PrimitiveCase {
  id: string;
  method: string;
  request: { value: string | Value; transformation: PrimitiveTransformation };
  expect: { value?: string; valueOneOf?: string[] };
}

describe.runIf(HAVE_CASES)('the proto comments', () => {
  const cases: PrimitiveCase[] = HAVE_CASES
    ? JSON.parse(readFileSync(join(CASES, 'dlp.json'), 'utf8')).filter(
        ({ method }: PrimitiveCase) => method === 'primitive',
      )
    : [];
  test.each(cases)('$id', ({ request, expect: { value, valueOneOf } }) => {
    const cell = typeof request.value === 'string' ? text(request.value) : request.value;
    const mask = request.transformation.characterMaskConfig;
    const config = mask ? { characterMaskConfig: { ...mask, reverseOrder: false } } : request.transformation;
    expect(valueOneOf ?? [value]).toContain(transformCell(config, cell));
  });
});
