import { LIKELY, type Likelihood, POSSIBLE, UNLIKELY } from '../inspect/likelihood.ts';
import { columnKind } from './column-kind.ts';
import { FUNCTION_WORDS } from './function-words.ts';
import {
  ADJECTIVE,
  COMMON_WORD,
  ENGLISH_GIVEN_NAME,
  FAMILY_NAME,
  GIVEN_NAME,
  NAME,
  PLACE,
  PLACE_OPENING,
  TOWN,
} from './gazetteer.ts';
import { beforeWord, opensSentence, type ProperWords, type Word, wordAfter } from './proper-words.ts';
import { isLetter, isWordAt } from './scan.ts';
import type { Verdict } from './verdict.ts';

const set = (words: string): ReadonlySet<string> => new Set(words.split(' '));
/** Ahead of a person. */
const ADDRESSING = set(
  "dear hi hello hey thanks bye goodbye name named called call calls me am i'm im by says said asked told tells meet met meeting " +
    'patient customer client employee user bot guest tenant passenger student agent producer singer actor actress author ' +
    'writer director starring featuring founder founders partner friend colleague boss wife husband son daughter mother father brother ' +
    'sister uncle aunt cousin niece nephew him her sincerely regards signed attn attention contact with marry married given gave lets let',
);
/** Behind a person: what only people do. */
const ACTS = set(
  'says said asked asks told tells replied shouted shouts wrote writes thinks thought wants wanted lives lived spent married works worked ' +
    'called calls likes liked loves loved knows knew feels felt explained explains answered born sang sings plays played went goes ' +
    'came looks looked speaks spoke moved died laughed smiled was is has had were are',
);
/** Tells that a person was spoken of. */
const PRONOUN = /(?<!\p{L})(?:he|him|his|she|her|hers)(?!\p{L})/iu;
/** Behind a person, of things said of persons and things alike. */
const STATES = set('was is has had were are');

/** Cuts `phrase` to the words that make up a person's name and tells how likely it is. */
export function personOf(
  { text, known, caseless }: ProperWords,
  phrase: readonly Word[],
  before: string,
  titled: boolean,
  header: string | undefined,
): Verdict | undefined {
  const first = phrase[0] as Word;
  const start = beginningOf(text, first, before);
  const make = (count: number, likelihood: Likelihood, listable = false): Verdict => {
    const last = phrase[count - 1] as Word;
    const isGiven = (first.flags & GIVEN_NAME) !== 0;
    return {
      infoType: 'PERSON_NAME',
      start,
      end: withPossessive(text, last.end),
      likelihood:
        caseless || (header !== undefined && columnKind(header) === 'thing')
          ? (Math.min(likelihood, POSSIBLE) as Likelihood)
          : likelihood,
      listable,
      ...(isGiven || count > 1 ? { first } : {}),
      ...(count > 1 || !isGiven ? { last } : {}),
    };
  };
  const column = header === undefined ? undefined : columnKind(header);
  if (column === 'thing' && first.start === 0 && phrase.length === text.split(' ').length) return undefined;
  if (column === 'person' && first.start === 0 && (first.flags & COMMON_WORD) === 0) {
    return make(nameLength(phrase, true), phrase.some(({ flags }) => (flags & NAME) !== 0) ? LIKELY : POSSIBLE);
  }
  if (phrase.length === 1 && isShouted(text, first) && !titled) return undefined;
  if (!titled && ABBREVIATION.test(text.slice(first.start, first.end))) return undefined;
  const opens = opensSentence(text, first.start);
  const given = (first.flags & GIVEN_NAME) !== 0;
  const family = (first.flags & FAMILY_NAME) !== 0;
  const common = (first.flags & (COMMON_WORD | ADJECTIVE)) !== 0;
  if (titled) return FUNCTION_WORDS.has(first.key) ? undefined : make(nameLength(phrase, true), LIKELY);
  // `Milan: "Where to?"`
  const speaks = opens && text[first.end] === ':' && /^: ?\\?["“]/.test(text.slice(first.end, first.end + 4));
  const addressed =
    speaks ||
    ADDRESSING.has(before) ||
    /(?:name|names|call|calls?) (?:is|me|him|her|them):? $|\b(?:account|user|bot|founders|starring|name):\s*$/iu.test(
      text.slice(Math.max(0, first.start - 24), first.start),
    );
  if (given && phrase.length > 1) {
    const count = nameLength(phrase, false);
    if (count > 1 && !(caseless && first.key.length < 4 && ((phrase[1] as Word).flags & NAME) === 0)) {
      const second = phrase[1] as Word;
      if (common && (second.flags & NAME) === 0) return make(count, addressed ? POSSIBLE : UNLIKELY);
      return make(count, common && (second.flags & FAMILY_NAME) === 0 ? POSSIBLE : LIKELY);
    }
  }
  const next = phrase[1];
  if (!common && next && (next.flags & COMMON_WORD) === 0 && ((family && (next.flags & NAME) !== 0) || addressed)) {
    return make(nameLength(phrase, true), POSSIBLE);
  }
  if (common)
    return given || family
      ? make(1, addressed && !opens && given ? POSSIBLE : UNLIKELY, !FUNCTION_WORDS.has(first.key))
      : undefined;
  const after = wordAfter(text, first.end);
  const follows = text.slice(first.end, first.end + 90);
  const acts =
    phrase.length === 1 &&
    ACTS.has(after) &&
    (!STATES.has(after) || / is from /.test(follows.slice(0, 9)) || PRONOUN.test(follows));
  if (given) {
    if (addressed) return make(1, LIKELY);
    const foreign =
      opens && (first.flags & ENGLISH_GIVEN_NAME) === 0 && isLetter(text.charCodeAt(first.end + 1)) && !acts;
    return make(
      1,
      foreign || first.key.length <= 2 || (phrase.length > 1 && first.key.length <= 3) ? UNLIKELY : POSSIBLE,
      true,
    );
  }
  if (addressed && first.key.length > 2 && !isShouted(text, first)) return make(nameLength(phrase, true), POSSIBLE);
  if (family) return make(1, acts || (!caseless && isAttribute(text, first, before)) ? POSSIBLE : UNLIKELY, true);
  if (acts && (first.flags & PLACE) === 0) return make(1, POSSIBLE);
  return (first.flags & (PLACE | NAME)) === 0 && looksLikeFamily(first.key) && !isShouted(text, first)
    ? make(1, opens ? UNLIKELY : POSSIBLE, true)
    : make(1, UNLIKELY, phrase.length === 1 && (known.of(first.key) & ~(TOWN | PLACE_OPENING)) === 0);
}

/** IgE, pH, mRNA: a capital behind a small letter, as in no name but McCoy's, DeVito's and their like. */
const ABBREVIATION = /^(?!(?:[Mm]a?c|[DdLl][aeiou]|[Vv]an|[Ff]itz|\p{L}['’])\p{Lu})\p{L}*\p{Ll}\p{Lu}/u;

/** How many words of the phrase belong to the name: until a common word that is no name. `trusting` takes in what is unknown. */
function nameLength(phrase: readonly Word[], trusting: boolean): number {
  let count = 1;
  while (count < Math.min(phrase.length, 5)) {
    const { flags, initial } = phrase[count] as Word;
    if (!initial && (flags & COMMON_WORD) !== 0 && (flags & NAME) === 0) break;
    if (!trusting && !initial && (flags & COMMON_WORD) !== 0 && (flags & FAMILY_NAME) === 0) break;
    count++;
  }
  while (count > 1 && phrase[count - 1]?.initial) count--;
  return count;
}

/** Names of families in many languages end alike: -ov, -ski, -son, -ez, -ić, -enko, -shvili. */
const FAMILY_ENDING =
  /(?:[eo]va?|ev|ski|sky|ska|czyk|wicz|vich|vić|ić|sson|sen|dóttir|ez|enko|chuk|shvili|dze|yan|idis|opoulos|escu|oğlu|stein|mann|berg|ström|qvist|lund|nen|vári|mura|moto|saki|zawa)$/u;
const looksLikeFamily = (key: string): boolean => key.length > 5 && FAMILY_ENDING.test(key);

/** `the Petrov novel`, `early Tanaka`: a family name where an adjective stands. */
function isAttribute(text: string, word: Word, before: string): boolean {
  return before !== '' && !opensSentence(text, word.start) && !/^[A-Z]/.test(text.slice(word.end + 1, word.end + 2));
}

/** IBAN, SKU: an abbreviation rather than a name. */
function isShouted(text: string, { start, end }: Word): boolean {
  const word = text.slice(start, end);
  return word.length <= 5 && word === word.toUpperCase() && word !== word.toLowerCase();
}

/** `van Dam`: particles ahead of a family name belong to it. */
function beginningOf(text: string, first: Word, before: string): number {
  if (
    (before !== 'van' && before !== 'von' && before !== 'der' && before !== 'de' && before !== 'den') ||
    text[first.start - 1] !== ' '
  )
    return first.start;
  const at = beforeWord(text, first.start);
  return text.slice(at, first.start - 1) === before ? at : first.start;
}

function withPossessive(text: string, end: number): number {
  const apostrophe = text.charCodeAt(end);
  return (apostrophe === 0x27 || apostrophe === 0x2019) && text[end + 1] === 's' && !isWordAt(text, end + 2)
    ? end + 2
    : end;
}
