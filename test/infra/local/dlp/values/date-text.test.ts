import { describe, expect, test } from 'vitest';
import { parseDate, parseTime, shiftDateText } from '../../../../../infra/local/dlp/values/date-text.ts';

describe('a date in a text', () => {
  test.each([
    ['2016-01-10', { year: 2016, month: 1, day: 10 }],
    ['2016/1/9', { year: 2016, month: 1, day: 9 }],
    ['20160110', { year: 2016, month: 1, day: 10 }],
    ['01/10/2016', { year: 2016, month: 1, day: 10 }],
    ['25/12/2016', { year: 2016, month: 12, day: 25 }],
    ['10.01.2016', { year: 2016, month: 1, day: 10 }],
    ['1/10/16', { year: 2016, month: 1, day: 10 }],
    ['1/10/75', { year: 1975, month: 1, day: 10 }],
    ['10 January 2016', { year: 2016, month: 1, day: 10 }],
    ['10-JAN-2016', { year: 2016, month: 1, day: 10 }],
    ['January 10, 2016', { year: 2016, month: 1, day: 10 }],
    ['Sept 1st, 2016', { year: 2016, month: 9, day: 1 }],
    ['Sunday, January 10, 2016', { year: 2016, month: 1, day: 10 }],
    [' 2016-01-10 ', { year: 2016, month: 1, day: 10 }],
  ])('%s is read', (text, date) => {
    expect(parseDate(text)?.date).toEqual(date);
  });

  test.each(['', 'yesterday', '2016-13-01', '2016-02-30', '2016-01', '12', '2016-01-10x', '1.2.3.4', '2016-01/10'])(
    '%j is none',
    (text) => {
      expect(parseDate(text)).toBeUndefined();
    },
  );

  test('carries its time of day and offset', () => {
    expect(parseDate('2016-01-10T13:45:06.5+02:00')).toMatchObject({
      time: { hours: 13, minutes: 45, seconds: 6, nanos: 500_000_000 },
      offsetMinutes: 120,
    });
    expect(parseDate('1/10/2016 1:45 PM')?.time).toMatchObject({ hours: 13, minutes: 45 });
  });
});

test.each([
  ['13:45', { hours: 13, minutes: 45, seconds: 0, nanos: 0 }],
  ['12:05 am', { hours: 0, minutes: 5, seconds: 0, nanos: 0 }],
  ['25:00', undefined],
  ['noon', undefined],
])('the time of day %s is %o', (text, expected) => {
  expect(parseTime(text)).toEqual(expected);
});

describe('a shifted date keeps its form', () => {
  test.each([
    ['2016-01-10', 1, '2016-01-11'],
    ['2016-01-10', -10, '2015-12-31'],
    ['2016-02-28T10:00:00Z', 2, '2016-03-01T10:00:00Z'],
    ['01/31/2016', 1, '02/01/2016'],
    ['1/9/2016', 1, '1/10/2016'],
    ['31.12.2016', 1, '01.01.2017'],
    ['20161231', 1, '20170101'],
    ['12/31/99', 1, '01/01/00'],
    ['10-JAN-2016', 30, '09-FEB-2016'],
    ['January 31, 2016', 1, 'February 1, 2016'],
    ['Sunday, January 10, 2016', 1, 'Monday, January 11, 2016'],
    ['  2016-01-10 ', 1, '  2016-01-11 '],
  ])('%s by %i days is %s', (text, days, expected) => {
    const found = parseDate(text);
    expect(found && shiftDateText(text, found, days)).toBe(expected);
  });

  test('or is refused outside of the years 1 to 9999', () => {
    const found = parseDate('9999-12-31');
    expect(found && shiftDateText('9999-12-31', found, 1)).toBeUndefined();
  });
});
