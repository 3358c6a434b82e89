import type { Query, QueryBody, SetOperator } from '../parse/tree.ts';
import { SqlError, unsupported } from '../sql-error.ts';
import { isGroupable, renderType, type SqlType } from '../types.ts';
import { orderItem } from './aggregates.ts';
import type { Env, QueryResult } from './analysis.ts';
import { analyze } from './expressions.ts';
import type { Column, Scope } from './scope.ts';
import { analyzeSelect } from './select.ts';
import { coerce, commonType, type Typed, typed } from './typed.ts';

/** A query → DuckDB's SQL, its columns named `c1`, `c2`, …; `env.scope` is what a correlated subquery sees. */
export function analyzeQuery(query: Query, outer: Env): QueryResult {
  if (query.recursive && query.ctes.some((cte) => mentions(cte.query, cte.name.name)))
    throw unsupported('recursive CTEs', query.at);
  const env: Env = {
    ...outer,
    ctes: [...outer.ctes],
    windows: new Map(),
    aliases: undefined,
    found: { aggregate: false, window: false },
  };
  const withs: string[] = [];
  for (const { name, query: inner } of query.ctes) {
    const result = analyzeQuery(inner, env);
    if (result.value) throw unsupported('SELECT AS STRUCT or AS VALUE as a CTE', name.at);
    const sql = env.analysis.fresh('w');
    withs.push(`${sql} AS (${result.sql})`);
    env.ctes.push({ name: name.name, sql, columns: result.columns });
  }
  const body = analyzeOrdered(query, env);
  if (withs.length === 0) return body;
  return { sql: `WITH ${withs.join(', ')} ${body.sql}`, columns: body.columns, value: body.value };
}

/** Whether a name stands in the query's text as a table: good enough to tell recursion from a mere WITH RECURSIVE. */
function mentions(query: Query, name: string): boolean {
  const wanted = name.toLowerCase();
  return JSON.stringify(query, (_, value) => (typeof value === 'bigint' ? String(value) : value))
    .toLowerCase()
    .includes(`"name":${JSON.stringify(wanted)}`);
}

function analyzeOrdered(query: Query, env: Env): QueryResult {
  const tail = limitClause(query, env);
  if (query.body.kind === 'select') {
    const select = analyzeSelect(query.body, query.orderBy, env);
    return tail === '' ? select : { sql: select.sql + tail, columns: select.columns.map(opaque), value: select.value };
  }
  const body = analyzeBody(query.body, env);
  if (query.orderBy.length === 0)
    return tail === '' ? body : { ...body, sql: `SELECT * FROM (${body.sql}) AS ${env.analysis.fresh('s')}${tail}` };
  return { ...body, sql: `${orderOutput(body, query, env)}${tail}` };
}

/** Behind LIMIT a condition on the column decides about other rows than before it. */
function opaque(column: Column): Column {
  const { origin: _, ...value } = column.value;
  return { ...column, value };
}

/** ORDER BY over a set operation sees the output columns only. */
export function orderOutput(body: QueryResult, query: Pick<Query, 'orderBy'>, env: Env): string {
  const name = env.analysis.fresh('s');
  const visible = body.columns.map((column, i) => ({
    ...column,
    value: typed(`${name}.c${i + 1}`, column.value.type),
  }));
  const scope: Scope = { visible, ranges: [], parent: env.scope };
  const items = query.orderBy.map((item) => {
    const value =
      item.expr.kind === 'literal' && item.expr.type === 'INT64'
        ? visible[Number(item.expr.value) - 1]?.value
        : analyze(item.expr, {
            ...env,
            scope,
            noAggregates: 'ORDER BY clause after set operation',
            noWindows: 'ORDER BY clause after set operation',
          });
    if (!value)
      throw new SqlError(
        `ORDER BY is out of SELECT column number range: ${item.expr.kind === 'literal' ? item.expr.value : ''}`,
        item.expr.at,
      );
    return orderItem(value, item);
  });
  return `SELECT * FROM (${body.sql}) AS ${name} ORDER BY ${items.join(', ')}`;
}

export function limitClause(query: Pick<Query, 'limit' | 'offset'>, env: Env): string {
  const count = (expr: Query['limit'], word: string) => {
    if (!expr) return '';
    const value = analyze(expr, env);
    if (value.literal?.kind !== 'integer' || value.literal.value.startsWith('-'))
      throw new SqlError(`${word} expects a non-negative integer literal or parameter`, expr.at);
    return ` ${word} ${value.literal.value}`;
  };
  return count(query.limit, 'LIMIT') + count(query.offset, 'OFFSET');
}

function analyzeBody(body: QueryBody, env: Env): QueryResult {
  switch (body.kind) {
    case 'select':
      return analyzeSelect(body, [], env);
    case 'query':
      return analyzeQuery(body.query, env);
    case 'set':
      return analyzeSet(body, env);
  }
}

const OPERATORS: Record<SetOperator, string> = {
  'UNION ALL': 'UNION ALL',
  'UNION DISTINCT': 'UNION',
  'EXCEPT DISTINCT': 'EXCEPT',
  'INTERSECT DISTINCT': 'INTERSECT',
};

function analyzeSet(body: Extract<QueryBody, { kind: 'set' }>, env: Env): QueryResult {
  const operands: QueryResult[] = [];
  // UNION ALL's chain is flattened, so that literals of all operands find one type together.
  const flatten = (one: QueryBody) => {
    if (one.kind === 'set' && one.op === body.op) {
      flatten(one.left);
      flatten(one.right);
    } else operands.push(analyzeBody(one, { ...env, found: { aggregate: false, window: false } }));
  };
  if (body.op === 'EXCEPT DISTINCT') operands.push(analyzeBody(body.left, env), analyzeBody(body.right, env));
  else flatten(body);
  const [first] = operands;
  if (!first) throw new SqlError('Syntax error: empty set operation', body.at);
  for (const [i, operand] of operands.entries()) {
    if (operand.columns.length !== first.columns.length)
      throw new SqlError(
        `Queries in ${body.op} have mismatched column count; query 1 has ${first.columns.length} columns, query ${i + 1} has ${operand.columns.length} columns`,
        body.at,
      );
  }
  const types = first.columns.map((_, i) => {
    const type = commonType(operands.map((operand) => operand.columns[i]?.value as Typed));
    if (!type)
      throw new SqlError(
        `Column ${i + 1} in ${body.op} has incompatible types: ${operands.map((one) => renderType((one.columns[i] as Column).value.type)).join(', ')}`,
        body.at,
      );
    if (body.op !== 'UNION ALL' && !isGroupable(type))
      throw new SqlError(
        `Column ${i + 1} in ${body.op} has type that does not support set operation comparisons: ${renderType(type)}`,
        body.at,
      );
    return type;
  });
  for (const operand of operands) for (const column of operand.columns) column.touch();
  const parts = operands.map((operand) => convert(operand, types, env));
  const rows = body.op === 'UNION ALL' ? constantRows(operands, types) : undefined;
  const columns = first.columns.map((column, i) => ({
    name: column.name,
    value: typed(`c${i + 1}`, types[i] as SqlType),
    touch: () => {},
  }));
  return { sql: rows ?? parts.join(` ${OPERATORS[body.op]} `), columns, value: first.value };
}

/** A chain of constant rows stands as one list: DuckDB keeps its order, where a union's parts run side by side. */
function constantRows(operands: QueryResult[], types: SqlType[]): string | undefined {
  if (operands.some((operand) => operand.row === undefined)) return undefined;
  const rows = operands.map((operand) => {
    const values = operand.columns.map(
      (column, i) => coerce({ ...column.value, sql: operand.row?.[i] ?? '' }, types[i] as SqlType)?.sql ?? '',
    );
    return `(${values.join(', ')})`;
  });
  return `SELECT * FROM (VALUES ${rows.join(', ')}) AS constants(${types.map((_, i) => `c${i + 1}`).join(', ')})`;
}

function convert(operand: QueryResult, types: SqlType[], env: Env): string {
  const name = env.analysis.fresh('s');
  const values = operand.columns.map((column, i) => {
    const { literal } = column.value;
    const here: Typed = { ...typed(`${name}.c${i + 1}`, column.value.type), ...(literal && { literal }) };
    return `${coerce(here, types[i] as SqlType)?.sql} AS c${i + 1}`;
  });
  return `(SELECT ${values.join(', ')} FROM (${operand.sql}) AS ${name})`;
}
