import type { Call } from '../parse/tree.ts';
import { SqlError } from '../sql-error.ts';
import { type ScalarKind, scalar } from '../types.ts';
import type { Env } from './analysis.ts';
import { analyzeAs } from './expressions.ts';
import type { Typed } from './typed.ts';

/** `name => value` arguments of a call by their names, each of its type; a name that the function does not have is refused. */
export function namedArguments<const N extends Record<string, ScalarKind>>(
  call: Call,
  env: Env,
  known: N,
): { [K in keyof N]?: Typed } {
  const found: { [K in keyof N]?: Typed } = {};
  for (const { name, value } of call.named) {
    const key = name.name.toLowerCase();
    const kind = Object.hasOwn(known, key) ? known[key] : undefined;
    if (kind === undefined)
      throw new SqlError(
        `Named argument ${name.name} not found in signature for call to function ${call.name}`,
        name.at,
      );
    if (found[key] !== undefined) throw new SqlError(`Duplicate named argument ${name.name}`, name.at);
    found[key as keyof N] = analyzeAs(value, scalar(kind), env, `${call.name} argument ${name.name}`);
  }
  return found;
}
