import { fail } from '../macros/failures.ts';
import type { Expr } from '../parse/tree.ts';
import { SqlError, unsupported } from '../sql-error.ts';
import { renderType, scalar } from '../types.ts';
import type { Env } from './analysis.ts';
import { type GivenTable, type TableCall, textOf } from './built-in-table-functions.ts';
import { analyze, analyzeAs } from './expressions.ts';
import type { Column } from './scope.ts';
import { ORIGINS } from './time-series.ts';
import { typed } from './typed.ts';

type Method = 'null' | 'locf' | 'linear';
interface Series {
  time: Column;
  kind: keyof typeof ORIGINS;
  width: string;
  origin: string;
  keys: Column[];
  values: { column: Column; method: Method }[];
  ignoresNulls: boolean;
}

const AMBIGUOUS = fail(
  `'not supported by the embedded warehouse: GAP_FILL of rows that have one time and different values'`,
  'BOOLEAN',
);
const NO_TIME = fail(`'not supported by the embedded warehouse: GAP_FILL of a time that is NULL'`, 'BOOLEAN');

/**
 * One row for each start of a bucket between the first and the last time of a series, its values those of a row at just
 * that time, carried forward, or interpolated. Source: time-series-functions#gap_fill
 */
export function analyzeGapFill(given: GivenTable, call: TableCall, env: Env): { sql: string; columns: Column[] } {
  const series = readArguments(given, call, env);
  const t = given.own(series.time);
  const keys = series.keys.map(given.own);
  const values = series.values.map(({ column }) => given.own(column));
  const group = keys.length > 0 ? ` GROUP BY ${keys.join(', ')}` : '';
  const list = (...parts: string[]) => [...keys, ...parts].join(', ');
  const points = `bq_gap_points_${series.kind.toLowerCase()}(min(${t}), max(${t}), ${series.width}, ${series.origin})`;
  // Each row of the table, and each bucket's start behind those of its own time.
  const rows = `SELECT ${list(`${t} AS moment`, '0 AS is_point', ...values)} FROM rows`;
  const none = values.map((value) => `any_value(${value}) FILTER (false) AS ${value}`);
  const spans = `SELECT ${list(`${points} AS points`, ...none)} FROM rows${group}`;
  const starts = `SELECT ${list('unnest(points) AS moment', '1 AS is_point', ...values)} FROM (${spans})`;
  const by = keys.length > 0 ? `PARTITION BY ${keys.join(', ')} ` : '';
  const before = `OVER (${by}ORDER BY moment, is_point ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)`;
  const behind = `OVER (${by}ORDER BY moment, is_point DESC ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING)`;
  const near = series.values.flatMap(({ method }, i) => {
    const known = method !== 'null' && series.ignoresNulls ? ` AND ${values[i]} IS NOT NULL` : '';
    const row = `CASE WHEN is_point = 0${known} THEN struct_pack(at := moment, v := ${values[i]}) END IGNORE NULLS`;
    return [
      `last_value(${row}) ${before} AS p${i}`,
      ...(method === 'linear' ? [`first_value(${row}) ${behind} AS n${i}`] : []),
    ];
  });
  const filled = series.values.map(({ column, method }, i) => `${fill(method, column, i)} AS v${i}`);
  const condition = `CASE WHEN EXISTS (SELECT 1 FROM rows WHERE ${t} IS NULL) THEN ${NO_TIME} WHEN EXISTS (SELECT 1 FROM rows GROUP BY ${list(t)} HAVING count(DISTINCT struct_pack(${values.map((value) => `${value} := ${value}`).join(', ') || 'one := 1'})) > 1) THEN ${AMBIGUOUS} ELSE is_point = 1 END`;
  const all = `SELECT ${list('moment', 'is_point', ...near)} FROM (${rows} UNION ALL ${starts})`;
  const keep = keys.map((key, i) => `${key} AS k${i}`);
  const sql = `WITH rows AS MATERIALIZED (SELECT * FROM ${given.sql}) SELECT ${['moment', ...keep, ...filled].join(', ')} FROM (${all}) WHERE ${condition}`;
  const touch = () =>
    [series.time, ...series.keys, ...series.values.map(({ column }) => column)].forEach(
      (column) => void column.touch(),
    );
  const named = (column: Column, name: string): Column => ({
    name: column.name,
    value: typed(name, column.value.type),
    touch,
  });
  return {
    sql,
    columns: [
      named(series.time, 'moment'),
      ...series.keys.map((column, i) => named(column, `k${i}`)),
      ...series.values.map(({ column }, i) => named(column, `v${i}`)),
    ],
  };
}

function fill(method: Method, { value }: Column, i: number): string {
  if (method === 'locf') return `p${i}.v`;
  if (method === 'null') return `CASE WHEN p${i}.at = moment THEN p${i}.v END`;
  const slope = `CAST(n${i}.v - p${i}.v AS DOUBLE) * (epoch_us(moment) - epoch_us(p${i}.at)) / (epoch_us(n${i}.at) - epoch_us(p${i}.at))`;
  const between = `CAST(p${i}.v AS DOUBLE) + ${slope}`;
  return `CASE WHEN p${i}.at = moment THEN p${i}.v ELSE ${value.type.kind === 'INT64' ? `bq_float_int(${between})` : between} END`;
}

const NAMES = [
  'ts_column',
  'bucket_width',
  'partitioning_columns',
  'value_columns',
  'origin',
  'ignore_null_values',
] as const;

function readArguments(given: GivenTable, call: TableCall, env: Env): Series {
  const found: Partial<Record<(typeof NAMES)[number], Expr>> = {};
  const [time, width, ...more] = call.args;
  if (more.length > 0) throw new SqlError('No matching signature for table function GAP_FILL', call.at);
  if (time) found.ts_column = time;
  if (width) found.bucket_width = width;
  for (const { name, value } of call.named) {
    const key = NAMES.find((one) => one === name.name.toLowerCase());
    if (!key)
      throw new SqlError(`Named argument ${name.name} not found in signature for call to function GAP_FILL`, name.at);
    if (found[key]) throw new SqlError(`Duplicate named argument ${name.name}`, name.at);
    found[key] = value;
  }
  if (!found.ts_column || !found.bucket_width)
    throw new SqlError('GAP_FILL wants a table, ts_column and bucket_width', call.at);
  const column = given.find(found.ts_column);
  const { kind } = column.value.type;
  if (kind !== 'DATE' && kind !== 'DATETIME' && kind !== 'TIMESTAMP')
    throw new SqlError(
      `GAP_FILL: column ${column.name} has type ${renderType(column.value.type)}, not DATE, DATETIME or TIMESTAMP`,
      found.ts_column.at,
    );
  const interval = analyze(found.bucket_width, env);
  if (interval.type.kind !== 'INTERVAL')
    throw new SqlError('The bucket width of GAP_FILL must be an INTERVAL', found.bucket_width.at);
  const keys = given.findKeys(found.partitioning_columns);
  const flag = found.ignore_null_values;
  if (flag && (flag.kind !== 'literal' || flag.type !== 'BOOL'))
    throw unsupported('ignore_null_values of GAP_FILL that is no literal', flag.at);
  return {
    time: column,
    kind,
    width: interval.sql,
    origin: found.origin ? analyzeAs(found.origin, scalar(kind), env, 'GAP_FILL origin').sql : ORIGINS[kind],
    keys,
    values: readValues(given, call, env, found.value_columns, [column, ...keys]),
    ignoresNulls: flag?.kind !== 'literal' || flag.value === 'true',
  };
}

/** Without a list all columns are filled by NULL, but for those of the series itself. */
function readValues(
  given: GivenTable,
  call: TableCall,
  env: Env,
  expr: Expr | undefined,
  own: Column[],
): Series['values'] {
  if (!expr)
    return given.columns.filter((column) => !own.includes(column)).map((column) => ({ column, method: 'null' }));
  if (expr.kind !== 'array')
    throw new SqlError('GAP_FILL: value_columns must be an array of pairs, a column and a method', expr.at);
  return expr.elements.map((pair, i, all) => {
    const [name, how, ...more] = pair.kind === 'struct' ? pair.fields.map((field) => field.expr) : [];
    if (!name || !how || more.length > 0)
      throw new SqlError('GAP_FILL: value_columns must be an array of pairs, a column and a method', pair.at);
    const column = given.find(name);
    const earlier = all
      .slice(0, i)
      .flatMap((one) => (one.kind === 'struct' && one.fields[0] ? [given.find(one.fields[0].expr)] : []));
    if (earlier.includes(column))
      throw new SqlError(`GAP_FILL: column ${column.name} stands in value_columns twice`, name.at);
    const method = textOf(how, call, env).toLowerCase();
    if (method !== 'null' && method !== 'locf' && method !== 'linear')
      throw new SqlError(`GAP_FILL: the gap-filling method must be 'null', 'linear' or 'locf'`, how.at);
    const { type } = column.value;
    if (method === 'linear' && (type.kind === 'NUMERIC' || type.kind === 'BIGNUMERIC'))
      throw unsupported(`GAP_FILL by linear interpolation of ${type.kind}`, name.at);
    if (method === 'linear' && type.kind !== 'INT64' && type.kind !== 'FLOAT64')
      throw new SqlError(
        `GAP_FILL: column ${column.name} of type ${renderType(type)} cannot be filled linearly`,
        name.at,
      );
    return { column, method };
  });
}
