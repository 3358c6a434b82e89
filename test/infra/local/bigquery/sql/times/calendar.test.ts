import { expect, test } from 'vitest';
import { dayOf, daysOf, isoWeek, momentOf } from '../../../../../../infra/local/bigquery/sql/times/calendar.ts';

test('days and dates are each other’s inverse, from the first year to the last', () => {
  for (let days = -719_528; days < 2_932_897; days += 97) {
    const date = new Date(days * 86_400_000);
    const day = dayOf(days);
    expect(day).toEqual({ year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() });
    expect(daysOf(day)).toBe(days);
  }
});

test.each([
  ['2015-12-31', 2015, 53],
  ['2016-01-03', 2015, 53],
  ['2016-01-04', 2016, 1],
  ['2018-12-31', 2019, 1],
  ['0001-01-01', 1, 1],
  ['9999-12-31', 9999, 52],
])('%s is of week %i-%i', (day, year, week) => {
  expect(isoWeek(momentOf(BigInt(Date.parse(`${day}T00:00:00Z`)) * 1000n, 0))).toEqual({ year, week });
});

test('a moment before 1970 has its clock', () => {
  expect(momentOf(-1n, 0)).toMatchObject({
    year: 1969,
    hour: 23,
    second: 59,
    micros: 999_999,
    weekday: 3,
    dayOfYear: 365,
  });
});
