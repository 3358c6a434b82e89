/**
 * What one pass over a text finds for all detectors: where digits stand together and where words begin with a capital.
 * Detectors look only at these places (and at `indexOf` hits), so that text without them costs little: V8's search for a digit
 * passes 600 MB a second, twice what a loop over character codes does.
 */
export interface Scan {
  text: string;
  /** Name of the column that the text stands in; the strongest context there is. */
  header: string | undefined;
  /** Runs of ASCII digits as pairs: run k is text[runs[2k], runs[2k + 1]). */
  runs: Int32Array;
  runCount: number;
  /** Where words with a capital first letter begin; filled only if asked for. */
  capitals: Int32Array;
  capitalCount: number;
}

/** A scanner that fills the same Scan again for each text: inspection is synchronous, and a table has 50,000 texts. */
export function createScanner(wantCapitals: boolean): (text: string, header?: string) => Scan {
  const scan: Scan = {
    text: '',
    header: undefined,
    runs: new Int32Array(256),
    runCount: 0,
    capitals: new Int32Array(256),
    capitalCount: 0,
  };
  return (text, header) => {
    scan.text = text;
    scan.header = header;
    scan.runCount = 0;
    for (DIGITS.lastIndex = 0; DIGITS.test(text); ) {
      const end = DIGITS.lastIndex;
      let start = end - 1;
      while (start > 0 && isDigit(text.charCodeAt(start - 1))) start--;
      if (scan.runCount * 2 === scan.runs.length) scan.runs = grown(scan.runs);
      scan.runs[scan.runCount * 2] = start;
      scan.runs[scan.runCount * 2 + 1] = end;
      scan.runCount++;
    }
    scan.capitalCount = 0;
    if (!wantCapitals) return scan;
    for (CAPITAL.lastIndex = 0; CAPITAL.test(text); ) {
      const start = CAPITAL.lastIndex - 1;
      // After a digit or an underscore it is part of an id, not a word.
      if (start > 0 && isWordAt(text, start - 1)) continue;
      if (!isUpper(text.charCodeAt(start))) continue;
      if (scan.capitalCount === scan.capitals.length) scan.capitals = grown(scan.capitals);
      scan.capitals[scan.capitalCount++] = start;
    }
    return scan;
  };
}

const DIGITS = /[0-9]+/g;
/** Capitals of ASCII, and all that may be one beyond it. */
const CAPITAL = /[A-Z\u00c0-\uffff]/g;

function grown(array: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(array.length * 2);
  larger.set(array);
  return larger;
}

export const isDigit = (code: number) => code >= 0x30 && code <= 0x39;

export function isUpper(code: number): boolean {
  if (code <= 0x5a) return code >= 0x41;
  if (code < 0xc0) return false;
  const character = String.fromCharCode(code);
  return character !== character.toLowerCase();
}

/**
 * Letters of any script; everything from U+00C0 up counts but multiplication and division signs and general punctuation.
 * False for NaN, which `charCodeAt` gives outside of a text.
 */
export function isLetter(code: number): boolean {
  if (code < 0x80) return (code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a;
  if (code >= 0xc0) return code !== 0xd7 && code !== 0xf7 && !(code >= 0x2000 && code <= 0x206f) && code !== 0x3000;
  return code === 0xaa || code === 0xb5 || code === 0xba;
}

/** True where a word character of ASCII or any letter stands at `index`; false outside of the text. */
export function isWordAt(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  return code >= 0x30 && (isDigit(code) || isLetter(code) || code === 0x5f);
}

/** Longer than any name. Without a bound `A-A-A-…` would cost the square of its length: a word begins at each capital. */
const LONGEST_WORD = 60;

/** First index at or after `start` where no letter, inner apostrophe or inner hyphen continues a word. */
export function wordEnd(text: string, start: number): number {
  let end = start;
  while (end - start < LONGEST_WORD) {
    const code = text.charCodeAt(end);
    if (isLetter(code)) end++;
    else if (end > start && isInner(code) && isLetter(text.charCodeAt(end + 1))) end += 2;
    else break;
  }
  return end;
}

/** Apostrophes and the hyphen. */
const isInner = (code: number) => code === 0x27 || code === 0x2019 || code === 0x2d;
