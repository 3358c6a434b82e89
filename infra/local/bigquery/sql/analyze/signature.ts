import { parseScalarKind, type SqlType, sameType, scalar } from '../types.ts';
import { beforeTry } from './before-try.ts';
import { coerce, commonType, type Typed, typed } from './typed.ts';
import { isVolatile } from './volatile.ts';

/**
 * A function's overloads as text: `SUBSTR(STRING, INT64) STRING` → `bq_substr($1, $2)`.
 * `T` stands for one type that all its arguments convert to, `ANY` for any; `ARRAY<T>` for an array of it; a last
 * `…` repeats the argument before it. In the template `$1` is an argument, `$*` all of them.
 */
export interface Signature {
  args: Pattern[];
  variadic: boolean;
  result: Pattern;
  template: string;
}

type Pattern = { kind: 'any' } | { kind: 'T'; array: boolean } | { kind: 'type'; type: SqlType };

export function parseSignature(text: string, template: string): { name: string; signature: Signature } {
  const match = /^([A-Z0-9_.]+)\((.*)\) (\S+)$/.exec(text);
  if (!match) throw new Error(`malformed signature ${text}`);
  const [, name = '', list = '', result = ''] = match;
  const parts = list === '' ? [] : list.split(', ');
  const variadic = parts.at(-1) === '…';
  if (variadic) parts.pop();
  return { name, signature: { args: parts.map(parsePattern), variadic, result: parsePattern(result), template } };
}

function parsePattern(text: string): Pattern {
  if (text === 'ANY') return { kind: 'any' };
  if (text === 'T') return { kind: 'T', array: false };
  if (text === 'ARRAY<T>') return { kind: 'T', array: true };
  const element = /^ARRAY<(.+)>$/.exec(text)?.[1];
  const kind = parseScalarKind(element ?? text);
  if (kind === undefined) throw new Error(`unknown type ${text} in a signature`);
  return { kind: 'type', type: element === undefined ? scalar(kind) : { kind: 'ARRAY', element: scalar(kind) } };
}

/** The first overload that takes the arguments as they are, else the first that takes them converted. */
export function matchSignature(overloads: readonly Signature[], args: readonly Typed[]): Typed | undefined {
  const find = (list: readonly Signature[], exact: boolean) => {
    for (const signature of list) {
      const result = apply(signature, args, exact);
      if (result) return result;
    }
    return undefined;
  };
  return (
    find(overloads, true) ?? find(args.some((arg) => isDecimal(arg.type)) ? overloads : decimalsLast(overloads), false)
  );
}

const isDecimal = (type: SqlType) => type.kind === 'NUMERIC' || type.kind === 'BIGNUMERIC';

/** Integers and floating point literals become NUMERIC only beside a NUMERIC. */
function decimalsLast(overloads: readonly Signature[]): readonly Signature[] {
  const takesDecimal = (signature: Signature) =>
    signature.args.some((pattern) => pattern.kind === 'type' && isDecimal(pattern.type));
  return [...overloads.filter((one) => !takesDecimal(one)), ...overloads.filter(takesDecimal)];
}

function apply(signature: Signature, args: readonly Typed[], exact: boolean): Typed | undefined {
  const { args: patterns, variadic } = signature;
  if (variadic ? args.length < patterns.length : args.length !== patterns.length) return undefined;
  const patternOf = (i: number) => patterns[Math.min(i, patterns.length - 1)] as Pattern;
  const bound = bind(args, patternOf);
  if (bound === null) return undefined;
  const sql: string[] = [];
  for (const [i, arg] of args.entries()) {
    const pattern = patternOf(i);
    const target = pattern.kind === 'any' ? arg.type : substitute(pattern, bound);
    if (!target) return undefined;
    if (exact && pattern.kind === 'type' && !sameType(arg.type, target) && arg.literal?.kind !== 'null')
      return undefined;
    const value = coerce(arg, target);
    if (!value) return undefined;
    sql.push(value.sql);
  }
  const result = signature.result.kind === 'any' ? undefined : substitute(signature.result, bound);
  const { template } = signature;
  const build = (values: readonly string[]) => fill(template, values);
  // A macro may name an argument several times, which must be one value.
  const isApart = template.includes('TRY(') || (/bq_|\$(\d).*\$\1/.test(template) && sql.some(isVolatile));
  return result && typed(isApart ? beforeTry(sql, build) : build(sql), result);
}

function bind(args: readonly Typed[], patternOf: (i: number) => Pattern): SqlType | undefined | null {
  const candidates: Typed[] = [];
  for (const [i, arg] of args.entries()) {
    const pattern = patternOf(i);
    if (pattern.kind !== 'T') continue;
    if (!pattern.array) candidates.push(arg);
    else if (arg.literal?.kind === 'null') continue;
    else if (arg.type.kind === 'ARRAY') {
      if (arg.literal?.kind !== 'empty array') candidates.push(typed('', arg.type.element));
    } else return null;
  }
  if (!args.some((_, i) => patternOf(i).kind === 'T')) return undefined;
  return candidates.length === 0 ? scalar('INT64') : (commonType(candidates) ?? null);
}

function substitute(pattern: Pattern, bound: SqlType | undefined): SqlType | undefined {
  if (pattern.kind === 'type') return pattern.type;
  if (pattern.kind === 'any' || bound === undefined) return undefined;
  return pattern.array ? { kind: 'ARRAY', element: bound } : bound;
}

export function fill(template: string, args: readonly string[]): string {
  return template.replace(/\$(\d|\*)/g, (_, slot: string) =>
    slot === '*' ? args.join(', ') : (args[Number(slot) - 1] ?? ''),
  );
}
