import type { Expr } from '../parse/tree.ts';
import { SqlError } from '../sql-error.ts';
import { arrayOf, duckType } from '../types.ts';
import type { Env } from './analysis.ts';
import { elementOf } from './elements.ts';
import { analyze } from './expressions.ts';
import { fieldOf, lookUp } from './scope.ts';
import { type Typed, typed } from './typed.ts';

/** A step of a path through arrays: `last` is one value, or what each element `name` of `list` gives. */
interface Reached {
  list: string | undefined;
  name: string;
  last: Typed;
}

/**
 * `v.sales.quantity[OFFSET(0)]` through arrays: each step is taken of every element, and the results are put in one array.
 * FLATTEN says so; UNNEST does it by itself. Without an array on its way a path is what it is elsewhere.
 */
export function flattened(expr: Expr, env: Env): Typed {
  const { list, name, last } = reach(expr, env);
  if (list !== undefined) {
    const results = `list_transform(${list}, lambda ${name}: ${last.sql})`;
    return last.type.kind === 'ARRAY'
      ? typed(`flatten(CAST(${results} AS ${duckType(arrayOf(last.type))}))`, last.type)
      : typed(results, arrayOf(last.type));
  }
  if (last.type.kind === 'ARRAY') return last;
  throw new SqlError('Argument to FLATTEN must be an array or contain an array', expr.at);
}

/** UNNEST's argument. What is no path is read as anywhere else. */
export const unnested = (expr: Expr, env: Env): Typed =>
  crossesArrays(expr, env) ? flattened(expr, env) : analyze(expr, env);

function crossesArrays(expr: Expr, env: Env): boolean {
  if (expr.kind !== 'path' && expr.kind !== 'field' && expr.kind !== 'element') return false;
  return env.analysis.collect(() => reach(expr, env)).result.list !== undefined;
}

function reach(expr: Expr, env: Env): Reached {
  switch (expr.kind) {
    case 'field':
      return step(reach(expr.of, env), expr.name.name, expr.name.at, env);
    case 'element': {
      const reached = reach(expr.of, env);
      return { ...reached, last: elementOf(reached.last, expr, env) };
    }
    case 'path': {
      // A table's name alone would read all of its columns.
      const target = expr.names[0] && lookUp(env.scope, expr.names[0].name, expr.at);
      const least = target && 'range' in target && target.range.row === undefined ? 2 : 1;
      for (let count = least; count < expr.names.length; count++) {
        const prefix = { ...expr, names: expr.names.slice(0, count) };
        const start = env.analysis.collect(() => analyze(prefix, env));
        if (start.result.type.kind !== 'ARRAY') continue;
        start.replay();
        const first: Reached = { list: undefined, name: '', last: start.result };
        return expr.names.slice(count).reduce((reached, name) => step(reached, name.name, name.at, env), first);
      }
      return { list: undefined, name: '', last: analyze(expr, env) };
    }
    default:
      return { list: undefined, name: '', last: analyze(expr, env) };
  }
}

function step({ list, name, last }: Reached, field: string, at: number, env: Env): Reached {
  if (last.type.kind !== 'ARRAY') return { list, name, last: fieldOf(last, field, at) };
  const inner = env.analysis.fresh('l');
  return {
    list: list === undefined ? last.sql : `flatten(list_transform(${list}, lambda ${name}: ${last.sql}))`,
    name: inner,
    last: fieldOf(typed(inner, last.type.element), field, at),
  };
}
