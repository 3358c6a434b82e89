import { FEWEST_DIGITS, isDigit, isJoint, isSeparator, isWordAt, type Scan } from './scan.ts';

/** E.164 allows no more. */
export const MOST_DIGITS = 15;
export const MOST_GROUPS = 7;
const EXTENSION = / ?(?:x|ext\.?|extension|#) ?\d{1,6}(?!\d)/iy;

/**
 * Runs at which a number that begins with run `first` may end, as bits counted from `first`: the chain of groups, cut where a
 * blank or the text ends it.
 */
export function lastRuns({ text, runs, runCount }: Scan, first: number): number {
  let lasts = 0;
  let digits = 0;
  for (let run = first; run < runCount && run < first + MOST_GROUPS; run++) {
    const start = runs[run * 2] as number;
    const end = runs[run * 2 + 1] as number;
    if (run > first && !isSeparator(text, runs[run * 2 - 1] as number, start)) break;
    digits += end - start;
    if (digits > MOST_DIGITS) break;
    if (digits < FEWEST_DIGITS || isTied(text, end) || isWordPastExtension(text, end)) continue;
    lasts |= 1 << (run - first);
  }
  return lasts;
}

const SPACE = 0x20;
const HASH = 0x23;
const DOLLAR = 0x24;
const OPEN = 0x28;
const CLOSE = 0x29;
const HYPHEN = 0x2d;
const DOT = 0x2e;
const SLASH = 0x2f;
const LETTER_E = 0x65;
const LETTER_X = 0x78;

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

/** Past `x123`, `ext. 123` or `#123`, if one follows. */
export function extensionEnd(text: string, end: number): number {
  const next = text.charCodeAt(end) | 0x20;
  if (next !== SPACE && next !== HASH && next !== LETTER_X && next !== LETTER_E) return end;
  EXTENSION.lastIndex = end;
  return EXTENSION.test(text) ? EXTENSION.lastIndex : end;
}

/** Whether the number goes on from a price, a hash sign or a group of letters or digits before it. */
export function isContinued(text: string, start: number): boolean {
  const before = text.charCodeAt(start - 1);
  if (before === DOLLAR || before === HASH) return true;
  return (before === HYPHEN || before === DOT || before === SLASH) && isWordAt(text, start - 2);
}
