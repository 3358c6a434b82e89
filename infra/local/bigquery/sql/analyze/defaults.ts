import { parseStandaloneExpression } from '../parse/statements.ts';
import { SqlError } from '../sql-error.ts';
import type { SqlType } from '../types.ts';
import { createAnalysis } from './analysis.ts';
import { analyzeAs } from './expressions.ts';
import { EMPTY_SCOPE } from './scope.ts';
import type { Typed } from './typed.ts';

const none = (at: number): never => {
  throw new SqlError('A default value cannot name tables, parameters or variables', at);
};

/** Refuses what cannot be a default value; `at` is where its text stands. */
export function checkDefault(text: string, type: SqlType, at: number): void {
  try {
    defaultValue(text, type, 0n);
  } catch (error) {
    throw error instanceof SqlError && error.at !== undefined
      ? new SqlError(error.message, at + error.at, error.reason)
      : error;
  }
}

/** A column's default value as it is now: it may hold functions, but no names. */
export function defaultValue(text: string, type: SqlType, now: bigint): Typed {
  const analysis = createAnalysis({
    findTable: (_path, at) => none(at),
    findWildcard: (_path, at) => none(at),
    parameter: (_name, _index, at) => none(at),
    now,
    system: (_name, at) => none(at),
    variable: () => undefined,
    findFunction: () => undefined,
    findTableFunction: () => undefined,
    findLibrary: (_uri, at) => none(at),
  });
  return analyzeAs(
    parseStandaloneExpression(text),
    type,
    {
      analysis,
      scope: EMPTY_SCOPE,
      ctes: [],
      source: undefined,
      noAggregates: 'a default value',
      noWindows: 'a default value',
      windows: new Map(),
      found: { aggregate: false, window: false },
      subquery: (query) => {
        throw new SqlError('A default value cannot hold a subquery', query.at);
      },
    },
    'Default value',
  );
}
