import { Dialect, tokenize } from '@polyglot-sql/sdk';
import type { Position } from '../yaml-document.ts';

/** One token as the user wrote it: quotes, case and escapes included. */
export interface Token {
  text: string;
  /** Code points from the start of the file, as polyglot counts. */
  start: number;
  end: number;
}

/** Places in a text by code points: polyglot's spans count those, JavaScript's strings UTF-16 units. */
export interface CodePoints {
  slice(start: number, end: number): string;
  position(offset: number): Position;
  /** Code points before a place that JavaScript counts in UTF-16 units. */
  countTo(index: number): number;
}

export function codePoints(text: string): CodePoints {
  // Most files are ASCII or nearly so, and then the two counts agree.
  const points = /[\ud800-\udfff]/.test(text) ? Array.from(text) : undefined;
  const slice = (start: number, end: number) =>
    points === undefined ? text.slice(start, end) : points.slice(start, end).join('');
  return {
    slice,
    position(offset) {
      const before = slice(0, offset);
      const lineStart = before.lastIndexOf('\n') + 1;
      return { line: before.split('\n').length, column: Array.from(before.slice(lineStart)).length + 1 };
    },
    countTo: (index) => Array.from(text.slice(0, index)).length,
  };
}

export type Tokens = { tokens: Token[] } | { error: string; offset: number };

/** Comments and white space are no tokens; nor is a hint, which BigQuery reads as the comment that it is. */
export function readTokens(sql: string, points: CodePoints): Tokens {
  const result = tokenize(sql, Dialect.BigQuery) as ReturnType<typeof tokenize> & { errorStart?: number };
  if (!result.success || result.tokens === undefined) {
    return { error: result.error ?? 'the text cannot be read', offset: result.errorStart ?? 0 };
  }
  const tokens = result.tokens.map(({ span }) => ({
    text: points.slice(span.start, span.end),
    start: span.start,
    end: span.end,
  }));
  return { tokens: tokens.filter((token) => !token.text.startsWith('/*')) };
}

/** A backticked name is no keyword, function or parameter. */
export const isWord = (token: Token | undefined, word: string): boolean => token?.text.toUpperCase() === word;
