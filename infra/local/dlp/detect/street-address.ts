import { LIKELY, type Likelihood, POSSIBLE } from '../inspect/likelihood.ts';
import { readTail } from './address-tail.ts';
import { COMMON_WORD, STREET_PREFIX, STREET_SUFFIX } from './gazetteer.ts';
import { PARTICLES, type ProperWords, readWord, wordBefore } from './proper-words.ts';
import { isUpper, isWordAt, type Scan } from './scan.ts';
import { STREET_ENDING } from './street-words.ts';

/** A whole address, or the part of one that stands on a line of its own. */
export interface AddressPart {
  infoType: 'STREET_ADDRESS' | 'LOCATION';
  start: number;
  end: number;
  likelihood: Likelihood;
}

const MOST_WORDS = 7;
/** Post boxes, and the military's addresses. Source of the latter: USPS Publication 28, section 225. */
const BOX =
  /(?:p\.? ?o\.? box|post ?box|postfach|bo[îi]te postale|apartado|casilla) \d{1,6}(?!\d)|(?:(?:psc|unit|cmr) \d{1,5},? box \d{1,5},?[ \n]{1,3})?(?:fpo|apo|dpo),? a[aep] \d{5}(?!\d)/iy;
const ORDINAL = /\d{1,3}(?:st|nd|rd|th)(?![\p{L}\d])/iuy;
const HOUSE_NUMBER = /,? (\d{1,5}(?:[a-z]|[-/]\d{1,4}[a-z]?)?)(?![\p{L}\d]|\.\d|[:%])/iuy;
/** What stands before an address that has no word of streets in it. */
const TELLING = new Set(
  'address at to in lives live living located is her his from and addresses visit place'.split(' '),
);

/**
 * Addresses in order of place. Within a sentence an address is one finding from house number to post code; in a block of
 * lines each line's part is one, as letters have them.
 */
export function findAddresses(scan: Scan, words: ProperWords): AddressPart[] {
  if (scan.runCount === 0) return NONE;
  const parts: AddressPart[] = [];
  let end = 0;
  let capital = 0;
  for (let run = 0; run < scan.runCount; run++) {
    const start = scan.runs[run * 2] as number;
    // Streets whose name comes before the only number: between the last digits and these.
    for (; capital < words.count && (words.starts[capital] as number) < start; capital++) {
      const from = words.starts[capital] as number;
      if (from < end) continue;
      const street = readStreet(words, from, false);
      if (street && (street.numbered || street.boxed) && street.end > start) {
        end = report(words, { start: from, firstEnd: 0, street }, parts);
      }
    }
    if (start < end) continue;
    const found = numberFirst(scan, words, run);
    if (found) end = report(words, found, parts);
  }
  return parts;
}

const NONE: AddressPart[] = [];

interface Found {
  start: number;
  /** End of a number that stands before the street with its own number; 0 if there is none. */
  firstEnd: number;
  street: Street;
}

/** `1825 Brittany Bypass`, `12 Rue de la Paix`, `7 Ancho 91`, `3 11 Oak Street`. */
function numberFirst({ text, runs }: Scan, words: ProperWords, run: number): Found | undefined {
  const start = runs[run * 2] as number;
  let end = runs[run * 2 + 1] as number;
  if (end - start > 5 || isWordAt(text, start - 1) || isJoined(text, start)) return undefined;
  if (/[a-z]/i.test(text[end] ?? '') && !isWordAt(text, end + 1)) end++;
  const at = text[end] === ',' ? end + 2 : end + 1;
  if (text[at - 1] !== ' ') return undefined;
  const second = SECOND_NUMBER.exec(text.slice(at, at + 9))?.[0].length ?? 0;
  const street = readStreet(words, at + second, true);
  if (!street && second > 0) {
    const loose = readLoose(words, at + second);
    return loose && { start, firstEnd: end, street: loose };
  }
  if (!street || (second > 0 && street.numbered && !street.named)) return undefined;
  return { start, firstEnd: second > 0 || street.numbered || street.boxed ? end : 0, street };
}

/** Proper words behind two numbers and ahead of a unit or a line's end: `5 58 Machis Dimou`. What follows must tell the rest. */
function readLoose({ text, known, isProper }: ProperWords, start: number): Street | undefined {
  let end = start;
  for (let count = 0; count < MOST_WORDS; count++) {
    const word = readWord(text, end === start ? start : end + 1, known);
    if (!(isProper(word) || (count > 0 && PARTICLES.has(word.key))) || UNIT_WORDS.has(word.key)) break;
    end = word.end;
    if (text[end] !== ' ') break;
  }
  return end > start ? { start, end, named: false, numbered: false, boxed: false, common: false } : undefined;
}

const SECOND_NUMBER = /^\d{1,5}[a-z]? (?=[^\d]|\d+(?:st|nd|rd|th) )/i;

/** `$5`, `3.14`, `2-4`: numbers of something else. */
function isJoined(text: string, start: number): boolean {
  const before = text[start - 1];
  return (
    before === '$' ||
    before === '€' ||
    before === '£' ||
    ((before === '.' || before === '-' || before === '/' || before === ':') && isWordAt(text, start - 2))
  );
}

interface Street {
  start: number;
  end: number;
  /** Holds a word of streets: a suffix, a prefix or an ending. */
  named: boolean;
  /** A house number follows the name. */
  numbered: boolean;
  boxed: boolean;
  common: boolean;
}

/** The street whose name begins at `start`. One without any word of streets must have a number behind it. */
function readStreet(words: ProperWords, start: number, afterNumber: boolean): Street | undefined {
  const { text, known, isProper, caseless } = words;
  BOX.lastIndex = start;
  if (BOX_STARTS.has(text.charCodeAt(start) | 0x20) && BOX.test(text)) {
    return { start, end: BOX.lastIndex, named: true, numbered: false, boxed: true, common: false };
  }
  let at = start;
  let named = false;
  let count = 0;
  let common = true;
  let suffixEnd = 0;
  let end = 0;
  for (; count < MOST_WORDS; count++) {
    const word = readWord(text, at, known);
    if (word.end === at) {
      ORDINAL.lastIndex = at;
      if (!ORDINAL.test(text)) break;
      at = ORDINAL.lastIndex;
    } else {
      const unknown = (word.flags & COMMON_WORD) === 0;
      const suffix = (word.flags & STREET_SUFFIX) !== 0;
      const prefix = (word.flags & STREET_PREFIX) !== 0;
      const telling =
        (unknown || !afterNumber) &&
        word.key.length > 4 &&
        STREET_ENDING.test(word.key) &&
        (unknown || word.end - at > 5);
      const capital = caseless || isUpper(text.charCodeAt(word.start));
      const leads =
        prefix && count === 0 && afterNumber && (text[word.end] === '.' || isUpper(text.charCodeAt(word.end + 1)));
      if (!capital && !leads && !PARTICLES.has(word.key) && !((unknown || suffix) && count > 0)) break;
      if (caseless && !isProper(word) && !suffix && !prefix && !PARTICLES.has(word.key) && count > 2) break;
      if (UNIT_WORDS.has(word.key) || MONTHS.has(word.key)) break;
      if (count === 0 && !afterNumber && !(prefix && capital) && !telling) return undefined;
      if (unknown) common = false;
      at = word.end;
      if (text[at] === '.' && (word.key.length <= 5 || word.initial)) at = word.initial ? at : at + 1;
      if (telling || leads || (prefix && capital && (count === 0 || unknown))) named = true;
      if (telling) end = at;
      if (suffix && count > 0) {
        named = true;
        suffixEnd = at;
      }
    }
    if (!named || suffixEnd === 0) end = at;
    HOUSE_NUMBER.lastIndex = at;
    // `12 Rue Joseph Vernet, 1825 Long Lane`: behind a comma it is the next address's.
    if (HOUSE_NUMBER.test(text) && !(afterNumber && text[at] === ',')) {
      const numbered = HOUSE_NUMBER.lastIndex;
      if (!/^(?:st|nd|rd|th)\b/i.test(text.slice(numbered, numbered + 3)))
        return { start, end: numbered, named, numbered: true, boxed: false, common };
    }
    const joint = text.charCodeAt(at);
    if (joint === 0x20) at++;
    else if (!(text[at - 1] === '.' && isUpper(joint))) {
      count++;
      break;
    }
  }
  if (!named || !afterNumber) return undefined;
  if (suffixEnd > 0) end = suffixEnd;
  return count > 1 || suffixEnd > 0 || end > start
    ? { start, end, named, numbered: false, boxed: false, common }
    : undefined;
}

const BOX_STARTS = new Set([...'pbcfadu'].map((letter) => letter.charCodeAt(0)));
const UNIT_WORDS = new Set('suite apt apartment unit floor flat room ste box'.split(' '));
const MONTHS = new Set(
  'january february march april may june july august september october november december jan feb mar apr jun jul aug sep sept oct nov dec'.split(
    ' ',
  ),
);

/** Writes an address down, whole or in parts, and returns its end; 0 if what follows speaks against it. */
function report(words: ProperWords, { start, firstEnd, street }: Found, parts: AddressPart[]): number {
  const { text } = words;
  const corner = cornerOf(words, start, street.end);
  if (corner) {
    parts.push({ infoType: 'STREET_ADDRESS', start: corner.start, end: corner.end, likelihood: LIKELY });
    return corner.end;
  }
  const block = blockOf(text, start);
  const tail = readTail(words, street.end, block.prefix);
  const evidence = street.named || tail.unit !== undefined || tail.code !== undefined || tail.country !== undefined;
  if (
    !evidence &&
    (street.common ||
      !street.numbered ||
      !(TELLING.has(wordBefore(text, start)) || block.opens || text[start - 2] === ':'))
  )
    return 0;
  const likelihood = street.named && !street.common ? LIKELY : POSSIBLE;
  const found: AddressPart[] = [];
  const add = (infoType: AddressPart['infoType'], from: number, to: number) =>
    void found.push({ infoType, start: from, end: to, likelihood });
  const short = tail.unit === undefined && tail.code === undefined && tail.country === undefined;
  const inParts = block.opens && tail.lines > 0;
  if (inParts || short) {
    if (firstEnd > 0) add('STREET_ADDRESS', start, firstEnd);
    add('STREET_ADDRESS', firstEnd > 0 ? firstEnd + 1 : start, street.end);
    for (const part of [tail.unit, tail.place, tail.state, tail.country, tail.code]) {
      if (part) add(part === tail.unit || part === tail.code ? 'STREET_ADDRESS' : 'LOCATION', part.start, part.end);
    }
  } else {
    add('STREET_ADDRESS', start, tail.end);
  }
  parts.push(...found.sort((a, b) => a.start - b.start));
  return tail.end;
}

/** `the corner of Spencer Street and 12 Long Lane` is one place. */
function cornerOf(words: ProperWords, start: number, end: number): { start: number; end: number } | undefined {
  const { text } = words;
  const opening = /(?:the )?corner of $/i.exec(text.slice(Math.max(0, start - 14), start));
  const joint = /^ (?:and|&) (?:\d{1,5} )?/.exec(text.slice(end, end + 12));
  if (!opening || !joint) return undefined;
  const other = readStreet(words, end + joint[0].length, true);
  return other && { start: start - opening[0].length, end: other.end };
}

/** Whether a block of lines begins at `start` (the text's first line, one behind an empty line, or quoted ones), and the lines' prefix. */
function blockOf(text: string, start: number): { opens: boolean; prefix: string } {
  let line = start;
  while (line > 0 && start - line < 8 && text.charCodeAt(line - 1) !== 0x0a) line--;
  if (line > 0 && text.charCodeAt(line - 1) !== 0x0a) return { opens: false, prefix: '' };
  const prefix = text.slice(line, start);
  if (!/^[ \t>*|?]*$/.test(prefix)) return { opens: false, prefix: '' };
  const empty = line === 0 || text.charCodeAt(line - 2) === 0x0a || line === 1;
  return { opens: empty || prefix.trim() !== '', prefix };
}
