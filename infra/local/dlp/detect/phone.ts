import { isIPv4 } from 'node:net';
import { isCivilDate } from '../../civil-date.ts';
import { LIKELY, type Likelihood, POSSIBLE, UNLIKELY, VERY_LIKELY, VERY_UNLIKELY } from '../inspect/likelihood.ts';
import { createContextWords } from './context-words.ts';
import type { Detector } from './detector.ts';
import { extensionEnd, isContinued, lastRuns, MOST_DIGITS, MOST_GROUPS } from './phone-groups.ts';
import { isInternational, isNanp } from './phone-plans.ts';
import { isUpper, isWordAt, type Scan } from './scan.ts';

/** What announces a number, and vCard's TEL types, in several languages. */
const NOUNS = createContextWords([
  '(?:tele)?phones?(?: ?(?:no|num|number))?',
  'tel',
  'mobile',
  'cell(?:phone|ular)?',
  'fax',
  'pager',
  'call(?:ed|ing)?',
  'dial(?:ed|ing)?',
  'sms',
  'whatsapp',
  'hotline',
  'helpline',
  'landline',
  'voicemail',
  't[ée]l[ée]phone',
  'tel[ée]fono?',
  'telefone?(?:nummer)?',
  'm[óo]vil',
  'celular',
  'rufnummer',
  'tlf',
]);
/** These speak of other numbers too: they count only for digits that are grouped as a number's are. */
const VERBS = createContextWords(['reach', 'contact', 'answer(?:ed|ing)?', 'ring', 'text']);
const LABELS = createContextWords(['mobile', 'cell', 'fax', 'phone', 'tel']);
const PLACES = createContextWords(['office', 'home', 'work', 'main', 'direct']);
/** `-Office\,` or ` (mobile)`: a label stands within a word's length of the number. */
const AFTER_REACH = 12;

const VERB_REACH = 30;

export const PHONE: Detector = {
  infoTypes: ['PHONE_NUMBER'],
  needsDigits: true,
  find(scan, report) {
    let end = 0;
    for (let k = 0; k < scan.openingCount; k++) {
      const run = scan.openings[k] as number;
      const start = scan.runs[run * 2] as number;
      if (start < end || (scan.runs[run * 2 + 1] as number) - start > MOST_DIGITS) continue;
      if (isDateAt(scan, run)) {
        end = start + DATE_LENGTH;
        continue;
      }
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

const DATE_LENGTH = 10;

/** `2026-02-28`: the most common groups of digits that are no number, told before anything is cut out of the text. */
function isDateAt({ text, runs, runCount }: Scan, run: number): boolean {
  if (run + 2 >= runCount) return false;
  const start = runs[run * 2] as number;
  if (runs[run * 2 + 1] !== start + 4 || runs[run * 2 + 2] !== start + 5 || runs[run * 2 + 3] !== start + 7)
    return false;
  if (runs[run * 2 + 4] !== start + 8 || runs[run * 2 + 5] !== start + 10 || text.charCodeAt(start - 1) === PLUS)
    return false;
  const separator = text.charCodeAt(start + 4);
  if ((separator !== HYPHEN && separator !== SLASH) || text.charCodeAt(start + 7) !== separator) return false;
  const tens = text.charCodeAt(start + 1);
  return (text.charCodeAt(start) === 0x31 && tens === 0x39) || (text.charCodeAt(start) === 0x32 && tens === 0x30);
}

const OPEN = 0x28;
const PLUS = 0x2b;
const HYPHEN = 0x2d;
const DOT = 0x2e;
const SLASH = 0x2f;

/** The likeliest number that begins with this run; of equally likely ones the longest. */
function numberAt(scan: Scan, first: number): Candidate | undefined {
  const { text, runs } = scan;
  const digitsStart = runs[first * 2] as number;
  const lasts = lastRuns(scan, first);
  if (lasts === 0) return undefined;
  let start = digitsStart;
  if (text.charCodeAt(start - 1) === OPEN) start--;
  const plus = text.charCodeAt(start - 1) === PLUS;
  if (plus) start--;
  if (isWordAt(text, start - 1)) return undefined;
  // `INV-555-0100`, `3.14159265` and `$555-0100` go on from what stands before.
  if (!plus && isContinued(text, start)) return undefined;
  let best: Candidate | undefined;
  for (let k = MOST_GROUPS - 1; k >= 0; k--) {
    if (!(lasts & (1 << k))) continue;
    const candidate = judge(scan, first, first + k, start, plus);
    if (candidate && candidate.likelihood > (best?.likelihood ?? 0)) best = candidate;
  }
  return best;
}

function judge(scan: Scan, first: number, last: number, start: number, plus: boolean): Candidate | undefined {
  const { text, runs } = scan;
  const numberEnd = runs[last * 2 + 1] as number;
  const end = extensionEnd(text, numberEnd);
  let digits = text.slice(runs[first * 2], runs[first * 2 + 1]);
  let shape = String(digits.length);
  for (let run = first + 1; run <= last; run++) {
    const group = text.slice(runs[run * 2], runs[run * 2 + 1]);
    digits += group;
    shape += `-${group.length}`;
  }
  // `877432.7975` is an amount.
  if (
    !plus &&
    last === first + 1 &&
    text.charCodeAt(runs[first * 2 + 1] as number) === DOT &&
    !NOUNS.near(scan, start, end, 20)
  )
    return undefined;
  if (!plus && last > first && isOtherShape(text.slice(runs[first * 2], numberEnd), shape)) return undefined;
  const bracketed = text[start] === '(' || text[start + 1] === '(';
  const likelihood = likelihoodOf(scan, {
    start,
    end,
    digits,
    shape,
    grouped: last > first,
    plus,
    bracketed,
    extended: end > numberEnd,
  });
  return likelihood && { start, end, likelihood };
}

function isAnnounced(scan: Scan, { start, end, grouped }: Features): boolean {
  if (NOUNS.near(scan, start, end) || LABELS.inText(scan.text, start, end, 0, AFTER_REACH)) return true;
  if (!grouped) return false;
  return VERBS.inText(scan.text, start, end, VERB_REACH) || PLACES.inText(scan.text, start, end, 0, AFTER_REACH);
}

interface Features {
  start: number;
  end: number;
  digits: string;
  /** Lengths of the groups, such as `3-3-4`. */
  shape: string;
  grouped: boolean;
  plus: boolean;
  bracketed: boolean;
  extended: boolean;
}

/** Groupings that stand for a number without further context once the digits fit the North American plan. */
const NANP_SHAPES = new Set(['3-3-4', '3-7', '6-4']);
const LONG_NANP_SHAPES = new Set(['1-3-3-4', '3-3-3-4', '1-10', '1-3-7']);

function likelihoodOf(scan: Scan, features: Features): Likelihood | undefined {
  const { digits, shape, grouped, plus, bracketed, extended } = features;
  const near = () => isAnnounced(scan, features);
  if (plus) return isInternational(digits) ? (near() ? VERY_LIKELY : LIKELY) : near() ? POSSIBLE : UNLIKELY;
  if (LONG_NANP_SHAPES.has(shape) && (digits.startsWith('001') || (digits.startsWith('1') && digits.length === 11))) {
    return near() ? VERY_LIKELY : isNanp(digits.slice(-10)) ? LIKELY : POSSIBLE;
  }
  if (NANP_SHAPES.has(shape)) {
    if (isNanp(digits)) return near() ? VERY_LIKELY : LIKELY;
    return near() ? LIKELY : extended || bracketed ? POSSIBLE : UNLIKELY;
  }
  // Mobile numbers of Japan, Korea and China.
  if (shape === '3-4-4' && /^(?:0[1789]0|1[3-9]\d)/.test(digits)) return near() ? LIKELY : POSSIBLE;
  if (digits.startsWith('00') && isInternational(digits.slice(2))) return near() ? LIKELY : UNLIKELY;
  // One run of digits is any id; only a word next to it tells that it is dialled.
  if (!grouped) return near() ? (isNanp(digits) || digits.startsWith('0') ? LIKELY : POSSIBLE) : VERY_UNLIKELY;
  if (digits.length >= 7) return near() ? LIKELY : UNLIKELY;
  return !isNamed(scan.text, features.end) && near() ? POSSIBLE : UNLIKELY;
}

/** A capitalized word follows: `03 2657 Long Lane`. */
function isNamed(text: string, end: number): boolean {
  return text[end] === ' ' && isUpper(text.charCodeAt(end + 1));
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
