/** BigQuery's REST rows (`f` and `v`, every scalar a text) as plain values. */

export interface Field {
  name: string;
  type: string;
  mode?: string;
  fields?: Field[];
}

export interface WireRow {
  f: { v: WireValue }[];
}
type WireValue = string | null | WireRow | { v: WireValue }[];

export type Json = string | number | boolean | null | Json[] | { [name: string]: Json };

export const decodeRow = (fields: readonly Field[], { f }: WireRow): { [name: string]: Json } =>
  Object.fromEntries(fields.map((field, at) => [field.name, decodeValue(field, f[at]?.v ?? null)]));

function decodeValue(field: Field, value: WireValue): Json {
  if (field.mode === 'REPEATED') {
    const items = Array.isArray(value) ? value : [];
    return items.map(({ v }) => decodeValue({ ...field, mode: 'NULLABLE' }, v));
  }
  if (value === null) return null;
  if (typeof value === 'object') return decodeRow(field.fields ?? [], value as WireRow);
  return decodeScalar(field.type, value);
}

/** Numbers that JavaScript would round stay text, NUMERIC among them. */
function decodeScalar(type: string, text: string): Json {
  switch (type) {
    case 'INTEGER':
    case 'INT64':
      return Number.isSafeInteger(Number(text)) ? Number(text) : text;
    case 'FLOAT':
    case 'FLOAT64':
      return Number.isFinite(Number(text)) ? Number(text) : text;
    case 'BOOLEAN':
    case 'BOOL':
      return text === 'true';
    case 'TIMESTAMP':
      return renderTimestamp(text);
    default:
      return text;
  }
}

/** Microseconds since 1970 → RFC 3339 with as many decimals as there are. */
export function renderTimestamp(text: string): string {
  const micros = BigInt(text);
  const seconds = micros >= 0n ? micros / 1_000_000n : (micros - 999_999n) / 1_000_000n;
  const rest = String(micros - seconds * 1_000_000n)
    .padStart(6, '0')
    .replace(/0+$/, '');
  const whole = new Date(Number(seconds) * 1000).toISOString().slice(0, 19);
  return `${whole}${rest && `.${rest}`}Z`;
}

/** For a table: what JSON would quote stands as it is, what is nested stays JSON. */
export function renderValue(value: Json): string {
  if (value === null) return 'NULL';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

const NUMBERS = ['INTEGER', 'INT64', 'FLOAT', 'FLOAT64', 'NUMERIC', 'BIGNUMERIC'];
export const isNumber = ({ type, mode }: Field): boolean => mode !== 'REPEATED' && NUMBERS.includes(type);
