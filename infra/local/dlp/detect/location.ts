import { LIKELY, type Likelihood, POSSIBLE, UNLIKELY } from '../inspect/likelihood.ts';
import { createContextWords } from './context-words.ts';
import type { Detector } from './detector.ts';
import { type Gazetteer, gazetteer } from './gazetteer.ts';
import { isWordAt, wordEnd } from './scan.ts';

const CONTEXT = createContextWords([
  'in',
  'from',
  'at',
  'to',
  'near',
  'of',
  'city',
  'town',
  'country',
  'state',
  'location',
  'born',
  'live[sd]?',
  'living',
  'lives',
  'visit\\w*',
  'where',
]);
/** `New York, NY`: the abbreviation counts only behind a town's comma. */
const STATE_CODE =
  /^(?:A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[AT]|W[AIVY])$/;

export const LOCATION: Detector = {
  infoTypes: ['LOCATION', 'US_STATE'],
  wantsCapitals: true,
  find(scan, report) {
    const places = gazetteer();
    const { text } = scan;
    let end = 0;
    for (let k = 0; k < scan.capitalCount; k++) {
      const start = scan.capitals[k] as number;
      if (start < end) continue;
      const place = placeAt(text, start, places);
      if (place) {
        end = place.end;
        const near = () => CONTEXT.near(scan, start, end, 12);
        const name = text.slice(start, end).toLowerCase();
        const ambiguous = place.words === 1 && isAmbiguous(text.slice(start, end), places);
        const likelihood: Likelihood = near() ? (ambiguous ? POSSIBLE : LIKELY) : ambiguous ? UNLIKELY : POSSIBLE;
        report('LOCATION', start, end, likelihood);
        if (places.usStates.has(name)) report('US_STATE', start, end, LIKELY);
        continue;
      }
      const wordStop = wordEnd(text, start);
      if (
        wordStop - start === 2 &&
        STATE_CODE.test(text.slice(start, wordStop)) &&
        text.slice(start - 2, start) === ', '
      ) {
        report('US_STATE', start, wordStop, LIKELY);
        report('LOCATION', start, wordStop, POSSIBLE);
        end = wordStop;
      }
    }
  },
};

/** `Car`, `Mobile` and `Jordan` are towns or countries, and more often something else. */
function isAmbiguous(word: string, { commonWords, givenNames, familyNames }: Gazetteer): boolean {
  return word.length <= 3 || commonWords.has(word.toLowerCase()) || givenNames.has(word) || familyNames.has(word);
}

/** The longest known place that begins at `start`, words joined by single blanks. */
function placeAt(
  text: string,
  start: number,
  { places, longestPlace }: Gazetteer,
): { end: number; words: number } | undefined {
  let found: { end: number; words: number } | undefined;
  let end = start;
  for (let words = 1; words <= longestPlace; words++) {
    const next = wordEnd(text, end);
    if (next === end || isWordAt(text, next)) break;
    end = text[next] === '.' && text[next + 1] === ' ' && next - end <= 2 ? next + 1 : next;
    const name = text.slice(start, end).toLowerCase();
    if (name.length > 2 && places.has(name)) found = { end, words };
    if (text[end] !== ' ') break;
    end++;
  }
  return found;
}
