import { fail } from '../macros/failures.ts';
import type { From } from '../parse/tree.ts';
import { SqlError } from '../sql-error.ts';
import { isGroupable, isRangeKind, renderType } from '../types.ts';
import type { Env } from './analysis.ts';
import { analyze, constantText } from './expressions.ts';
import { type FromResult, wrapFrom } from './from.ts';
import { type Column, shown } from './scope.ts';
import { typed } from './typed.ts';

type Sessionize = Extract<From, { kind: 'sessionize' }>;

const NULL_RANGE = fail(`'not supported by the embedded warehouse: RANGE_SESSIONIZE of a range that is NULL'`);

/**
 * The rows with one more column, `session_range`: from the first start to the last end of the ranges that meet or overlap
 * one after the other among the rows of equal keys.
 */
export function analyzeSessionize(given: FromResult, call: Sessionize, env: Env): FromResult {
  const from = wrapFrom(given, env, (list) => `SELECT ${list} FROM ${given.sql}`);
  const { range, keys, overlap } = readArguments(from, call, env);
  const partition = keys.length > 0 ? `PARTITION BY ${keys.map((key) => key.value.sql).join(', ')} ` : '';
  const [inner, outer, name] = [env.analysis.fresh('s'), env.analysis.fresh('s'), env.analysis.fresh('r')];
  const part = (of: string, side: 's' | 'e') => `struct_extract(${of}, '${side}')`;
  const before = `${partition}ORDER BY ${range.value.sql} ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING`;
  const joins = `${part(range.value.sql, 's')} ${overlap ? '<' : '<='} max(${part(range.value.sql, 'e')}) OVER (${before})`;
  const begins = `CASE WHEN ${range.value.sql} IS NULL THEN ${NULL_RANGE} WHEN ${joins} THEN 0 ELSE 1 END`;
  // Columns of the wrapped rows are `rN.cM`: behind each further subquery they keep their own name.
  const own = (column: Column) => column.value.sql.slice(column.value.sql.indexOf('.') + 1);
  const [r, k] = [own(range), keys.map(own)];
  const same = (table: string, more: string[]) => [...k, ...more].map((one) => `${table}.${one}`).join(', ');
  const numbered = `SELECT *, ${begins} AS begins FROM ${from.sql}`;
  const ordered = `${k.length > 0 ? `PARTITION BY ${same(inner, [])} ` : ''}ORDER BY ${inner}.${r} ROWS UNBOUNDED PRECEDING`;
  const sessions = `SELECT *, sum(${inner}.begins) OVER (${ordered}) AS session FROM (${numbered}) AS ${inner}`;
  const whole = `OVER (PARTITION BY ${same(outer, ['session'])})`;
  const bounds = (['s', 'e'] as const).map(
    (side) => `${side} := ${side === 's' ? 'min' : 'max'}(${part(`${outer}.${r}`, side)}) ${whole}`,
  );
  const sql = `(SELECT *, struct_pack(${bounds.join(', ')}) AS session_range FROM (${sessions}) AS ${outer}) AS ${name}`;
  const columns = shown(from.visible).map((column) => ({
    ...column,
    value: typed(`${name}.${own(column)}`, column.value.type),
  }));
  const touch = () => [range, ...keys].forEach((column) => void column.touch());
  const session: Column = { name: 'session_range', value: typed(`${name}.session_range`, range.value.type), touch };
  const visible = [...columns, session];
  const alias = call.alias?.name;
  return { sql, visible, ranges: alias === undefined ? [] : [{ alias, columns: visible, row: undefined }] };
}

function readArguments(from: FromResult, call: Sessionize, env: Env) {
  const [rangeName, partitioning, option, ...more] = call.args;
  if (!rangeName || !partitioning || more.length > 0)
    throw new SqlError('No matching signature for table function RANGE_SESSIONIZE', call.at);
  const text = (expr: (typeof call.args)[number]): string => {
    const found = constantText(analyze(expr, env));
    if (found === undefined) throw new SqlError('RANGE_SESSIONIZE wants STRING literals', expr.at);
    return found;
  };
  const find = (expr: (typeof call.args)[number]): Column => {
    const wanted = text(expr).toLowerCase();
    const found = shown(from.visible).filter((column) => column.name?.toLowerCase() === wanted);
    if (found.length !== 1 || !found[0])
      throw new SqlError(`Column ${text(expr)} of RANGE_SESSIONIZE was not found in the table`, expr.at);
    return found[0];
  };
  const range = find(rangeName);
  if (!isRangeKind(range.value.type.kind))
    throw new SqlError(
      `RANGE_SESSIONIZE: column ${range.name} has type ${renderType(range.value.type)}, not RANGE`,
      rangeName.at,
    );
  if (partitioning.kind !== 'array')
    throw new SqlError('RANGE_SESSIONIZE: the partitioning columns must be an ARRAY<STRING> literal', partitioning.at);
  const keys = partitioning.elements.map((expr) => {
    const key = find(expr);
    if (!isGroupable(key.value.type) || key.value.type.kind === 'FLOAT64')
      throw new SqlError(`Partitioning by expressions of type ${renderType(key.value.type)} is not allowed`, expr.at);
    return key;
  });
  const mode = option ? text(option).toUpperCase() : 'MEETS';
  if (mode !== 'MEETS' && mode !== 'OVERLAPS')
    throw new SqlError("RANGE_SESSIONIZE: the option must be 'MEETS' or 'OVERLAPS'", option?.at);
  return { range, keys, overlap: mode === 'OVERLAPS' };
}
