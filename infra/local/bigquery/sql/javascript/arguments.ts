import {
  DuckDBBlobValue,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBListValue,
  DuckDBStructValue,
  DuckDBTimestampTZValue,
  type DuckDBValue,
} from '@duckdb/node-api';
import { BIGNUMERIC, decodeUnits, renderDecimal } from '../decimals/decimal.ts';
import type { SqlType } from '../types.ts';

export type Plain = null | boolean | number | string | Plain[];

/** A value that DuckDB hands over → what the sandbox makes a JavaScript value of; see `decode` in prelude.js. */
export function plainArgument(value: DuckDBValue | undefined, type: SqlType): Plain {
  if (value === null || value === undefined) return null;
  if (type.kind === 'ARRAY')
    return value instanceof DuckDBListValue ? value.items.map((item) => plainArgument(item, type.element)) : null;
  if (type.kind === 'STRUCT') {
    const entries = value instanceof DuckDBStructValue ? Object.values(value.entries) : [];
    return type.fields.map((field, i) => plainArgument(entries[i], field.type));
  }
  if (value instanceof DuckDBBlobValue && type.kind === 'BIGNUMERIC')
    return plainDecimal(renderDecimal(decodeUnits(value.bytes), BIGNUMERIC));
  if (value instanceof DuckDBBlobValue) return Buffer.from(value.bytes).toString('base64');
  if (value instanceof DuckDBDateValue) return value.days;
  if (value instanceof DuckDBTimestampTZValue) {
    const rest = ((value.micros % 1000n) + 1000n) % 1000n;
    return [Number((value.micros - rest) / 1000n), Number(rest)];
  }
  if (value instanceof DuckDBDecimalValue) return plainDecimal(renderDecimal(value.value, value));
  // JSON knows neither NaN nor −0, but text can spell them.
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0) ? value : floatText(value);
  return typeof value === 'boolean' ? value : String(value);
}

const floatText = (value: number) => (Object.is(value, -0) ? '-0' : String(value));

/** Whole numbers of up to 2^53 arrive as numbers, all others as text. Source: BigQuery's table of JavaScript data types. */
function plainDecimal(text: string): number | string {
  const number = Number(text);
  return !text.includes('.') && Math.abs(number) <= 2 ** 53 && BigInt(text) === BigInt(number) ? number : text;
}
