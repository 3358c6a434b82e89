import { impliedName } from '../parse/expressions.ts';
import type { Expr, GroupItem, Pipe, Query, Select, SelectItem } from '../parse/tree.ts';
import { SqlError } from '../sql-error.ts';
import { isGroupKey, renderType, scalar } from '../types.ts';
import { orderItems } from './aggregates.ts';
import type { Env, QueryResult } from './analysis.ts';
import { analyze, analyzeAs } from './expressions.ts';
import { plainText } from './format-text.ts';
import { analyzeFrom, analyzeSample, derived, type FromResult, wrapFrom } from './from.ts';
import { analyzeJoin } from './joins.ts';
import { noteBounds } from './partition-bounds.ts';
import { noteFilter } from './partition-filter.ts';
import { analyzePivot, analyzeUnpivot } from './pivots.ts';
import { analyzeCtes, analyzeOrdered, limitClause } from './queries.ts';
import { type Column, EMPTY_SCOPE, type Scope, shown } from './scope.ts';
import { analyzeItem, analyzeSelect } from './select.ts';
import { combine } from './set-operations.ts';
import { typed } from './typed.ts';
import { namedWindows } from './windows.ts';

/** A query and what is piped from it. Each operator takes the table that stands before it and makes another. */
export function analyzePipes(
  start: { kind: 'from'; from: Extract<Query['body'], { kind: 'from' }>['from'] } | Query,
  pipes: Pipe[],
  outer: Env,
): QueryResult {
  const env: Env = { ...outer, ctes: [...outer.ctes] };
  let table = startOf(start, env);
  const withs: string[] = [];
  for (const pipe of pipes) {
    if (pipe.kind === 'with') withs.push(...analyzeCtes({ ctes: pipe.ctes, recursive: false }, env));
    else table = applyPipe(table, pipe, fresh(env));
  }
  const result = resultOf(table);
  if (withs.length === 0) return result;
  // In a subquery of its own, for a WITH may stand before the whole.
  const sql = `SELECT * FROM (WITH ${withs.join(', ')} ${result.sql}) AS ${env.analysis.fresh('s')}`;
  return { ...result, sql };
}

const fresh = (env: Env): Env => ({ ...env, found: { aggregate: false, window: false } });

function startOf(start: Parameters<typeof analyzePipes>[0], env: Env): FromResult {
  if ('from' in start) return analyzeFrom(start.from, env, { ...EMPTY_SCOPE, parent: env.scope });
  if (start.body.kind === 'from' && start.orderBy.length === 0 && !start.limit) return startOf(start.body, env);
  return tableOf(analyzeOrdered(start, env), env);
}

const tableOf = (query: QueryResult, env: Env) => derived(query.sql, query.columns, undefined, env, query.value);

function resultOf({ sql, visible: all }: FromResult): QueryResult {
  const visible = shown(all);
  const from = sql.startsWith('LATERAL ') ? sql.slice('LATERAL '.length) : sql;
  return {
    sql: `SELECT ${visible.map((column, i) => `${column.value.sql} AS c${i + 1}`).join(', ')} FROM ${from}`,
    columns: visible.map((column, i) => ({ ...column, value: typed(`c${i + 1}`, column.value.type) })),
    value: false,
  };
}

function applyPipe(table: FromResult, pipe: Exclude<Pipe, { kind: 'with' }>, outer: Env): FromResult {
  const scope: Scope = { visible: table.visible, ranges: table.ranges, parent: outer.scope };
  const env: Env = {
    ...outer,
    scope,
    noAggregates: `|> ${pipe.kind.toUpperCase()}`,
    noWindows: undefined,
  };
  const tail = (clause: string) => wrapFrom(table, env, (list) => `SELECT ${list} FROM ${table.sql} ${clause}`);
  switch (pipe.kind) {
    case 'where': {
      const found = { aggregate: false, window: false };
      const within: Env = { ...env, found, noAggregates: 'WHERE clause' };
      const condition = analyzeAs(pipe.condition, scalar('BOOL'), within, 'WHERE clause');
      noteFilter(pipe.condition, within);
      // Where windows are asked, rows that fail elsewhere in the condition still count in them.
      if (found.window) return tail(`QUALIFY ${condition.sql}`);
      noteBounds(pipe.condition, table, env);
      return tail(`WHERE ${condition.sql}`);
    }
    case 'order':
      return tail(`ORDER BY ${orderItems(pipe.orderBy, env)}`);
    case 'limit':
      return tail(limitClause(pipe, outer).trim());
    case 'as':
      return { ...table, ranges: [{ alias: pipe.alias.name, columns: table.visible, row: undefined }] };
    case 'drop':
      return { ...table, visible: dropColumns(table.visible, pipe) };
    case 'rename':
      return { ...table, visible: renameColumns(table.visible, pipe) };
    case 'set':
      return setColumns(table, pipe, env);
    case 'extend':
      return extend(table, pipe, env);
    case 'select':
      return tableOf(
        analyzeSelect(
          selectOf({ items: pipe.items, distinct: pipe.distinct, as: pipe.as, windows: pipe.windows, at: pipe.at }),
          [],
          outer,
          table,
        ),
        env,
      );
    case 'distinct':
      return distinct(table, outer, pipe.at);
    case 'aggregate':
      return aggregate(table, pipe, outer);
    case 'setOperation': {
      const operands = [resultOf(table), ...pipe.queries.map((query) => outer.subquery(query, fresh(outer)))];
      return tableOf(
        pipe.byName
          ? operands.reduce((left, right) => combine(pipe.op, pipe.byName, [left, right], pipe.at, env))
          : combine(pipe.op, undefined, operands, pipe.at, env),
        env,
      );
    }
    case 'join':
      return analyzeJoin(table, pipe.right, pipe.join, outer, { ...EMPTY_SCOPE, parent: outer.scope });
    case 'sample':
      return analyzeSample(table, pipe.percent, env);
    case 'pivot':
      return analyzePivot(table, pipe.pivot, pipe.alias?.name, outer);
    case 'unpivot':
      return analyzeUnpivot(table, pipe.unpivot, pipe.alias?.name, outer);
    case 'assert': {
      const condition = analyzeAs(pipe.condition, scalar('BOOL'), env, 'ASSERT').sql;
      const payload = pipe.payload.map((expr) => {
        const { sql, type } = analyze(expr, env);
        return plainText(sql, type, expr.at);
      });
      const failure = `CAST(bq_error_text(${["'Assert failed:'", ...payload].join(` || ' ' || `)}) AS BOOLEAN)`;
      return tail(`WHERE CASE WHEN ${condition} THEN true ELSE ${failure} END`);
    }
  }
}

type Of<K extends Pipe['kind']> = Extract<Pipe, { kind: K }>;

function indexOf(columns: Column[], name: { name: string; at: number }, what: string): number {
  const found = columns.flatMap((column, i) =>
    !column.isHidden && column.name?.toLowerCase() === name.name.toLowerCase() ? [i] : [],
  );
  if (found.length > 1) throw new SqlError(`Column name ${name.name} is ambiguous in ${what}`, name.at);
  if (found[0] === undefined) throw new SqlError(`Column ${name.name} not found in ${what}`, name.at);
  return found[0];
}

function dropColumns(columns: Column[], pipe: Of<'drop'>): Column[] {
  const gone = new Set(pipe.names.map((name) => indexOf(columns, name, '|> DROP')));
  if (gone.size === columns.length) throw new SqlError('|> DROP leaves no columns', pipe.at);
  return columns.filter((_, i) => !gone.has(i));
}

function renameColumns(columns: Column[], pipe: Of<'rename'>): Column[] {
  const names = new Map(pipe.items.map(({ from, to }) => [indexOf(columns, from, '|> RENAME'), to.name]));
  return columns.map((column, i) => ({ ...column, name: names.get(i) ?? column.name }));
}

/** Replaces columns in place; what stands behind a table's alias keeps its value. */
function setColumns(table: FromResult, pipe: Of<'set'>, env: Env): FromResult {
  const values = new Map<number, Column>();
  for (const { name, expr } of pipe.items) {
    const index = indexOf(table.visible, name, '|> SET');
    if (values.has(index)) throw new SqlError(`Column ${name.name} is set twice in |> SET`, name.at);
    const value = analyze(expr, env);
    values.set(index, { name: table.visible[index]?.name, value: typed(value.sql, value.type), touch: () => {} });
  }
  const visible = table.visible.map((column, i) => values.get(i) ?? column);
  return wrapFrom({ ...table, visible }, env, (list) => `SELECT ${list} FROM ${table.sql}`);
}

function extend(table: FromResult, pipe: Of<'extend'>, env: Env): FromResult {
  const windows = namedWindows(pipe.windows);
  const items = pipe.items.flatMap((item) => analyzeItem(item, { ...env, windows }, true));
  const added = items.map(({ name, value, touch }): Column => {
    touch();
    return { name, value: typed(value.sql, value.type), touch: () => {} };
  });
  return wrapFrom(
    { ...table, visible: [...table.visible, ...added] },
    env,
    (list) => `SELECT ${list} FROM ${table.sql}`,
  );
}

const selectOf = (parts: Omit<Partial<Select>, 'kind'> & { items: SelectItem[]; at: number }): Select => ({
  kind: 'select',
  distinct: false,
  as: undefined,
  from: undefined,
  where: undefined,
  groupBy: undefined,
  having: undefined,
  qualify: undefined,
  windows: [],
  ...parts,
});

function distinct(table: FromResult, env: Env, at: number): FromResult {
  for (const column of shown(table.visible)) {
    column.touch();
    if (!isGroupKey(column.value.type))
      throw new SqlError(
        `Column ${column.name ?? ''} of type ${renderType(column.value.type)} cannot be made distinct`,
        at,
      );
  }
  const { sql, columns } = resultOf(table);
  return derived(sql.replace(/^SELECT /, 'SELECT DISTINCT '), columns, undefined, env, false);
}

/** One row a group: the keys first, then the aggregates. */
function aggregate(table: FromResult, pipe: Of<'aggregate'>, env: Env): FromResult {
  const keys = pipe.keys.map(
    ({ expr, alias, at }): SelectItem => ({ kind: 'expr', expr, alias: alias ?? impliedName(expr), at }),
  );
  const ordinal = (i: number): Expr => ({ kind: 'literal', type: 'INT64', value: String(i + 1), at: pipe.at });
  const isPlain = pipe.group.every((item) => item.kind === 'expr');
  const group: GroupItem[] = isPlain ? keys.map((_, i) => ({ kind: 'expr', expr: ordinal(i) })) : pipe.group;
  const select = selectOf({
    items: [...keys, ...pipe.items],
    groupBy: { kind: 'items', items: pipe.group.length === 0 ? [{ kind: 'list', items: [] }] : group },
    at: pipe.at,
  });
  return tableOf(analyzeSelect(select, pipe.orderBy, env, table), env);
}
