import type { Expr } from '../parse/tree.ts';
import { SqlError, unsupported } from '../sql-error.ts';
import {
  arrayOf,
  duckType,
  isGroupable,
  isOrderable,
  physicalNames,
  quoteName,
  renderType,
  type SqlType,
  scalar,
} from '../types.ts';
import { type Env, plain } from './analysis.ts';
import { analyzeCall } from './calls.ts';
import { analyzeFormattedCast } from './cast-formats.ts';
import { castTo } from './casts.ts';
import { equals, precedes } from './comparisons.ts';
import { analyzeExtract } from './dates.ts';
import { analyzeElement } from './elements.ts';
import { unnested } from './flatten.ts';
import { analyzeInterval } from './intervals.ts';
import { besideLambda } from './lambdas.ts';
import { literalOf, textOf } from './literals.ts';
import { resolvePath } from './names.ts';
import { analyzeBinary, analyzeUnary, like } from './operators.ts';
import { noteFilter } from './partition-filter.ts';
import { fieldOf, type Scope } from './scope.ts';
import { readPlainType, readType } from './type-nodes.ts';
import { coerce, commonType, comparedType, nullOf, type Typed, typed } from './typed.ts';
import { computedOnce, isVolatile } from './volatile.ts';

/** An expression → DuckDB's SQL and its GoogleSQL type. Everything that is not understood throws. */
export function analyze(expr: Expr, env: Env): Typed {
  switch (expr.kind) {
    case 'literal':
      return literalOf(expr);
    case 'typedLiteral':
      return castTo(textOf(expr.value), readType(expr.type), false, expr.at);
    case 'null':
      return nullOf(scalar('INT64'));
    case 'parameter':
      return env.analysis.parameter(expr.name, expr.index, expr.at);
    case 'path':
      return resolvePath(expr, env);
    case 'field':
      return fieldOf(analyze(expr.of, env), expr.name.name, expr.name.at);
    case 'element':
      return analyzeElement(expr, env);
    case 'unary':
      return analyzeUnary(expr, env);
    case 'binary':
      return analyzeBinary(expr, env);
    case 'is':
      return analyzeIs(expr, env);
    case 'in':
      return analyzeIn(expr, env);
    case 'like':
      return analyzeLikeArray(expr, env);
    case 'between':
      return analyzeBetween(expr, env);
    case 'case':
      return analyzeCase(expr, env);
    case 'cast':
      if (expr.format) return analyzeFormattedCast(expr, expr.format, env);
      return castTo(analyze(expr.of, env), readType(expr.type), expr.safe, expr.at);
    case 'extract':
      return analyzeExtract(expr, env);
    case 'interval':
      return analyzeInterval(expr, env);
    case 'array':
      return analyzeArray(expr, env);
    case 'struct':
      return analyzeStruct(expr, env);
    case 'subquery':
      return scalarSubquery(expr, env);
    case 'arraySubquery':
      return arraySubquery(expr, env);
    case 'exists':
      return typed(`EXISTS (${env.subquery(expr.query, env).sql})`, scalar('BOOL'));
    case 'with':
      return analyzeWith(expr, env);
    case 'lambda':
      throw new SqlError('Lambda is not supported as an argument here', expr.at);
    case 'constant':
      return typed(expr.sql, expr.type);
    case 'system':
      return env.analysis.system(expr.name, expr.at);
    case 'call':
      return analyzeCall(expr, env);
  }
}

/** Each variable sees those before it; a name hides what it means outside. */
function analyzeWith(expr: Of<'with'>, env: Env): Typed {
  const scope: Scope = { visible: [], ranges: [], parent: env.scope };
  const inner: Env = { ...env, scope };
  const computed: { name: string; sql: string }[] = [];
  for (const { name, value } of expr.variables) {
    const of = analyze(value, inner);
    const once = isVolatile(of.sql) ? env.analysis.fresh('l') : undefined;
    if (once !== undefined) computed.unshift({ name: once, sql: of.sql });
    scope.visible.push({ name: name.name, value: once === undefined ? of : typed(once, of.type), touch: () => {} });
  }
  const result = analyze(expr.result, inner);
  if (computed.length === 0) return result;
  const sql = computed.reduce(
    (body, { name, sql: value }) => `list_transform([${value}], lambda ${name}: ${body})[1]`,
    result.sql,
  );
  return typed(sql, result.type);
}

/** A WHERE clause or a join's condition. */
export function analyzeCondition(expr: Expr, env: Env, clause: string): Typed {
  const inner = plain(env, clause);
  const condition = analyzeAs(expr, scalar('BOOL'), inner, clause);
  noteFilter(expr, inner);
  return condition;
}

/** Analyses and converts to `to`, or fails as BigQuery words it. */
export function analyzeAs(expr: Expr, to: SqlType, env: Env, what: string): Typed {
  const value = analyze(expr, env);
  const coerced = coerce(value, to);
  if (!coerced)
    throw new SqlError(`${what} should return type ${renderType(to)}, but returns ${renderType(value.type)}`, expr.at);
  return coerced;
}

type Of<K extends Expr['kind']> = Extract<Expr, { kind: K }>;

function analyzeIs(expr: Of<'is'>, env: Env): Typed {
  const of = analyze(expr.of, env);
  const not = expr.not ? 'NOT ' : '';
  if (expr.what === 'NULL') return typed(`(${of.sql} IS ${not}NULL)`, scalar('BOOL'));
  const bool = coerce(of, scalar('BOOL'));
  if (!bool) throw signatureError(`operator IS ${not}${expr.what}`, [of], expr.at);
  const distinct = expr.not ? 'IS DISTINCT FROM' : 'IS NOT DISTINCT FROM';
  return typed(`(${bool.sql} ${distinct} ${expr.what})`, scalar('BOOL'));
}

export function signatureError(what: string, args: readonly Typed[], at: number): SqlError {
  const types = args.map((arg) => (arg.literal?.kind === 'null' ? 'NULL' : renderType(arg.type)));
  return new SqlError(`No matching signature for ${what} for argument types: ${types.join(', ')}`, at);
}

/** Converts operands of a comparison to one type that can be compared. */
export function comparable(
  items: Typed[],
  what: string,
  at: number,
  ordered: boolean,
): { items: Typed[]; type: SqlType } {
  const type = comparedType(items);
  if (!type || !(ordered ? isOrderable(type) : isGroupable(type))) throw signatureError(what, items, at);
  return { type, items: items.map((item) => coerce(item, type) ?? item) };
}

function analyzeIn(expr: Of<'in'>, env: Env): Typed {
  const of = analyze(expr.of, env);
  const wrap = (sql: string) => typed(expr.not ? `(NOT ${sql})` : sql, scalar('BOOL'));
  if (expr.query) {
    const query = env.subquery(expr.query, env);
    const [column, ...more] = query.columns;
    if (!column || more.length > 0)
      throw new SqlError('Subquery of type IN must have only one output column', expr.query.at);
    column.touch();
    const { items, type } = comparable([of, { ...column.value, sql: 'c1' }], 'operator IN', expr.at, false);
    const [left, right] = items as [Typed, Typed];
    const alias = env.analysis.fresh('i');
    const found = `SELECT ${right.sql} FROM (${query.sql}) AS ${alias}`;
    return wrap(isPlain(type) ? `(${left.sql} IN (${found}))` : anyEquals(left, `ARRAY(${found})`, type, env));
  }
  if (expr.unnest) {
    const array = unnested(expr.unnest, env);
    if (array.type.kind !== 'ARRAY')
      throw new SqlError(
        `Second argument of IN UNNEST must be an array but was ${renderType(array.type)}`,
        expr.unnest.at,
      );
    const element: Typed = array.literal?.kind === 'empty array' ? nullOf(of.type) : typed('e', array.type.element);
    const { items, type } = comparable([of, element], 'operator IN', expr.at, false);
    const [left, right] = items as [Typed, Typed];
    const list = right.sql === 'e' ? array.sql : `list_transform(${array.sql}, lambda e: ${right.sql})`;
    const values = `CAST(${list} AS ${duckType(arrayOf(type))})`;
    return wrap(isPlain(type) ? `bq_in_array(${left.sql}, ${values})` : anyEquals(left, values, type, env));
  }
  const list = (expr.list ?? []).map((item) => analyze(item, env));
  const { items, type } = comparable([of, ...list], 'operator IN', expr.at, false);
  const [left, ...others] = items as [Typed, ...Typed[]];
  return wrap(
    isPlain(type)
      ? `(${left.sql} IN (${others.map((item) => item.sql).join(', ')}))`
      : `(${others.map((other) => equals(left, other, type)).join(' OR ')})`,
  );
}

/** Whether DuckDB's own equality is GoogleSQL's. */
export const isPlain = (type: SqlType) => type.kind !== 'FLOAT64' && type.kind !== 'STRUCT';

function anyEquals(of: Typed, array: string, type: SqlType, env: Env): string {
  const name = env.analysis.fresh('l');
  return besideLambda(
    of,
    env,
    (value) =>
      `bq_any_true(list_transform(coalesce(${array}, []), lambda ${name}: ${equals(value, typed(name, type), type)}))`,
  );
}

/**
 * ANY of no patterns is false, ALL of none true; a NULL among them leaves open what no other decides. NOT turns each pattern's
 * answer around, and not that of all.
 */
function analyzeLikeArray(expr: Of<'like'>, env: Env): Typed {
  const of = analyze(expr.of, env);
  const given = analyze(expr.patterns, env);
  const patterns = given.literal?.kind === 'empty array' ? (coerce(given, arrayOf(of.type)) ?? given) : given;
  const element = patterns.type.kind === 'ARRAY' ? patterns.type.element : undefined;
  if (!element) throw signatureError('operator LIKE', [of, patterns], expr.at);
  const name = env.analysis.fresh('l');
  const one = besideLambda(of, env, (value) => {
    const match = like(value, typed(name, element), expr.at).sql;
    const matches = `list_transform(${patterns.sql}, lambda ${name}: ${expr.not ? 'NOT ' : ''}${match})`;
    return `bq_any_true(${expr.all ? `list_transform(${matches}, lambda m: NOT m)` : matches})`;
  });
  return typed(expr.all ? `(NOT ${one})` : one, scalar('BOOL'));
}

function analyzeBetween(expr: Of<'between'>, env: Env): Typed {
  const operands = [expr.of, expr.low, expr.high].map((one) => analyze(one, env));
  const { items, type } = comparable(operands, 'operator BETWEEN', expr.at, true);
  const [of, low, high] = items as [Typed, Typed, Typed];
  const between =
    type.kind === 'FLOAT64'
      ? computedOnce(of.sql, env.analysis.fresh('l'), (sql) => {
          const value: Typed = { ...of, sql };
          return `(${precedes('>=', value, low, type)} AND ${precedes('<=', value, high, type)})`;
        })
      : `(${of.sql} BETWEEN ${low.sql} AND ${high.sql})`;
  return typed(expr.not ? `(NOT ${between})` : between, scalar('BOOL'));
}

function analyzeCase(expr: Of<'case'>, env: Env): Typed {
  const results = [...expr.whens.map(({ result }) => result), ...(expr.otherwise ? [expr.otherwise] : [])].map((one) =>
    analyze(one, env),
  );
  const type = commonType(results);
  if (!type) throw signatureError('operator CASE', results, expr.at);
  const [...values] = results.map((value) => coerce(value, type)?.sql ?? '');
  const otherwise = expr.otherwise ? ` ELSE ${values.pop()}` : '';
  const build = (conditions: string[]) =>
    `CASE ${conditions.map((when, i) => `WHEN ${when} THEN ${values[i]}`).join(' ')}${otherwise} END`;
  if (!expr.of)
    return typed(build(expr.whens.map(({ when }) => analyzeAs(when, scalar('BOOL'), env, 'CASE condition').sql)), type);
  const of = analyze(expr.of, env);
  const whens = expr.whens.map(({ when }) => ({ value: analyze(when, env), at: when.at }));
  const sql = computedOnce(of.sql, env.analysis.fresh('l'), (one) =>
    build(
      whens.map(({ value, at }) => {
        const compared = comparable([{ ...of, sql: one }, value], 'operator CASE', at, false);
        const [left, right] = compared.items as [Typed, Typed];
        return equals(left, right, compared.type);
      }),
    ),
  );
  return typed(sql, type);
}

function analyzeArray(expr: Of<'array'>, env: Env): Typed {
  const elements = expr.elements.map((element) => analyze(element, env));
  const declared = expr.type && readPlainType(expr.type);
  if (declared && declared.kind !== 'ARRAY')
    throw new SqlError(`Array literal of type ${renderType(declared)}`, expr.at);
  if (elements.length === 0 && !declared) {
    return { ...typed('CAST([] AS BIGINT[])', arrayOf(scalar('INT64'))), literal: { kind: 'empty array', value: '' } };
  }
  const type = declared ? declared.element : commonType(elements);
  if (!type)
    throw new SqlError(
      `Array elements of types {${[...new Set(elements.map((e) => renderType(e.type)))].join(', ')}} do not have a common supertype`,
      expr.at,
    );
  if (type.kind === 'ARRAY')
    throw new SqlError(
      'Cannot construct array with element type ARRAY because nested arrays are not supported',
      expr.at,
    );
  const items = elements.map((element, i) => {
    const coerced = coerce(element, type);
    if (!coerced)
      throw new SqlError(
        `Array element type ${renderType(element.type)} does not coerce to ${renderType(type)}`,
        expr.elements[i]?.at ?? expr.at,
      );
    return coerced.sql;
  });
  return typed(items.length === 0 ? `CAST([] AS ${duckType(arrayOf(type))})` : `[${items.join(', ')}]`, arrayOf(type));
}

function analyzeStruct(expr: Of<'struct'>, env: Env): Typed {
  const declared = expr.type && readPlainType(expr.type);
  const values = expr.fields.map((field) => analyze(field.expr, env));
  if (declared && declared.kind !== 'STRUCT') throw new SqlError('STRUCT constructor of another type', expr.at);
  if (declared && declared.fields.length !== values.length)
    throw new SqlError(
      `STRUCT type has ${declared.fields.length} fields but constructor call has ${values.length} fields`,
      expr.at,
    );
  if (values.length === 0) throw unsupported('STRUCT without fields', expr.at);
  const fields = values.map((value, i) => declared?.fields[i] ?? { name: expr.fields[i]?.name, type: value.type });
  const names = physicalNames(fields);
  const parts = values.map((value, i) => {
    const target = fields[i]?.type ?? value.type;
    const coerced = coerce(value, target);
    if (!coerced)
      throw new SqlError(
        `Struct field ${i + 1} has type ${renderType(value.type)} which does not coerce to ${renderType(target)}`,
        expr.fields[i]?.expr.at ?? expr.at,
      );
    return `${quoteName(names[i] ?? '')} := ${coerced.sql}`;
  });
  return {
    ...typed(`struct_pack(${parts.join(', ')})`, { kind: 'STRUCT', fields }),
    parts: declared ? undefined : values,
  } as Typed;
}

function scalarSubquery(expr: Of<'subquery'>, env: Env): Typed {
  const query = env.subquery(expr.query, env);
  const [column, ...more] = query.columns;
  if (!column || more.length > 0)
    throw new SqlError(
      'Scalar subquery cannot have more than one column unless using SELECT AS STRUCT to build STRUCT values',
      expr.at,
    );
  column.touch();
  if (query.row?.[0] !== undefined) return typed(query.row[0], column.value.type);
  return typed(`(${query.sql})`, column.value.type);
}

function arraySubquery(expr: Of<'arraySubquery'>, env: Env): Typed {
  const query = env.subquery(expr.query, env);
  const [column, ...more] = query.columns;
  if (!column || more.length > 0)
    throw new SqlError(
      'ARRAY subquery cannot have more than one column unless using SELECT AS STRUCT to build STRUCT values',
      expr.at,
    );
  if (column.value.type.kind === 'ARRAY')
    throw new SqlError(
      'Cannot use array subquery with column of type ARRAY because nested arrays are not supported',
      expr.at,
    );
  column.touch();
  return typed(`ARRAY(${query.sql})`, arrayOf(column.value.type));
}

/** A string literal's text where GoogleSQL wants a constant, such as a format or a JSON path. */
export function constantText(value: Typed): string | undefined {
  return value.literal?.kind === 'text' ? value.literal.value : undefined;
}
