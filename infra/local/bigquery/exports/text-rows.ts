import type { Cell } from '../rows.ts';
import { type Field, typeOfField } from '../schema.ts';
import type { SqlType } from '../sql/types.ts';

type Json = string | number | boolean | null | Json[] | { [name: string]: Json };

/** A row's cells, as REST answers them with useInt64Timestamp → a line of CSV. NULL is empty, an empty text is `""`. */
export function renderCsvLine(cells: readonly { v: Cell }[], schema: readonly Field[], delimiter: string): string {
  const texts = schema.map((field, i) => {
    const value = cells[i]?.v ?? null;
    if (value === null) return '';
    return quoteCsv(field.type === 'TIMESTAMP' ? timestampText(BigInt(String(value))) : String(value), delimiter);
  });
  return `${texts.join(delimiter)}\n`;
}

export function quoteCsv(text: string, delimiter: string): string {
  const isPlain = text !== '' && !text.includes(delimiter) && !/["\r\n]/.test(text);
  return isPlain ? text : `"${text.replaceAll('"', '""')}"`;
}

/**
 * The same → a line of JSON: INT64 and decimals as text, which keeps their digits; a NULL field is left out.
 * Source: cloud.google.com/bigquery/docs/exporting-data#json_export_details
 */
export function renderJsonLine(cells: readonly { v: Cell }[], schema: readonly Field[]): string {
  const fields = schema.map((field) => ({ name: field.name, type: typeOfField(field) }));
  return `${JSON.stringify(jsonObject(cells, fields))}\n`;
}

function jsonObject(
  cells: readonly { v: Cell }[],
  fields: readonly { name: string | undefined; type: SqlType }[],
): { [name: string]: Json } {
  return Object.fromEntries(
    fields.flatMap(({ name, type }, i) => {
      const value = jsonOf(cells[i]?.v ?? null, type);
      return value === null ? [] : [[name ?? '', value]];
    }),
  );
}

function jsonOf(cell: Cell, type: SqlType): Json {
  if (cell === null) return null;
  if (Array.isArray(cell)) return type.kind === 'ARRAY' ? cell.map((item) => jsonOf(item.v, type.element)) : [];
  if (typeof cell === 'object') return type.kind === 'STRUCT' ? jsonObject(cell.f, type.fields) : {};
  switch (type.kind) {
    case 'BOOL':
      return cell === 'true';
    case 'FLOAT64':
      // JSON has no infinity: Google writes those as text.
      return Number.isFinite(Number(cell)) ? Number(cell) : cell;
    case 'TIMESTAMP':
      return timestampText(BigInt(cell));
    case 'JSON':
      return JSON.parse(cell) as Json;
    default:
      return cell;
  }
}

/** Microseconds since 1970 → `2026-01-31 23:59:59.123456 UTC`. */
function timestampText(micros: bigint): string {
  const fraction = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const seconds = new Date(Number((micros - fraction) / 1000n)).toISOString().slice(0, 19).replace('T', ' ');
  return `${seconds}${fraction === 0n ? '' : `.${String(fraction).padStart(6, '0')}`} UTC`;
}
