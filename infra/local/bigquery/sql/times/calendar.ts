import { type CivilDate, dateOf, daysOf, isoWeekOf, weekdayOf } from '../../../civil-date.ts';

/** A part of a date or a clock in so many places. */
export const pad = (value: number, width: number, filler = '0') => String(value).padStart(width, filler);

/** What a clock and a calendar on the wall show. */
export interface Moment extends CivilDate {
  /** Since 1970-01-01. */
  days: number;
  /** Sunday = 0. */
  weekday: number;
  dayOfYear: number;
  /** Of the day. */
  seconds: number;
  hour: number;
  minute: number;
  second: number;
  /** Of the second. */
  micros: number;
  offsetMinutes: number;
}

/** `micros` since 1970 on the clock's own calendar. */
export function momentOf(micros: bigint, offsetMinutes: number): Moment {
  const fraction = Number(micros % 1_000_000n);
  const ofSecond = fraction < 0 ? fraction + 1_000_000 : fraction;
  const since = Number((micros - BigInt(ofSecond)) / 1_000_000n);
  const days = Math.floor(since / 86_400);
  const seconds = since - days * 86_400;
  const date = dateOf(days);
  return {
    ...date,
    days,
    weekday: weekdayOf(days) % 7,
    dayOfYear: days - daysOf({ year: date.year, month: 1, day: 1 }) + 1,
    seconds,
    hour: Math.floor(seconds / 3600),
    minute: Math.floor(seconds / 60) % 60,
    second: seconds % 60,
    micros: ofSecond,
    offsetMinutes,
  };
}

/** Of ISO 8601: the year to which the week belongs, which is that of its Thursday, and the week's number. */
export function isoWeek(moment: Moment): { year: number; week: number } {
  return { year: dateOf(moment.days + 4 - (moment.weekday || 7)).year, week: isoWeekOf(moment) };
}
