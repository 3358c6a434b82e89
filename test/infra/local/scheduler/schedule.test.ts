import { describe, expect, test } from 'vitest';
import { parseSchedule, renderScheduleTime } from '../../../../infra/local/scheduler/schedule.ts';

const from = Date.UTC(2026, 2, 28, 12, 0, 30);

describe('a schedule after 2026-03-28T12:00:30Z runs next at', () => {
  test.each([
    ['* * * * *', 'UTC', '2026-03-28T12:01:00Z'],
    ['*/5 * * * *', 'utc', '2026-03-28T12:05:00Z'],
    ['0 2 * * *', 'UTC', '2026-03-29T02:00:00Z'],
    ['0 2 * * *', 'Europe/Berlin', '2026-03-29T03:00:00+02:00'],
    ['0 9 * * 1-5', 'America/New_York', '2026-03-30T09:00:00-04:00'],
    ['30 18 * * MON,FRI', 'Asia/Kolkata', '2026-03-30T18:30:00+05:30'],
    ['0 0 1 JAN *', 'UTC', '2027-01-01T00:00:00Z'],
    ['0 0 * * 7', 'UTC', '2026-03-29T00:00:00Z'],
    // The day of the month or the day of the week, as in unix-cron.
    ['0 0 13 * 5', 'UTC', '2026-04-03T00:00:00Z'],
  ])('%s in %s: %s', (schedule, zone, expected) => {
    const next = parseSchedule(schedule, zone).nextAfter(from);
    expect(next).toBeDefined();
    expect(renderScheduleTime(next ?? 0, zone)).toBe(expected);
  });
});

test('a schedule may never come', () => {
  expect(parseSchedule('0 0 30 2 *', 'UTC').nextAfter(from)).toBeUndefined();
});

test.each([
  ['', 'UTC', 'INVALID_ARGUMENT'],
  ['* * * *', 'UTC', 'INVALID_ARGUMENT'],
  ['* * * * * *', 'UTC', 'INVALID_ARGUMENT'],
  ['61 * * * *', 'UTC', 'INVALID_ARGUMENT'],
  ['@daily', 'UTC', 'INVALID_ARGUMENT'],
  ['0 0 L * *', 'UTC', 'INVALID_ARGUMENT'],
  ['0 0 15W * *', 'UTC', 'INVALID_ARGUMENT'],
  ['0 0 * * 5L', 'UTC', 'INVALID_ARGUMENT'],
  ['0 0 * * 5#2', 'UTC', 'INVALID_ARGUMENT'],
  ['0 0 * * ?', 'UTC', 'INVALID_ARGUMENT'],
  ['0 0 * * *', 'Mars/Olympus', 'INVALID_ARGUMENT'],
  ['every 24 hours', 'UTC', 'UNIMPLEMENTED'],
  ['1st monday of month 09:00', 'UTC', 'UNIMPLEMENTED'],
])('%j in %s is refused as %s', (schedule, zone, code) => {
  expect(() => parseSchedule(schedule, zone)).toThrow(expect.objectContaining({ code }));
});
