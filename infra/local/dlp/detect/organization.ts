import { LIKELY, type Likelihood, POSSIBLE } from '../inspect/likelihood.ts';
import { createContextWords } from './context-words.ts';
import { FUNCTION_WORDS } from './function-words.ts';
import {
  COMMON_WORD,
  FAMILY_NAME,
  GIVEN_NAME,
  INSTITUTION,
  LEGAL_FORM,
  NAME,
  ORGANIZATION_OPENING,
  PLACE,
} from './gazetteer.ts';
import { beforeWord, type ProperWords, readWord, type Word, wordAfter, wordBefore } from './proper-words.ts';
import { isUpper } from './scan.ts';

const MOST_WORDS = 7;
/** Labels of forms that firms are named after as well: `State Street Bank`, `Office Solutions Ltd`. */
const NAMING_NOUNS = new Set([
  'state',
  'city',
  'street',
  'road',
  'country',
  'office',
  'company',
  'best',
  'one',
  'first',
]);
const GAP = /(?:, | & | and | of | of the | )/y;
const COLUMN = createContextWords(['company', 'employer', 'organi[sz]ation', 'vendor', 'supplier', 'firma']);

export interface Organization {
  end: number;
  likelihood: Likelihood;
}

/** The organization whose name begins at `start`: a legal form or an institution's word ends it, or what stands around tells. */
export function organizationAt(
  words: ProperWords,
  start: number,
  header: string | undefined,
): Organization | undefined {
  const { text, caseless } = words;
  const parts = readParts(words, start);
  const first = parts[0]?.word;
  if (!first || (FUNCTION_WORDS.has(first.key) && (parts.length === 1 || !NAMING_NOUNS.has(first.key))))
    return undefined;
  for (let n = parts.length - 1; n > 0; n--) {
    const { word, gap } = parts[n] as Part;
    if (
      (word.flags & LEGAL_FORM) !== 0 &&
      (word.key.length > 2 || isUpper(text.charCodeAt(word.start + 1)) || gap === ', ' || caseless)
    ) {
      if (caseless && (word.key === 'as' || word.key === 'company' || word.key.length < 3)) continue;
      return { end: text[word.end] === '.' ? word.end + 1 : word.end, likelihood: LIKELY };
    }
    // `The Group` and `Data Services` are no names.
    if (
      (word.flags & INSTITUTION) !== 0 &&
      parts.slice(0, n).some(({ word: { flags } }) => (flags & COMMON_WORD) === 0 || n > 1)
    )
      return { end: word.end, likelihood: POSSIBLE };
  }
  if ((first.flags & ORGANIZATION_OPENING) !== 0 && / of (?:the )?/.test(parts[1]?.gap ?? '')) {
    return { end: (parts[parts.length - 1] as Part).word.end, likelihood: POSSIBLE };
  }
  const firm = firmOfPartners(parts);
  if (firm) return { end: firm, likelihood: POSSIBLE };
  const plain = upToGap(parts);
  const line = lineOfBlock(words, start, parts);
  if (line) return { end: line, likelihood: POSSIBLE };
  const last = plain[plain.length - 1] as Word;
  if (!isAnnounced(words, first, plain, last, header)) return undefined;
  return { end: last.end, likelihood: POSSIBLE };
}

interface Part {
  word: Word;
  /** What stands before it. */
  gap: string;
}

function readParts({ text, known, caseless, isProper }: ProperWords, start: number): Part[] {
  const parts: Part[] = [];
  let at = start;
  let gap = '';
  while (parts.length < MOST_WORDS) {
    const word = readWord(text, at, known);
    const wanted = isProper(word) || (caseless && (word.flags & (LEGAL_FORM | INSTITUTION)) !== 0);
    if (word.end === at || !wanted || word.end - word.start > 40) break;
    parts.push({ word, gap });
    GAP.lastIndex = word.end;
    const match = GAP.exec(text);
    if (!match) break;
    gap = match[0];
    at = GAP.lastIndex;
  }
  return parts;
}

/** `Stark, Weber and Crooks`: family names, the last two joined by `and` or `&`. */
function firmOfPartners(parts: readonly Part[]): number | undefined {
  if (parts[1]?.gap !== ', ') return undefined;
  for (let n = 0; n < 3; n++) if (((parts[n]?.word.flags ?? 0) & FAMILY_NAME) === 0) return undefined;
  const joined = parts[2]?.gap === ' and ' || parts[2]?.gap === ' & ';
  return joined ? parts[2]?.word.end : undefined;
}

/**
 * A line of its own that no name of a person begins, in the head of a letter: under a person's line with a line below it, or
 * first of all with an empty line below it.
 */
function lineOfBlock(
  { text, known, caseless }: ProperWords,
  start: number,
  parts: readonly Part[],
): number | undefined {
  const end = (parts[parts.length - 1] as Part).word.end;
  if (text.charCodeAt(end) !== 0x0a || parts.length > 5) return undefined;
  let from = start;
  while (from > 0 && start - from < 8 && text.charCodeAt(from - 1) !== 0x0a) from--;
  const prefix = text.slice(from, start);
  if (from > 0 && text.charCodeAt(from - 1) !== 0x0a) return undefined;
  if (!/^[ >*|?]*$/.test(prefix)) return undefined;
  const isGiven = ((parts[0] as Part).word.flags & GIVEN_NAME) !== 0;
  if (from === 0) return !isGiven && !caseless && /^\n\n ?\d/.test(text.slice(end, end + 4)) ? end : undefined;
  // A single name in the second line is a firm's more often than another person's.
  if (isGiven && parts.length > 1 && ((parts[1] as Part).word.flags & FAMILY_NAME) !== 0) return undefined;
  if (/^\n(?:\n|$)/.test(text.slice(end, end + 2))) return undefined;
  const above = text.slice(text.lastIndexOf('\n', from - 2) + 1, from - 1);
  // Without quoting marks only a letter's second and third lines count.
  if (prefix.trim() === '' && from > HEAD_LENGTH) return undefined;
  const named = above.slice(prefix.length).replace(/^(?:mr|mrs|ms|miss|dr|prof)\.? /i, '');
  const given = known.of(named.slice(0, named.indexOf(' ')).toLowerCase());
  if (
    !above.startsWith(prefix) ||
    !/^\p{L}[\p{L}'’-]+(?: [\p{L}.'’-]+){1,4}$/u.test(named) ||
    (given & GIVEN_NAME) === 0
  )
    return undefined;
  return end;
}

function upToGap(parts: readonly Part[]): Word[] {
  const end = parts.findIndex(({ gap }, n) => n > 0 && gap !== ' ');
  return (end < 0 ? parts : parts.slice(0, end)).map(({ word }) => word);
}

const HEAD_LENGTH = 100;
const AFTER_NAME = new Set([
  'office',
  'offices',
  'headquarters',
  'employee',
  'employees',
  'subsidiary',
  'shares',
  'stock',
]);
const WORK = new Set([
  'worked',
  'works',
  'work',
  'working',
  'job',
  'employed',
  'intern',
  'interned',
  'year',
  'years',
  'month',
  'months',
  'career',
  'position',
  'hired',
  'joined',
  'engineer',
  'manager',
  'director',
  'analyst',
  'founder',
  'ceo',
]);

const MAKING = new Set(['recorded', 'produced', 'made', 'built', 'designed', 'developed', 'written']);

/** What says that a firm is spoken of, where its name says nothing. */
function isAnnounced(
  { text, caseless }: ProperWords,
  first: Word,
  plain: readonly Word[],
  last: Word,
  header: string | undefined,
): boolean {
  if (header !== undefined && COLUMN.near({ text, header }, 0, 0, 0)) return true;
  const before = wordBefore(text, first.start);
  const unknown = plain.some(({ flags }) => (flags & (NAME | PLACE)) === 0);
  if (!unknown || (caseless && plain.length > 4)) return false;
  if (AFTER_NAME.has(wordAfter(text, last.end)) && before === 'the') return true;
  const earlier = beforeWord(text, first.start);
  const second = wordBefore(text, earlier);
  switch (before) {
    case 'at':
      return WORK.has(second);
    case 'for':
      return WORK.has(second) || MAKING.has(second);
    case 'of':
      return (
        second === 'address' || second === 'ceo' || second === 'founder' || second === 'customer' || second === 'office'
      );
    case 'from':
      // A town that 135,000 towns do not hold is rarer than a firm.
      return second === 'is' && (last.flags & PLACE) === 0;
    case 'joined':
    case 'company':
    case 'employer':
      return true;
    case 'became':
      return plain.length > 1 || (first.flags & COMMON_WORD) === 0;
    default:
      return false;
  }
}
