import type { Cell } from '../rows.ts';
import { type Field, typeOfField } from '../schema.ts';
import type { SqlType } from '../sql/types.ts';

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
  return `${objectText(cells, fields)}\n`;
}

function objectText(
  cells: readonly { v: Cell }[],
  fields: readonly { name: string | undefined; type: SqlType }[],
): string {
  const members = fields.flatMap(({ name, type }, i) => {
    const value = cells[i]?.v ?? null;
    return value === null ? [] : [`${JSON.stringify(name ?? '')}:${valueText(value, type)}`];
  });
  return `{${members.join(',')}}`;
}

function valueText(cell: Cell, type: SqlType): string {
  if (cell === null) return 'null';
  if (Array.isArray(cell))
    return type.kind === 'ARRAY' ? `[${cell.map((item) => valueText(item.v, type.element)).join(',')}]` : '[]';
  if (typeof cell === 'object') return type.kind === 'STRUCT' ? objectText(cell.f, type.fields) : '{}';
  switch (type.kind) {
    case 'BOOL':
      return cell;
    case 'FLOAT64':
      // JSON has no infinity: Google writes those as text.
      return Number.isFinite(Number(cell)) ? String(Number(cell)) : JSON.stringify(cell);
    case 'TIMESTAMP':
      return JSON.stringify(timestampText(BigInt(cell)));
    // As it is kept: numbers of more digits than a double has, and a null of JSON's own.
    case 'JSON':
      return cell;
    default:
      return JSON.stringify(cell);
  }
}

/** Microseconds since 1970 → `2026-01-31 23:59:59.123456 UTC`. */
function timestampText(micros: bigint): string {
  const fraction = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const seconds = new Date(Number((micros - fraction) / 1000n)).toISOString().slice(0, 19).replace('T', ' ');
  return `${seconds}${fraction === 0n ? '' : `.${String(fraction).padStart(6, '0')}`} UTC`;
}
