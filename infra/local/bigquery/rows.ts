import {
  DuckDBBlobValue,
  type DuckDBDataChunk,
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
import { BIGNUMERIC, decodeUnits, renderDecimal } from './sql/decimals/decimal.ts';
import { isRangeKind, RANGE_ELEMENTS, type SqlType, scalar } from './sql/types.ts';

/** A cell as BigQuery's REST API answers it: text, null, `[{ v }]` or `{ f: [{ v }] }`. */
export type Cell = string | null | { v: Cell }[] | { f: { v: Cell }[] };

export interface EncodedRow {
  f: { v: Cell }[];
}

export interface RowFormat {
  /** TIMESTAMP as whole microseconds; otherwise as seconds in floating point. */
  useInt64Timestamp: boolean;
}

/** A chunk's rows, each made when it is asked for: all at once, wide ones would take gigabytes. */
export function* rowsOf(chunk: DuckDBDataChunk): Generator<DuckDBValue[]> {
  for (let row = 0; row < chunk.rowCount; row++) yield chunk.getRowValues(row);
}

export function encodeRow(values: readonly DuckDBValue[], types: readonly SqlType[], format: RowFormat): EncodedRow {
  return { f: types.map((type, i) => ({ v: encodeCell(values[i] ?? null, type, format) })) };
}

/** A row that was encoded with useInt64Timestamp, in another format. */
export function reformatRow(row: EncodedRow, types: readonly SqlType[], format: RowFormat): EncodedRow {
  if (format.useInt64Timestamp) return row;
  return { f: row.f.map((cell, i) => ({ v: reformatCell(cell.v, types[i] as SqlType) })) };
}

function reformatCell(cell: Cell, type: SqlType): Cell {
  if (cell === null) return null;
  if (Array.isArray(cell))
    return cell.map((item) => ({ v: type.kind === 'ARRAY' ? reformatCell(item.v, type.element) : item.v }));
  if (typeof cell === 'string') {
    if (type.kind === 'TIMESTAMP') return secondsText(BigInt(cell));
    return type.kind === 'RANGE<TIMESTAMP>' ? cell.replaceAll(/-?\d+/g, (micros) => secondsText(BigInt(micros))) : cell;
  }
  return {
    f: cell.f.map((item, i) => ({
      v: type.kind === 'STRUCT' && type.fields[i] ? reformatCell(item.v, type.fields[i].type) : item.v,
    })),
  };
}

/** About the bytes that a row takes as JSON. */
export function rowBytes(row: EncodedRow): number {
  let bytes = 0;
  for (const { v } of row.f) {
    if (typeof v === 'string') bytes += v.length + 8;
    else if (v === null) bytes += 10;
    else bytes += rowBytes(Array.isArray(v) ? { f: v } : v);
  }
  return bytes;
}

function encodeCell(value: DuckDBValue, type: SqlType, format: RowFormat): Cell {
  if (type.kind === 'ARRAY') {
    const items = value instanceof DuckDBListValue ? value.items : [];
    return items.map((item) => ({ v: encodeCell(item, type.element, format) }));
  }
  if (value === null || value === undefined) return null;
  if (value instanceof DuckDBStructValue && isRangeKind(type.kind)) {
    const element = scalar(RANGE_ELEMENTS[type.kind]);
    const [start, end] = Object.values(value.entries).map((bound) =>
      isUnbounded(bound) ? 'UNBOUNDED' : encodeCell(bound, element, format),
    );
    return `[${start}, ${end})`;
  }
  if (value instanceof DuckDBStructValue) {
    const entries = Object.values(value.entries);
    const fields = type.kind === 'STRUCT' ? type.fields : [];
    return { f: fields.map((field, i) => ({ v: encodeCell(entries[i] ?? null, field.type, format) })) };
  }
  if (value instanceof DuckDBDateValue) return dateText(BigInt(value.days));
  if (value instanceof DuckDBTimestampTZValue)
    return format.useInt64Timestamp ? String(value.micros) : secondsText(value.micros);
  if (value instanceof DuckDBTimestampValue) return datetimeText(value.micros);
  if (value instanceof DuckDBTimeValue) return clockText(value.micros);
  if (value instanceof DuckDBIntervalValue) return intervalText(value);
  if (value instanceof DuckDBDecimalValue) return decimalText(value);
  if (value instanceof DuckDBBlobValue)
    return type.kind === 'BIGNUMERIC'
      ? renderDecimal(decodeUnits(value.bytes), BIGNUMERIC)
      : Buffer.from(value.bytes).toString('base64');
  if (typeof value === 'number') return type.kind === 'FLOAT64' ? floatText(value) : String(value);
  return String(value);
}

/** DuckDB's infinities, which stand for the bounds that a range does not have. */
export function isUnbounded(value: DuckDBValue | undefined): boolean {
  if (
    value instanceof DuckDBDateValue ||
    value instanceof DuckDBTimestampValue ||
    value instanceof DuckDBTimestampTZValue
  )
    return !value.isFinite;
  return false;
}

const DAY_MICROS = 86_400_000_000n;
const floorDiv = (a: bigint, b: bigint) => (a >= 0n ? a / b : -((-a + b - 1n) / b));
const pad = (value: number | bigint, width: number) => String(value).padStart(width, '0');

function dateText(days: bigint): string {
  const date = new Date(Number(days) * 86_400_000);
  return `${pad(date.getUTCFullYear(), 4)}-${pad(date.getUTCMonth() + 1, 2)}-${pad(date.getUTCDate(), 2)}`;
}

function clockText(micros: bigint): string {
  const seconds = micros / 1_000_000n;
  const fraction = micros % 1_000_000n;
  return `${pad(seconds / 3600n, 2)}:${pad((seconds / 60n) % 60n, 2)}:${pad(seconds % 60n, 2)}${fraction === 0n ? '' : `.${pad(fraction, 6)}`}`;
}

/** `1-2 3 4:5:6.789`: years and months, days, and the clock, each with its own sign. */
function intervalText({ months, days, micros }: DuckDBIntervalValue): string {
  const [m, u] = [Math.abs(months), micros < 0n ? -micros : micros];
  const fraction = u % 1_000_000n;
  const digits = fraction === 0n ? '' : `.${pad(fraction, 6).replace(/000$/, '')}`;
  const clock = `${u / 3_600_000_000n}:${(u / 60_000_000n) % 60n}:${(u / 1_000_000n) % 60n}${digits}`;
  return `${months < 0 ? '-' : ''}${Math.floor(m / 12)}-${m % 12} ${days} ${micros < 0n ? '-' : ''}${clock}`;
}

function datetimeText(micros: bigint): string {
  const days = floorDiv(micros, DAY_MICROS);
  return `${dateText(days)}T${clockText(micros - days * DAY_MICROS)}`;
}

/** `1.577872805123456E9`: what BigQuery answers without useInt64Timestamp, exact to the microsecond. */
function secondsText(micros: bigint): string {
  if (micros === 0n) return '0.0';
  const sign = micros < 0n ? '-' : '';
  const digits = String(micros < 0n ? -micros : micros);
  const exponent = digits.length - 7;
  const mantissa = `${digits[0]}.${digits.slice(1).replace(/0+$/, '') || '0'}`;
  return `${sign}${mantissa}E${exponent}`;
}

function decimalText(value: DuckDBDecimalValue): string {
  const text = value.toString();
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

function floatText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity';
  const text = Object.is(value, -0) ? '-0' : String(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}
