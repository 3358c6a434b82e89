import { impliedName } from '../parse/expressions.ts';
import type { Expr, OrderItem, Select, SelectItem } from '../parse/tree.ts';
import { SqlError, unsupported } from '../sql-error.ts';
import { isGroupKey, physicalNames, quoteName, renderType, type SqlType, scalar } from '../types.ts';
import { orderItem } from './aggregates.ts';
import type { Env, QueryResult } from './analysis.ts';
import { analyze, analyzeAs, analyzeCondition } from './expressions.ts';
import { analyzeFrom, type FromResult } from './from.ts';
import { aliasIndex, groupClause, ordinalOf } from './group-by.ts';
import { noteBounds, originOf } from './partition-bounds.ts';
import { orderOutput } from './queries.ts';
import { withProductsFirst } from './repeated-products.ts';
import { type Column, EMPTY_SCOPE, fieldOf, isEmpty, lookUp, namesIn, type Scope, shown } from './scope.ts';
import { packRows } from './struct-rows.ts';
import { type Typed, typed } from './typed.ts';
import { namedWindows } from './windows.ts';

export interface Output {
  name: string | undefined;
  /** As written, for GROUP BY ALL and for matching grouped expressions. */
  expr: Expr | undefined;
  value: Typed;
  touch(): void;
  hasAggregate: boolean;
  hasWindow: boolean;
  at: number;
}

const NO_FROM: FromResult = { sql: '', visible: [], ranges: [] };

/** What HAVING, QUALIFY and ORDER BY see: the select list's names, before those of the FROM clause. */
function aliasScope(outputs: readonly Output[], parent: Scope): Scope {
  const visible = outputs.map(
    ({ name, value, hasAggregate, hasWindow, touch }): Column => ({
      name,
      value,
      touch,
      ...(hasWindow ? { holds: 'analytic' } : hasAggregate && { holds: 'aggregate' }),
    }),
  );
  return { visible, ranges: [], parent };
}

/** The FROM clause of a correlated subquery, for its aggregates; one row where it has none. */
function sourceOf(from: FromResult, outer: Env): Env['source'] {
  if (isEmpty(outer.scope)) return undefined;
  if (from.sql === '') {
    const name = outer.analysis.fresh('r');
    return { sql: `(SELECT 1 AS c1) AS ${name}`, anchor: `${name}.c1`, names: new Set() };
  }
  const columns = [...from.visible, ...from.ranges.flatMap((range) => range.columns)];
  const anchor = columns.find(({ value }) => /^r\d+\./.test(value.sql))?.value.sql;
  return anchor === undefined ? undefined : { sql: from.sql, anchor, names: namesIn(from) };
}

/** `given` stands for the FROM clause where a pipe brings the rows. */
export function analyzeSelect(select: Select, orderBy: OrderItem[], outer: Env, given?: FromResult): QueryResult {
  const parent: Scope = { ...EMPTY_SCOPE, parent: outer.scope };
  const from = given ?? (select.from ? analyzeFrom(select.from, outer, parent) : NO_FROM);
  const scope: Scope = { visible: from.visible, ranges: from.ranges, parent: outer.scope };
  const windows = namedWindows(select.windows);
  const env: Env = {
    ...outer,
    scope,
    source: sourceOf(from, outer),
    windows,
    noAggregates: undefined,
    noWindows: undefined,
    found: { aggregate: false, window: false },
  };
  const where = select.where && analyzeCondition(select.where, env, 'WHERE clause');
  if (select.where) noteBounds(select.where, from, env);
  const outputs = select.items.flatMap((item) => analyzeItem(item, env, from.sql !== ''));
  const late: Env = { ...env, scope: aliasScope(outputs, scope) };
  const having =
    select.having && analyzeAs(select.having, scalar('BOOL'), { ...late, noWindows: 'HAVING clause' }, 'HAVING clause');
  const qualify = select.qualify && analyzeAs(select.qualify, scalar('BOOL'), late, 'QUALIFY clause');
  const keys = select.distinct ? [] : orderBy.map((item) => sortKey(item, outputs, late));
  const grouped = select.groupBy ? groupClause(select, outputs, env) : '';
  const isAggregate = select.groupBy !== undefined || env.found.aggregate;
  const source = from.sql === '' && isAggregate ? (env.source?.sql ?? '') : from.sql;
  if (select.having && !isAggregate)
    throw new SqlError('The HAVING clause requires GROUP BY or aggregation to be present', select.having.at);
  if (select.qualify && !env.found.window)
    throw new SqlError('The QUALIFY clause requires analytic function to be present', select.qualify.at);
  if (select.groupBy || select.distinct || isAggregate) for (const item of outputs) item.touch();
  if (select.distinct) {
    for (const item of outputs)
      if (!isGroupKey(item.value.type))
        throw new SqlError(
          `Column ${item.name ?? ''} of type ${renderType(item.value.type)} cannot be used in SELECT DISTINCT`,
          item.at,
        );
  }
  const build = (list: string[], order: string[]) => {
    const given = { list, grouped, having: having?.sql, order };
    const rows = `${source.replace(/^LATERAL /, '')}${where ? ` WHERE ${where.sql}` : ''}`;
    const mayMove = isAggregate && from.sql !== '' && !qualify && !env.found.window;
    const first = mayMove ? withProductsFirst(given, from, rows, env) : undefined;
    const clauses = first?.clauses ?? given;
    return [
      `SELECT ${select.distinct ? 'DISTINCT ' : ''}${clauses.list.join(', ')}`,
      source === '' ? rows : ` FROM ${first?.source ?? rows}`,
      clauses.grouped === '' ? '' : ` ${clauses.grouped}`,
      clauses.having === undefined ? '' : ` HAVING ${clauses.having}`,
      qualify ? ` QUALIFY ${qualify.sql}` : '',
      clauses.order.length > 0 ? ` ORDER BY ${clauses.order.join(', ')}` : '',
    ].join('');
  };
  const packs = select.as === 'STRUCT' && (select.distinct || isAggregate);
  const values = valuesOf(select, outputs);
  const sql = packs
    ? packRows(select, outputs, orderBy, keys, outer, (list) => build(list, []))
    : build(
        values.map((value, i) => `${value} AS c${i + 1}`),
        keys.map((key, i) => renderKey(key, orderBy[i] as OrderItem, select.as !== undefined)),
      );
  // A condition on these columns may as well stand inside: no row depends on another.
  const isTransparent = !isAggregate && !env.found.window && !select.distinct;
  const columns = outputColumns(select, outputs, isTransparent ? env : undefined);
  const isRow =
    from.sql === '' && !where && !isAggregate && !env.found.window && !select.distinct && orderBy.length === 0;
  const result: QueryResult = {
    sql,
    columns,
    value: select.as !== undefined,
    ...(isRow && { row: values }),
  };
  if (!select.distinct || packs || orderBy.length === 0) return result;
  return { ...result, sql: orderOutput(result, { orderBy }, outer) };
}

/** The SELECT list's values; one alone where rows are structs. */
function valuesOf(select: Select, outputs: Output[]): string[] {
  if (select.as !== 'STRUCT') return outputs.map((item) => item.value.sql);
  const names = physicalNames(outputs.map((item) => ({ name: item.name, type: item.value.type })));
  return [`struct_pack(${outputs.map((item, i) => `${quoteName(names[i] ?? '')} := ${item.value.sql}`).join(', ')})`];
}

/** `through` = the SELECT's own environment, where its columns tell where they come from. */
function outputColumns(select: Select, outputs: Output[], through: Env | undefined): Column[] {
  if (select.as === 'STRUCT') {
    const type: SqlType = {
      kind: 'STRUCT',
      fields: outputs.map((item) => ({ name: item.name, type: item.value.type })),
    };
    const parts = outputs.map((item) => item.value);
    return [
      {
        name: undefined,
        value: { ...typed('c1', type), ...(parts.every(isConstant) && { parts }) },
        touch: () => outputs.forEach((item) => void item.touch()),
      },
    ];
  }
  if (select.as === 'VALUE' && outputs.length !== 1)
    throw new SqlError('SELECT AS VALUE query must have exactly one column', select.at);
  return outputs.map((item, i) => {
    const { type, literal, parts } = item.value;
    const origin = through && (item.expr ? originIn(item.expr, through) : item.value.origin);
    return {
      name: select.as === 'VALUE' ? undefined : item.name,
      value: {
        ...typed(`c${i + 1}`, type),
        ...(literal && { literal }),
        ...(parts?.every(isConstant) && { parts }),
        ...(origin && { origin }),
      },
      touch: item.touch,
    };
  });
}

/** Literals coerce further than other values do, also those that a struct is built of. */
const isConstant = ({ literal, parts }: Typed): boolean => literal !== undefined || parts?.every(isConstant) === true;

const originIn = (expr: Expr, env: Env) => env.analysis.collect(() => originOf(expr, env)).result;

export function analyzeItem(item: SelectItem, env: Env, hasFrom: boolean): Output[] {
  if (item.kind === 'star') return expandStar(item, env, hasFrom);
  const own: Env = { ...env, found: { aggregate: false, window: false } };
  const { result: value, replay } = env.analysis.collect(() => analyze(item.expr, own));
  env.found.aggregate ||= own.found.aggregate;
  env.found.window ||= own.found.window;
  const name = item.alias ?? impliedName(item.expr);
  return [
    {
      name,
      expr: item.expr,
      value,
      touch: replay,
      hasAggregate: own.found.aggregate,
      hasWindow: own.found.window,
      at: item.at,
    },
  ];
}

function expandStar(item: Extract<SelectItem, { kind: 'star' }>, env: Env, hasFrom: boolean): Output[] {
  const columns = starColumns(item, env, hasFrom);
  const lower = (name: string | undefined) => name?.toLowerCase();
  for (const name of item.except) {
    if (!columns.some((column) => lower(column.name) === lower(name.name)))
      throw new SqlError(`Column ${name.name} in SELECT * EXCEPT list does not exist`, name.at);
  }
  const kept = columns.filter((column) => !item.except.some((name) => lower(name.name) === lower(column.name)));
  if (kept.length === 0) throw new SqlError('SELECT * expands to zero columns after applying EXCEPT', item.at);
  for (const { name } of item.replace) {
    if (!kept.some((column) => lower(column.name) === lower(name.name)))
      throw new SqlError(`Column ${name.name} in SELECT * REPLACE list does not exist`, name.at);
  }
  return kept.map((column): Output => {
    const replaced = item.replace.find((one) => lower(one.name.name) === lower(column.name));
    if (replaced) {
      const [output] = analyzeItem(
        { kind: 'expr', expr: replaced.expr, alias: column.name, at: item.at },
        env,
        hasFrom,
      );
      if (output) return output;
    }
    return {
      name: column.name,
      expr: undefined,
      value: column.value,
      touch: column.touch,
      hasAggregate: false,
      hasWindow: false,
      at: item.at,
    };
  });
}

function starColumns(item: Extract<SelectItem, { kind: 'star' }>, env: Env, hasFrom: boolean): Column[] {
  if (!item.of) {
    if (!hasFrom) throw new SqlError('SELECT * must have a FROM clause', item.at);
    return shown(env.scope.visible);
  }
  const [first, ...more] = item.of.kind === 'path' ? item.of.names : [];
  const target = first && more.length === 0 ? lookUp(env.scope, first.name, first.at) : undefined;
  const range = target && 'range' in target ? target.range : undefined;
  if (range && (!range.row || range.row.type.kind === 'STRUCT')) return shown(range.columns);
  const value = analyze(item.of, env);
  const { type } = value;
  if (type.kind !== 'STRUCT') throw new SqlError(`Dot-star is not supported for type ${renderType(type)}`, item.at);
  return type.fields.map((field) => {
    if (field.name === undefined) throw unsupported('.* on a STRUCT with unnamed fields', item.at);
    return { name: field.name, value: fieldOf(value, field.name, item.at), touch: () => {} };
  });
}

/** What an ORDER BY item sorts by; `output` = the column's place, where it is one of the select list. */
export interface SortKey {
  value: Typed;
  output: number | undefined;
}

function sortKey(item: OrderItem, outputs: Output[], env: Env): SortKey {
  const ordinal = ordinalOf(item.expr);
  const index = ordinal !== undefined ? ordinal - 1 : aliasIndex(item.expr, outputs, 'ORDER BY');
  const output = index === undefined ? undefined : outputs[index];
  if (ordinal !== undefined && !output)
    throw new SqlError(`ORDER BY is out of SELECT column number range: ${ordinal}`, item.expr.at);
  output?.touch();
  return output ? { value: output.value, output: index } : { value: analyze(item.expr, env), output: undefined };
}

function renderKey({ value, output }: SortKey, item: OrderItem, inline: boolean): string {
  if (output === undefined || value.literal || inline || value.type.kind === 'FLOAT64') return orderItem(value, item);
  // By position, so that a volatile expression is not evaluated a second time.
  return orderItem({ ...value, sql: String(output + 1) }, item);
}
