import { LIKELY, POSSIBLE, UNLIKELY, VERY_LIKELY } from '../inspect/likelihood.ts';
import { matchDate, readTime } from '../values/date-text.ts';
import { createContextWords } from './context-words.ts';
import type { Detector, Report } from './detector.ts';
import { isWordAt, type Scan } from './scan.ts';

const BIRTH = createContextWords([
  'born',
  'birth(?:day|date)?',
  'date of birth',
  'd\\.?o\\.?b',
  'n[ée]e?',
  'geb(?:oren|urtsdatum)?',
  'naissance',
  'nacimiento',
  'nacid[oa]',
  'nascita',
]);
const BIRTH_REACH = 50;
const DATE_WORDS = createContextWords([
  'dates?',
  'on',
  'since',
  'until',
  'till',
  'by',
  'from',
  'to',
  'due',
  'expir\\w+',
  'signed',
  'as of',
  'dated',
  'when',
  'day',
  'today',
]);
const TIME_WORDS = createContextWords([
  'at',
  'time',
  'by',
  'until',
  'till',
  'from',
  'to',
  'since',
  'around',
  'before',
  'after',
]);
const MONTH_START = /(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)/iy;
const DAY_AND_MONTH =
  /(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.? (\d{1,2})(?:st|nd|rd|th)?(?![\d:])/iy;
const MONTH_AND_YEAR =
  /(?:january|february|march|april|may|june|july|august|september|october|november|december|(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\.?),? (?:19|20)\d\d(?!\d)/iy;
/** `05-May` */
const SHORT_DAY_AND_MONTH = /(\d{1,2})-(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)(?![\w-])/iy;
/** `5/2021` */
const MONTH_OF_YEAR = /(?:0?[1-9]|1[0-2])\/(?:19|20)\d\d(?![\w/-]|\.\d)/y;
/** `05/21` */
const DAY_OF_YEAR = /(?:0?[1-9]|1[0-2])\/(?:0?[1-9]|[12]\d|3[01])(?![\w/%-]|\.\d)/y;
const WEEKDAY_BEFORE = /(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,? $/i;

export const DATE_AND_TIME: Detector = {
  infoTypes: ['DATE', 'DATE_OF_BIRTH', 'TIME'],
  needsDigits: true,
  find(scan, report) {
    const { text, runs, runCount } = scan;
    let end = 0;
    for (let run = 0; run < runCount; run++) {
      const from = runs[run * 2] as number;
      const to = runs[run * 2 + 1] as number;
      if (from < end || to - from > 4 || to - from === 3) continue;
      const separator = text[to];
      if (separator === ':') {
        end = Math.max(end, reportTime(scan, from, report));
        continue;
      }
      const start = monthBefore(text, from) ?? from;
      if (isWordAt(text, start - 1) || isTied(text, start)) continue;
      const written = start < from ? start : undefined;
      if (written === undefined && !mayGoOn(text, to)) continue;
      end = Math.max(end, reportDate(scan, start, end, report));
    }
  },
};

/** Reports the date at `start` and returns its end, or 0. The one before ended at `last`: words ahead of it speak of that one. */
function reportDate(scan: Scan, start: number, last: number, report: Report): number {
  const { text } = scan;
  const found = matchDate(text, start);
  if (found) {
    if (isWordAt(text, found.end) || isTiedOn(text, found.end)) return 0;
    const weekday = WEEKDAY_BEFORE.exec(text.slice(Math.max(0, start - 12), start));
    const from = weekday && !isWordAt(text, start - weekday[0].length - 1) ? start - weekday[0].length : start;
    const written = text.slice(start, found.dateEnd);
    const likelihood = isPlain(written, found.date.year)
      ? UNEVEN.test(written)
        ? POSSIBLE
        : LIKELY
      : DATE_WORDS.near(scan, start, found.end, 30)
        ? POSSIBLE
        : UNLIKELY;
    report('DATE', from, found.end, likelihood);
    if (found.time) report('TIME', timeStart(text, found.dateEnd), found.end, LIKELY);
    if (BIRTH.near(scan, start, found.end, Math.min(BIRTH_REACH, start - last)))
      report('DATE_OF_BIRTH', from, found.end, VERY_LIKELY);
    return found.end;
  }
  for (const pattern of [MONTH_AND_YEAR, DAY_AND_MONTH, SHORT_DAY_AND_MONTH, MONTH_OF_YEAR]) {
    pattern.lastIndex = start;
    const match = pattern.exec(text);
    if (!match || (match[1] !== undefined && (Number(match[1]) < 1 || Number(match[1]) > 31))) continue;
    report('DATE', start, pattern.lastIndex, POSSIBLE);
    return pattern.lastIndex;
  }
  // `Today is 5/21`: two numbers and a slash are a fraction unless a word says otherwise.
  DAY_OF_YEAR.lastIndex = start;
  if (DAY_OF_YEAR.test(text) && DATE_WORDS.inText(text, start, start, 10)) {
    const end = DAY_OF_YEAR.lastIndex;
    report('DATE', start, end, POSSIBLE);
    return end;
  }
  return 0;
}

/** Forms that are hardly anything but a date: `8.6.15` is a version as often, and the year 9042 is none. */
function isPlain(text: string, year: number): boolean {
  return year >= 1800 && year <= 2200 && !/^\d{1,2}\.\d{1,2}\.\d{2}$/.test(text);
}

/** `2004-05-6`: the number of a chemical in the CAS registry as often as a date that is padded in one place only. */
const UNEVEN = /^\d{4}-\d\d-\d$/;

/** Whether what follows a number can be the rest of a date: spares the patterns at nearly all numbers. */
function mayGoOn(text: string, end: number): boolean {
  const next = text[end + 1] ?? '';
  switch (text[end]) {
    case '-':
    case '/':
    case '.':
      return next !== '' && '0123456789 jfmasondJFMASOND'.includes(next);
    case ' ':
      return next !== '' && 'jfmasondJFMASOND'.includes(next);
    default:
      return /^(?:st|nd|rd|th) /i.test(text.slice(end, end + 3));
  }
}

function timeStart(text: string, dateEnd: number): number {
  let start = dateEnd;
  while (start < text.length && 'T ,'.includes(text[start] as string)) start++;
  return start;
}

/** `12:34`, `12:34:56`, `1:45 pm`; not what looks like one inside of an address or a ratio. */
function reportTime(scan: Scan, start: number, report: Report): number {
  const { text } = scan;
  if (isWordAt(text, start - 1) || text[start - 1] === ':' || text[start - 1] === '.') return 0;
  const { end, time } = readTime(text, start);
  if (!time || isWordAt(text, end) || (text[end] === ':' && isWordAt(text, end + 1))) return 0;
  const long = end - start > 5;
  report('TIME', start, end, long || TIME_WORDS.near(scan, start, end, 12) ? LIKELY : POSSIBLE);
  return end;
}

/** Where the month's name that a day or a year follows begins. */
function monthBefore(text: string, digits: number): number | undefined {
  if (text[digits - 1] !== ' ') return undefined;
  let start = digits - 1;
  if (text[start - 1] === ',' || text[start - 1] === '.') start--;
  const limit = Math.max(0, start - 9);
  while (start > limit && isWordAt(text, start - 1)) start--;
  MONTH_START.lastIndex = start;
  if (!MONTH_START.test(text)) return undefined;
  // `10 January 2016`: the day has been looked at before.
  return start;
}

/** A digit group, letter or slash before it makes the number part of something longer. */
function isTied(text: string, start: number): boolean {
  const before = text[start - 1];
  return (before === '-' || before === '/' || before === '.') && isWordAt(text, start - 2);
}

function isTiedOn(text: string, end: number): boolean {
  const after = text[end];
  return (
    (after === '-' || after === '/' || after === '.') &&
    isWordAt(text, end + 1) &&
    !/[a-z]/i.test(text[end + 1] as string)
  );
}
