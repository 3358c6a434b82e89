import type { Expr } from '../parse/tree.ts';
import { SqlError } from '../sql-error.ts';
import type { Env } from './analysis.ts';
import { fieldOf, findInRange, findName, findRange, namesInReach, type Range } from './scope.ts';
import type { Typed } from './typed.ts';

/** `a`, `t.a`, `t.a.field`: a select alias, a column, or a FROM clause's alias, with struct fields behind. */
export function resolvePath(expr: Extract<Expr, { kind: 'path' }>, env: Env): Typed {
  const [first, second, ...rest] = expr.names;
  if (!first) throw new SqlError('Syntax error: empty name', expr.at);
  const fields = (of: Typed, names: typeof rest) =>
    names.reduce((value, name) => fieldOf(value, name.name, name.at), of);
  const alias = env.aliases?.get(first.name.toLowerCase());
  if (alias) return fields(alias, expr.names.slice(1));
  const range = second && findRange(env.scope, first.name);
  if (range && second) {
    const column = findInRange(range, second.name, second.at);
    if (column) return fields(column, rest);
    if (!findName(withoutRange(env, range), first.name, first.at)) {
      if (range.row) return fields(range.row, expr.names.slice(1));
      throw new SqlError(`Name ${second.name} not found inside ${first.name}`, second.at);
    }
  }
  const value = findName(range ? withoutRange(env, range) : env.scope, first.name, first.at);
  const variable = value ? undefined : env.analysis.variable(first.name);
  if (variable) return fields(variable, expr.names.slice(1));
  if (!value) throw unrecognized(first.name, first.at, env);
  return fields(value, expr.names.slice(1));
}

function withoutRange(env: Env, range: Range): Env['scope'] {
  return { ...env.scope, ranges: env.scope.ranges.filter((one) => one !== range) };
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
