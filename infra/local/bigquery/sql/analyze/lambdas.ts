import type { Expr } from '../parse/tree.ts';
import { SqlError, unsupported } from '../sql-error.ts';
import type { SqlType } from '../types.ts';
import type { Env } from './analysis.ts';
import { analyze } from './expressions.ts';
import { holdsQuery } from './holds-query.ts';
import type { Scope } from './scope.ts';
import { type Typed, typed } from './typed.ts';

export interface Lambda {
  /** DuckDB's names of the parameters. */
  names: string[];
  body: Typed;
}

/** `(e, i) -> …` with parameters of these types; fewer than there are types may be named. */
export function analyzeLambda(expr: Expr | undefined, types: readonly SqlType[], env: Env, least = 1): Lambda {
  if (expr?.kind !== 'lambda') throw new SqlError('A lambda is required here', expr?.at);
  if (expr.parameters.length < least || expr.parameters.length > types.length)
    throw new SqlError(`Lambda has ${expr.parameters.length} parameters, but ${types.length} are offered`, expr.at);
  refuseSubquery(expr.body);
  const names = expr.parameters.map(() => env.analysis.fresh('l'));
  const visible = expr.parameters.map((parameter, i) => ({
    name: parameter.name,
    value: typed(names[i] ?? '', types[i] as SqlType),
    touch: () => {},
  }));
  const scope: Scope = { visible, ranges: [], parent: env.scope };
  return { names, body: analyze(expr.body, { ...env, scope }) };
}

/** A value that a lambda is to see: a subquery is computed before it. */
export function besideLambda(value: Typed, env: Env, build: (value: Typed) => string): string {
  if (!holdsQuery(value.sql)) return build(value);
  const name = env.analysis.fresh('s');
  return `(SELECT ${build(typed(`${name}.x`, value.type))} FROM (SELECT ${value.sql} AS x) AS ${name})`;
}

const QUERIES = new Set(['subquery', 'arraySubquery', 'exists']);

/** DuckDB cannot look from a subquery at a lambda's parameters. */
function refuseSubquery(expr: Expr): void {
  JSON.stringify(expr, (_, value) => {
    if (value && typeof value === 'object' && (QUERIES.has(value.kind) || (value.kind === 'in' && value.query)))
      throw unsupported('a subquery in a lambda', value.at);
    return value;
  });
}
