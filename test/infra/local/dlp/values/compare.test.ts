import { expect, test } from 'vitest';
import { compareValues } from '../../../../../infra/local/dlp/values/compare.ts';
import type { Value } from '../../../../../infra/local/dlp/wire/value.ts';

const date = (year: number, month: number, day: number): Value => ({ dateValue: { year, month, day } });
const at = (seconds: number): Value => ({ timestampValue: { seconds: String(seconds), nanos: 0 } });
const time = (hours: number, minutes: number): Value => ({ timeValue: { hours, minutes, seconds: 0, nanos: 0 } });

test.each<[string, Value, Value, number | undefined]>([
  ['a text of digits with an integer', { stringValue: '101' }, { integerValue: '89' }, 1],
  ['a text that is no integer with an integer', { stringValue: '89.5' }, { integerValue: '89' }, undefined],
  ['integers beyond 2^53', { integerValue: '9007199254740993' }, { integerValue: '9007199254740992' }, 1],
  ['a float with an integer', { floatValue: 88.5 }, { integerValue: '89' }, -1],
  ['a text with a float', { stringValue: '1e3' }, { floatValue: 1000 }, 0],
  ['texts by their characters', { stringValue: '9' }, { stringValue: '10' }, 1],
  ['an integer with a text, as integers', { integerValue: '9' }, { stringValue: '10' }, -1],
  ['booleans', { booleanValue: true }, { booleanValue: false }, 1],
  ['a text with a boolean', { stringValue: 'true' }, { booleanValue: true }, undefined],
  ['dates', date(2020, 1, 2), date(2020, 1, 1), 1],
  ['a text with a date', { stringValue: '2019-12-31' }, date(2020, 1, 1), -1],
  ['an RFC 3339 text with a timestamp', { stringValue: '1970-01-01T01:00:00+01:00' }, at(0), 0],
  ['a timestamp with a time of day', at(86_400 + 3600), time(1, 0), 0],
  ['a text with a time of day', { stringValue: '00:30:00' }, time(1, 0), -1],
  ['weekdays', { dayOfWeekValue: 'TUESDAY' }, { dayOfWeekValue: 'MONDAY' }, 1],
  ['an empty cell', {}, { integerValue: '1' }, undefined],
])('compares %s', (_, cell, reference, expected) => {
  expect(compareValues(cell, reference)).toBe(expected);
});
