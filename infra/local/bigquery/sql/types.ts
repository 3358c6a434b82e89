/** GoogleSQL's types, as columns, parameters and expressions carry them. */
export type ScalarKind =
  | 'BOOL'
  | 'INT64'
  | 'FLOAT64'
  | 'NUMERIC'
  | 'BIGNUMERIC'
  | 'STRING'
  | 'BYTES'
  | 'DATE'
  | 'DATETIME'
  | 'TIME'
  | 'TIMESTAMP'
  | 'JSON'
  | 'INTERVAL'
  | RangeKind;

export type RangeKind = 'RANGE<DATE>' | 'RANGE<DATETIME>' | 'RANGE<TIMESTAMP>';

/** What a range's bounds are. */
export const RANGE_ELEMENTS: Record<RangeKind, 'DATE' | 'DATETIME' | 'TIMESTAMP'> = {
  'RANGE<DATE>': 'DATE',
  'RANGE<DATETIME>': 'DATETIME',
  'RANGE<TIMESTAMP>': 'TIMESTAMP',
};

export const isRangeKind = (kind: string): kind is RangeKind => Object.hasOwn(RANGE_ELEMENTS, kind);

export interface StructField {
  name: string | undefined;
  type: SqlType;
  /** Of a column's record: a field that must not be NULL. */
  required?: boolean;
}

/** What narrows a column's type or a cast's: `STRING(10)`, `NUMERIC(10, 2)`. Values of expressions carry none. */
export type TypeParameters = { maxLength: number } | { precision: number; scale: number };

export type SqlType =
  | { kind: ScalarKind; parameters?: TypeParameters }
  | { kind: 'ARRAY'; element: SqlType }
  | { kind: 'STRUCT'; fields: StructField[] };

export const scalar = (kind: ScalarKind): SqlType => ({ kind });
export const arrayOf = (element: SqlType): SqlType => ({ kind: 'ARRAY', element });

/** Every spelling of a scalar type, in SQL and in table schemas. */
const SCALAR_NAMES: Record<string, ScalarKind> = {
  BOOL: 'BOOL',
  BOOLEAN: 'BOOL',
  INT64: 'INT64',
  INTEGER: 'INT64',
  INT: 'INT64',
  SMALLINT: 'INT64',
  BIGINT: 'INT64',
  TINYINT: 'INT64',
  BYTEINT: 'INT64',
  FLOAT64: 'FLOAT64',
  FLOAT: 'FLOAT64',
  NUMERIC: 'NUMERIC',
  DECIMAL: 'NUMERIC',
  BIGNUMERIC: 'BIGNUMERIC',
  BIGDECIMAL: 'BIGNUMERIC',
  STRING: 'STRING',
  BYTES: 'BYTES',
  DATE: 'DATE',
  DATETIME: 'DATETIME',
  TIME: 'TIME',
  TIMESTAMP: 'TIMESTAMP',
  JSON: 'JSON',
  INTERVAL: 'INTERVAL',
  'RANGE<DATE>': 'RANGE<DATE>',
  'RANGE<DATETIME>': 'RANGE<DATETIME>',
  'RANGE<TIMESTAMP>': 'RANGE<TIMESTAMP>',
};

export function parseScalarKind(name: string): ScalarKind | undefined {
  const upper = name.toUpperCase();
  return Object.hasOwn(SCALAR_NAMES, upper) ? SCALAR_NAMES[upper] : undefined;
}

const DUCK: Record<ScalarKind, string> = {
  BOOL: 'BOOLEAN',
  INT64: 'BIGINT',
  FLOAT64: 'DOUBLE',
  NUMERIC: 'DECIMAL(38,9)',
  // 32 bytes whose order is the numbers': no number of DuckDB's has 76 digits. See decimals/decimal.ts.
  BIGNUMERIC: 'BLOB',
  STRING: 'VARCHAR',
  BYTES: 'BLOB',
  DATE: 'DATE',
  DATETIME: 'TIMESTAMP',
  TIME: 'TIME',
  TIMESTAMP: 'TIMESTAMPTZ',
  JSON: 'JSON',
  INTERVAL: 'INTERVAL',
  // An unbounded start is -infinity, an unbounded end infinity: structs then compare and sort as ranges do.
  'RANGE<DATE>': 'STRUCT(s DATE, e DATE)',
  'RANGE<DATETIME>': 'STRUCT(s TIMESTAMP, e TIMESTAMP)',
  'RANGE<TIMESTAMP>': 'STRUCT(s TIMESTAMPTZ, e TIMESTAMPTZ)',
};

export function duckType(type: SqlType): string {
  if (type.kind === 'ARRAY') return `${duckType(type.element)}[]`;
  if (type.kind !== 'STRUCT') return DUCK[type.kind];
  const names = physicalNames(type.fields);
  return `STRUCT(${type.fields.map((field, i) => `${quoteName(names[i] ?? '')} ${duckType(field.type)}`).join(', ')})`;
}

/** DuckDB wants struct fields named and distinct; GoogleSQL wants neither, so absent and repeated names get their position. */
export function physicalNames(fields: readonly StructField[]): string[] {
  const seen = new Set<string>();
  return fields.map((field, index) => {
    const name = field.name === undefined || seen.has(field.name.toLowerCase()) ? `_field_${index + 1}` : field.name;
    seen.add(name.toLowerCase());
    return name;
  });
}

export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A DuckDB string literal; NUL cannot stand in SQL text, so it is spliced in by code. */
export function quoteText(text: string): string {
  const quoted = (part: string) => `'${part.replaceAll("'", "''")}'`;
  return text.includes('\0') ? `(${text.split('\0').map(quoted).join(' || chr(0) || ')})` : quoted(text);
}

/** `ARRAY<STRUCT<a INT64, b STRING>>`, as BigQuery's messages spell it. */
export function renderType(type: SqlType): string {
  if (type.kind === 'ARRAY') return `ARRAY<${renderType(type.element)}>`;
  if (type.kind !== 'STRUCT') return type.kind;
  const fields = type.fields.map((field) => (field.name ? `${field.name} ` : '') + renderType(field.type));
  return `STRUCT<${fields.join(', ')}>`;
}

export function sameType(a: SqlType, b: SqlType): boolean {
  if (a.kind === 'ARRAY') return b.kind === 'ARRAY' && sameType(a.element, b.element);
  if (a.kind !== 'STRUCT') return a.kind === b.kind;
  return (
    b.kind === 'STRUCT' &&
    a.fields.length === b.fields.length &&
    a.fields.every((field, i) => {
      const other = b.fields[i];
      return other !== undefined && sameType(field.type, other.type);
    })
  );
}

export function isNumeric(type: SqlType): boolean {
  return type.kind === 'INT64' || type.kind === 'FLOAT64' || type.kind === 'NUMERIC' || type.kind === 'BIGNUMERIC';
}

/**
 * Whether GROUP BY and SELECT DISTINCT take such values: arrays too, which are the same where their elements are, one by one.
 * Source: cloud.google.com/bigquery/docs/reference/standard-sql/data-types#groupable_data_types
 */
export function isGroupKey(type: SqlType): boolean {
  if (type.kind === 'ARRAY') return isGroupKey(type.element);
  if (type.kind === 'STRUCT') return type.fields.every((field) => isGroupKey(field.type));
  return isGroupable(type);
}

/** Whether values can be compared for equality: arrays and JSON cannot. */
export function isGroupable(type: SqlType): boolean {
  if (type.kind === 'STRUCT') return type.fields.every((field) => isGroupable(field.type));
  return type.kind !== 'JSON' && type.kind !== 'ARRAY';
}

export function isOrderable(type: SqlType): boolean {
  return type.kind !== 'JSON' && type.kind !== 'STRUCT' && type.kind !== 'ARRAY';
}
