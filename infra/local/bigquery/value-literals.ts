import {
  DuckDBBlobValue,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBIntervalValue,
  DuckDBListValue,
  DuckDBStructValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  DuckDBTimeValue,
  type DuckDBValue,
} from '@duckdb/node-api';
import { isUnbounded } from './rows.ts';
import {
  duckType,
  isRangeKind,
  physicalNames,
  quoteName,
  quoteText,
  RANGE_ELEMENTS,
  type SqlType,
  scalar,
} from './sql/types.ts';

/** A value that DuckDB answered → an expression that gives it again: what a script's variables hold. */
export function valueLiteral(value: DuckDBValue, type: SqlType): string {
  if (value === null || value === undefined) return `CAST(NULL AS ${duckType(type)})`;
  if (type.kind === 'ARRAY') {
    const items = value instanceof DuckDBListValue ? value.items : [];
    return `CAST([${items.map((item) => valueLiteral(item, type.element)).join(', ')}] AS ${duckType(type)})`;
  }
  if (type.kind === 'STRUCT') {
    const entries = value instanceof DuckDBStructValue ? Object.values(value.entries) : [];
    const names = physicalNames(type.fields);
    const parts = type.fields.map(
      (field, i) => `${quoteName(names[i] ?? '')} := ${valueLiteral(entries[i] ?? null, field.type)}`,
    );
    return `struct_pack(${parts.join(', ')})`;
  }
  if (isRangeKind(type.kind)) {
    const [start, end] = value instanceof DuckDBStructValue ? Object.values(value.entries) : [];
    const element = scalar(RANGE_ELEMENTS[type.kind]);
    const bound = (of: DuckDBValue | undefined, infinity: string) =>
      isUnbounded(of) ? `CAST('${infinity}' AS ${duckType(element)})` : valueLiteral(of ?? null, element);
    return `struct_pack(s := ${bound(start, '-infinity')}, e := ${bound(end, 'infinity')})`;
  }
  if (value instanceof DuckDBBlobValue) return `unhex('${Buffer.from(value.bytes).toString('hex')}')`;
  if (value instanceof DuckDBDateValue) return `(DATE '1970-01-01' + ${value.days})`;
  if (value instanceof DuckDBTimestampTZValue) return `make_timestamptz(${value.micros}::BIGINT)`;
  if (value instanceof DuckDBTimestampValue) return `make_timestamp(${value.micros}::BIGINT)`;
  if (value instanceof DuckDBTimeValue) return `(TIME '00:00:00' + to_microseconds(${value.micros}::BIGINT))`;
  if (value instanceof DuckDBIntervalValue) return `bq_interval(${value.months}, ${value.days}, ${value.micros})`;
  const text = value instanceof DuckDBDecimalValue ? value.toString() : String(value);
  return type.kind === 'STRING' ? quoteText(text) : `CAST(${quoteText(text)} AS ${duckType(type)})`;
}
