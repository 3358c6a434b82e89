import type { TableRef } from './catalog.ts';
import { duckType, quoteText, type SqlType, scalar } from './sql/types.ts';

export type Value = string | number | boolean | null;
export type Columns = Record<string, SqlType>;

/** A view of INFORMATION_SCHEMA. */
export interface View {
  columns: Columns;
  /** A query that answers the columns in order. */
  sql: string;
}

export const STRING = scalar('STRING');
export const INT64 = scalar('INT64');
export const TIMESTAMP = scalar('TIMESTAMP');
export const BOOL = scalar('BOOL');
export const JSON_TYPE = scalar('JSON');

/** Columns of texts. */
export const strings = (names: string): Columns => Object.fromEntries(names.split(' ').map((name) => [name, STRING]));

/** A table, as every view names it. */
export const tableNames = ({ project, dataset, table }: TableRef) => ({
  table_catalog: project,
  table_schema: dataset,
  table_name: table,
});

/** Rows that are known now, as a query. */
export function rowsView(columns: Columns, rows: Record<string, Value>[]): View {
  const names = Object.keys(columns);
  const cell = (value: Value, type: SqlType) => {
    if (value === null) return `CAST(NULL AS ${duckType(type)})`;
    if (type.kind === 'TIMESTAMP') return `make_timestamptz(${Number(value) * 1000}::BIGINT)`;
    return typeof value === 'string' ? quoteText(value) : `CAST(${value} AS ${duckType(type)})`;
  };
  const list = (row: Record<string, Value>) => names.map((name) => cell(row[name] ?? null, columns[name] ?? STRING));
  const empty = names.map((name) => `CAST(NULL AS ${duckType(columns[name] ?? STRING)})`);
  const sql =
    rows.length === 0
      ? `SELECT ${empty.join(', ')} WHERE false`
      : `VALUES ${rows.map((row) => `(${list(row).join(', ')})`).join(', ')}`;
  return { columns, sql };
}

export const STRUCT = (fields: Record<string, SqlType>): SqlType => ({
  kind: 'STRUCT',
  fields: Object.entries(fields).map(([name, type]) => ({ name, type })),
});
