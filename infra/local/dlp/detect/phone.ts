import { isIPv4 } from 'node:net';
import { getCountries, getCountryCallingCode, Metadata } from 'libphonenumber-js';
import { LIKELY, type Likelihood, POSSIBLE, UNLIKELY, VERY_LIKELY, VERY_UNLIKELY } from '../inspect/likelihood.ts';
import { isCivilDate } from '../values/civil-date.ts';
import { createContextWords } from './context-words.ts';
import type { Detector } from './detector.ts';
import { isDigit, isWordAt, type Scan } from './scan.ts';

/** What announces a number. The labels are those of vCard's TEL types and their like in other languages. */
const BEFORE = createContextWords([
  '(?:tele)?phones?(?: ?(?:no|num|number))?',
  'tel',
  'mobile',
  'cell(?:phone|ular)?',
  'fax',
  'pager',
  'call(?:ed|ing|er)?',
  'dial',
  'ring',
  'text',
  'sms',
  'whatsapp',
  'hotline',
  'helpline',
  'landline',
  'reach',
  'contact',
  'answer(?:ed|ing)?',
  'voicemail',
  't[ée]l[ée]phone',
  'tel[ée]fono?',
  'telefone?(?:nummer)?',
  'm[óo]vil',
  'celular',
  'portable',
  'handy',
  'rufnummer',
  'tlf',
]);
const AFTER = createContextWords(['office', 'home', 'work', 'main', 'direct', 'mobile', 'cell', 'fax', 'phone', 'tel']);
/** `-Office\,` or ` (mobile)`: a label stands within a word's length of the number. */
const AFTER_REACH = 12;

/** E.164 allows fifteen digits; fewer than six are a short code. */
const MOST_DIGITS = 15;
const FEWEST_DIGITS = 6;
const MOST_GROUPS = 7;
const EXTENSION = / ?(?:x|ext\.?|extension|#) ?\d{1,6}(?!\d)/iy;

/** Lengths of national numbers by calling code, out of libphonenumber's metadata: a table look-up is 1,000 times faster than its parser. */
const NATIONAL_LENGTHS = readNationalLengths();

function readNationalLengths(): Map<string, Set<number>> {
  const metadata = new Metadata();
  const lengths = new Map<string, Set<number>>();
  for (const country of getCountries()) {
    metadata.selectNumberingPlan(country);
    const code = getCountryCallingCode(country);
    const known = lengths.get(code) ?? new Set<number>();
    for (const length of metadata.numberingPlan?.possibleLengths() ?? []) known.add(length);
    lengths.set(code, known);
  }
  return lengths;
}

export const PHONE: Detector = {
  infoTypes: ['PHONE_NUMBER'],
  needsDigits: true,
  find(scan, report) {
    let end = 0;
    for (let run = 0; run < scan.runCount; run++) {
      if ((scan.runs[run * 2] as number) < end) continue;
      const number = numberAt(scan, run);
      if (!number) continue;
      report('PHONE_NUMBER', number.start, number.end, number.likelihood);
      end = number.end;
    }
  },
};

interface Candidate {
  start: number;
  end: number;
  likelihood: Likelihood;
}

/** The likeliest number that begins with this run; of equally likely ones the longest. */
function numberAt(scan: Scan, first: number): Candidate | undefined {
  const { text, runs } = scan;
  const digitsStart = runs[first * 2] as number;
  const lasts = lastRuns(scan, first);
  if (lasts.length === 0) return undefined;
  const plus = text[digitsStart - 1] === '+' || (text[digitsStart - 1] === '(' && text[digitsStart - 2] === '+');
  let start = digitsStart;
  if (text[start - 1] === '(') start--;
  if (plus) start = text[start - 1] === '+' ? start - 1 : start;
  if (isWordAt(text, start - 1)) return undefined;
  // `INV-555-0100`, `3.14159265` and `$555-0100` go on from what stands before.
  if (!plus && isContinued(text, start)) return undefined;
  let best: Candidate | undefined;
  for (let k = lasts.length - 1; k >= 0; k--) {
    const last = lasts[k] as number;
    const candidate = judge(scan, first, last, start, plus);
    if (candidate && candidate.likelihood > (best?.likelihood ?? 0)) best = candidate;
  }
  return best;
}

function isContinued(text: string, start: number): boolean {
  const before = text.charCodeAt(start - 1);
  if (before === DOLLAR || before === HASH) return true;
  return (before === HYPHEN || before === DOT || before === SLASH) && isWordAt(text, start - 2);
}

/** Runs at which a number that begins with run `first` may end: the chain of groups, cut where a blank or the text ends it. */
function lastRuns({ text, runs, runCount }: Scan, first: number): number[] {
  let lasts = NONE;
  let digits = 0;
  for (let run = first; run < runCount && run < first + MOST_GROUPS; run++) {
    const start = runs[run * 2] as number;
    const end = runs[run * 2 + 1] as number;
    if (run > first && !isSeparator(text, runs[run * 2 - 1] as number, start)) break;
    digits += end - start;
    if (digits > MOST_DIGITS) break;
    if (digits < FEWEST_DIGITS || isTied(text, end) || isWordPastExtension(text, end)) continue;
    if (lasts === NONE) lasts = [];
    lasts.push(run);
  }
  return lasts;
}

const NONE: number[] = [];
const SPACE = 0x20;
const HASH = 0x23;
const DOLLAR = 0x24;
const OPEN = 0x28;
const CLOSE = 0x29;
const HYPHEN = 0x2d;
const DOT = 0x2e;
const SLASH = 0x2f;

/** One blank, hyphen, dot or slash, or a bracket with one of them, or a hyphen between blanks. */
function isSeparator(text: string, start: number, end: number): boolean {
  const first = text.charCodeAt(start);
  const second = text.charCodeAt(start + 1);
  switch (end - start) {
    case 1:
      return isJoint(first) || first === CLOSE;
    case 2:
      return first === CLOSE ? isJoint(second) : isJoint(first) && second === OPEN;
    case 3:
      return first === SPACE && second === HYPHEN && text.charCodeAt(start + 2) === SPACE;
    default:
      return false;
  }
}

/** Also the non-breaking blank and hyphen, and the dash that word processors put in. */
function isJoint(code: number): boolean {
  return code === SPACE || (code >= HYPHEN && code <= SLASH) || code === 0xa0 || code === 0x2011 || code === 0x2013;
}

/** A hyphen, dot, slash or bracket with a digit behind it: the number goes on, so it does not end here. */
function isTied(text: string, end: number): boolean {
  const next = text.charCodeAt(end);
  if (next !== CLOSE && !(next >= HYPHEN && next <= SLASH)) return false;
  let at = end + 1;
  if (next === CLOSE && isJoint(text.charCodeAt(at))) at++;
  if (text.charCodeAt(at) === OPEN) at++;
  return isDigit(text.charCodeAt(at));
}

function isWordPastExtension(text: string, end: number): boolean {
  return isWordAt(text, end) && extensionEnd(text, end) === end;
}

function extensionEnd(text: string, end: number): number {
  EXTENSION.lastIndex = end;
  return EXTENSION.test(text) ? EXTENSION.lastIndex : end;
}

function judge(scan: Scan, first: number, last: number, start: number, plus: boolean): Candidate | undefined {
  const { text, runs } = scan;
  const lengths: number[] = [];
  let digits = '';
  for (let run = first; run <= last; run++) {
    const group = text.slice(runs[run * 2], runs[run * 2 + 1]);
    digits += group;
    lengths.push(group.length);
  }
  const numberEnd = runs[last * 2 + 1] as number;
  const end = extensionEnd(text, numberEnd);
  const shape = lengths.join('-');
  if (!plus && isOtherShape(text.slice(runs[first * 2], numberEnd), shape)) return undefined;
  const bracketed = text[start] === '(' || text[start + 1] === '(';
  const likelihood = likelihoodOf({
    digits,
    shape,
    plus,
    bracketed,
    extended: end > numberEnd,
    near: () => isAnnounced(scan, start, end),
  });
  return likelihood && { start, end, likelihood };
}

function isAnnounced(scan: Scan, start: number, end: number): boolean {
  return BEFORE.near(scan, start, end) || AFTER.inText(scan.text, start, end, 0, AFTER_REACH);
}

interface Features {
  digits: string;
  /** Lengths of the groups, such as `3-3-4`. */
  shape: string;
  plus: boolean;
  bracketed: boolean;
  extended: boolean;
  near(): boolean;
}

/** Groupings that stand for a number without further context once the digits fit the North American plan. */
const NANP_SHAPES = new Set(['3-3-4', '3-7', '6-4']);
const LONG_NANP_SHAPES = new Set(['1-3-3-4', '3-3-3-4', '1-10', '1-3-7']);

function likelihoodOf({ digits, shape, plus, bracketed, extended, near }: Features): Likelihood | undefined {
  if (plus) return isInternational(digits) ? (near() ? VERY_LIKELY : LIKELY) : near() ? POSSIBLE : UNLIKELY;
  if (LONG_NANP_SHAPES.has(shape) && (digits.startsWith('001') || (digits.startsWith('1') && digits.length === 11))) {
    return near() ? VERY_LIKELY : isNanp(digits.slice(-10)) ? LIKELY : POSSIBLE;
  }
  if (NANP_SHAPES.has(shape)) {
    if (isNanp(digits)) return near() ? VERY_LIKELY : LIKELY;
    return near() ? LIKELY : extended || bracketed ? POSSIBLE : UNLIKELY;
  }
  if (digits.startsWith('00') && isInternational(digits.slice(2))) return near() ? LIKELY : UNLIKELY;
  const grouped = shape.includes('-');
  // One run of digits is any id; only a word next to it tells that it is dialled.
  if (!grouped) return near() ? (isNanp(digits) || digits.startsWith('0') ? LIKELY : POSSIBLE) : VERY_UNLIKELY;
  return near() ? (digits.length >= 7 ? LIKELY : POSSIBLE) : UNLIKELY;
}

/** Area code and exchange begin with 2 to 9, and neither is a service code like 911. Source: NANPA. */
function isNanp(digits: string): boolean {
  return /^[2-9](?!11)\d\d[2-9](?!11)\d{6}$/.test(digits);
}

function isInternational(digits: string): boolean {
  for (let length = 1; length <= 3; length++) {
    const national = NATIONAL_LENGTHS.get(digits.slice(0, length));
    if (national?.has(digits.length - length)) return true;
  }
  return false;
}

/** Dates, SSNs, dotted quads and card numbers are told by their groups. */
function isOtherShape(text: string, shape: string): boolean {
  switch (shape) {
    case '3-2-4':
    case '4-4-4-4':
    case '4-6-5':
      return true;
    case '4-2-2':
    case '4-2-2-2':
    case '4-2-2-2-2':
      return isDay(text.slice(0, 4), text.slice(5, 7), text.slice(8, 10));
    case '2-2-4':
      return (
        isDay(text.slice(6), text.slice(0, 2), text.slice(3, 5)) ||
        isDay(text.slice(6), text.slice(3, 5), text.slice(0, 2))
      );
    default:
      return text.includes('.') && isIPv4(text);
  }
}

/** Within a few lifetimes of now: `0049-10-12` is no date. */
function isDay(year: string, month: string, day: string): boolean {
  const y = Number(year);
  return y >= 1800 && y <= 2200 && isCivilDate(y, Number(month), Number(day));
}
