import { isFormLabel } from './form-label.ts';
import { COMMON_WORD, COUNTRY, PLACE, PLACE_OPENING, TOWN } from './gazetteer.ts';
import { PARTICLES, type ProperWords, readWord } from './proper-words.ts';
import { isUpper, isWordAt } from './scan.ts';

interface Piece {
  start: number;
  end: number;
}

/** What follows a street: unit, town, state, country, post code; `end` is where the last of them ends. */
export interface AddressTail {
  unit?: Piece;
  place?: Piece;
  state?: Piece;
  country?: Piece;
  code?: Piece;
  end: number;
  /** Line breaks between its parts. */
  lines: number;
}

const UNIT =
  /(?:(?:apt|apartment|suite|ste|unit|floor|fl|flat|room|rm)\.? ?#?\d{1,5}[a-z]?|#\d{1,5}[a-z]?)(?![\p{L}\d])/iuy;
/** US, most of Europe, UK, Canada, the Netherlands. */
const CODE =
  /(?:\d{4,6}(?:-\d{3,4})?|[a-z]{1,2}\d[a-z\d]? ?\d[a-z]{2}|[a-z]\d[a-z] ?\d[a-z]\d|\d{4} ?[a-z]{2})(?![\p{L}\d]|-\d|\.\d)/iuy;
const STATE = /(?:[A-Z]{2,3}|nan)(?![\p{L}\d])/uy;
const MOST_PLACE_WORDS = 6;

/** A post code may stand ahead of its town; a number that no town follows there is the next thing's. */
export function readTail(words: ProperWords, street: number, prefix: string): AddressTail {
  const tail = readParts(words, street, prefix, true);
  return tail.code && !tail.place && !tail.country ? readParts(words, street, prefix, false) : tail;
}

function readParts(words: ProperWords, street: number, prefix: string, codeFirst: boolean): AddressTail {
  const { text, caseless } = words;
  const tail: AddressTail = { end: street, lines: 0 };
  const step = (pattern: RegExp): Piece | undefined => {
    const at = pastGap(text, tail.end, prefix);
    if (at === undefined) return undefined;
    pattern.lastIndex = at;
    if (!pattern.test(text)) return undefined;
    return take(at, pattern.lastIndex);
  };
  const take = (start: number, end: number): Piece => {
    for (let i = tail.end; i < start; i++) if (text.charCodeAt(i) === 0x0a) tail.lines++;
    tail.end = end;
    return { start, end };
  };
  const unit = step(UNIT);
  if (unit) tail.unit = unit;
  const early = codeFirst ? step(CODE) : undefined;
  const from = pastGap(text, tail.end, prefix);
  const named = from === undefined ? undefined : readPlaces(words, from);
  if (named && from !== undefined) {
    const before = { end: tail.end, lines: tail.lines };
    if (named.placeEnd > from) tail.place = take(from, named.placeEnd);
    if (!named.country) {
      const at = pastGap(text, tail.end, prefix);
      if (at !== undefined) {
        STATE.lastIndex = at;
        if (!caseless && STATE.test(text)) tail.state = take(at, STATE.lastIndex);
      }
    }
    const next = named.country ?? countryAt(words, pastGap(text, tail.end, prefix));
    if (next) tail.country = take(next.start, next.end);
    const code = step(CODE);
    if (code) tail.code = code;
    // A town that nothing known follows must be known itself, or stand behind a comma at a sentence's end.
    if (
      !tail.country &&
      !code &&
      !tail.state &&
      !named.known &&
      !(text.slice(before.end, before.end + 1) === ',' && isSentenceEnd(text, tail.end))
    ) {
      delete tail.place;
      tail.end = before.end;
      tail.lines = before.lines;
    }
  } else if (from !== undefined) {
    const code = early || text[tail.end] === ',' ? undefined : step(CODE);
    if (code) tail.code = code;
  }
  if (early && !tail.code) tail.code = early;
  return tail;
}

const isSentenceEnd = (text: string, end: number): boolean =>
  end >= text.length || /^(?:[.?!,;\n]|\s*$)/.test(text.slice(end, end + 3));

/** Past what may stand between the parts of an address: a comma and a blank, or a line break and the lines' prefix. */
function pastGap(text: string, end: number, prefix: string): number | undefined {
  let at = end;
  if (text[at] === ',') at++;
  let breaks = 0;
  while (text[at] === '\n' && breaks < 2) {
    at++;
    breaks++;
    if (prefix !== '' && text.startsWith(prefix, at)) at += prefix.length;
    else if (prefix.trim() !== '' && text.startsWith(prefix.trimEnd(), at)) at += prefix.trimEnd().length;
  }
  while (text[at] === ' ' && at - end < 12) at++;
  if (breaks > 0 && text[at] === ',') {
    at++;
    while (text[at] === ' ' && at - end < 16) at++;
  }
  return at > end && at < text.length ? at : undefined;
}

/** A town's words from `start`, and the country that they end with. */
function readPlaces(
  words: ProperWords,
  start: number,
): { placeEnd: number; country?: Piece; known: boolean } | undefined {
  const { text, known, caseless } = words;
  const whole = countryAt(words, start);
  if (whole) return { placeEnd: start, country: whole, known: true };
  let at = start;
  let end = start;
  for (let count = 0; count < MOST_PLACE_WORDS; count++) {
    const word = readWord(text, at, known);
    // `City:` in the line below the street is the form's.
    if (word.end === at || isWordAt(text, word.end) || isFormLabel(text, word.end)) break;
    const capital = caseless
      ? (word.flags & COMMON_WORD) === 0 || (word.flags & (TOWN | PLACE_OPENING)) !== 0
      : isUpper(text.charCodeAt(at));
    if (!capital && !(count > 0 && PARTICLES.has(word.key))) break;
    if (count > 0) {
      const country = countryAt(words, at);
      if (country) return { placeEnd: end, country, known: true };
      // `Salem CA 13241`
      if (
        !caseless &&
        word.end - at === 2 &&
        text.slice(at, word.end).toUpperCase() === text.slice(at, word.end) &&
        /^ \d{4}/.test(text.slice(word.end, word.end + 5))
      )
        break;
    }
    if (capital) end = word.end;
    at = word.end;
    if (text[at] === '.' && word.end - word.start <= 3) at++;
    if (text[at] !== ' ') break;
    at++;
    // A district's number or letter: `Praha 6`, `København K`
    const district = /^(?:\d{1,2}|[A-Z])(?=[,\n]|$)/.exec(text.slice(at, at + 3))?.[0].length ?? 0;
    if (district > 0) {
      end = at + district;
      break;
    }
  }
  if (end === start) return undefined;
  return { placeEnd: end, known: (known.of(text.slice(start, end).toLowerCase()) & PLACE) !== 0 };
}

function countryAt({ text, known }: ProperWords, start: number | undefined): Piece | undefined {
  if (start === undefined) return undefined;
  const first = readWord(text, start, known);
  if (first.end === start) return undefined;
  let found = (first.flags & COUNTRY) !== 0 && (first.flags & TOWN) === 0 ? first.end : 0;
  if ((first.flags & COUNTRY) !== 0 && found === 0) found = first.end;
  if ((first.flags & PLACE_OPENING) !== 0) {
    let end = first.end;
    for (let words = 2; words <= 6 && text[end] === ' '; words++) {
      const next = readWord(text, end + 1, known);
      if (next.end === end + 1) break;
      end = next.end;
      if ((known.of(text.slice(start, end).toLowerCase()) & COUNTRY) !== 0) found = end;
    }
  }
  return found > 0 && !isWordAt(text, found) ? { start, end: found } : undefined;
}
