import type { Token } from './time-model.ts';

const MONTHS = 'January February March April May June July August September October November December'.split(' ');
const DAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');
const DAY_MS = 86_400_000;

/** A value's clock and calendar. */
interface Local {
  date: Date;
  /** Microseconds of the second. */
  fraction: bigint;
  offsetMinutes: number;
}

const pad = (value: number, width: number) => String(value).padStart(width, '0');

const WRITTEN: Record<string, (local: Local) => string> = {
  YYYY: ({ date }) => pad(date.getUTCFullYear(), 4),
  RRRR: ({ date }) => pad(date.getUTCFullYear(), 4),
  YYY: ({ date }) => pad(date.getUTCFullYear() % 1000, 3),
  YY: ({ date }) => pad(date.getUTCFullYear() % 100, 2),
  RR: ({ date }) => pad(date.getUTCFullYear() % 100, 2),
  Y: ({ date }) => String(date.getUTCFullYear() % 10),
  MM: ({ date }) => pad(date.getUTCMonth() + 1, 2),
  MON: ({ date }) => (MONTHS[date.getUTCMonth()] ?? '').slice(0, 3),
  MONTH: ({ date }) => MONTHS[date.getUTCMonth()] ?? '',
  D: ({ date }) => String(date.getUTCDay() + 1),
  DD: ({ date }) => pad(date.getUTCDate(), 2),
  DDD: ({ date }) => pad(dayOfYear(date), 3),
  DAY: ({ date }) => DAYS[date.getUTCDay()] ?? '',
  DY: ({ date }) => (DAYS[date.getUTCDay()] ?? '').slice(0, 3),
  HH: ({ date }) => pad(((date.getUTCHours() + 11) % 12) + 1, 2),
  HH12: ({ date }) => pad(((date.getUTCHours() + 11) % 12) + 1, 2),
  HH24: ({ date }) => pad(date.getUTCHours(), 2),
  MI: ({ date }) => pad(date.getUTCMinutes(), 2),
  SS: ({ date }) => pad(date.getUTCSeconds(), 2),
  SSSSS: ({ date }) => pad(date.getUTCHours() * 3600 + date.getUTCMinutes() * 60 + date.getUTCSeconds(), 5),
  AM: ({ date }) => (date.getUTCHours() < 12 ? 'AM' : 'PM'),
  'A.M.': ({ date }) => (date.getUTCHours() < 12 ? 'A.M.' : 'P.M.'),
  TZH: ({ offsetMinutes }) => (offsetMinutes < 0 ? '-' : '+') + pad(Math.trunc(Math.abs(offsetMinutes) / 60), 2),
  TZM: ({ offsetMinutes }) => pad(Math.abs(offsetMinutes) % 60, 2),
};

const dayOfYear = (date: Date) => {
  const first = new Date(date);
  first.setUTCMonth(0, 1);
  return Math.round((date.getTime() - first.getTime()) / DAY_MS) + 1;
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
  const fraction = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const local = { date: new Date(Number((micros - fraction) / 1000n)), fraction, offsetMinutes };
  return tokens.map((token) => (token.element === undefined ? token.text : inCase(part(token, local), token))).join('');
}

function part({ element = '', text }: Token, local: Local): string {
  if (element === 'FF') return fractionOf(String(local.fraction).padStart(6, '0'), Number(text.at(-1)));
  return WRITTEN[element.replace('P', 'A')]?.(local) ?? '';
}

/** Cut, as Google's code and examples have it, though its page says rounded. */
const fractionOf = (micros: string, digits: number) => micros.padEnd(digits, '0').slice(0, digits);
