import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dateOf, daysOf, isCivilDate, isoWeekOf, weekdayOf } from '../../../infra/local/civil-date.ts';

test('days and dates agree with the platform for every day that it can tell', () => {
  fc.assert(
    fc.property(fc.integer({ min: -719_162, max: 2_932_896 }), (days) => {
      const date = dateOf(days);
      expect(daysOf(date)).toBe(days);
      const platform = new Date(days * 86_400_000);
      expect([date.year, date.month, date.day]).toEqual([
        platform.getUTCFullYear(),
        platform.getUTCMonth() + 1,
        platform.getUTCDate(),
      ]);
      expect(weekdayOf(days)).toBe(platform.getUTCDay() || 7);
      expect(isCivilDate(date.year, date.month, date.day)).toBe(true);
    }),
  );
});

test.each([
  [2024, 2, 29, true],
  [2023, 2, 29, false],
  [1900, 2, 29, false],
  [2000, 2, 29, true],
  [2024, 4, 31, false],
  [2024, 13, 1, false],
  [0, 1, 1, false],
])('%i-%i-%i is a date: %s', (year, month, day, expected) => {
  expect(isCivilDate(year, month, day)).toBe(expected);
});

test.each([
  [{ year: 2024, month: 1, day: 1 }, 1],
  [{ year: 2021, month: 1, day: 3 }, 53],
  [{ year: 2020, month: 12, day: 31 }, 53],
  [{ year: 2019, month: 12, day: 30 }, 1],
  [{ year: 2024, month: 12, day: 29 }, 52],
])('%o lies in ISO week %i', (date, week) => {
  expect(isoWeekOf(date)).toBe(week);
});
