import { LIKELY, type Likelihood, POSSIBLE } from '../inspect/likelihood.ts';
import { labelledPlace } from './form-label.ts';
import { FUNCTION_WORDS } from './function-words.ts';
import { ADJECTIVE, CITY, COMMON_WORD, COUNTRY, GIVEN_NAME, NAME } from './gazetteer.ts';
import { personOf } from './person-name.ts';
import { INTO, likelihoodOfPlace, placeOf, strangePlace, TOWARDS } from './place-name.ts';
import { opensSentence, type ProperWords, type Word, wordBefore } from './proper-words.ts';
import type { Verdict } from './verdict.ts';

const set = (words: string): ReadonlySet<string> => new Set(words.split(' '));
const TITLES = set(
  'mr mrs ms miss mister dr doctor prof professor sir madam mme mlle herr frau señor señora sr sra judge captain colonel senator president',
);

/**
 * What the phrase is, `listed` being behind a person's name and a comma or `and`, `chained` behind a place and `to` or `via`.
 * The verdict may take in its beginning only;
 * undefined when nothing speaks for a person or a place.
 */
export function judgePhrase(
  words: ProperWords,
  phrase: Word[],
  header: string | undefined,
  { listed = false, chained = false } = {},
): Verdict | undefined {
  const { text, known } = words;
  const first = phrase[0];
  if (!first) return undefined;
  const labelled = labelledPlace(text, first.start);
  if (labelled) return labelled;
  const before = wordBefore(text, first.start);
  const titled = isTitled(text, first.start);
  if (TITLES.has(first.key) && phrase.length > 1 && text[first.end] !== ',') {
    const named = judgePhrase(words, phrase.slice(1), header);
    return named?.infoType === 'PERSON_NAME' && named.start === phrase[1]?.start
      ? { ...named, likelihood: Math.max(named.likelihood, POSSIBLE) as Likelihood }
      : named;
  }
  const landmark = titled ? undefined : (landscape(phrase) ?? quarter(words, phrase, before));
  if (landmark) return landmark;
  const place = titled ? undefined : placeOf(words, phrase, known);
  const placed = before !== '' && (INTO.has(before) || TOWARDS.has(before));
  const person = personOf(words, phrase, before, titled, header);
  if (!place) {
    if (person && person.likelihood >= (INTO.has(before) || chained ? LIKELY : POSSIBLE)) return person;
    return strangePlace(words, phrase, before, chained) ?? person;
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

const LANDSCAPE = set(
  'county island islands lake river bay beach valley creek mountain mountains peninsula forest desert harbor harbour',
);

/** `Franklin County`, `Baker Lake`: named after somebody, and a place. */
function landscape(phrase: readonly Word[]): Verdict | undefined {
  const at = phrase.findIndex(({ key }, n) => n > 0 && LANDSCAPE.has(key));
  const first = phrase[0];
  const last = phrase[at];
  if (
    !first ||
    !last ||
    FUNCTION_WORDS.has(first.key) ||
    phrase.slice(0, at).every(({ flags }) => (flags & COMMON_WORD) !== 0)
  )
    return undefined;
  return { infoType: 'LOCATION', start: first.start, end: last.end, likelihood: POSSIBLE };
}

const QUARTERS = set('north south east west new port fort nord süd ost san santa saint sankt puerto upper lower');

/** `North Adelheid`, `San Venera`: places are told apart by a quarter, a saint or a harbour ahead of a name. */
function quarter({ text }: ProperWords, phrase: readonly Word[], before: string): Verdict | undefined {
  const [first, second] = phrase;
  if (!first || !second || !QUARTERS.has(first.key) || ((first.flags & GIVEN_NAME) !== 0 && !TOWARDS.has(before)))
    return undefined;
  if ((second.flags & (COMMON_WORD | ADJECTIVE)) !== 0 || second.key.length < 3 || second.initial) return undefined;
  // `New Samsung devices`: only behind what leads to a place.
  if (!INTO.has(before) && !TOWARDS.has(before)) return undefined;
  return opensSentence(text, first.start)
    ? undefined
    : { infoType: 'LOCATION', start: first.start, end: second.end, likelihood: POSSIBLE };
}

/** Whether a title such as `Dr.` stands before `start`. */
export function isTitled(text: string, start: number): boolean {
  if (TITLES.has(wordBefore(text, start))) return true;
  const dot = text.charCodeAt(start - 2) === 0x2e && text.charCodeAt(start - 1) === 0x20;
  return dot && TITLES.has(wordBefore(text, start - 2));
}
