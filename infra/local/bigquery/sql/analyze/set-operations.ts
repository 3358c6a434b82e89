import type { ByName, QueryBody, SetOperator } from '../parse/tree.ts';
import { SqlError } from '../sql-error.ts';
import { isGroupable, renderType, type SqlType } from '../types.ts';
import type { Env, QueryResult } from './analysis.ts';
import { analyzeBody } from './queries.ts';
import type { Column } from './scope.ts';
import { coerce, commonType, nullOf, type Typed, typed } from './typed.ts';

const OPERATORS: Record<SetOperator, string> = {
  'UNION ALL': 'UNION ALL',
  'UNION DISTINCT': 'UNION',
  'EXCEPT ALL': 'EXCEPT ALL',
  'EXCEPT DISTINCT': 'EXCEPT',
  'INTERSECT ALL': 'INTERSECT ALL',
  'INTERSECT DISTINCT': 'INTERSECT',
};

export function analyzeSet(body: Extract<QueryBody, { kind: 'set' }>, env: Env): QueryResult {
  const operands: QueryResult[] = [];
  // UNION ALL's chain is flattened, so that literals of all operands find one type together.
  const flatten = (one: QueryBody) => {
    if (one.kind === 'set' && one.op === body.op && !one.byName && !body.byName) {
      flatten(one.left);
      flatten(one.right);
    } else operands.push(analyzeBody(one, { ...env, found: { aggregate: false, window: false } }));
  };
  if (body.op.startsWith('EXCEPT') || body.byName)
    operands.push(
      ...[body.left, body.right].map((one) => analyzeBody(one, { ...env, found: { aggregate: false, window: false } })),
    );
  else flatten(body);
  return combine(body.op, body.byName, operands, body.at, env);
}

/** The operands' rows put together, their columns converted to common types. */
export function combine(
  op: SetOperator,
  byName: ByName | undefined,
  given: QueryResult[],
  at: number,
  env: Env,
): QueryResult {
  if (byName) {
    const [left, right] = given as [QueryResult, QueryResult];
    return combine(op, undefined, matchByName(left, right, byName, op, at, env), at, env);
  }
  const body = { op, at };
  const operands = given;
  const [first] = operands;
  if (!first) throw new SqlError('Syntax error: empty set operation', at);
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

/** BY NAME and CORRESPONDING: both operands with the same columns in the same order. */
function matchByName(
  left: QueryResult,
  right: QueryResult,
  byName: ByName,
  op: SetOperator,
  at: number,
  env: Env,
): QueryResult[] {
  const key = (name: string | undefined) => name?.toLowerCase();
  const names = (side: QueryResult) => {
    const found = side.columns.map((column) => key(column.name));
    if (found.includes(undefined) || new Set(found).size < found.length)
      throw new SqlError(`Columns of ${op} BY NAME must have distinct names`, at);
    return found as string[];
  };
  const [own, other] = [names(left), names(right)];
  const on = byName.on?.map((one) => one.name.toLowerCase());
  let kept: string[];
  if (byName.mode === 'strict') {
    if (!on && (own.length !== other.length || own.some((name) => !other.includes(name))))
      throw new SqlError(`${op} BY NAME: the queries have different sets of column names`, at);
    kept = on ?? own;
  } else if (byName.mode === 'inner') kept = on ?? own.filter((name) => other.includes(name));
  else if (byName.mode === 'left') kept = on ?? own;
  else kept = on ?? [...own, ...other.filter((name) => !own.includes(name))];
  if (kept.length === 0) throw new SqlError(`${op} BY NAME: the queries have no column name in common`, at);
  for (const name of kept) {
    const has = [own.includes(name), other.includes(name)];
    if (!has[0] && !has[1]) throw new SqlError(`Column ${name} of ${op} BY NAME stands in no query`, at);
    const optional = byName.mode === 'full' || (byName.mode === 'left' && has[0]);
    if (!optional && !(has[0] && has[1]))
      throw new SqlError(`Column ${name} of ${op} BY NAME stands in one query only`, at);
  }
  const pick = (side: QueryResult, sideNames: string[], otherSide: QueryResult, otherNames: string[]): QueryResult => {
    const alias = env.analysis.fresh('s');
    const columns = kept.map((name, i): { sql: string; column: Column } => {
      const index = sideNames.indexOf(name);
      const found = side.columns[index];
      const value = found
        ? { ...found.value, sql: `c${i + 1}` }
        : { ...nullOf((otherSide.columns[otherNames.indexOf(name)] as Column).value.type), sql: `c${i + 1}` };
      const sql = found ? `${alias}.c${index + 1}` : nullOf(value.type).sql;
      const display = left.columns[own.indexOf(name)]?.name ?? found?.name ?? name;
      return { sql: `${sql} AS c${i + 1}`, column: { name: display, value, touch: found?.touch ?? (() => {}) } };
    });
    const sql = `SELECT ${columns.map((one) => one.sql).join(', ')} FROM (${side.sql}) AS ${alias}`;
    return { sql, columns: columns.map((one) => one.column), value: false };
  };
  return [pick(left, own, right, other), pick(right, other, left, own)];
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
    const here: Typed = { ...column.value, sql: `${name}.c${i + 1}` };
    return `${coerce(here, types[i] as SqlType)?.sql} AS c${i + 1}`;
  });
  return `(SELECT ${values.join(', ')} FROM (${operand.sql}) AS ${name})`;
}
