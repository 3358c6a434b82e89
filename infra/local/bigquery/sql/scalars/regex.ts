import { RE2JS } from 're2js';
import { defineScalar, type ScalarFunction } from './scalar.ts';

/** Patterns come from the query or a column with few of them; compiled ones are kept, oldest out first. */
const compiled = new Map<string, RE2JS>();
const KEPT = 200;

/** Throws as GoogleSQL does where the pattern is none of RE2. */
export function compile(pattern: string): RE2JS {
  const known = compiled.get(pattern);
  if (known) return known;
  let regex: RE2JS;
  try {
    regex = RE2JS.compile(pattern);
  } catch (error) {
    throw new Error(`Cannot parse regular expression: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (compiled.size >= KEPT) compiled.delete(compiled.keys().next().value ?? '');
  compiled.set(pattern, regex);
  return regex;
}

interface Found {
  /** What REGEXP_EXTRACT answers: the group where there is one, else all. NULL where the group took no part. */
  text: string | null;
  start: number;
  end: number;
}

const widthAt = (text: string, at: number) => ((text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1);

/** Each match from the text's begin. GoogleSQL stops at the end of the text: no empty match follows one that reached it. */
function* matches(text: string, pattern: string): Generator<Found> {
  const regex = compile(pattern);
  const groups = regex.groupCount();
  if (groups > 1) throw new Error('Regular expression has more than one capturing group');
  const matcher = regex.matcher(text);
  for (let at = 0; matcher.find(at); ) {
    const [start, end] = [matcher.start(0), matcher.end(0)];
    yield { text: matcher.group(groups), start: matcher.start(groups), end: matcher.end(groups) };
    // Behind an empty match the search goes on one character later.
    at = end > start ? end : end + widthAt(text, end);
    if (at >= text.length) return;
  }
}

/** The index of a 1-based character position, or undefined behind the end. */
function indexOf(text: string, position: bigint): number | undefined {
  if (position > BigInt(Buffer.byteLength(text)) && !(text === '' && position === 1n)) return undefined;
  let index = 0;
  for (let left = position - 1n; left > 0n; left--) {
    if (index >= text.length) return undefined;
    index += widthAt(text, index);
  }
  return index;
}

/** The nth match behind a position, which is the begin of the text that is searched: `^` holds there. */
function nth(
  text: string,
  pattern: string,
  position: bigint,
  occurrence: bigint,
): (Found & { from: number }) | undefined {
  if (position <= 0n) throw new Error('Position in regular expression function must be positive');
  if (occurrence <= 0n) throw new Error('Occurrence in regular expression function must be positive');
  const from = indexOf(text, position);
  if (from === undefined) {
    compile(pattern);
    return undefined;
  }
  let left = occurrence;
  for (const found of matches(text.slice(from), pattern)) if (--left === 0n) return { ...found, from };
  return undefined;
}

const charactersBefore = (text: string, index: number) => BigInt([...text.slice(0, index)].length);

/** Backslash and digit name a group, two backslashes stand for one; all else is refused before a row is searched. */
function checkRewrite(rewrite: string, groups: number): void {
  const wrong = rewrite
    .match(/\\(.?)/gs)
    ?.find((one) => one !== '\\\\' && !(/\d/.test(one) && Number(one[1]) <= groups));
  if (wrong !== undefined) throw new Error(`Invalid REGEXP_REPLACE pattern: ${wrong}`);
}

function replace(text: string, pattern: string, rewrite: string): string {
  const regex = compile(pattern);
  checkRewrite(rewrite, regex.groupCount());
  const matcher = regex.matcher(text);
  let [out, done, at, last] = ['', 0, 0, -1];
  while (at <= text.length && matcher.find(at)) {
    const [start, end] = [matcher.start(0), matcher.end(0)];
    out += text.slice(done, start);
    // An empty match right behind another match is none.
    if (end > start || start !== last)
      out += rewrite.replace(/\\(.)/gs, (_, one: string) => (one === '\\' ? one : (matcher.group(Number(one)) ?? '')));
    done = end;
    last = end;
    at = end > start ? end : end + widthAt(text, end);
  }
  return out + text.slice(done);
}

/** Regular expressions whose pattern is no constant, or that ask for a position: RE2's syntax and matches. */
export const REGEX_SCALARS: readonly ScalarFunction[] = [
  defineScalar('bq_regexp_test', ['text', 'text'], 'bool', (text, pattern) => compile(pattern).matcher(text).find()),
  defineScalar(
    'bq_regexp_nth',
    ['text', 'text', 'integer', 'integer'],
    'text',
    (text, pattern, position, occurrence) => nth(text, pattern, position, occurrence)?.text ?? null,
  ),
  defineScalar('bq_regexp_all', ['text', 'text'], 'texts', (text, pattern) =>
    [...matches(text, pattern)].map((found) => found.text ?? ''),
  ),
  defineScalar(
    'bq_regexp_position',
    ['text', 'text', 'integer', 'integer', 'integer'],
    'integer',
    (text, pattern, position, occurrence, behind) => {
      if (behind !== 0n && behind !== 1n) throw new Error('occurrence_position of REGEXP_INSTR must be 0 or 1');
      const found = nth(text, pattern, position, occurrence);
      if (!found || found.start < 0 || pattern === '' || text === '') return 0n;
      return charactersBefore(text, found.from + (behind === 1n ? found.end : found.start)) + 1n;
    },
  ),
  defineScalar('bq_regexp_swap', ['text', 'text', 'text'], 'text', replace),
  defineScalar('bq_regexp_groups', ['text', 'text'], 'texts', (text, pattern) => {
    const regex = compile(pattern);
    const matcher = regex.matcher(text);
    if (!matcher.find()) return null;
    return Array.from({ length: regex.groupCount() }, (_, i) => matcher.group(i + 1) ?? null);
  }),
];

/**
 * Whether a match may be empty. Nothing can stand between two characters that an empty text lacks but a word's edge, so
 * a pattern without `\\b` that finds nothing in the empty text matches no empty text anywhere.
 */
export const mayMatchEmpty = (pattern: string) => pattern.includes('\\b') || compile(pattern).matcher('').find();
