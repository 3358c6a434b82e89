import { LIKELY, POSSIBLE } from '../inspect/likelihood.ts';
import type { Detector, Report } from './detector.ts';
import { type Gazetteer, gazetteer } from './gazetteer.ts';
import { isUpper, isWordAt, type Scan, wordEnd } from './scan.ts';

const MOST_WORDS = 5;
const UNIT =
  /,? ?(?:(?:apt|apartment|suite|ste|unit|floor|fl|room|rm)\.? ?#?\d{1,5}[a-z]?|#\d{1,5}[a-z]?)(?![\p{L}\d])/iuy;
const HOUSE_NUMBER = /,? (\d{1,5}[a-z]?(?:[-/]\d{1,4})?)(?![\p{L}\d])/iuy;
const POST_BOX = /p\.? ?o\.? box \d{1,6}(?!\d)/giy;

export const STREET_ADDRESS: Detector = {
  infoTypes: ['STREET_ADDRESS'],
  wantsCapitals: true,
  needsDigits: true,
  find(scan, report) {
    const streets = gazetteer();
    const end = findNumberFirst(scan, streets, report);
    findNameFirst(scan, streets, end, report);
  },
};

/** `1825 Brittany Bypass`, `12 Rue de la Paix`; returns the end of the last one. */
function findNumberFirst({ text, runs, runCount }: Scan, streets: Gazetteer, report: Report): number {
  let last = 0;
  for (let run = 0; run < runCount; run++) {
    const start = runs[run * 2] as number;
    const to = runs[run * 2 + 1] as number;
    if (start < last || to - start > 5 || isWordAt(text, start - 1)) continue;
    const separator = text[to] === ',' ? 2 : 1;
    if (text[to + separator - 1] !== ' ' || !(isUpper(text.charCodeAt(to + separator)) || text[to] === ' ')) continue;
    const street = streetEnd(text, to + separator, streets);
    if (street === 0) continue;
    last = withUnit(text, street);
    report('STREET_ADDRESS', start, last, LIKELY);
  }
  return last;
}

/** `Rue de la Paix 12`, `Via Verbano 62`, and post boxes. */
function findNameFirst(
  { text, capitals, capitalCount }: Scan,
  streets: Gazetteer,
  taken: number,
  report: Report,
): void {
  let last = 0;
  for (let k = 0; k < capitalCount; k++) {
    const start = capitals[k] as number;
    if (start < last) continue;
    if (text[start] === 'P') {
      POST_BOX.lastIndex = start;
      if (POST_BOX.test(text)) {
        last = POST_BOX.lastIndex;
        report('STREET_ADDRESS', start, last, LIKELY);
        continue;
      }
    }
    if (start < taken || !streets.streetPrefixes.has(text.slice(start, wordEnd(text, start)).toLowerCase())) continue;
    const end = capitalizedEnd(text, start);
    HOUSE_NUMBER.lastIndex = end;
    if (end === wordEnd(text, start) || !HOUSE_NUMBER.test(text)) continue;
    last = withUnit(text, HOUSE_NUMBER.lastIndex);
    report('STREET_ADDRESS', start, last, POSSIBLE);
  }
}

/** End of a street's name at `start`: up to five words, the last a suffix such as `Lane` or the first a prefix such as `Rue`; else 0. */
function streetEnd(text: string, start: number, { streetSuffixes, streetPrefixes }: Gazetteer): number {
  let at = start;
  let end = 0;
  for (let words = 1; words <= MOST_WORDS; words++) {
    let stop = wordEnd(text, at);
    // `123 45th Street`
    if (stop === at) stop = at + (/^\d{1,3}(?:st|nd|rd|th)\b/i.exec(text.slice(at, at + 6))?.[0].length ?? 0);
    if (stop === at || !(isUpper(text.charCodeAt(at)) || stop - at <= 3 || isWordAt(text, at - 1))) break;
    const word = text.slice(at, stop).toLowerCase();
    if (words === 1 && streetPrefixes.has(word)) {
      const whole = capitalizedEnd(text, at);
      return whole > stop ? whole : 0;
    }
    if (words > 1 && streetSuffixes.has(word)) end = text[stop] === '.' && word.length <= 4 ? stop + 1 : stop;
    if (text[stop] !== ' ') break;
    at = stop + 1;
  }
  return end;
}

/** End of the words from `start` that are capitalized, short joining words between them included. */
function capitalizedEnd(text: string, start: number): number {
  let end = wordEnd(text, start);
  for (let words = 1; words < MOST_WORDS && text[end] === ' '; words++) {
    const stop = wordEnd(text, end + 1);
    if (stop === end + 1 || !(isUpper(text.charCodeAt(end + 1)) || stop - end <= 4)) break;
    end = stop;
  }
  return end;
}

function withUnit(text: string, end: number): number {
  UNIT.lastIndex = end;
  return UNIT.test(text) ? UNIT.lastIndex : end;
}
