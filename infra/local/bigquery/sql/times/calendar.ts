/** A day of the proleptic Gregorian calendar. */
export interface Day {
  year: number;
  month: number;
  day: number;
}

const ERA_DAYS = 146_097; // 400 years
const TO_EPOCH = 719_468; // from 0000-03-01 to 1970-01-01

/** Days since 1970-01-01, of years from 0 on. */
export function daysOf({ year, month, day }: Day): number {
  // Years begin in March, so that the leap day is a year's last.
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const ofEra = y - era * 400;
  const ofYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return era * ERA_DAYS + ofEra * 365 + Math.floor(ofEra / 4) - Math.floor(ofEra / 100) + ofYear - TO_EPOCH;
}

export function dayOf(days: number): Day {
  const z = days + TO_EPOCH;
  const era = Math.floor(z / ERA_DAYS);
  const ofEra = z - era * ERA_DAYS;
  const yearOfEra = Math.floor(
    (ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) / 365,
  );
  const ofYear = ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shifted = Math.floor((5 * ofYear + 2) / 153);
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: ofYear - Math.floor((153 * shifted + 2) / 5) + 1,
  };
}

export const isLeapYear = (year: number) => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);

const LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
export const daysInMonth = (year: number, month: number) =>
  month === 2 && isLeapYear(year) ? 29 : (LENGTHS[month - 1] ?? 0);

/** What a clock and a calendar on the wall show. */
export interface Moment extends Day {
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
  const day = dayOf(days);
  return {
    ...day,
    days,
    weekday: (((days + 4) % 7) + 7) % 7,
    dayOfYear: days - daysOf({ year: day.year, month: 1, day: 1 }) + 1,
    seconds,
    hour: Math.floor(seconds / 3600),
    minute: Math.floor(seconds / 60) % 60,
    second: seconds % 60,
    micros: ofSecond,
    offsetMinutes,
  };
}

/** Of ISO 8601: the year to which the week belongs, and the week's number. */
export function isoWeek({ days, weekday }: Moment): { year: number; week: number } {
  const monday = days - ((weekday + 6) % 7);
  // A week belongs to the year of its Thursday.
  const { year } = dayOf(monday + 3);
  const first = daysOf({ year, month: 1, day: 4 });
  const firstMonday = first - ((((first + 3) % 7) + 7) % 7);
  return { year, week: (monday - firstMonday) / 7 + 1 };
}
