import { LIKELY, type Likelihood, POSSIBLE, UNLIKELY } from '../inspect/likelihood.ts';
import { columnKind } from './column-kind.ts';
import {
  ADJECTIVE,
  CITY,
  COMMON_WORD,
  COUNTRY,
  type Gazetteer,
  GIVEN_NAME,
  NAME,
  PLACE,
  PLACE_OPENING,
  US_STATE,
} from './gazetteer.ts';
import {
  beforeWord,
  opensSentence,
  PARTICLES,
  type ProperWords,
  readWord,
  type Word,
  wordBefore,
} from './proper-words.ts';
import { isUpper, isWordAt } from './scan.ts';
import type { Verdict } from './verdict.ts';

const set = (words: string): ReadonlySet<string> => new Set(words.split(' '));
/** Ahead of a place; `at` and `of` are believed for known places only. */
export const INTO = set('in near into within outside around');
export const TOWARDS = set(
  'from to at of visit visited visiting visits toward towards across via leave left through country city town village state region province flight flights',
);
const ARRIVAL = set(
  'arrived arrives arriving stopped landed landing live lives lived living resides reside residing stationed raised born located based',
);
const MOTION = set(
  'move moves moved moving fly flies flew flying travel travels traveled travelled travelling drove driving trip relocate relocates relocated relocating emigrated sail sailed sailing deported',
);
const ORIGIN = set('here originally moved moves came comes flew away back hails hailed');

/** A place at the beginning of a phrase. */
export interface Place {
  start: number;
  end: number;
  flags: number;
  words: number;
  usState: boolean;
}

/** The longest known place that begins at the phrase's first word; it may hold small words and punctuation: `Trinidad and Tobago`. */
export function placeOf({ text }: ProperWords, phrase: readonly Word[], known: Gazetteer): Place | undefined {
  const first = phrase[0] as Word;
  const { start } = first;
  let found: Place | undefined;
  if ((first.flags & PLACE) !== 0 && first.key.length > 2) {
    found = { start, end: first.end, flags: first.flags, words: 1, usState: (first.flags & US_STATE) !== 0 };
  }
  if ((first.flags & PLACE_OPENING) === 0) return found ?? stateCode(text, first);
  let end = first.end;
  for (let words = 2; words <= known.longestPlace; words++) {
    if (text[end] === '.') end++;
    if (text[end] !== ' ') break;
    const next = readWord(text, end + 1, known);
    if (next.end === end + 1) break;
    end = next.end;
    const flags = known.of(text.slice(start, end).toLowerCase());
    if ((flags & PLACE) !== 0 && !isWordAt(text, end))
      found = { start, end, flags, words, usState: (flags & US_STATE) !== 0 };
    else if (
      !isUpper(text.charCodeAt(next.start)) &&
      !PARTICLES.has(next.key) &&
      next.key !== 'and' &&
      next.key !== 'the'
    )
      break;
  }
  return found ?? stateCode(text, first);
}

/** `New York, NY`: the abbreviation counts only behind a comma. */
function stateCode(text: string, { start, end }: Word): Place | undefined {
  if (end - start !== 2 || text.slice(start - 2, start) !== ', ' || !STATE_CODE.test(text.slice(start, end)))
    return undefined;
  return isWordAt(text, start - 3) ? { start, end, flags: COUNTRY, words: 2, usState: true } : undefined;
}

const STATE_CODE =
  /^(?:A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[AT]|W[AIVY]|PR)$/;

/** How likely the place is one, by what stands before it and how well known it is. */
export function likelihoodOfPlace(
  { text, caseless }: ProperWords,
  place: Place,
  phrase: readonly Word[],
  before: string,
  placed: boolean,
  header: string | undefined,
): Likelihood {
  if (header !== undefined && place.start === 0 && place.end === text.length) {
    const kind = columnKind(header);
    if (kind === 'place') return LIKELY;
    if (kind !== undefined) return UNLIKELY;
  }
  // `Country Club` and `Green Valley` are towns too.
  const common =
    place.words === 1
      ? (place.flags & COMMON_WORD) !== 0
      : phrase.length > 1 &&
        phrase.slice(0, place.words).every(({ flags }) => (flags & (COMMON_WORD | COUNTRY)) === COMMON_WORD) &&
        (place.flags & (CITY | COUNTRY)) === 0;
  if (common || (place.flags & ADJECTIVE) !== 0)
    return placed && (place.flags & (CITY | COUNTRY)) !== 0 && INTO.has(before) && !opensSentence(text, place.start)
      ? POSSIBLE
      : UNLIKELY;
  // `Boston Consulting` and `Paris Hilton` go on.
  const goesOn = phrase.length > place.words && (phrase[place.words]?.start ?? 0) >= place.end;
  const behind = text[place.start - 1] === ' ' && text[place.start - 2] === ',';
  if ((place.flags & COUNTRY) !== 0) return placed ? LIKELY : goesOn && place.words === 1 ? UNLIKELY : POSSIBLE;
  // `said Wendy to Kimberly`: a small town's name that is a person's too.
  if (placed && !INTO.has(before) && (place.flags & (NAME | CITY)) === NAME) return UNLIKELY;
  if (placed && !INTO.has(before) && (place.flags & GIVEN_NAME) !== 0 && (place.flags & CITY) === 0) return UNLIKELY;
  if (placed) return goesOn && !INTO.has(before) ? UNLIKELY : (place.flags & CITY) !== 0 ? LIKELY : POSSIBLE;
  if (goesOn) return UNLIKELY;
  if ((place.flags & CITY) !== 0 && (place.flags & NAME) === 0 && !caseless) return POSSIBLE;
  if (place.words > 1 && (place.flags & NAME) === 0) return POSSIBLE;
  return behind || isLabelled(text, place.start) ? POSSIBLE : UNLIKELY;
}

/** `Venue: …`, `City: …` */
const isLabelled = (text: string, start: number): boolean =>
  /\b(?:where|venue|location|place|city|town|country|region):? *$/i.test(text.slice(Math.max(0, start - 14), start));

/** A place that no list holds, told by the preposition before it. */
export function strangePlace(
  { text, caseless, known }: ProperWords,
  phrase: readonly Word[],
  before: string,
  chained: boolean,
): Verdict | undefined {
  const first = phrase[0] as Word;
  const start = first.start;
  const labelled = isLabelled(text, start);
  if (opensSentence(text, start) && !labelled) return undefined;
  const second = wordBefore(text, beforeWord(text, start));
  const told =
    (INTO.has(before) &&
      (!caseless || ARRIVAL.has(second) || second === 'am' || second === "i'm" || second === 'up')) ||
    (before === 'at' && ARRIVAL.has(second)) ||
    (before === 'from' && ORIGIN.has(second)) ||
    (before === 'to' && MOTION.has(second)) ||
    chained;
  if (!told && !labelled) return undefined;
  if (first.key.length < 3 || ((first.flags & (COMMON_WORD | ADJECTIVE)) !== 0 && phrase.length === 1))
    return undefined;
  if (caseless && phrase.length > 3) return undefined;
  let end = first.end;
  for (const word of phrase.slice(1)) {
    if ((word.flags & COMMON_WORD) !== 0) break;
    end = word.end;
  }
  // `Villar de la Vega`, `Ves nad Labem`
  for (let n = 0; n < 3 && text[end] === ' '; n++) {
    const next = readWord(text, end + 1, known);
    if (!PARTICLES.has(next.key) || text[next.end] !== ' ') break;
    const after = readWord(text, next.end + 1, known);
    if (!isUpper(text.charCodeAt(after.start)) && !PARTICLES.has(after.key)) break;
    end = isUpper(text.charCodeAt(after.start)) ? after.end : next.end;
  }
  return { infoType: 'LOCATION', start, end, likelihood: POSSIBLE };
}
