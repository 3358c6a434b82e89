import { SqlError } from '../sql-error.ts';
import type { Analysis } from './analysis.ts';

/**
 * Runs `work` inside of a view's or a function's text, which was written elsewhere: it knows neither the script's variables nor
 * the query's parameters, and the default dataset only where `defaults` says so.
 */
export function withinDefinition<T>(analysis: Analysis, what: string, defaults: boolean, work: () => T): T {
  const outer = { defaults: analysis.defaults, variable: analysis.variable, parameter: analysis.parameter };
  analysis.defaults = defaults;
  analysis.variable = () => undefined;
  analysis.parameter = (_name, _index, at) => {
    throw new SqlError(`Query parameters cannot be used inside of ${what}`, at);
  };
  try {
    return work();
  } finally {
    Object.assign(analysis, outer);
  }
}
