import { SqlError, unsupported } from '../sql-error.ts';
import { constrain, isDecimal, withoutParameters } from '../type-parameters.ts';
import {
  duckType,
  physicalNames,
  quoteName,
  quoteText,
  renderType,
  type ScalarKind,
  type SqlType,
  sameType,
} from '../types.ts';
import { beforeTry } from './before-try.ts';
import { coerce, nullOf, type Typed, typed } from './typed.ts';
import { decimalConstant, WIDENINGS } from './widening.ts';

/** From → to → DuckDB expression over `$`. Pairs that are absent are no conversions in GoogleSQL. */
const CASTS: Partial<Record<ScalarKind, Partial<Record<ScalarKind, string>>>> = {
  BOOL: { INT64: 'CAST($ AS BIGINT)', STRING: 'CAST($ AS VARCHAR)' },
  INT64: { ...WIDENINGS.INT64, BOOL: '($ <> 0)', STRING: 'CAST($ AS VARCHAR)' },
  FLOAT64: {
    INT64: 'bq_float_int($)',
    NUMERIC: 'bq_float_numeric($)',
    BIGNUMERIC: 'bq_float_bignumeric($)',
    STRING: 'bq_float_text($)',
  },
  NUMERIC: { ...WIDENINGS.NUMERIC, INT64: 'bq_numeric_int($)', STRING: 'bq_numeric_text($)' },
  BIGNUMERIC: {
    ...WIDENINGS.BIGNUMERIC,
    INT64: 'bq_bignumeric_int($)',
    NUMERIC: 'bq_bignumeric_numeric($)',
    STRING: 'bq_bignumeric_text($)',
  },
  STRING: {
    BOOL: 'bq_text_bool($)',
    INT64: 'bq_text_int($)',
    FLOAT64: 'bq_text_float($)',
    NUMERIC: 'bq_text_numeric($)',
    BIGNUMERIC: 'bq_text_bignumeric($)',
    BYTES: 'encode($)',
    DATE: 'bq_text_date($)',
    DATETIME: 'bq_text_datetime($)',
    TIME: 'bq_text_time($)',
    TIMESTAMP: 'bq_text_timestamp($)',
    INTERVAL: 'bq_text_interval($)',
    'RANGE<DATE>': 'bq_text_range_date($)',
    'RANGE<DATETIME>': 'bq_text_range_datetime($)',
    'RANGE<TIMESTAMP>': 'bq_text_range_timestamp($)',
  },
  BYTES: { STRING: 'bq_bytes_text($)' },
  DATE: { STRING: 'bq_date_text($)', DATETIME: 'CAST($ AS TIMESTAMP)', TIMESTAMP: 'CAST($ AS TIMESTAMPTZ)' },
  DATETIME: {
    STRING: 'bq_datetime_text($)',
    DATE: 'CAST($ AS DATE)',
    TIME: 'CAST($ AS TIME)',
    TIMESTAMP: "($ AT TIME ZONE 'UTC')",
  },
  TIME: { STRING: 'bq_time_text($)' },
  INTERVAL: { STRING: 'bq_interval_text($)' },
  'RANGE<DATE>': { STRING: 'bq_range_date_text($)' },
  'RANGE<DATETIME>': { STRING: 'bq_range_datetime_text($)' },
  'RANGE<TIMESTAMP>': { STRING: 'bq_range_timestamp_text($)' },
  TIMESTAMP: {
    STRING: 'bq_timestamp_text($)',
    DATE: "CAST($ AT TIME ZONE 'UTC' AS DATE)",
    DATETIME: "($ AT TIME ZONE 'UTC')",
    TIME: "CAST($ AT TIME ZONE 'UTC' AS TIME)",
  },
};

/** CAST and SAFE_CAST. Type parameters hold the value; the result's type has none. */
export function castTo(from: Typed, target: SqlType, safe: boolean, at: number): Typed {
  const to = withoutParameters(target);
  if (from.literal?.kind === 'null') return withoutLiteral(nullOf(to));
  const own = sameType(from.type, to) ? (coerce(from, to) ?? from).sql : constantOf(from, to);
  const convert = (x: string) => constrain(own === undefined ? castSql({ ...from, sql: x }, to, at) : x, target);
  const value = own ?? from.sql;
  const canFail = safe && convert(value) !== own;
  return typed(canFail ? beforeTry([value], ([x = '']) => `TRY(${convert(x)})`) : convert(value), to);
}

/** A literal's digits as they are written, not those of the nearest double. */
function constantOf({ literal }: Typed, to: SqlType): string | undefined {
  if (!isDecimal(to.kind) || (literal?.kind !== 'float' && literal?.kind !== 'integer')) return undefined;
  return decimalConstant(literal.value, to.kind);
}

const withoutLiteral = ({ sql, type }: Typed): Typed => ({ sql, type });

function castSql(from: Typed, to: SqlType, at: number): string {
  if (from.literal?.kind === 'empty array' && to.kind === 'ARRAY') return `CAST([] AS ${duckType(to)})`;
  if (from.type.kind === 'ARRAY' && to.kind === 'ARRAY') {
    // Source: cloud.google.com/bigquery/docs/reference/standard-sql/conversion_functions#cast_as_array
    if (!sameType(from.type, to))
      throw new SqlError(
        `Casting between arrays with incompatible element types is not supported: Invalid cast from ${renderType(from.type)} to ${renderType(to)}`,
        at,
      );
    return `list_transform(${from.sql}, lambda e: ${castSql(typed('e', from.type.element), to.element, at)})`;
  }
  if (from.type.kind === 'STRUCT' && to.kind === 'STRUCT') return castStruct(from, to, at);
  if (from.type.kind !== 'ARRAY' && from.type.kind !== 'STRUCT' && to.kind !== 'ARRAY' && to.kind !== 'STRUCT') {
    if (from.type.kind === to.kind) return from.sql;
    const template = CASTS[from.type.kind]?.[to.kind];
    if (template !== undefined) return template.replaceAll('$', () => from.sql);
    if (KNOWN_ELSEWHERE.has(`${from.type.kind} ${to.kind}`))
      throw unsupported(`CAST from ${from.type.kind} to ${to.kind}`, at);
  }
  throw new SqlError(`Invalid cast from ${renderType(from.type)} to ${renderType(to)}`, at);
}

/** Conversions that BigQuery has and that are not built here. */
const KNOWN_ELSEWHERE = new Set(['INT64 BYTES', 'BYTES INT64']);

function castStruct(from: Typed, to: Extract<SqlType, { kind: 'STRUCT' }>, at: number): string {
  if (from.type.kind !== 'STRUCT' || from.type.fields.length !== to.fields.length)
    throw new SqlError(`Invalid cast from ${renderType(from.type)} to ${renderType(to)}`, at);
  const [old, names] = [physicalNames(from.type.fields), physicalNames(to.fields)];
  const parts = from.type.fields.map((field, i) => {
    const value = typed(`struct_extract(${from.sql}, ${quoteText(old[i] ?? '')})`, field.type);
    return `${quoteName(names[i] ?? '')} := ${castSql(value, to.fields[i]?.type ?? field.type, at)}`;
  });
  return `CASE WHEN ${from.sql} IS NOT NULL THEN struct_pack(${parts.join(', ')}) END`;
}
