import { LIKELY, type Likelihood, POSSIBLE, UNLIKELY, VERY_LIKELY, VERY_UNLIKELY } from '../../inspect/likelihood.ts';
import { type ContextWords, createContextWords } from '../context-words.ts';
import type { Detector, Report } from '../detector.ts';
import { isDigit, isWordAt, type Scan } from '../scan.ts';
import { AMERICAS } from './americas.ts';
import { ASIA_PACIFIC_AFRICA } from './asia-pacific-africa.ts';
import { EUROPE } from './europe.ts';
import { CHECK_IN_BRACKETS, type Identifier } from './identifier.ts';
import { VAT } from './vat.ts';

const ALL: readonly Identifier[] = [...AMERICAS, ...EUROPE, ...ASIA_PACIFIC_AFRICA, VAT];
const LONGEST = Math.max(...ALL.flatMap(({ lengths }) => lengths));
const MOST_GROUPS = 7;

interface Kind extends Identifier {
  context: ContextWords;
}

/** Kinds by the length of their compact form, and whether they are wanted in one piece or in these groups. */
const BY_LENGTH = new Map<number, Kind[]>();
for (const identifier of ALL) {
  const kind = { ...identifier, context: createContextWords(identifier.words) };
  for (const length of identifier.lengths) BY_LENGTH.set(length, [...(BY_LENGTH.get(length) ?? []), kind]);
}

/**
 * National numbers, tax numbers and the like: what stands in one piece or in groups joined by one kind of separator is made
 * compact and tried against the kinds of its length.
 */
export const IDENTIFIERS: Detector = {
  infoTypes: ALL.map(({ infoType }) => infoType),
  needsDigits: true,
  find(scan, report, wanted) {
    const { text, runs, runCount } = scan;
    let last = -1;
    for (let run = 0; run < runCount; run++) {
      const digits = runs[run * 2] as number;
      const start = wordStart(text, digits);
      if (start === last || digits - start > LONGEST) continue;
      last = start;
      // `DE 129 273 398`, `PR 123612C`: letters stand apart from the digits.
      const ahead = lettersAhead(text, start);
      if (ahead !== undefined && !isTied(text, ahead)) tryFrom(scan, ahead, report, wanted);
      if (!isTied(text, start)) tryFrom(scan, start, report, wanted);
    }
  },
};

/** Each stretch of groups from `start`, shortest first, against the kinds of its length. */
function tryFrom(scan: Scan, start: number, report: Report, wanted: ReadonlySet<string>): void {
  const { text } = scan;
  let compact = '';
  let groups = '';
  let separator = 0;
  let at = start;
  for (let count = 0; count < MOST_GROUPS; count++) {
    const end = wordStop(text, at, LONGEST - compact.length + 1);
    if (end === at || compact.length + end - at > LONGEST) return;
    compact += text.slice(at, end);
    groups = count === 0 ? String(end - at) : `${groups}-${end - at}`;
    const next = text.charCodeAt(end);
    if (!isWordAt(text, end)) {
      const goesOn = isSeparator(next) && (separator === 0 || next === separator) && isDigit(text.charCodeAt(end + 1));
      const tied = next !== SPACE && isSeparator(next) && isWordAt(text, end + 1);
      if (!tied && !(goesOn && next === SPACE && count > 0))
        judge(scan, start, end, compact, count === 0 ? '' : groups, report, wanted);
    }
    if (count === 0 && isBracketed(text, end))
      judge(scan, start, end + 3, compact + text[end + 1], CHECK_IN_BRACKETS, report, wanted);
    // `111.444.777-35`: dots may end in a hyphen.
    if (!isSeparator(next) || (separator !== 0 && next !== separator && !(separator === DOT && next === HYPHEN)))
      return;
    separator = next;
    at = end + 1;
  }
}

/** `(3)`, and nothing that goes on behind it. */
function isBracketed(text: string, at: number): boolean {
  if (text[at] !== '(' || text[at + 2] !== ')' || !isAlphanumeric(text.charCodeAt(at + 1))) return false;
  return !isWordAt(text, at + 3) && !(text[at + 3] === '-' && isWordAt(text, at + 4));
}

function judge(
  scan: Scan,
  start: number,
  end: number,
  written: string,
  groups: string,
  report: Report,
  wanted: ReadonlySet<string>,
): void {
  const kinds = BY_LENGTH.get(written.length);
  if (!kinds) return;
  const compact = written.toUpperCase();
  for (const kind of kinds) {
    if (!wanted.has(kind.infoType)) continue;
    if (groups !== '' && !kind.groups?.includes(groups)) continue;
    if (groups !== '' && kind.separator !== undefined && !scan.text.slice(start, end).includes(kind.separator))
      continue;
    if (!kind.pattern.test(compact) || kind.check?.(compact) === false) continue;
    report(kind.infoType, start, end, likelihoodOf(scan, kind, start, end, groups !== '', compact));
  }
}

function likelihoodOf(
  scan: Scan,
  kind: Kind,
  start: number,
  end: number,
  grouped: boolean,
  compact: string,
): Likelihood {
  const checked = kind.check !== undefined;
  if (kind.context.near(scan, start, end, 40, 0)) return checked || kind.alone === 'likely' ? VERY_LIKELY : LIKELY;
  switch (kind.alone) {
    case 'likely':
      return /[A-Z]/.test(compact) || grouped ? LIKELY : POSSIBLE;
    case 'possible':
      return POSSIBLE;
    case 'doubtful':
      return grouped && (checked || kind.infoType.startsWith('US_')) ? POSSIBLE : checked ? UNLIKELY : VERY_UNLIKELY;
  }
}

const SPACE = 0x20;
const HYPHEN = 0x2d;
const DOT = 0x2e;
/** Blank, hyphen, dot, slash, colon. */
const isSeparator = (code: number): boolean => code === SPACE || (code >= 0x2d && code <= 0x2f) || code === 0x3a;

const isAlphanumeric = (code: number): boolean => isDigit(code) || ((code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a);

function wordStart(text: string, digits: number): number {
  let start = digits;
  while (start > 0 && digits - start <= LONGEST && isAlphanumeric(text.charCodeAt(start - 1))) start--;
  return start;
}

function wordStop(text: string, start: number, most: number): number {
  let end = start;
  while (end - start < most && isAlphanumeric(text.charCodeAt(end))) end++;
  return end;
}

/** A hyphen, dot or slash ties the word to what stands before it; so do other letters. */
function isTied(text: string, start: number): boolean {
  const before = text.charCodeAt(start - 1);
  if (start > 0 && (isWordAt(text, start - 1) || before === 0x24 || before === 0x23 || before === 0x40)) return true;
  return before !== SPACE && isSeparator(before) && before !== 0x3a && isWordAt(text, start - 2);
}

function lettersAhead(text: string, start: number): number | undefined {
  const separator = text.charCodeAt(start - 1);
  if (!isSeparator(separator) || separator === 0x3a) return undefined;
  let from = start - 1;
  while (
    from > 0 &&
    start - from < 4 &&
    isAlphanumeric(text.charCodeAt(from - 1)) &&
    !isDigit(text.charCodeAt(from - 1))
  )
    from--;
  const letters = start - 1 - from;
  return letters === 2 && !isWordAt(text, from - 1) ? from : undefined;
}
