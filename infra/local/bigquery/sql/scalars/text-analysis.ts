import { compile } from './regex.ts';
import { casefold } from './texts.ts';

/** How text becomes terms. Source: standard-sql/text-analysis */
export interface Analyzer {
  name: 'LOG_ANALYZER' | 'NO_OP_ANALYZER' | 'PATTERN_ANALYZER';
  /** What parts terms, longest first; of LOG_ANALYZER. */
  delimiters: readonly string[];
  terms(text: string): string[];
}

const LOG_DELIMITERS = [
  ...'[]<>(){}|!;,\'"*&?+/:=@.-$%\\_\n\r \t',
  ...'%21 %26 %2526 %3B %3b %7C %7c %20 %2B %2b %3D %3d %2520 %5D %5d %5B %5b %3A %3a %0A %0a %2C %2c %28 %29'.split(
    ' ',
  ),
];
const WORDS = String.raw`\b\w{2,}\b`;

type Filter = (terms: string[]) => string[];
interface Options {
  delimiters?: unknown;
  patterns?: unknown;
  token_filters?: unknown;
}

const asciiLower = (text: string) => text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
const each =
  (change: (term: string) => string): Filter =>
  (terms) =>
    terms.map(change);

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'string');
}

function knownKeys(value: unknown, known: readonly string[], what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error(`analyzer_options: ${what} must be a JSON object`);
  const other = Object.keys(value).find((key) => !known.includes(key));
  if (other !== undefined) throw new Error(`analyzer_options: ${what} has no option ${other}`);
  return value as Record<string, unknown>;
}

function filterOf(raw: unknown): Filter {
  const filter = knownKeys(raw, ['normalizer', 'stop_words'], 'a token filter');
  if (Object.keys(filter).length !== 1)
    throw new Error('analyzer_options: a token filter is a normalizer or stop_words');
  if (filter.stop_words !== undefined) {
    if (!isTexts(filter.stop_words)) throw new Error('analyzer_options: stop_words must be an array of strings');
    const stopped = new Set(filter.stop_words);
    return (terms) => terms.filter((term) => !stopped.has(term));
  }
  const normalizer = knownKeys(filter.normalizer, ['mode', 'icu_normalize_mode', 'icu_case_folding'], 'normalizer');
  const { mode, icu_normalize_mode: form = 'NFKC', icu_case_folding: folds = true } = normalizer;
  if (mode !== 'ICU_NORMALIZE' && Object.keys(normalizer).length > 1)
    throw new Error('analyzer_options: icu_normalize_mode and icu_case_folding are of mode ICU_NORMALIZE alone');
  switch (mode) {
    case 'NONE':
      return (terms) => terms;
    case 'LOWER':
      return each(asciiLower);
    case 'UNICODE_LOWER':
      return each((term) => term.toLowerCase());
    case 'ICU_NORMALIZE': {
      if (typeof form !== 'string' || !/^NFK?[CD]$/.test(form) || typeof folds !== 'boolean')
        throw new Error('analyzer_options: icu_normalize_mode is NFC, NFKC, NFD or NFKD, icu_case_folding a boolean');
      return each((term) => {
        const normal = term.normalize(form);
        return folds ? casefold(normal).normalize(form) : normal;
      });
    }
    default:
      throw new Error('analyzer_options: the mode of a normalizer is NONE, LOWER, UNICODE_LOWER or ICU_NORMALIZE');
  }
}

/** Cut at the delimiters, of two that begin alike at the longer; blanks at a term's ends are no part of it. */
function cut(text: string, delimiters: readonly string[]): string[] {
  const terms: string[] = [];
  let start = 0;
  for (let at = 0; at < text.length; ) {
    const found = delimiters.find((one) => text.startsWith(one, at));
    if (found === undefined) at++;
    else {
      terms.push(text.slice(start, at));
      at += found.length;
      start = at;
    }
  }
  terms.push(text.slice(start));
  return terms.map((term) => term.replaceAll(/^[ \t\r\n]+|[ \t\r\n]+$/g, '')).filter((term) => term !== '');
}

function found(text: string, pattern: string): string[] {
  const matcher = compile(pattern).matcher(text);
  const terms: string[] = [];
  for (let at = 0; at <= text.length && matcher.find(at); ) {
    const [start, end] = [matcher.start(0), matcher.end(0)];
    if (end > start) terms.push(text.slice(start, end));
    at = end > start ? end : end + ((text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1);
  }
  return terms;
}

/** `options`: JSON, or empty where there are none. Errors tell the option and never a value of it. */
export function createAnalyzer(name: string, options: string): Analyzer {
  let raw: unknown = {};
  if (options !== '')
    try {
      raw = JSON.parse(options);
    } catch {
      throw new Error('analyzer_options is no valid JSON');
    }
  const known = knownKeys(raw, ['delimiters', 'patterns', 'token_filters'], 'the JSON') as Options;
  if (known.delimiters !== undefined && name !== 'LOG_ANALYZER') throw new Error(`${name} takes no delimiters`);
  if (known.patterns !== undefined && name !== 'PATTERN_ANALYZER') throw new Error(`${name} takes no patterns`);
  if (name === 'NO_OP_ANALYZER') {
    if (known.token_filters !== undefined) throw new Error('NO_OP_ANALYZER takes no token_filters');
    return { name, delimiters: [], terms: (text) => [text] };
  }
  if (name !== 'LOG_ANALYZER' && name !== 'PATTERN_ANALYZER')
    throw new Error('analyzer must be LOG_ANALYZER, NO_OP_ANALYZER or PATTERN_ANALYZER');
  const filters = known.token_filters ?? [{ normalizer: { mode: 'LOWER' } }];
  if (!Array.isArray(filters)) throw new Error('analyzer_options: token_filters must be an array');
  const chain = filters.map(filterOf);
  const filtered = (terms: string[]) => chain.reduce((left, filter) => filter(left), terms);
  if (name === 'PATTERN_ANALYZER') {
    const patterns = known.patterns ?? [WORDS];
    if (!isTexts(patterns) || patterns.length !== 1)
      throw new Error('analyzer_options: patterns must be an array of one string');
    const [pattern = ''] = patterns;
    compile(pattern);
    return { name, delimiters: [], terms: (text) => filtered(found(text, pattern)) };
  }
  const given = known.delimiters ?? LOG_DELIMITERS;
  if (!isTexts(given) || given.some((one) => !/^\p{ASCII}{1,16}$/u.test(one)))
    throw new Error('analyzer_options: delimiters must be an array of ASCII strings of 1 to 16 characters');
  const delimiters = [...given].sort((a, b) => b.length - a.length);
  return { name, delimiters, terms: (text) => filtered(cut(text, delimiters)) };
}
