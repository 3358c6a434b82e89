import type { Query, QueryBody } from '../parse/tree.ts';
import { SqlError } from '../sql-error.ts';
import { orderItem } from './aggregates.ts';
import type { Env, QueryResult } from './analysis.ts';
import { analyze } from './expressions.ts';
import { analyzePipes } from './pipes.ts';
import { analyzeRecursive, inOrderOfUse, isRecursive } from './recursion.ts';
import { argumentsOf, type Column, type Scope } from './scope.ts';
import { analyzeSelect } from './select.ts';
import { analyzeSet } from './set-operations.ts';
import { typed } from './typed.ts';

/** A query → DuckDB's SQL, its columns named `c1`, `c2`, …; `env.scope` is what a correlated subquery sees. */
export function analyzeQuery(query: Query, outer: Env): QueryResult {
  const env: Env = {
    ...outer,
    ctes: [...outer.ctes],
    windows: new Map(),
    found: { aggregate: false, window: false },
  };
  const withs = analyzeCtes(query, env);
  const body = query.pipes.length > 0 ? analyzePipes(query, query.pipes, env) : analyzeOrdered(query, env);
  if (withs.length === 0) return body;
  const recursive = query.recursive ? 'RECURSIVE ' : '';
  return { sql: `WITH ${recursive}${withs.join(', ')} ${body.sql}`, columns: body.columns, value: body.value };
}

/** WITH's queries as DuckDB's; `env` knows them from then on. */
export function analyzeCtes(query: Pick<Query, 'ctes' | 'recursive'>, env: Env): string[] {
  const withs: string[] = [];
  // A CTE sees no rows of the queries around it.
  // Source: cloud.google.com/bigquery/docs/reference/standard-sql/query-syntax#cte_general_rules
  const apart = (): Env => ({ ...env, scope: argumentsOf(env.scope) });
  for (const cte of query.recursive ? inOrderOfUse(query.ctes) : query.ctes) {
    const { name, query: inner } = cte;
    const sql = env.analysis.fresh('w');
    if (query.recursive && isRecursive(cte)) {
      withs.push(...analyzeRecursive(cte, sql, apart()));
      continue;
    }
    const { sql: body, columns, value } = analyzeQuery(inner, apart());
    withs.push(`${sql} AS (${body})`);
    env.ctes.push({ name: name.name, sql, columns, value });
  }
  return withs;
}

export function analyzeOrdered(query: Query, env: Env): QueryResult {
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

export function analyzeBody(body: QueryBody, env: Env): QueryResult {
  switch (body.kind) {
    case 'select':
      return analyzeSelect(body, [], env);
    case 'query':
      return analyzeQuery(body.query, env);
    case 'set':
      return analyzeSet(body, env);
    case 'from':
      return analyzePipes(body, [], env);
  }
}
