import { parseStandaloneExpression } from '../parse/statements.ts';
import type { Expr } from '../parse/tree.ts';
import { SqlError, unsupported } from '../sql-error.ts';
import { type Env, IN_AGGREGATE } from './analysis.ts';
import { analyze } from './expressions.ts';
import { type Column, fieldOf, findInRange, lookUp, namesInReach, rowOf, type Scope, use } from './scope.ts';
import type { Typed } from './typed.ts';

/** `a`, `t.a`, `t.a.field`: a column or a FROM clause's alias, with struct fields behind. */
export function resolvePath(expr: Extract<Expr, { kind: 'path' }>, env: Env): Typed {
  const [first, second, ...rest] = expr.names;
  if (!first) throw new SqlError('Syntax error: empty name', expr.at);
  const fields = (of: Typed, names: typeof rest) =>
    names.reduce((value, name) => fieldOf(value, name.name, name.at), of);
  const target = lookUp(env.scope, first.name, first.at);
  if (!target) {
    const variable = env.analysis.variable(first.name);
    if (variable) return fields(variable, expr.names.slice(1));
    if (!second && !first.quoted && BARE.test(first.name))
      return analyze({ ...parseStandaloneExpression(`${first.name}()`), at: expr.at }, env);
    throw unrecognized(first.name, first.at, env);
  }
  if ('column' in target) {
    checkAlias(target.column, target.scope, env, first.at);
    return fields(use(target.column), expr.names.slice(1));
  }
  const { range } = target;
  if (!second) return rowOf(range);
  const column = findInRange(range, second.name, second.at);
  if (column) return fields(column, rest);
  if (range.row) return fields(rowOf(range), expr.names.slice(1));
  throw new SqlError(`Name ${second.name} not found inside ${first.name}`, second.at);
}

/** Functions that may be called without parentheses, where no column has their name. */
const BARE = /^CURRENT_(DATE|DATETIME|TIME|TIMESTAMP)$/i;

/** What an alias stands for is put in its place, where it may not be allowed. */
function checkAlias({ holds, name }: Column, scope: Scope, env: Env, at: number): void {
  if (holds === undefined) return;
  if (holds === 'rows') {
    if (env.noAggregates === IN_AGGREGATE) return;
    throw new SqlError(
      `Function argument ${name} cannot be referenced outside aggregate function calls unless marked as NOT AGGREGATE`,
      at,
    );
  }
  if (scope !== env.scope) throw unsupported(`an alias of an ${holds} function in a subquery`, at);
  if (env.noAggregates === IN_AGGREGATE)
    throw new SqlError(
      holds === 'aggregate'
        ? 'Aggregations of aggregations are not allowed'
        : `Analytic function not allowed in ${IN_AGGREGATE}`,
      at,
    );
  if (holds === 'analytic' && env.noWindows !== undefined)
    throw new SqlError(`Analytic function not allowed in ${env.noWindows}`, at);
}

function unrecognized(name: string, at: number, env: Env): SqlError {
  const near = namesInReach(env.scope).find((one) => isNear(one.toLowerCase(), name.toLowerCase()));
  return new SqlError(`Unrecognized name: ${name}${near === undefined ? '' : `; Did you mean ${near}?`}`, at);
}

/** One edit apart, short names aside: what BigQuery offers as a correction. */
function isNear(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1 || Math.min(a.length, b.length) < 3) return false;
  let start = 0;
  while (start < a.length && a[start] === b[start]) start++;
  const rest = (text: string, skip: number) => text.slice(start + skip);
  return rest(a, 1) === rest(b, 1) || rest(a, 1) === rest(b, 0) || rest(a, 0) === rest(b, 1);
}
