import type { Expr, From } from '../parse/tree.ts';
import { SqlError } from '../sql-error.ts';
import { isGroupable, renderType } from '../types.ts';
import type { Env } from './analysis.ts';
import { analyze, constantText } from './expressions.ts';
import { type FromResult, wrapFrom } from './from.ts';
import { analyzeGapFill } from './gap-fill.ts';
import { type Column, shown } from './scope.ts';
import { analyzeSessionize } from './sessionize.ts';
import { typed } from './typed.ts';

/** A table function of BigQuery's own that takes a table as its first argument. */
export type TableCall = Extract<From, { kind: 'ofTable' }>;

/** The rows that a table function is given: columns of one subquery, looked up by the names that its arguments state. */
export interface GivenTable {
  sql: string;
  columns: Column[];
  /** The column's own name in the subquery: `c1`. */
  own(column: Column): string;
  find(expr: Expr): Column;
  /** Those of an ARRAY<STRING> literal, that rows can be partitioned by. */
  findKeys(expr: Expr | undefined): Column[];
}

export function analyzeOfTable(of: FromResult, call: TableCall, env: Env): FromResult {
  const wrapped = wrapFrom(of, env, (list) => `SELECT ${list} FROM ${of.sql}`);
  const columns = shown(wrapped.visible);
  const find = (expr: Expr): Column => {
    const name = textOf(expr, call, env);
    const found = columns.filter((column) => column.name?.toLowerCase() === name.toLowerCase());
    if (found.length !== 1 || !found[0])
      throw new SqlError(`Column ${name} of ${call.name} was not found in the table`, expr.at);
    return found[0];
  };
  const given: GivenTable = {
    sql: wrapped.sql,
    columns,
    own: ({ value }) => value.sql.slice(value.sql.indexOf('.') + 1),
    find,
    findKeys(expr) {
      if (expr && expr.kind !== 'array')
        throw new SqlError(`${call.name}: the partitioning columns must be an ARRAY<STRING> literal`, expr.at);
      return (expr?.elements ?? []).map((element) => {
        const key = find(element);
        if (!isGroupable(key.value.type) || key.value.type.kind === 'FLOAT64')
          throw new SqlError(
            `Partitioning by expressions of type ${renderType(key.value.type)} is not allowed`,
            element.at,
          );
        return key;
      });
    },
  };
  const { sql, columns: outputs } =
    call.name === 'GAP_FILL' ? analyzeGapFill(given, call, env) : analyzeSessionize(given, call, env);
  const name = env.analysis.fresh('r');
  const visible = outputs.map((column) => ({
    ...column,
    value: typed(`${name}.${column.value.sql}`, column.value.type),
  }));
  const alias = call.alias?.name;
  return {
    sql: `(${sql}) AS ${name}`,
    visible,
    ranges: alias === undefined ? [] : [{ alias, columns: visible, row: undefined }],
  };
}

export function textOf(expr: Expr, call: TableCall, env: Env): string {
  const text = constantText(analyze(expr, env));
  if (text === undefined) throw new SqlError(`${call.name} wants a STRING literal or parameter here`, expr.at);
  return text;
}
