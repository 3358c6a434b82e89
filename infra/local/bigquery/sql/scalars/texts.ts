import { defineScalar, type ScalarFunction } from './scalar.ts';

const FORMS = ['NFC', 'NFKC', 'NFD', 'NFKD'];

function normalize(text: string, mode: string): string {
  if (!FORMS.includes(mode)) throw new Error(`Invalid normalize mode: ${mode}`);
  return text.normalize(mode);
}

/**
 * Unicode's full case folding, which two conversions give (`ß` and `SS` fold alike) but for the dotless i, which folds to
 * itself, the capital sharp s, and Cherokee, whose small letters fold to capitals.
 */
export const casefold = (text: string) =>
  text
    .replace(/[^ıẞ]+|ẞ/gu, (part) => (part === 'ẞ' ? 'ss' : part.toUpperCase().toLowerCase()))
    .replaceAll('ς', 'σ')
    .replace(/[\u13f8-\u13fd\uab70-\uabbf]/g, (letter) => letter.toUpperCase());

const SOUNDEX: Record<string, string> = Object.fromEntries(
  ['bfpv', 'cgjkqsxz', 'dt', 'l', 'mn', 'r'].flatMap((letters, i) =>
    letters.split('').map((one) => [one, String(i + 1)]),
  ),
);

/** The first letter and three digits; letters of one code in a row count once, h and w between them do not part them. */
function soundex(text: string): string {
  const letters = text.toLowerCase().replace(/[^a-z]/g, '');
  const [first = ''] = letters;
  if (first === '') return '';
  let code = first.toUpperCase();
  let last = SOUNDEX[first];
  for (const letter of letters.slice(1)) {
    const digit = SOUNDEX[letter];
    if (digit !== undefined && digit !== last) code += digit;
    if (letter !== 'h' && letter !== 'w') last = digit;
    if (code.length === 4) break;
  }
  return code.padEnd(4, '0');
}

function editDistance(a: string, b: string): number {
  const [left, right] = [[...a], [...b]];
  let previous = Array.from({ length: right.length + 1 }, (_, i) => i);
  for (const [i, letter] of left.entries()) {
    const current = [i + 1];
    for (const [j, other] of right.entries())
      current.push(
        Math.min((previous[j + 1] ?? 0) + 1, (current[j] ?? 0) + 1, (previous[j] ?? 0) + (letter === other ? 0 : 1)),
      );
    previous = current;
  }
  return previous[right.length] ?? 0;
}

/** Where `part` stands for the nth time, from 1, or 0. A negative position counts from the end and searches backwards. */
export function instr(text: string, part: string, position: bigint, occurrence: bigint): bigint {
  if (position === 0n) throw new Error('Position in INSTR() cannot be zero');
  if (occurrence <= 0n) throw new Error('Occurrence in INSTR() must be positive');
  const [letters, wanted] = [[...text], [...part]];
  const matches = (at: number) => wanted.every((letter, i) => letters[at + i] === letter);
  const step = position > 0n ? 1 : -1;
  // An empty part stands before each letter and behind the last.
  const places = letters.length + (wanted.length === 0 ? 1 : 0);
  const start = position > 0n ? Number(position) - 1 : places + Number(position);
  let left = Number(occurrence);
  for (let at = start; at >= 0 && at < places; at += step) if (matches(at) && --left === 0) return BigInt(at + 1);
  return 0n;
}

/** Parts from `start` (1-based, negative from the end), `count` of them, with their delimiters between. */
function splitSubstr(text: string, delimiter: string, start: bigint, count: bigint): string {
  if (delimiter === '') throw new Error('Delimiter of SPLIT_SUBSTR must not be empty');
  if (count < 0n) throw new Error('Count of SPLIT_SUBSTR must not be negative');
  const parts = text.split(delimiter);
  let first = Number(start);
  if (first < 0) first = Math.max(parts.length + first, 0);
  else if (first > 0) first -= 1;
  const end = count > BigInt(parts.length) ? parts.length : first + Number(count);
  return parts.slice(first, end).join(delimiter);
}

/** Greek letters with an iota below: of one capital, where the full mapping has two. */
const IOTAS: Record<string, string> = { ᾳ: 'ᾼ', ῃ: 'ῌ', ῳ: 'ῼ' };

/** ICU's mapping of one character to one: a letter that has none of those stays as it is. */
function capital(letter: string): string {
  const upper = letter.toUpperCase();
  if ([...upper].length === 1) return upper;
  return /[ᾀ-ᾇᾐ-ᾗᾠ-ᾧ]/u.test(letter) ? String.fromCharCode(letter.charCodeAt(0) + 8) : (IOTAS[letter] ?? letter);
}
const small = (letter: string) => (letter === 'İ' ? 'i' : letter.toLowerCase());

function initcap(text: string, isDelimiter: (letter: string) => boolean): string {
  let begins = true;
  let out = '';
  for (const letter of text) {
    const divides = isDelimiter(letter);
    out += divides ? letter : begins ? capital(letter) : small(letter);
    begins = divides;
  }
  return out;
}

/** CONTAINS_SUBSTR compares text normalised and folded. */
const loose = (text: string) => casefold(text.normalize('NFKC')).normalize('NFKC');

function translate(text: string, from: string, to: string): string {
  const [source, target] = [[...from], [...to]];
  if (new Set(source).size < source.length) throw new Error('Duplicate character in TRANSLATE source characters');
  const map = new Map(source.map((letter, i) => [letter, target[i] ?? '']));
  return [...text].map((letter) => map.get(letter) ?? letter).join('');
}

/** `-0x1F`, spaces around it, as CAST reads it. */
function hexInteger(text: string): bigint {
  const [, sign, digits = ''] = /^\s*([+-]?)0x([0-9a-f]+)\s*$/i.exec(text) ?? [];
  const value = BigInt(`0x${digits}`) * (sign === '-' ? -1n : 1n);
  if (BigInt.asIntN(64, value) !== value) throw new Error(`Bad int64 value: ${text}`);
  return value;
}

/** Text in, text out. */
export const TEXT_SCALARS: readonly ScalarFunction[] = [
  defineScalar('bq_normalize', ['text', 'text'], 'text', normalize),
  defineScalar('bq_normalize_casefold', ['text', 'text'], 'text', (text, mode) =>
    normalize(casefold(normalize(text, mode)), mode),
  ),
  // Unicode's full mappings, as JavaScript has them: DuckDB's are of one character to one.
  defineScalar('bq_full_upper', ['text'], 'text', (text) => text.toUpperCase()),
  defineScalar('bq_full_lower', ['text'], 'text', (text) => text.toLowerCase()),
  defineScalar('bq_hex_int', ['text'], 'integer', hexInteger),
  defineScalar('bq_soundex', ['text'], 'text', soundex),
  defineScalar('bq_edit_distance', ['text', 'text'], 'integer', (a, b) => BigInt(editDistance(a, b))),
  defineScalar('bq_instr', ['text', 'text', 'integer', 'integer'], 'integer', instr),
  defineScalar('bq_split_substr', ['text', 'text', 'integer', 'integer'], 'text', splitSubstr),
  defineScalar('bq_initcap_by', ['text', 'text'], 'text', (text, delimiters) => {
    const set = new Set(delimiters);
    return initcap(text, (letter) => set.has(letter));
  }),
  defineScalar('bq_initcap_by_default', ['text'], 'text', (text) =>
    initcap(text, (letter) => /[\p{White_Space}[\](){}/|\\<>!?@"^#$&~_,.:;*%+-]/u.test(letter)),
  ),
  defineScalar('bq_contains_substr', ['text', 'text'], 'bool', (text, part) => loose(text).includes(loose(part))),
  defineScalar('bq_translate', ['text', 'text', 'text'], 'text', translate),
];
