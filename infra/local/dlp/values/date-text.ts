import { dateOf, daysOf, isCivilDate, weekdayOf } from '../../civil-date.ts';
import type { CivilDate, TimeOfDay } from '../wire/value.ts';

/**
 * Dates as people write them: read, and written back in the same form after a shift.
 * A shape's groups cover its whole match in order, so that the place of each part follows from the groups' lengths.
 */

type Part = 'year' | 'month' | 'day' | 'monthName' | 'weekday' | 'other';

interface Shape {
  pattern: RegExp;
  parts: readonly Part[];
}

const MONTHS = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
];
const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];

const MONTH_NAME = `(${MONTHS.map((name) => `${name}|${name.slice(0, 3)}`).join('|')}|sept)`;
const WEEKDAY_NAME = `((?:${WEEKDAYS.map((name) => `${name}|${name.slice(0, 3)}`).join('|')})\\b)`;
/** Every quantifier is bounded and no two neighbours match the same character: linear on any input. */
const SHAPES: readonly Shape[] = [
  // 2016-01-10, 2016/1/10, 2016.01.10
  {
    pattern: /(\d{4})([-/.])(\d{1,2})(\2)(\d{1,2})(?!\d)/y,
    parts: ['year', 'other', 'month', 'other', 'day'],
  },
  // 01/10/2016, 1-10-16, 10.01.2016: month first unless the separator is a dot or the first number cannot be a month.
  {
    pattern: /(\d{1,2})([-/.])(\d{1,2})(\2)(\d{4}|\d{2})(?!\d)/y,
    parts: ['month', 'other', 'day', 'other', 'year'],
  },
  // 10 January 2016, 10-Jan-2016, 10. Jan 16
  {
    pattern: new RegExp(
      `(\\d{1,2})((?:st|nd|rd|th)?\\.?[ -](?:of )?)${MONTH_NAME}(\\.?,?[ -])(\\d{4}|\\d{2})(?!\\d)`,
      'iy',
    ),
    parts: ['day', 'other', 'monthName', 'other', 'year'],
  },
  // January 10, 2016
  {
    pattern: new RegExp(`${MONTH_NAME}(\\.? )(\\d{1,2})((?:st|nd|rd|th)?,? )(\\d{4})(?!\\d)`, 'iy'),
    parts: ['monthName', 'other', 'day', 'other', 'year'],
  },
];
const WEEKDAY_PREFIX = new RegExp(`${WEEKDAY_NAME}(\\.?,? )`, 'iy');
const COMPACT: Shape = { pattern: /(\d{4})(\d{2})(\d{2})(?!\d)/y, parts: ['year', 'month', 'day'] };
const TIME =
  /([T ,]{0,2})(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(?: ?([AaPp])\.?[Mm]\b\.?)?(?: ?(Z|UTC|GMT|[+-]\d{2}:?\d{2})(?![\dA-Za-z]))?/y;

interface Piece {
  part: Part;
  text: string;
}

export interface DateText {
  start: number;
  /** End of the date itself; what follows up to `end` is its time of day. */
  dateEnd: number;
  end: number;
  date: CivilDate;
  time: TimeOfDay | undefined;
  /** Minutes ahead of UTC, where the text says so. */
  offsetMinutes: number | undefined;
  pieces: readonly Piece[];
}

/** The date that begins at `start`, with the time that follows it; undefined when none does. */
export function matchDate(text: string, start: number): DateText | undefined {
  let at = start;
  const pieces: Piece[] = [];
  const weekday = exec(WEEKDAY_PREFIX, text, at);
  if (weekday) {
    pieces.push({ part: 'weekday', text: weekday[1] ?? '' }, { part: 'other', text: weekday[2] ?? '' });
    at += weekday[0].length;
  }
  for (const shape of SHAPES) {
    const match = exec(shape.pattern, text, at);
    const read = match && readShape(shape, match);
    if (!read) continue;
    const dateEnd = at + match[0].length;
    return { start, dateEnd, ...readTime(text, dateEnd), date: read.date, pieces: [...pieces, ...read.pieces] };
  }
  return undefined;
}

/** A text that is a date and nothing else, surrounding blanks aside. */
export function parseDate(text: string): DateText | undefined {
  const start = text.length - text.trimStart().length;
  const end = text.trimEnd().length;
  const compact = exec(COMPACT.pattern, text, start);
  const read = compact && compact[0].length === end - start && readShape(COMPACT, compact);
  if (read) return { start, dateEnd: end, end, time: undefined, offsetMinutes: undefined, ...read };
  const match = matchDate(text, start);
  return match?.end === end ? match : undefined;
}

/** A time of day and nothing else, such as `13:45` or `1:45 pm`. */
export function parseTime(text: string): TimeOfDay | undefined {
  const trimmed = text.trim();
  const read = readTime(trimmed, 0);
  return read.end === trimmed.length ? read.time : undefined;
}

/** The time of day that begins at `start`, which may be preceded by the separator between a date and its time. */
export function readTime(
  text: string,
  start: number,
): { end: number; time: TimeOfDay | undefined; offsetMinutes: number | undefined } {
  const none = { end: start, time: undefined, offsetMinutes: undefined };
  const match = exec(TIME, text, start);
  if (!match) return none;
  const [whole, , hour = '', minute = '', second = '0', fraction = '', meridiem, zone] = match;
  let hours = Number(hour);
  if (meridiem) {
    if (hours < 1 || hours > 12) return none;
    hours = (hours % 12) + (/p/i.test(meridiem) ? 12 : 0);
  }
  const minutes = Number(minute);
  const seconds = Number(second);
  if (hours > 23 || minutes > 59 || seconds > 60) return none;
  const time = { hours, minutes, seconds, nanos: Number(fraction.padEnd(9, '0')) };
  return { end: start + whole.length, time, offsetMinutes: zone === undefined ? undefined : offsetOf(zone) };
}

function offsetOf(zone: string): number {
  if (!/\d/.test(zone)) return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2));
  return zone.startsWith('-') ? -minutes : minutes;
}

/** The same text with its date moved by `days`; undefined when that leaves the years 1 to 9999. */
export function shiftDateText(text: string, found: DateText, days: number): string | undefined {
  const moved = daysOf(found.date) + days;
  const date = dateOf(moved);
  if (date.year < 1 || date.year > 9999) return undefined;
  const padded = isPadded(found.pieces);
  const number = (value: number) => (padded ? String(value).padStart(2, '0') : String(value));
  const written = found.pieces.map(({ part, text }) => {
    switch (part) {
      case 'year':
        return String(date.year).padStart(4, '0').slice(-text.length);
      case 'month':
        return number(date.month);
      case 'day':
        return number(date.day);
      case 'monthName':
        return spellLike(text, MONTHS[date.month - 1] ?? '');
      case 'weekday':
        return spellLike(text, WEEKDAYS[weekdayOf(moved) - 1] ?? '');
      default:
        return text;
    }
  });
  return text.slice(0, found.start) + written.join('') + text.slice(found.dateEnd);
}

/**
 * Whether days and months below ten are written with a zero. One digit anywhere tells that they are not; 10/12/2020 does not
 * tell and is taken as padded, as 10-JAN-2020 is, but `January 10, 2020` is not.
 */
function isPadded(pieces: readonly Piece[]): boolean {
  const numbers = pieces.filter(({ part }) => part === 'month' || part === 'day');
  if (numbers.some(({ text }) => text.startsWith('0'))) return true;
  if (numbers.some(({ text }) => text.length === 1)) return false;
  return !pieces.some(({ part }) => part === 'monthName') || pieces.some(({ text }) => text === '-');
}

/** `name` in the letter case and the shortness of `like`. May, which is its own abbreviation, is taken as short. */
function spellLike(like: string, name: string): string {
  const length = like.length === 3 || like.toLowerCase() === 'sept' ? 3 : name.length;
  const word = name.slice(0, length);
  if (like === like.toUpperCase()) return word.toUpperCase();
  return like[0] === like[0]?.toUpperCase() ? word.charAt(0).toUpperCase() + word.slice(1) : word;
}

function readShape(shape: Shape, match: RegExpExecArray): { date: CivilDate; pieces: Piece[] } | undefined {
  let pieces = shape.parts.map((part, index) => ({ part, text: match[index + 1] ?? '' }));
  const date = dateFrom(pieces);
  if (shape.parts[0] === 'month' && (!date || pieces[1]?.text === '.')) {
    const swapped = pieces.map(({ part, text }) => ({ part: DAY_FIRST[part] ?? part, text }));
    const dayFirst = dateFrom(swapped);
    if (dayFirst) pieces = swapped;
    return dayFirst || date ? { date: dayFirst ?? (date as CivilDate), pieces } : undefined;
  }
  return date && { date, pieces };
}

const DAY_FIRST: Partial<Record<Part, Part>> = { month: 'day', day: 'month' };

function dateFrom(pieces: readonly Piece[]): CivilDate | undefined {
  let year = 0;
  let month = 0;
  let day = 0;
  for (const { part, text } of pieces) {
    if (part === 'year') year = text.length === 2 ? centuryOf(Number(text)) : Number(text);
    else if (part === 'month') month = Number(text);
    else if (part === 'day') day = Number(text);
    else if (part === 'monthName')
      month = MONTHS.findIndex((name) => name.startsWith(text.slice(0, 3).toLowerCase())) + 1;
  }
  return isCivilDate(year, month, day) ? { year, month, day } : undefined;
}

/** POSIX's pivot for two-digit years: 69 to 99 are the twentieth century's. */
const centuryOf = (year: number) => year + (year < 69 ? 2000 : 1900);

function exec(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}
