import { isoWeek, type Moment, momentOf, pad } from './calendar.ts';
import { lacksPart } from './format-parts.ts';
import { DAY_NAMES, MONTH_NAMES } from './names.ts';
import type { TimeKind } from './time-model.ts';

type Write = (moment: Moment) => string;

const hour12 = (hour: number) => ((hour + 11) % 12) + 1;
/** Weeks that begin on the weekday; the days before the first such day are week 0. */
const weekOfYear = ({ dayOfYear, weekday }: Moment, start: number) =>
  Math.floor((dayOfYear + 6 - ((weekday - start + 7) % 7)) / 7);
const clock: Write = ({ hour, minute, second }) => `${pad(hour, 2)}:${pad(minute, 2)}:${pad(second, 2)}`;
const shortDate: Write = ({ year, month, day }) => `${pad(month, 2)}/${pad(day, 2)}/${pad(year % 100, 2)}`;
const shortDay: Write = ({ weekday }) => (DAY_NAMES[weekday] ?? '').slice(0, 3);
const shortMonth: Write = ({ month }) => (MONTH_NAMES[month - 1] ?? '').slice(0, 3);
const isoWeekday = ({ weekday }: Moment) => weekday || 7;
const meridian: Write = ({ hour }) => (hour < 12 ? 'AM' : 'PM');
const offset =
  (separator: string): Write =>
  ({ offsetMinutes }) =>
    `${offsetMinutes < 0 ? '-' : '+'}${pad(Math.floor(Math.abs(offsetMinutes) / 60), 2)}${separator}${pad(Math.abs(offsetMinutes) % 60, 2)}`;
const fraction = ({ micros }: Moment) => pad(micros, 6);
const seconds =
  (digits: number): Write =>
  (moment) =>
    pad(moment.second, 2) + (digits === 0 ? '' : `.${fraction(moment).padEnd(digits, '0').slice(0, digits)}`);

function zoneName({ offsetMinutes }: Moment): string {
  if (offsetMinutes === 0) return 'UTC';
  if (offsetMinutes % 60 !== 0)
    throw new Error('not supported by the embedded warehouse: %Z of a zone whose offset has minutes');
  return `UTC${offsetMinutes < 0 ? '-' : '+'}${Math.abs(offsetMinutes) / 60}`;
}

const ELEMENTS: Record<string, Write> = {
  A: ({ weekday }) => DAY_NAMES[weekday] ?? '',
  a: shortDay,
  B: ({ month }) => MONTH_NAMES[month - 1] ?? '',
  b: shortMonth,
  h: shortMonth,
  C: ({ year }) => pad(Math.floor(year / 100), 2),
  c: (moment) => `${shortDay(moment)} ${shortMonth(moment)} ${pad(moment.day, 2, ' ')} ${clock(moment)} ${moment.year}`,
  D: shortDate,
  x: shortDate,
  d: ({ day }) => pad(day, 2),
  e: ({ day }) => pad(day, 2, ' '),
  F: ({ year, month, day }) => `${year}-${pad(month, 2)}-${pad(day, 2)}`,
  G: (moment) => String(isoWeek(moment).year),
  g: (moment) => pad(isoWeek(moment).year % 100, 2),
  H: ({ hour }) => pad(hour, 2),
  I: ({ hour }) => pad(hour12(hour), 2),
  J: (moment) => pad((isoWeek(moment).week - 1) * 7 + isoWeekday(moment), 3),
  j: ({ dayOfYear }) => pad(dayOfYear, 3),
  k: ({ hour }) => pad(hour, 2, ' '),
  l: ({ hour }) => pad(hour12(hour), 2, ' '),
  M: ({ minute }) => pad(minute, 2),
  m: ({ month }) => pad(month, 2),
  n: () => '\n',
  P: (moment) => meridian(moment).toLowerCase(),
  p: meridian,
  Q: ({ month }) => String(Math.ceil(month / 3)),
  R: ({ hour, minute }) => `${pad(hour, 2)}:${pad(minute, 2)}`,
  r: (moment) => `${pad(hour12(moment.hour), 2)}:${clock(moment).slice(3)} ${meridian(moment)}`,
  S: ({ second }) => pad(second, 2),
  s: (moment) => String(moment.days * 86_400 + moment.seconds - moment.offsetMinutes * 60),
  T: clock,
  X: clock,
  t: () => '\t',
  U: (moment) => pad(weekOfYear(moment, 0), 2),
  u: (moment) => String(isoWeekday(moment)),
  V: (moment) => pad(isoWeek(moment).week, 2),
  W: (moment) => pad(weekOfYear(moment, 1), 2),
  w: ({ weekday }) => String(weekday),
  Y: ({ year }) => String(year),
  y: ({ year }) => pad(year % 100, 2),
  Z: zoneName,
  z: offset(''),
  '%': () => '%',
  Ez: offset(':'),
  E4Y: ({ year }) => pad(year, 4),
  'E*S': (moment) => pad(moment.second, 2) + (moment.micros === 0 ? '' : `.${fraction(moment).replace(/0+$/, '')}`),
};

/**
 * FORMAT_DATE and its kin: a format → the text of `micros` since 1970 on the value's own clock. Throws an error for
 * elements whose meaning is not known.
 */
export function compileFormat(format: string, kind: TimeKind): (micros: bigint, offsetMinutes: number) => string {
  const parts = [...format.matchAll(/%(E\*S|E\dS|E4Y|Ez|E.|O.|.)|([^%]+)|%/gsu)].map(([whole, code, text]): Write => {
    if (text !== undefined) return () => text;
    if (code === undefined) throw new Error(`Invalid format string: "${format}"`);
    if (lacksPart(code, kind)) return () => whole;
    const digits = /^E(\d)S$/.exec(code)?.[1];
    const write = digits === undefined ? ELEMENTS[code] : seconds(Number(digits));
    if (!write) throw new Error(`not supported by the embedded warehouse: format element %${code}`);
    return write;
  });
  return (micros, offsetMinutes) => {
    const moment = momentOf(micros, offsetMinutes);
    let text = '';
    for (const write of parts) text += write(moment);
    return text;
  };
}
