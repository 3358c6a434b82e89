import { SqlError } from '../sql-error.ts';
import type { Analysis } from './analysis.ts';

/**
 * Runs `work` inside of a view's or a function's text, which was written elsewhere: it knows neither the script's variables nor
 * the query's parameters, and the default dataset only where `defaults` says so.
 */
export function withinDefinition<T>(analysis: Analysis, what: string, defaults: boolean, work: () => T): T {
  const { findFunction } = analysis;
  const outer = {
    defaults: analysis.defaults,
    variable: analysis.variable,
    parameter: analysis.parameter,
    findFunction,
  };
  analysis.defaults = defaults;
  analysis.variable = () => undefined;
  analysis.parameter = (_name, _index, at) => {
    throw new SqlError(`Query parameters cannot be used inside of ${what}`, at);
  };
  // What outlives the query can name no function of it; and a bare name has no dataset but the caller's.
  if (!defaults)
    analysis.findFunction = (path) => {
      if (path.length > 1) return findFunction(path);
      if (what === 'a view' && findFunction(path)?.isTemporary)
        throw new SqlError('Creating views with temporary user-defined functions is not supported');
      return undefined;
    };
  try {
    return work();
  } finally {
    Object.assign(analysis, outer);
  }
}
