import { daysInMonth } from '../../../civil-date.ts';
import { pad } from './calendar.ts';
import { MONTH_NAMES } from './names.ts';
import type { Token } from './time-model.ts';

const MONTHS = MONTH_NAMES.map((name) => name.toUpperCase());

/** How many digits an element takes at most. Source: zetasql/public/functions/cast_date_time.cc in github.com/google/zetasql */
const WIDTHS: Record<string, number> = {
  YYYY: 5,
  RRRR: 5,
  YYY: 3,
  YY: 2,
  RR: 2,
  Y: 1,
  MM: 2,
  DD: 2,
  HH: 2,
  HH12: 2,
  HH24: 2,
  MI: 2,
  SS: 2,
  SSSSS: 5,
  TZM: 2,
};
const BOUNDS: Record<string, readonly [number, number]> = {
  YYYY: [0, 10_000],
  RRRR: [0, 10_000],
  MM: [1, 12],
  DD: [1, 31],
  HH: [1, 12],
  HH12: [1, 12],
  HH24: [0, 23],
  MI: [0, 59],
  SS: [0, 59],
  SSSSS: [0, 86_399],
  TZM: [0, 59],
};

/** Unicode's White_Space, which is not what `\s` matches. */
const SPACES = /^\p{White_Space}*/u;

interface Parts {
  year: number;
  month: number;
  day: number;
  hour: number;
  hour12: number;
  afternoon: boolean;
  minute: number;
  second: number;
  micros: string;
  zone: { sign: string; hour: number; minute: number } | undefined;
}

const failure = (place: number, { element, text }: Token) =>
  new Error(`Failed to parse input timestamp string at ${place} with format element '${element ?? text}'`);

/** An element whose text meets a digit takes exactly its digits; others take from one on. */
function precedesDigit(next: Token | undefined): boolean {
  if (!next) return false;
  if (next.element === undefined) return /^\d/.test(next.text);
  return !['MON', 'MONTH', 'A.M.', 'P.M.', 'TZH'].includes(next.element);
}

/**
 * A text by the model → `2018-12-03 15:30:00.000000`, with `+05:30` behind it where the model has a zone. Year and month that
 * the model leaves out are those of now. Throws an error in Google's words.
 */
export function readTime(tokens: readonly Token[], text: string, now: { year: number; month: number }): string {
  const parts: Parts = {
    ...now,
    day: 1,
    hour: 0,
    hour12: 0,
    afternoon: false,
    minute: 0,
    second: 0,
    micros: '',
    zone: undefined,
  };
  let place = SPACES.exec(text)?.[0].length ?? 0;
  for (const [i, token] of tokens.entries()) {
    if (place >= text.length && !(token.element === undefined && token.text === ''))
      throw new Error(
        `Entire timestamp string has been parsed before dealing with format element '${token.element ?? token.text}'`,
      );
    const taken = take(token, text.slice(place), precedesDigit(tokens[i + 1]), parts);
    if (taken === undefined) throw failure(place, token);
    place += taken;
  }
  const rest = text.slice(place).replace(SPACES, '');
  if (rest !== '') throw new Error(`Illegal non-space trailing data '${rest}' in timestamp string`);
  return render(parts);
}

/** How many characters the element took, and what they say into `parts`; undefined where they do not fit. */
function take({ element, text }: Token, rest: string, isExact: boolean, parts: Parts): number | undefined {
  if (element === undefined) {
    if (/^ +$/.test(text)) return SPACES.exec(rest)?.[0].length || undefined;
    return rest.startsWith(text) ? text.length : undefined;
  }
  if (element === 'MON' || element === 'MONTH') {
    const names = element === 'MON' ? MONTHS.map((name) => name.slice(0, 3)) : MONTHS;
    const at = names.findIndex((name) => rest.toUpperCase().startsWith(name));
    parts.month = at + 1;
    return names[at]?.length;
  }
  if (element === 'A.M.' || element === 'P.M.') {
    const found = /^([ap])\.m\./i.exec(rest);
    parts.afternoon = found?.[1]?.toUpperCase() === 'P';
    return found?.[0].length;
  }
  if (element === 'Y,YYY') {
    const [found, thousands, last] = /^(\d{1,2}),(\d{3})/.exec(rest) ?? [];
    if (found === undefined || Number(thousands) > 10) return undefined;
    parts.year = Number(thousands) * 1000 + Number(last);
    return found.length;
  }
  if (element === 'FF') {
    const width = Number(text.at(-1));
    const digits = new RegExp(`^\\d{${isExact ? width : 1},${width}}`).exec(rest)?.[0];
    parts.micros = (digits ?? '').slice(0, 6);
    return digits?.length;
  }
  if (element === 'TZH') {
    const [found, sign = '', hours] = new RegExp(`^([-+ ])(\\d{${isExact ? 2 : 1},2})`).exec(rest) ?? [];
    if (found === undefined || Number(hours) > 14) return undefined;
    parts.zone = { sign: sign === '-' ? '-' : '+', hour: Number(hours), minute: parts.zone?.minute ?? 0 };
    return found.length;
  }
  return takeDigits(element, rest, isExact, parts);
}

function takeDigits(element: string, rest: string, isExact: boolean, parts: Parts): number | undefined {
  const width = isExact && (element === 'YYYY' || element === 'RRRR') ? 4 : (WIDTHS[element] ?? 0);
  const digits = new RegExp(`^\\d{${isExact ? width : 1},${width}}`).exec(rest)?.[0];
  if (digits === undefined) return undefined;
  const value = Number(digits);
  const [low, high] = BOUNDS[element] ?? [0, 999];
  if (value < low || value > high) return undefined;
  set(element, value, parts);
  return digits.length;
}

function set(element: string, value: number, parts: Parts): void {
  switch (element) {
    case 'YYYY':
    case 'RRRR':
      parts.year = value;
      break;
    case 'YYY':
    case 'YY':
    case 'Y': {
      const power = 10 ** element.length;
      parts.year += value - (parts.year % power);
      break;
    }
    case 'RR': {
      // The century in which the year is nearest.
      const [century, own] = [Math.trunc(parts.year / 100), parts.year % 100];
      const shift = value < 50 && own >= 50 ? 1 : value >= 50 && own < 50 ? -1 : 0;
      parts.year = (century + shift) * 100 + value;
      break;
    }
    case 'MM':
      parts.month = value;
      break;
    case 'DD':
      parts.day = value;
      break;
    case 'HH':
    case 'HH12':
      parts.hour12 = value;
      break;
    case 'HH24':
      parts.hour = value;
      break;
    case 'MI':
      parts.minute = value;
      break;
    case 'SS':
      parts.second = value;
      break;
    case 'SSSSS':
      parts.hour = Math.trunc(value / 3600);
      parts.minute = Math.trunc(value / 60) % 60;
      parts.second = value % 60;
      break;
    case 'TZM':
      parts.zone = { sign: parts.zone?.sign ?? '+', hour: parts.zone?.hour ?? 0, minute: value };
      break;
  }
}

function render(parts: Parts): string {
  const { year, month, day, minute, second, zone } = parts;
  const hour = parts.hour12 === 0 ? parts.hour : (parts.hour12 % 12) + (parts.afternoon ? 12 : 0);
  if (day > daysInMonth(year, month)) throw new Error('Invalid result from year, month, day values after parsing');
  if (year < 1 || year > 9999) throw new Error('The parsing result is out of valid time range');
  const calendar = `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`;
  const clock = `${pad(hour, 2)}:${pad(minute, 2)}:${pad(second, 2)}.${parts.micros.padEnd(6, '0')}`;
  return `${calendar} ${clock}${zone ? `${zone.sign}${pad(zone.hour, 2)}:${pad(zone.minute, 2)}` : ''}`;
}
