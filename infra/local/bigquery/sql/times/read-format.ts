import { daysInMonth, daysOf, isLeapYear } from '../../../civil-date.ts';
import { lacksPart } from './format-parts.ts';
import { DAY_NAMES, MONTH_NAMES, nameAt } from './names.ts';
import type { TimeKind } from './time-model.ts';

/** What has been read so far; the year is kept as C's `tm_year`, so that %C, %Y and %y meet as they do there. */
interface Reading {
  text: string;
  place: number;
  /** Less 1900. */
  year: number;
  century: number;
  usesCentury: boolean;
  isCenturyGiven: boolean;
  month: number;
  day: number;
  dayOfYear: number;
  hour: number;
  minute: number;
  second: number;
  micros: number;
  isTwelveHour: boolean;
  isAfternoon: boolean;
  epoch: number | undefined;
  offsetMinutes: number | undefined;
  zone: string | undefined;
}

/** Takes its part of the text; false where it does not fit. All below reads as parse_date_time.cc of github.com/google/zetasql does. */
type Step = (reading: Reading) => boolean;

export interface ReadTime {
  /** Since 1970, on the clock of the zone. */
  micros: bigint;
  /** The zone that the text names, `UTC` of an offset or of seconds since 1970; undefined where it names none. */
  zone: string | undefined;
}

const isSpace = (code: number) => code === 32 || (code >= 9 && code <= 13);
const isDigit = (code: number) => code >= 48 && code <= 57;

function skipSpaces(reading: Reading): true {
  while (isSpace(reading.text.charCodeAt(reading.place))) reading.place++;
  return true;
}

/** A whole number of at most `width` digits within bounds, or -1. */
function takeNumber(reading: Reading, width: number, low: number, high: number): number {
  const { text } = reading;
  const end = Math.min(reading.place + width, text.length);
  let at = reading.place;
  let value = 0;
  for (; at < end; at++) {
    const code = text.charCodeAt(at);
    if (!isDigit(code)) break;
    value = value * 10 + code - 48;
  }
  if (at === reading.place || value < low || value > high) return -1;
  reading.place = at;
  return value;
}

type Part = 'month' | 'day' | 'dayOfYear' | 'hour' | 'minute' | 'second';
const number =
  (part: Part, width: number, low: number, high: number): Step =>
  (reading) => {
    const value = takeNumber(reading, width, low, high);
    reading[part] = value;
    return value >= 0;
  };
/** As C's strptime reads a number: spaces before it do not count. */
const spaced =
  (step: Step): Step =>
  (reading) =>
    skipSpaces(reading) && step(reading);
const inTurn =
  (...steps: Step[]): Step =>
  (reading) =>
    steps.every((step) => step(reading));
const literal =
  (text: string): Step =>
  (reading) => {
    if (!reading.text.startsWith(text, reading.place)) return false;
    reading.place += text.length;
    return true;
  };

const hour24 =
  (step: Step): Step =>
  (reading) => {
    reading.isTwelveHour = false;
    return step(reading);
  };
const hour12: Step = (reading) => {
  skipSpaces(reading);
  const hour = takeNumber(reading, 2, 1, 12);
  reading.hour = hour % 12;
  reading.isTwelveHour = true;
  return hour > 0;
};
const meridian: Step = (reading) => {
  const word = reading.text.slice(reading.place, reading.place + 2).toUpperCase();
  if (word !== 'AM' && word !== 'PM') return false;
  reading.isAfternoon = word === 'PM';
  reading.place += 2;
  return true;
};

const month = number('month', 2, 1, 12);
const day = number('day', 2, 1, 31);
const hour = number('hour', 2, 0, 23);
const minute = number('minute', 2, 0, 59);
const second = number('second', 2, 0, 60);
const colon = literal(':');
const clock = hour24(inTurn(spaced(hour), colon, spaced(minute), colon, spaced(second)));

/** Beside another element a year has four digits at most, else five. */
const year =
  (width: number, high: number): Step =>
  (reading) => {
    const value = takeNumber(reading, width, 0, high);
    reading.year = value - 1900;
    reading.usesCentury = false;
    reading.isCenturyGiven = false;
    return value >= 0;
  };
const fourDigitYear: Step = (reading) => {
  const start = reading.place;
  const value = takeNumber(reading, 4, 0, 9999);
  reading.year = value - 1900;
  reading.usesCentury = false;
  return value >= 0 && reading.place - start === 4;
};
const shortYear: Step = (reading) => {
  const value = takeNumber(reading, 2, 0, 99);
  reading.year = value;
  if (!reading.isCenturyGiven) reading.century = value < 69 ? 20 : 19;
  reading.usesCentury = true;
  return value >= 0;
};
const century =
  (width: number, high: number): Step =>
  (reading) => {
    const value = takeNumber(reading, width, 0, high);
    reading.century = value;
    if (!reading.usesCentury) reading.year = 0;
    reading.usesCentury = true;
    reading.isCenturyGiven = true;
    return value >= 0;
  };
/** A short year within a composed element, as C's strptime reads it. */
const composedShortYear: Step = (reading) => {
  const value = takeNumber(reading, 2, 0, 99);
  reading.year = value >= 69 ? value : value + 100;
  return value >= 0;
};
const composedYear: Step = (reading) => {
  const value = takeNumber(reading, 4, 0, 9999);
  reading.year = value - 1900;
  return value >= 0;
};

const monthName: Step = (reading) => {
  const found = nameAt(MONTH_NAMES, reading.text, reading.place);
  reading.month = (found?.index ?? 0) + 1;
  reading.place += found?.length ?? 0;
  return found !== undefined;
};
/** Days of the week are read and say nothing. */
const dayName: Step = (reading) => {
  const found = nameAt(DAY_NAMES, reading.text, reading.place);
  reading.place += found?.length ?? 0;
  return found !== undefined;
};

const shortDate = inTurn(spaced(month), literal('/'), spaced(day), literal('/'), spaced(composedShortYear));
const isoDate = inTurn(spaced(composedYear), literal('-'), spaced(month), literal('-'), spaced(day));

const epoch: Step = (reading) => {
  const found = /^-?\d+/.exec(reading.text.slice(reading.place, reading.place + 12))?.[0];
  if (found === undefined) return false;
  reading.epoch = Number(found);
  reading.place += found.length;
  return !Object.is(reading.epoch, -0);
};

const offset =
  (separator: string): Step =>
  (reading) => {
    const { text } = reading;
    reading.zone = undefined;
    reading.offsetMinutes = 0;
    if (separator !== '' && text[reading.place] === 'Z') {
      reading.place++;
      return true;
    }
    const sign = text[reading.place];
    if (sign !== '+' && sign !== '-') return false;
    const start = ++reading.place;
    const hours = takeNumber(reading, 2, 0, 23);
    if (hours < 0 || reading.place - start !== 2) return false;
    const end = reading.place;
    if (separator !== '' && text[end] === separator) reading.place++;
    const before = reading.place;
    const minutes = takeNumber(reading, 2, 0, 59);
    // Google's reader counts a lone digit and leaves it unread.
    if (reading.place - before !== 2) reading.place = end;
    reading.offsetMinutes = (hours * 60 + Math.max(minutes, 0)) * (sign === '-' ? -1 : 1);
    if (Math.abs(reading.offsetMinutes) > 14 * 60)
      throw new Error('Timezone offset out of valid range -14:00 to +14:00');
    return true;
  };
const zone: Step = (reading) => {
  const found = /^[^ \t\n\v\f\r]+/.exec(reading.text.slice(reading.place))?.[0];
  reading.zone = found;
  reading.offsetMinutes = undefined;
  reading.place += found?.length ?? 0;
  return found !== undefined;
};

/** Digits beyond the sixth are read and cut; 0 = any number of them. */
const fraction =
  (most: number): Step =>
  (reading) => {
    if (!second(reading)) return false;
    const { text } = reading;
    if (most < 0 || text[reading.place] !== '.') return true;
    const start = ++reading.place;
    const end = most === 0 ? text.length : Math.min(start + most, text.length);
    while (reading.place < end && isDigit(text.charCodeAt(reading.place))) reading.place++;
    reading.micros = Number(text.slice(start, Math.min(reading.place, start + 6)).padEnd(6, '0'));
    return reading.place > start;
  };

const space: Step = skipSpaces;
const STEPS: Record<string, Step> = {
  E4Y: fourDigitYear,
  y: shortYear,
  Ey: shortYear,
  m: month,
  d: day,
  e: spaced(day),
  j: spaced(number('dayOfYear', 3, 1, 366)),
  b: monthName,
  B: monthName,
  h: monthName,
  a: dayName,
  A: dayName,
  H: hour24(hour),
  k: hour24(spaced(hour)),
  I: hour12,
  l: hour12,
  OI: hour12,
  M: minute,
  S: second,
  'E*S': fraction(0),
  E0S: fraction(-1),
  p: meridian,
  P: meridian,
  r: inTurn(hour12, colon, minute, colon, second, space, meridian),
  R: hour24(inTurn(spaced(hour), colon, spaced(minute))),
  T: clock,
  X: clock,
  c: inTurn(dayName, space, monthName, space, spaced(day), space, clock, space, spaced(composedYear)),
  D: shortDate,
  x: shortDate,
  F: isoDate,
  s: epoch,
  z: offset(''),
  Ez: offset(':'),
  Z: zone,
  n: space,
  t: space,
  '%': literal('%'),
};
for (const digits of [1, 2, 3, 4, 5, 6]) STEPS[`E${digits}S`] = fraction(digits);

interface Element {
  step: Step;
  /** Takes nothing where the text is at its end. */
  isSpace: boolean;
}

/** PARSE_DATE and its kin: a format → a reader of texts, which throws an error in Google's words. */
export function compileParse(format: string, kind: TimeKind): (text: string) => ReadTime {
  const codes: string[] = [];
  const elements: Element[] = [];
  for (const found of format.matchAll(/%(E\*S|E\dS|E4Y|E.|O.|.)|([ \t\n\v\f\r]+)|([^% \t\n\v\f\r])|%/gsu)) {
    const [whole, code, spaces, text] = found;
    if (spaces !== undefined) elements.push({ step: space, isSpace: true });
    else if (text !== undefined) elements.push({ step: sameAs(text), isSpace: false });
    else if (code === undefined) throw new Error("Format string cannot end with a single '%'");
    else {
      if (lacksPart(code, kind)) throw new Error(`Invalid format: %${code} is not allowed for the ${kind} type.`);
      codes.push(code);
      const isBeside = format[found.index + whole.length] === '%';
      elements.push({ step: stepOf(code, isBeside), isSpace: code === 'n' || code === 't' });
    }
  }
  refuseMixture(codes);
  return (text) => finish(read(elements, text), kind);
}

function stepOf(code: string, isBeside: boolean): Step {
  if (code === 'Y' || code === 'EY') return isBeside ? year(4, 9999) : year(5, 10_000);
  if (code === 'C' || code === 'EC') return isBeside ? century(2, 99) : century(3, 100);
  const step = STEPS[code];
  // Google's page says of weeks, quarters and years of weeks that they are not wholly supported, and not how.
  if (!step) throw new Error(`not supported by the embedded warehouse: format element %${code} when parsing`);
  return step;
}

function refuseMixture(codes: readonly string[]): void {
  const has = (...some: string[]) => some.some((code) => codes.includes(code));
  const refuse = (what: string) => {
    throw new Error(`not supported by the embedded warehouse: ${what}`);
  };
  if (has('j') && has('m', 'd', 'e', 'b', 'B', 'h', 'D', 'x', 'F', 'c')) refuse('%j beside a month or day');
  if (has('C', 'EC', 'y', 'Ey') && has('D', 'x', 'F', 'c')) refuse('%C or %y beside a whole date');
}

const sameAs =
  (character: string): Step =>
  (reading) => {
    if (reading.text.startsWith(character, reading.place)) {
      reading.place += character.length;
      return true;
    }
    throw new Error(
      `Mismatch between format character '${character}' and string character '${reading.text[reading.place]}'`,
    );
  };

function read(elements: readonly Element[], text: string): Reading {
  const reading: Reading = {
    text,
    place: 0,
    year: 70,
    century: 0,
    usesCentury: false,
    isCenturyGiven: false,
    month: 1,
    day: 1,
    dayOfYear: 0,
    hour: 0,
    minute: 0,
    second: 0,
    micros: 0,
    isTwelveHour: false,
    isAfternoon: false,
    epoch: undefined,
    offsetMinutes: undefined,
    zone: undefined,
  };
  skipSpaces(reading);
  for (const { step, isSpace } of elements)
    if (reading.place < text.length ? !step(reading) : !isSpace) throw failure(text);
  skipSpaces(reading);
  if (reading.place < text.length) throw failure(text);
  return reading;
}

const failure = (text: string) => new Error(`Failed to parse input string "${text}"`);

function finish(reading: Reading, kind: TimeKind): ReadTime {
  if (reading.epoch !== undefined) return { micros: BigInt(reading.epoch) * 1_000_000n, zone: 'UTC' };
  const year = reading.year + (reading.usesCentury ? reading.century * 100 : 1900);
  const seconds =
    (daysIn(reading, year) * 24 + reading.hour + (reading.isTwelveHour && reading.isAfternoon ? 12 : 0)) * 3600 +
    reading.minute * 60 +
    reading.second -
    (reading.offsetMinutes ?? 0) * 60;
  if (kind !== 'TIMESTAMP' && (year < 1 || year > 9999)) throw new Error('Invalid result from parsing function');
  // A leap second is the next minute's first, without a fraction.
  const micros = BigInt(seconds) * 1_000_000n + BigInt(reading.second === 60 ? 0 : reading.micros);
  return { micros, zone: reading.offsetMinutes === undefined ? reading.zone : 'UTC' };
}

function daysIn({ month, day, dayOfYear }: Reading, year: number): number {
  if (dayOfYear > 0) {
    if (dayOfYear === 366 && !isLeapYear(year))
      throw new Error(`Year ${year} has 365 days, but the specified day of year was 366`);
    return daysOf({ year, month: 1, day: 1 }) + dayOfYear - 1;
  }
  if (day > daysInMonth(year, month)) throw new Error('Out-of-range datetime field in parsing function');
  return daysOf({ year, month, day });
}
