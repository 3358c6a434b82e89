import { fail } from '../macros/failures.ts';
import { SqlError } from '../sql-error.ts';
import { isRangeKind, renderType } from '../types.ts';
import type { Env } from './analysis.ts';
import { type GivenTable, type TableCall, textOf } from './built-in-table-functions.ts';
import type { Column } from './scope.ts';
import { typed } from './typed.ts';

const NULL_RANGE = fail(`'not supported by the embedded warehouse: RANGE_SESSIONIZE of a range that is NULL'`);

/**
 * The rows with one more column, `session_range`: from the first start to the last end of the ranges that meet or overlap
 * one after the other among the rows of equal keys.
 */
export function analyzeSessionize(given: GivenTable, call: TableCall, env: Env): { sql: string; columns: Column[] } {
  const { range, keys, overlap } = readArguments(given, call, env);
  const [r, k] = [given.own(range), keys.map(given.own)];
  const part = (of: string, side: 's' | 'e') => `struct_extract(${of}, '${side}')`;
  const by = (list: string[]) => (list.length > 0 ? `PARTITION BY ${list.join(', ')}` : '');
  const last = `max(${part(r, 'e')}) OVER (${by(k)} ORDER BY ${r} ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)`;
  const joins = `${part(r, 's')} ${overlap ? '<' : '<='} ${last}`;
  const begins = `CASE WHEN ${r} IS NULL THEN ${NULL_RANGE} WHEN ${joins} THEN 0 ELSE 1 END`;
  const numbered = `SELECT *, ${begins} AS begins FROM ${given.sql}`;
  const counted = `SELECT *, sum(begins) OVER (${by(k)} ORDER BY ${r} ROWS UNBOUNDED PRECEDING) AS session FROM (${numbered})`;
  const whole = `OVER (${by([...k, 'session'])})`;
  const session = `struct_pack(s := min(${part(r, 's')}) ${whole}, e := max(${part(r, 'e')}) ${whole})`;
  const columns = given.columns.map((column) => ({ ...column, value: typed(given.own(column), column.value.type) }));
  const touch = () => [range, ...keys].forEach((column) => void column.touch());
  return {
    sql: `SELECT *, ${session} AS session_range FROM (${counted})`,
    columns: [...columns, { name: 'session_range', value: typed('session_range', range.value.type), touch }],
  };
}

function readArguments(given: GivenTable, call: TableCall, env: Env) {
  const [rangeName, partitioning, option, ...more] = call.args;
  if (!rangeName || !partitioning || more.length > 0 || call.named.length > 0)
    throw new SqlError('No matching signature for table function RANGE_SESSIONIZE', call.at);
  const range = given.find(rangeName);
  if (!isRangeKind(range.value.type.kind))
    throw new SqlError(
      `RANGE_SESSIONIZE: column ${range.name} has type ${renderType(range.value.type)}, not RANGE`,
      rangeName.at,
    );
  const mode = option ? textOf(option, call, env).toUpperCase() : 'MEETS';
  if (mode !== 'MEETS' && mode !== 'OVERLAPS')
    throw new SqlError("RANGE_SESSIONIZE: the option must be 'MEETS' or 'OVERLAPS'", option?.at);
  return { range, keys: given.findKeys(partitioning), overlap: mode === 'OVERLAPS' };
}
