import { type Moment, momentOf, pad } from './calendar.ts';
import { DAY_NAMES, MONTH_NAMES } from './names.ts';
import type { Token } from './time-model.ts';

const isMorning = ({ hour }: Moment) => hour < 12;
const hour12 = ({ hour }: Moment) => pad(((hour + 11) % 12) + 1, 2);

const WRITTEN: Record<string, (moment: Moment) => string> = {
  YYYY: ({ year }) => pad(year, 4),
  RRRR: ({ year }) => pad(year, 4),
  YYY: ({ year }) => pad(year % 1000, 3),
  YY: ({ year }) => pad(year % 100, 2),
  RR: ({ year }) => pad(year % 100, 2),
  Y: ({ year }) => String(year % 10),
  MM: ({ month }) => pad(month, 2),
  MON: ({ month }) => (MONTH_NAMES[month - 1] ?? '').slice(0, 3),
  MONTH: ({ month }) => MONTH_NAMES[month - 1] ?? '',
  D: ({ weekday }) => String(weekday + 1),
  DD: ({ day }) => pad(day, 2),
  DDD: ({ dayOfYear }) => pad(dayOfYear, 3),
  DAY: ({ weekday }) => DAY_NAMES[weekday] ?? '',
  DY: ({ weekday }) => (DAY_NAMES[weekday] ?? '').slice(0, 3),
  HH: hour12,
  HH12: hour12,
  HH24: ({ hour }) => pad(hour, 2),
  MI: ({ minute }) => pad(minute, 2),
  SS: ({ second }) => pad(second, 2),
  SSSSS: ({ seconds }) => pad(seconds, 5),
  AM: (moment) => (isMorning(moment) ? 'AM' : 'PM'),
  'A.M.': (moment) => (isMorning(moment) ? 'A.M.' : 'P.M.'),
  TZH: ({ offsetMinutes }) => (offsetMinutes < 0 ? '-' : '+') + pad(Math.trunc(Math.abs(offsetMinutes) / 60), 2),
  TZM: ({ offsetMinutes }) => pad(Math.abs(offsetMinutes) % 60, 2),
};

/** Words come in the case of their element's first two letters; meridian indicators in that of the first. */
function inCase(word: string, { element, text }: Token): string {
  const [first = '', second = ''] = text;
  if (first === first.toLowerCase()) return word.toLowerCase();
  const isMeridian = /^[AP]\.?M/.test(element ?? '');
  return isMeridian || second === second.toUpperCase() ? word.toUpperCase() : word;
}

/** `micros` since 1970 on the value's own clock. */
export function writeTime(tokens: readonly Token[], micros: bigint, offsetMinutes: number): string {
  const moment = momentOf(micros, offsetMinutes);
  return tokens
    .map((token) => (token.element === undefined ? token.text : inCase(part(token, moment), token)))
    .join('');
}

function part({ element = '', text }: Token, moment: Moment): string {
  if (element === 'FF') return fractionOf(pad(moment.micros, 6), Number(text.at(-1)));
  return WRITTEN[element.replace('P', 'A')]?.(moment) ?? '';
}

/** Cut, as Google's code and examples have it, though its page says rounded. */
const fractionOf = (micros: string, digits: number) => micros.padEnd(digits, '0').slice(0, digits);
