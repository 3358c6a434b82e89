import { LIKELY, type Likelihood, POSSIBLE, UNLIKELY } from '../inspect/likelihood.ts';
import { createContextWords } from './context-words.ts';
import { FUNCTION_WORDS } from './function-words.ts';
import {
  ADJECTIVE,
  CITY,
  COMMON_WORD,
  COUNTRY,
  ENGLISH_GIVEN_NAME,
  FAMILY_NAME,
  type Gazetteer,
  GIVEN_NAME,
  NAME,
  PLACE,
  PLACE_OPENING,
  TOWN,
  US_STATE,
} from './gazetteer.ts';
import {
  beforeWord,
  opensSentence,
  PARTICLES,
  type ProperWords,
  readWord,
  type Word,
  wordAfter,
  wordBefore,
} from './proper-words.ts';
import { isLetter, isUpper, isWordAt } from './scan.ts';

/** What a phrase of proper words was taken for. */
export interface Verdict {
  infoType: 'PERSON_NAME' | 'LOCATION';
  start: number;
  end: number;
  likelihood: Likelihood;
  /** Given and family name of a person. */
  first?: Word;
  last?: Word;
  usState?: boolean;
  /** Whether a list of names may raise it. */
  listable?: boolean;
}

const set = (words: string): ReadonlySet<string> => new Set(words.split(' '));
const TITLES = set(
  'mr mrs ms miss mister dr doctor prof professor sir madam mme mlle herr frau señor señora sr sra judge captain colonel senator president',
);
/** Ahead of a place; `at` and `of` are believed for known places only. */
const INTO = set('in near into within outside around');
const TOWARDS = set(
  'from to at of visit visited visiting visits toward towards across via leave left through country city town village state region province flight flights',
);
const ARRIVAL = set(
  'arrived arrives arriving stopped landed landing live lives lived living resides reside residing stationed raised born located based',
);
const ORIGIN = set('here originally moved moves came comes flew away back hails hailed');
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
const COLUMN_PERSON = createContextWords([
  '(?:full|first|last|given|family|middle|sur|maiden|customer|patient|employee|contact|user|nick)? ?names?',
  'surname',
  'customer',
  'patient',
  'contact',
  'author',
  'owner',
  'vorname',
  'nachname',
  'nom',
  'nombre',
]);
const COLUMN_PLACE = createContextWords([
  'city',
  'town',
  'country',
  'state',
  'province',
  'region',
  'location',
  'place',
  'ort',
  'stadt',
  'ville',
  'ciudad',
  'pays',
  'birthplace',
  'nationality',
]);
const COLUMN_THING = createContextWords([
  'product',
  'item',
  'model',
  'sku',
  'brand',
  'category',
  'file',
  'host',
  'server',
  'table',
  'column',
  'database',
  'project',
  'device',
  'plan',
  'event',
  'status',
  'currency',
  'unit',
  'color',
  'colour',
  'type',
  'code',
]);

/** What a column's name says its values are: `product_name` names things. */
function columnOf(header: string): 'person' | 'thing' | undefined {
  const scan = { text: '', header };
  if (COLUMN_THING.near(scan, 0, 0, 0)) return 'thing';
  return COLUMN_PERSON.near(scan, 0, 0, 0) ? 'person' : undefined;
}

/** What the phrase is; `listed` behind a person's name and a comma or `and`. It may be cut to its beginning. undefined when nothing speaks for a person or a place. */
export function judgePhrase(
  words: ProperWords,
  phrase: Word[],
  header: string | undefined,
  listed = false,
): Verdict | undefined {
  const { text, known } = words;
  const first = phrase[0];
  if (!first) return undefined;
  const before = wordBefore(text, first.start);
  const titled = isTitled(text, first, before);
  if (TITLES.has(first.key) && phrase.length > 1 && text[first.end] !== ',') {
    const named = judgePhrase(words, phrase.slice(1), header);
    return named?.infoType === 'PERSON_NAME' && named.start === phrase[1]?.start
      ? { ...named, likelihood: Math.max(named.likelihood, POSSIBLE) as Likelihood }
      : named;
  }
  const place = titled ? undefined : placeOf(words, phrase, known);
  const placed = before !== '' && (INTO.has(before) || TOWARDS.has(before));
  const person = personOf(words, phrase, before, titled, header);
  if (!place) {
    if (person && person.likelihood >= (INTO.has(before) ? LIKELY : POSSIBLE)) return person;
    return strangePlace(words, phrase, before) ?? person;
  }
  // `Petrenko, Baker and Brooks`
  if (listed && person && place.words === 1 && (place.flags & (CITY | COUNTRY)) === 0)
    return { ...person, listable: true };
  const likelihood = likelihoodOfPlace(words, place, phrase, before, placed, header);
  if (!person) return { infoType: 'LOCATION', ...place, likelihood };
  if (placed && likelihood >= POSSIBLE && !(person.end > place.end && person.likelihood >= LIKELY && !INTO.has(before)))
    return { infoType: 'LOCATION', ...place, likelihood };
  if (
    person.likelihood > likelihood ||
    (person.likelihood === likelihood && (person.end > place.end || (place.flags & NAME) !== 0))
  )
    return person;
  return { infoType: 'LOCATION', ...place, likelihood };
}

function isTitled(text: string, first: Word, before: string): boolean {
  if (TITLES.has(before)) return true;
  const dot = text.charCodeAt(first.start - 2) === 0x2e && text.charCodeAt(first.start - 1) === 0x20;
  return dot && TITLES.has(wordBefore(text, first.start - 2));
}

interface Place {
  start: number;
  end: number;
  flags: number;
  words: number;
  usState: boolean;
}

/** The longest known place that begins at the phrase's first word; it may hold small words and punctuation: `Trinidad and Tobago`. */
function placeOf({ text }: ProperWords, phrase: readonly Word[], known: Gazetteer): Place | undefined {
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

export const STATE_CODE =
  /^(?:A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[AT]|W[AIVY]|PR)$/;

function likelihoodOfPlace(
  { text, caseless }: ProperWords,
  place: Place,
  phrase: readonly Word[],
  before: string,
  placed: boolean,
  header: string | undefined,
): Likelihood {
  const scan = { text, header };
  if (header !== undefined && place.start === 0 && place.end === text.length) {
    if (COLUMN_PLACE.near(scan, 0, 0, 0)) return LIKELY;
    if (columnOf(header) !== undefined) return UNLIKELY;
  }
  // `Country Club` is a town too.
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
  // `said Oona to Kimberly`: a small town's name that is a person's too.
  if (placed && !INTO.has(before) && (place.flags & (NAME | CITY)) === NAME) return UNLIKELY;
  if (placed && !INTO.has(before) && (place.flags & GIVEN_NAME) !== 0 && (place.flags & CITY) === 0) return UNLIKELY;
  if (placed) return goesOn && !INTO.has(before) ? UNLIKELY : (place.flags & CITY) !== 0 ? LIKELY : POSSIBLE;
  if (goesOn) return UNLIKELY;
  if ((place.flags & CITY) !== 0 && (place.flags & NAME) === 0 && !caseless) return POSSIBLE;
  if (place.words > 1 && (place.flags & NAME) === 0) return POSSIBLE;
  return behind || /where:? *$/i.test(text.slice(Math.max(0, place.start - 8), place.start)) ? POSSIBLE : UNLIKELY;
}

/** A place that no list holds, told by the preposition before it. */
function strangePlace(
  { text, caseless, known }: ProperWords,
  phrase: readonly Word[],
  before: string,
): Verdict | undefined {
  const first = phrase[0] as Word;
  const start = first.start;
  if (opensSentence(text, start) && !/where: *$/i.test(text.slice(Math.max(0, start - 8), start))) return undefined;
  const second = wordBefore(text, beforeWord(text, start));
  const told =
    (INTO.has(before) &&
      (!caseless || ARRIVAL.has(second) || second === 'am' || second === "i'm" || second === 'up')) ||
    (before === 'at' && ARRIVAL.has(second)) ||
    (before === 'from' && ORIGIN.has(second)) ||
    (before === 'to' && (second === 'moved' || second === 'flew' || second === 'travel' || second === 'trip'));
  if (!told && !/where: *$/i.test(text.slice(Math.max(0, start - 8), start))) return undefined;
  if (first.key.length < 3 || ((first.flags & (COMMON_WORD | ADJECTIVE)) !== 0 && phrase.length === 1))
    return undefined;
  if (caseless && phrase.length > 3) return undefined;
  let end = first.end;
  for (const word of phrase.slice(1)) {
    if ((word.flags & COMMON_WORD) !== 0) break;
    end = word.end;
  }
  // `Mansilla de la Sierra`, `Horka nad Moravou`
  for (let n = 0; n < 3 && text[end] === ' '; n++) {
    const next = readWord(text, end + 1, known);
    if (!PARTICLES.has(next.key) || text[next.end] !== ' ') break;
    const after = readWord(text, next.end + 1, known);
    if (!isUpper(text.charCodeAt(after.start)) && !PARTICLES.has(after.key)) break;
    end = isUpper(text.charCodeAt(after.start)) ? after.end : next.end;
  }
  return { infoType: 'LOCATION', start, end, likelihood: POSSIBLE };
}

/** Cuts `phrase` to the words that make up a person's name and tells how likely it is. */
function personOf(
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
        caseless || (header !== undefined && columnOf(header) === 'thing')
          ? (Math.min(likelihood, POSSIBLE) as Likelihood)
          : likelihood,
      listable,
      ...(isGiven || count > 1 ? { first } : {}),
      ...(count > 1 || !isGiven ? { last } : {}),
    };
  };
  const column = header === undefined ? undefined : columnOf(header);
  if (column === 'thing' && first.start === 0 && phrase.length === text.split(' ').length) return undefined;
  if (column === 'person' && first.start === 0 && (first.flags & COMMON_WORD) === 0) {
    return make(nameLength(phrase, true), phrase.some(({ flags }) => (flags & NAME) !== 0) ? LIKELY : POSSIBLE);
  }
  if (phrase.length === 1 && isShouted(text, first) && !titled) return undefined;
  const opens = opensSentence(text, first.start);
  const given = (first.flags & GIVEN_NAME) !== 0;
  const family = (first.flags & FAMILY_NAME) !== 0;
  const common = (first.flags & (COMMON_WORD | ADJECTIVE)) !== 0;
  if (titled) return FUNCTION_WORDS.has(first.key) ? undefined : make(nameLength(phrase, true), LIKELY);
  // `Kalman: "Who are you?"`
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

/** `the Vizirov novel`, `early Morishita`: a family name where an adjective stands. */
function isAttribute(text: string, word: Word, before: string): boolean {
  return before !== '' && !opensSentence(text, word.start) && !/^[A-Z]/.test(text.slice(word.end + 1, word.end + 2));
}

/** IBAN, SKU: an abbreviation rather than a name. */
function isShouted(text: string, { start, end }: Word): boolean {
  const word = text.slice(start, end);
  return word.length <= 5 && word === word.toUpperCase() && word !== word.toLowerCase();
}

/** `van Gijn`: particles ahead of a family name belong to it. */
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
