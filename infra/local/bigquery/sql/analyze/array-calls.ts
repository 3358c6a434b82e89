import { impliedName } from '../parse/expressions.ts';
import type { Call, Expr } from '../parse/tree.ts';
import { SqlError } from '../sql-error.ts';
import {
  arrayOf,
  isGroupable,
  isNumeric,
  isOrderable,
  physicalNames,
  quoteName,
  type SqlType,
  scalar,
} from '../types.ts';
import type { Env } from './analysis.ts';
import { equals } from './comparisons.ts';
import { analyze, analyzeAs, comparable, constantText, isPlain, signatureError } from './expressions.ts';
import { flattened } from './flatten.ts';
import { analyzeLambda } from './lambdas.ts';
import { arithmetic } from './operators.ts';
import { coerce, type Typed, typed } from './typed.ts';

type ArrayType = Extract<SqlType, { kind: 'ARRAY' }>;
type ArrayCall = (call: Call, env: Env) => Typed | undefined;
const INT64 = scalar('INT64');
const BOOL = scalar('BOOL');

function arrayArgument(call: Call, index: number, env: Env): Typed & { type: ArrayType } {
  const expr = call.args[index];
  const value = expr && analyze(expr, env);
  if (!value) throw signatureError(`function ${call.name}`, [], call.at);
  if (value.literal?.kind === 'null')
    return typed('CAST(NULL AS BIGINT[])', arrayOf(INT64)) as Typed & { type: ArrayType };
  if (value.type.kind !== 'ARRAY') throw signatureError(`function ${call.name}`, [value], call.at);
  return value as Typed & { type: ArrayType };
}

function exactly(call: Call, least: number, most = least): void {
  if (call.args.length < least || call.args.length > most)
    throw new SqlError(`No matching signature for function ${call.name} with ${call.args.length} arguments`, call.at);
}

/** A function of an array and a number of elements. */
const counted =
  (macro: string): ArrayCall =>
  (call, env) => {
    exactly(call, 2);
    const array = arrayArgument(call, 0, env);
    const count = analyzeAs(call.args[1] as Expr, INT64, env, call.name);
    return typed(`${macro}(${array.sql}, ${count.sql})`, array.type);
  };

/** Array functions with lambdas, and those whose result depends on the element's type. */
export const ARRAY_CALLS: Record<string, ArrayCall> = {
  ARRAY_FILTER: (call, env) => {
    exactly(call, 2);
    const array = arrayArgument(call, 0, env);
    const { names, body } = analyzeLambda(call.args[1], [array.type.element, INT64], env);
    const keep = coerce(body, BOOL);
    if (!keep) throw new SqlError('The lambda of ARRAY_FILTER must return BOOL', call.args[1]?.at);
    return typed(`list_filter(${array.sql}, lambda ${zeroBased(names)}: ${shift(names, keep.sql)})`, array.type);
  },
  ARRAY_TRANSFORM: (call, env) => {
    exactly(call, 2);
    const array = arrayArgument(call, 0, env);
    const { names, body } = analyzeLambda(call.args[1], [array.type.element, INT64], env);
    if (body.type.kind === 'ARRAY') throw new SqlError('The lambda of ARRAY_TRANSFORM cannot return an ARRAY', call.at);
    return typed(
      `list_transform(${array.sql}, lambda ${zeroBased(names)}: ${shift(names, body.sql)})`,
      arrayOf(body.type),
    );
  },
  ARRAY_INCLUDES: (call, env) => {
    exactly(call, 2);
    const array = arrayArgument(call, 0, env);
    if (call.args[1]?.kind === 'lambda') {
      const { names, body } = analyzeLambda(call.args[1], [array.type.element], env);
      const found = `list_filter(${array.sql}, lambda ${names.join(', ')}: ${coerce(body, BOOL)?.sql ?? 'error'})`;
      return typed(`(len(${found}) > 0)`, BOOL);
    }
    const value = analyze(call.args[1] as Expr, env);
    const { items, type } = comparable(
      [typed('e', array.type.element), value],
      'function ARRAY_INCLUDES',
      call.at,
      false,
    );
    const list = items[0]?.sql === 'e' ? array.sql : `list_transform(${array.sql}, lambda e: ${items[0]?.sql})`;
    const known = `${array.sql} IS NOT NULL AND ${value.sql} IS NOT NULL`;
    return typed(`CASE WHEN ${known} THEN ${holds(list, items[1] as Typed, type, env)} END`, BOOL);
  },
  ARRAY_INCLUDES_ANY: (call, env) => includesOf(call, env, 'any'),
  ARRAY_INCLUDES_ALL: (call, env) => includesOf(call, env, 'all'),
  ARRAY_IS_DISTINCT: (call, env) => {
    exactly(call, 1);
    const array = arrayArgument(call, 0, env);
    if (!isGroupable(array.type.element)) throw signatureError('function ARRAY_IS_DISTINCT', [array], call.at);
    // NULLs are equal to each other here; list_distinct drops them.
    const known = `list_filter(${array.sql}, lambda e: e IS NOT NULL)`;
    return typed(`(len(list_distinct(${known})) = len(${known}) AND len(${array.sql}) - len(${known}) <= 1)`, BOOL);
  },
  ARRAY_SLICE: (call, env) => {
    exactly(call, 3);
    const array = arrayArgument(call, 0, env);
    const [start, end] = [1, 2].map((i) => analyzeAs(call.args[i] as Expr, INT64, env, 'ARRAY_SLICE offset').sql);
    return typed(`bq_array_slice(${array.sql}, ${start}, ${end})`, array.type);
  },
  ARRAY_FIRST_N: counted('bq_array_first_n'),
  ARRAY_LAST_N: counted('bq_array_last_n'),
  ARRAY_REMOVE_FIRST_N: counted('bq_array_remove_first'),
  ARRAY_REMOVE_LAST_N: counted('bq_array_remove_last'),
  ARRAY_FIND: (call, env) => find(call, env, 'element', false),
  ARRAY_FIND_ALL: (call, env) => find(call, env, 'element', true),
  ARRAY_OFFSET: (call, env) => find(call, env, 'offset', false),
  ARRAY_OFFSETS: (call, env) => find(call, env, 'offset', true),
  ARRAY_MIN: (call, env) => extreme(call, env, 'list_min'),
  ARRAY_MAX: (call, env) => extreme(call, env, 'list_max'),
  ARRAY_SUM: (call, env) => sum(call, env),
  ARRAY_AVG: (call, env) => {
    const array = arrayArgument(call, 0, env);
    if (array.type.element.kind === 'NUMERIC')
      return typed(
        `bq_average_numeric(CAST(list_sum(${array.sql}) AS DECIMAL(38,9)), CAST(list_count(${array.sql}) AS BIGINT))`,
        array.type.element,
      );
    if (!isNumeric(array.type.element) || array.type.element.kind === 'BIGNUMERIC')
      throw signatureError('function ARRAY_AVG', [array], call.at);
    return typed(`CAST(list_avg(${array.sql}) AS DOUBLE)`, scalar('FLOAT64'));
  },
  ARRAY_ZIP: zip,
  FLATTEN: (call, env) => {
    exactly(call, 1);
    return flattened(call.args[0] as Expr, env);
  },
};

/** DuckDB counts a lambda's index from 1, GoogleSQL from 0. */
const zeroBased = (names: readonly string[]) => names.join(', ');
const shift = (names: readonly string[], body: string) =>
  names[1] === undefined ? body : body.replaceAll(new RegExp(`\\b${names[1]}\\b`, 'g'), `(${names[1]} - 1)`);

function holds(array: string, x: Typed, type: SqlType, env: Env): string {
  if (isPlain(type)) return `list_contains(${array}, ${x.sql})`;
  const each = env.analysis.fresh('l');
  return `(len(list_filter(${array}, lambda ${each}: ${equals(typed(each, type), x, type)})) > 0)`;
}

function includesOf(call: Call, env: Env, how: 'any' | 'all'): Typed {
  exactly(call, 2);
  const [array, wanted] = [arrayArgument(call, 0, env), arrayArgument(call, 1, env)];
  const { items, type } = comparable(
    [typed('e', array.type.element), typed('e', wanted.type.element)],
    `function ${call.name}`,
    call.at,
    false,
  );
  const list = (of: Typed, item: Typed | undefined) =>
    item?.sql === 'e' ? of.sql : `list_transform(${of.sql}, lambda e: ${item?.sql})`;
  const [a, b] = [list(array, items[0]), list(wanted, items[1])];
  if (!isPlain(type)) {
    const each = env.analysis.fresh('l');
    const found = `len(list_filter(${b}, lambda ${each}: ${holds(a, typed(each, type), type, env)}))`;
    const answer = how === 'any' ? `${found} > 0` : `${found} = len(${b})`;
    return typed(`CASE WHEN ${array.sql} IS NOT NULL THEN ${answer} END`, BOOL);
  }
  return typed(
    how === 'any'
      ? `list_has_any(${a}, ${b})`
      : `(list_has_all(${a}, ${b}) AND len(list_filter(${b}, lambda e: e IS NULL)) = 0)`,
    BOOL,
  );
}

/** Elements, or their offsets, that equal a value or meet a lambda: all of them, the first, or with mode 'LAST' the last. */
function find(call: Call, env: Env, what: 'element' | 'offset', all: boolean): Typed {
  exactly(call, 2, all ? 2 : 3);
  const array = arrayArgument(call, 0, env);
  const wanted = call.args[1] as Expr;
  let test: (element: string) => string;
  if (wanted.kind === 'lambda') {
    const { names, body } = analyzeLambda(wanted, [array.type.element], env);
    const condition = coerce(body, BOOL);
    if (!condition) throw new SqlError(`The lambda of ${call.name} must return BOOL`, wanted.at);
    test = (element) => `list_transform([${element}], lambda ${names[0]}: ${condition.sql})[1]`;
  } else {
    const value = analyze(wanted, env);
    const compare = (element: string) =>
      comparable([typed(element, array.type.element), value], `function ${call.name}`, call.at, false);
    test = (element) => {
      const { items, type } = compare(element);
      return equals(items[0] as Typed, items[1] as Typed, type);
    };
  }
  const element = env.analysis.fresh('l');
  const mode = call.args[2] ? constantText(analyze(call.args[2], env))?.toUpperCase() : 'FIRST';
  if (mode !== 'FIRST' && mode !== 'LAST') throw new SqlError(`${call.name}'s mode must be 'FIRST' or 'LAST'`, call.at);
  const type = what === 'element' ? array.type.element : INT64;
  const found =
    what === 'element'
      ? `list_filter(${array.sql}, lambda ${element}: ${test(element)})`
      : `list_transform(list_filter(list_transform(${array.sql}, lambda e, i: struct_pack(e := e, i := i)), lambda ${element}: ${test(`struct_extract(${element}, 'e')`)}), lambda p: CAST(p.i - 1 AS BIGINT))`;
  return all ? typed(found, arrayOf(type)) : typed(`(${found})[${mode === 'LAST' ? -1 : 1}]`, type);
}

function extreme(call: Call, env: Env, fn: string): Typed {
  exactly(call, 1);
  const array = arrayArgument(call, 0, env);
  if (!isOrderable(array.type.element)) throw signatureError(`function ${call.name}`, [array], call.at);
  if (array.type.element.kind === 'FLOAT64')
    return typed(
      `CASE WHEN len(list_filter(${array.sql}, lambda e: isnan(e))) > 0 THEN CAST('nan' AS DOUBLE) ELSE ${fn}(${array.sql}) END`,
      array.type.element,
    );
  return typed(`${fn}(${array.sql})`, array.type.element);
}

function sum(call: Call, env: Env): Typed {
  exactly(call, 1);
  const array = arrayArgument(call, 0, env);
  if (!isNumeric(array.type.element)) throw signatureError('function ARRAY_SUM', [array], call.at);
  // Element by element, so that INT64 overflows where it would.
  const zero = typed('s', array.type.element);
  const added = arithmetic('+', zero, typed('e', array.type.element), call.at);
  return typed(
    `list_reduce(list_filter(${array.sql}, lambda e: e IS NOT NULL), lambda s, e: ${added.sql})`,
    array.type.element,
  );
}

/** Structs of the elements at one place, or what a lambda makes of them. `mode`: STRICT, TRUNCATE or PAD. */
function zip(call: Call, env: Env): Typed {
  let lambda = call.args.at(-1)?.kind === 'lambda' ? call.args.at(-1) : undefined;
  const arrays = (lambda ? call.args.slice(0, -1) : call.args).map((_, i) => arrayArgument(call, i, env));
  let mode = 'STRICT';
  for (const { name, value } of call.named) {
    const key = name.name.toLowerCase();
    if (key === 'transformation') lambda = value;
    else if (key === 'mode') {
      const text = constantText(analyze(value, env))?.toUpperCase();
      if (text === undefined || !['STRICT', 'TRUNCATE', 'PAD'].includes(text))
        throw new SqlError("ARRAY_ZIP's mode must be 'STRICT', 'TRUNCATE' or 'PAD'", value.at);
      mode = text;
    } else
      throw new SqlError(`Named argument ${name.name} not found in signature for call to function ARRAY_ZIP`, name.at);
  }
  if (arrays.length < 2) throw signatureError('function ARRAY_ZIP', arrays, call.at);
  const lengths = arrays.map((array) => `len(${array.sql})`);
  const count = mode === 'TRUNCATE' ? `least(${lengths.join(', ')})` : `greatest(${lengths.join(', ')})`;
  const known = arrays.map((array) => `${array.sql} IS NOT NULL`).join(' AND ');
  const checked =
    mode === 'STRICT'
      ? `CASE WHEN least(${lengths.join(', ')}) = ${count} THEN ${count} ELSE CAST(bq_error_text('Unnested arrays under STRICT mode must have equal lengths') AS BIGINT) END`
      : count;
  const elements = arrays.map((array) => typed(`${array.sql}[i]`, array.type.element));
  let body: Typed;
  if (lambda) {
    const { names, body: made } = analyzeLambda(
      lambda,
      arrays.map((array) => array.type.element),
      env,
      arrays.length,
    );
    const sql = names.reduce(
      (text, name, i) => text.replaceAll(new RegExp(`\\b${name}\\b`, 'g'), () => elements[i]?.sql ?? ''),
      made.sql,
    );
    body = typed(sql, made.type);
  } else {
    const fields = elements.map((element, i) => {
      const expr = call.args[i];
      return { name: call.aliases.get(i)?.name ?? (expr && impliedName(expr)), type: element.type };
    });
    const physical = physicalNames(fields);
    const parts = elements.map((element, i) => `${quoteName(physical[i] ?? '')} := ${element.sql}`);
    body = typed(`struct_pack(${parts.join(', ')})`, { kind: 'STRUCT', fields });
  }
  if (body.type.kind === 'ARRAY') throw new SqlError('The lambda of ARRAY_ZIP cannot return an ARRAY', call.at);
  return typed(
    `CASE WHEN ${known} THEN list_transform(range(1, ${checked} + 1), lambda i: ${body.sql}) END`,
    arrayOf(body.type),
  );
}
