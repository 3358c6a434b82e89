import { expect, test } from 'vitest';
import { isoWeek, momentOf } from '../../../../../../infra/local/bigquery/sql/times/calendar.ts';

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
