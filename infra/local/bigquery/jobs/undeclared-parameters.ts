import { type ParameterType, renderParameterType } from '../query-parameters.ts';
import type { Surroundings } from '../sql/analyze/analysis.ts';
import { nullOf } from '../sql/analyze/typed.ts';
import { SqlError } from '../sql/sql-error.ts';
import { type SqlType, scalar } from '../sql/types.ts';

/** What nothing around it asks to be of another type. */
const UNASKED = scalar('INT64');

/**
 * Parameters that a dry run does without: each is what the text around it wants.
 * Source: cloud.google.com/bigquery/docs/reference/rest/v2/Job#JobStatistics2, undeclaredQueryParameters
 */
export function createUndeclared(declared: Surroundings['parameter']) {
  const found = new Map<string, { name: string | undefined; type: SqlType }>();
  const parameter: Surroundings['parameter'] = (name, index, at) => {
    try {
      return declared(name, index, at);
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
    }
    const key = name?.toLowerCase() ?? String(index);
    const one = found.get(key) ?? { name, type: UNASKED };
    found.set(key, one);
    const wanted = (type: SqlType) => {
      one.type = type;
    };
    return { ...nullOf(one.type), wanted };
  };
  return {
    parameter,
    found: (): { name?: string; parameterType: ParameterType }[] =>
      [...found.values()].map(({ name, type }) => ({
        ...(name !== undefined && { name }),
        parameterType: renderParameterType(type),
      })),
  };
}
