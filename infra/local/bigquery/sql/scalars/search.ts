import { defineScalar, type ScalarFunction } from './scalar.ts';
import { type Analyzer, createAnalyzer } from './text-analysis.ts';

/** Whether a text, of which the terms are given, has what a part of a search query wants. */
type Test = (text: string, terms: readonly string[]) => boolean;

const RESERVED = String.raw`[\]<>(){}|!'"*&?+/:=\-\\~^`;
const SINGLE = new RegExp(String.raw`(?:\\[${RESERVED}\`]|[^${RESERVED}\`\s])+`, 'y');
const PHRASE = /"((?:\\"|[^"])+)"/y;
const BACKTICKS = /`((?:\\`|[^`])+)`/y;
/** Words that must stand in backticks. In small letters BigQuery does not say: see `createSearch`. */
const WORDS = new Set(['AND', 'NOT', 'OR', 'IN', 'NEAR']);

/**
 * A search query as a test of texts: terms that are joined by AND, OR, blanks and parentheses.
 * Source: standard-sql/search_functions#search_query_rules
 */
export function createSearch(query: string, analyzer: Analyzer): (text: string) => boolean {
  if (analyzer.name === 'NO_OP_ANALYZER') return (text) => text === query;
  let at = 0;
  let count = 0;
  const space = () => {
    const from = at;
    while (/\s/.test(query[at] ?? '')) at++;
    return at > from;
  };
  const take = (pattern: RegExp) => {
    pattern.lastIndex = at;
    const match = pattern.exec(query);
    if (match) at = pattern.lastIndex;
    return match;
  };
  const sees = (word: string) => query.startsWith(word, at) && /^[\s()"`]?$/.test(query[at + word.length] ?? '');
  const termsOf = (text: string) => {
    const terms = analyzer.terms(text);
    count += terms.length;
    return terms;
  };
  const term = (): Test => {
    const exact = take(BACKTICKS)?.[1];
    if (exact !== undefined) {
      if (analyzer.name !== 'LOG_ANALYZER')
        throw new Error('not supported by the embedded warehouse: backticks in SEARCH with PATTERN_ANALYZER');
      count++;
      return exactly(exact.replaceAll('\\`', '`'), analyzer.delimiters);
    }
    const phrase = take(PHRASE)?.[1];
    if (phrase !== undefined) return inOrder(termsOf(phrase.replaceAll('\\"', '"')));
    const single = take(SINGLE)?.[0];
    if (single === undefined) throw new Error('Invalid search query: reserved characters must be escaped');
    if (WORDS.has(single))
      throw new Error(`Invalid search query: reserved word ${single} must be enclosed in backticks`);
    if (WORDS.has(single.toUpperCase()))
      throw new Error(`not supported by the embedded warehouse: ${single} in a search query without backticks`);
    const wanted = termsOf(single.replaceAll(/\\(.)/g, '$1'));
    return (_, terms) => wanted.every((one) => terms.includes(one));
  };
  const factor = (): Test => {
    space();
    if (query[at] !== '(') return term();
    at++;
    const inner = either();
    space();
    if (query[at++] !== ')') throw new Error('Invalid search query: missing closing parenthesis');
    return inner;
  };
  const both = (): Test => {
    const parts = [factor()];
    for (;;) {
      const apart = space();
      if (at >= query.length || query[at] === ')' || sees('OR')) break;
      if (sees('AND')) at += 3;
      else if (!apart && query[at] !== '(' && query[at - 1] !== ')')
        throw new Error('Invalid search query: terms must be set apart by blanks');
      parts.push(factor());
    }
    return (text, terms) => parts.every((part) => part(text, terms));
  };
  const either = (): Test => {
    const parts = [both()];
    while (sees('OR')) {
      at += 2;
      parts.push(both());
    }
    return (text, terms) => parts.some((part) => part(text, terms));
  };
  if (query.trim() === '') throw new Error('The search query contains no tokens');
  const test = either();
  if (at < query.length) throw new Error('Invalid search query: unexpected closing parenthesis');
  if (count === 0) throw new Error('The search query contains no tokens');
  return (text) => test(text, analyzer.terms(text));
}

/** The text itself, in its own case, between delimiters or at an end. */
function exactly(wanted: string, delimiters: readonly string[]): Test {
  return (text) => {
    for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + 1)) {
      const end = at + wanted.length;
      const begins = at === 0 || delimiters.some((one) => text.endsWith(one, at));
      if (begins && (end === text.length || delimiters.some((one) => text.startsWith(one, end)))) return true;
    }
    return false;
  };
}

/** The terms one behind the other. */
function inOrder(wanted: readonly string[]): Test {
  return (_, terms) =>
    terms.some((_one, start) => wanted.every((one, i) => terms[start + i] === one)) || wanted.length === 0;
}

/** Analyzers and searches by their text: a query has few. */
function kept<T>(create: (key: string) => T): (key: string) => T {
  const known = new Map<string, T>();
  return (key) => {
    let value = known.get(key);
    if (value === undefined) {
      value = create(key);
      if (known.size >= 100) known.clear();
      known.set(key, value);
    }
    return value;
  };
}

const analyzerOf = kept((key) => {
  const [name, options] = JSON.parse(key) as [string, string];
  return createAnalyzer(name, options);
});
const searchOf = kept((key) => {
  const [query, name, options] = JSON.parse(key) as [string, string, string];
  return createSearch(query, createAnalyzer(name, options));
});

/** TEXT_ANALYZE and SEARCH of one text; what they are told stands in one argument, as JSON. */
export const SEARCH_SCALARS: readonly ScalarFunction[] = [
  defineScalar('bq_text_analyze', ['text', 'text'], 'texts', (text, how) => analyzerOf(how).terms(text)),
  defineScalar('bq_search', ['text', 'text'], 'bool', (text, how) => searchOf(how)(text)),
];
