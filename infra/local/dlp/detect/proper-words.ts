import { COMMON_WORD, type Gazetteer } from './gazetteer.ts';
import { isLetter, isUpper, isWordAt, type Scan, wordEnd } from './scan.ts';

/** A word that may be, or be part of, a name: it is written with a capital, or in a text without capitals it is in no dictionary. */
export interface Word {
  start: number;
  end: number;
  /** In lower case, without a possessive `'s`. */
  key: string;
  /** What the gazetteer knows of it. */
  flags: number;
  /** One letter and a dot: `J.` */
  initial: boolean;
}

/** Particles that join the parts of a name. */
export const PARTICLES: ReadonlySet<string> = new Set(
  (
    'van von der den de del della di da do dos das du des la le las los bin ibn al el ten ter zu af y e of nad pod sur aux u pri am an im ' +
    'en sous les lès on upon ob bei'
  ).split(' '),
);
const NOBILIARY: ReadonlySet<string> = new Set(
  'van von der den de del della di da dos du la le bin ibn al el ten ter zu af'.split(' '),
);
const MOST_WORDS = 6;

/** The text's proper words: where they begin, and how one is told. */
export interface ProperWords {
  text: string;
  known: Gazetteer;
  /** Whether the text has no capital at all, so that names hide in it. */
  caseless: boolean;
  starts: readonly number[] | Int32Array;
  count: number;
  isProper(word: Word): boolean;
}

export function readProperWords(scan: Scan, known: Gazetteer): ProperWords {
  const { text, capitals, capitalCount } = scan;
  if (capitalCount > 0) {
    return {
      text,
      known,
      caseless: false,
      starts: capitals,
      count: capitalCount,
      isProper: ({ start }) => isUpper(text.charCodeAt(start)),
    };
  }
  const isProper = ({ flags, end, start }: Word): boolean => (flags & COMMON_WORD) === 0 && end - start > 1;
  const starts: number[] = [];
  for (let at = 0; at < text.length; ) {
    if (!isLetter(text.charCodeAt(at))) {
      at++;
      continue;
    }
    const word = readWord(text, at, known);
    if (isProper(word) && !isWordAt(text, at - 1) && !isWordAt(text, word.end)) starts.push(at);
    at = Math.max(word.end, at + 1);
    while (isWordAt(text, at)) at++;
  }
  return { text, known, caseless: true, starts, count: starts.length, isProper };
}

/**
 * The same words are asked for by addresses, organizations and names in turn, each a look-up among 250,000; the last few are
 * kept by where they begin.
 */
const KEPT = 64;
const kept: (Word | undefined)[] = new Array(KEPT);
let keptText = '';

export function readWord(text: string, start: number, known: Gazetteer): Word {
  if (text !== keptText) {
    forgetWords();
    keptText = text;
  }
  const slot = start % KEPT;
  const last = kept[slot];
  if (last?.start === start) return last;
  const word = lookUp(text, start, known);
  kept[slot] = word;
  return word;
}

/** Nothing of a text stays behind. */
export function forgetWords(): void {
  kept.fill(undefined);
  keptText = '';
}

function lookUp(text: string, start: number, known: Gazetteer): Word {
  let end = wordEnd(text, start);
  const tail = end - start > 2 ? text.slice(end - 2, end) : '';
  if (tail === "'s" || tail === '’s' || tail === "'m" || tail === "'d") end -= 2;
  const key = text.slice(start, end).toLowerCase();
  const initial = end - start === 1 && text.charCodeAt(end) === 0x2e;
  return { start, end: initial ? end + 1 : end, key, flags: known.of(key), initial };
}

/** Proper words from `start`, joined by single blanks; initials and particles between them are taken in. */
export function readPhrase(words: ProperWords, start: number): Word[] {
  const { text, known, isProper } = words;
  const phrase: Word[] = [];
  let at = start;
  while (phrase.length < MOST_WORDS) {
    const word = readWord(text, at, known);
    if (word.end === at || !isProper(word) || (!word.initial && isWordAt(text, word.end)) || text[word.end] === '@')
      break;
    phrase.push(word);
    at = word.end;
    if (text.charCodeAt(at) !== 0x20) break;
    at = pastParticles(text, at + 1);
  }
  while (phrase.length > 1 && phrase[phrase.length - 1]?.initial) phrase.pop();
  return phrase;
}

function pastParticles(text: string, start: number): number {
  let at = start;
  for (let n = 0; n < 3; n++) {
    const end = wordEnd(text, at);
    if (end - at > 5 || text.charCodeAt(end) !== 0x20 || !NOBILIARY.has(text.slice(at, end))) break;
    at = end + 1;
  }
  return at;
}

/** The word before `start` on the same line, in lower case, past one blank and opening quotes; '' if none. */
export function wordBefore(text: string, start: number): string {
  let end = start;
  while (end > 0 && BEFORE.has(text.charCodeAt(end - 1)) && start - end < 4) end--;
  let from = end;
  while (from > 0 && end - from < 24 && (isLetter(text.charCodeAt(from - 1)) || text.charCodeAt(from - 1) === 0x27))
    from--;
  return text.slice(from, end).toLowerCase();
}

/** Where the word before `start` begins. */
export function beforeWord(text: string, start: number): number {
  let at = start;
  while (at > 0 && BEFORE.has(text.charCodeAt(at - 1)) && start - at < 4) at--;
  const end = at;
  while (at > 0 && end - at < 24 && (isLetter(text.charCodeAt(at - 1)) || text.charCodeAt(at - 1) === 0x27)) at--;
  return at;
}

/** Blank, quote and opening bracket. */
const BEFORE = new Set([0x20, 0x22, 0x28]);

/** The word that follows `end` past one blank, in lower case; '' if none. */
export function wordAfter(text: string, end: number): string {
  if (text.charCodeAt(end) !== 0x20) return '';
  return text.slice(end + 1, wordEnd(text, end + 1)).toLowerCase();
}

/** Whether a sentence, a line or a list item begins at `start`. */
export function opensSentence(text: string, start: number): boolean {
  let at = start - 1;
  while (at >= 0 && OPENING.has(text.charCodeAt(at))) at--;
  if (at < 0) return true;
  const code = text.charCodeAt(at);
  return code === 0x0a || code === 0x2e || code === 0x21 || code === 0x3f || code === 0x3e || code === 0x2a;
}

/** Blanks, quotes, backslash, opening bracket. */
const OPENING = new Set([0x20, 0x09, 0x0d, 0x22, 0x27, 0x5c, 0x28, 0x201c]);
