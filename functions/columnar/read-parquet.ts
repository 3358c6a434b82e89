import type { Column } from '../model/column.ts';
import type { Reason } from '../model/run.ts';
import type { Source } from '../model/source.ts';
import { castText, decimalType, type Typed } from './cast.ts';
import type { Engine } from './duckdb.ts';
import { type Cell, renderIngest } from './ingest-sql.ts';
import type { Ingested } from './read-csv.ts';
import { identifier, literal } from './sql-text.ts';

export interface RowGroup {
  rows: number;
  start: number;
  end: number;
}

export async function rowGroups(engine: Engine, path: string): Promise<RowGroup[]> {
  const groups = await engine.rows(
    `SELECT row_group_id, any_value(row_group_num_rows) AS n, min(coalesce(dictionary_page_offset, data_page_offset)) AS first, max(coalesce(dictionary_page_offset, data_page_offset) + total_compressed_size) AS last FROM parquet_metadata(${literal(path)}) GROUP BY row_group_id ORDER BY row_group_id`,
  );
  return groups.map((group) => ({ rows: Number(group.n), start: Number(group.first), end: Number(group.last) }));
}

/** Top-level columns and their DuckDB types, in the file's order. */
export async function parquetColumns(engine: Engine, path: string): Promise<Map<string, string>> {
  const columns = await engine.rows(`DESCRIBE SELECT * FROM read_parquet(${literal(path)})`);
  return new Map(columns.map((column) => [column.column_name ?? '', column.column_type ?? '']));
}

/** What a file's type may become; anything else would lose or invent something. */
const READS: Readonly<Record<Column['type'], RegExp>> = {
  STRING: /^(VARCHAR|UUID|ENUM.*|U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|DATE|BOOLEAN)$/,
  BYTES: /^BLOB$/,
  INT64: /^U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?$|^VARCHAR$|^DOUBLE$|^DECIMAL\(.*\)$/,
  FLOAT64: /^(FLOAT|DOUBLE|VARCHAR|DECIMAL\(.*\)|U?(TINY|SMALL|BIG)?INT(EGER)?)$/,
  NUMERIC: /^(DECIMAL\(.*\)|DOUBLE|VARCHAR|U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?)$/,
  BIGNUMERIC: /^(DECIMAL\(.*\)|VARCHAR|U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?)$/,
  BOOL: /^(BOOLEAN|VARCHAR)$/,
  DATE: /^(DATE|VARCHAR)$/,
  DATETIME: /^(TIMESTAMP(_S|_MS|_NS)?|VARCHAR)$/,
  TIME: /^(TIME|VARCHAR)$/,
  TIMESTAMP: /^(TIMESTAMP(_S|_MS|_NS)?|TIMESTAMP WITH TIME ZONE|VARCHAR)$/,
  JSON: /^(VARCHAR|JSON)$/,
  RECORD: /^STRUCT\(.*\)$/,
};

export function checkParquetTypes(types: ReadonlyMap<string, string>, columns: readonly Column[]): Reason[] {
  return columns.flatMap((column): Reason[] => {
    const found = types.get(column.from);
    if (found === undefined) return [];
    const list = found.endsWith('[]');
    const element = list ? found.slice(0, -2) : found;
    if (list === (column.mode === 'repeated') && READS[column.type].test(element)) return [];
    const declared = column.mode === 'repeated' ? `repeated ${column.type}` : column.type;
    return [
      {
        code: 'WRONG_FORMAT',
        column: column.from,
        message: `column ${column.from} is ${element.replace(/\(.*/s, '')}${list ? ' (a list)' : ''} in the file and ${declared} in the declaration`,
      },
    ];
  });
}

/** Fills the table `rows` with the file's records [from, from + records); `path` may be sparse, so nothing outside of them is touched. */
export async function ingestParquet(
  engine: Engine,
  path: string,
  from: number,
  records: number,
  source: Source,
): Promise<Ingested> {
  const types = await parquetColumns(engine, path);
  const ingest = renderIngest(source, (column) => cellOf(column, types.get(column.from) ?? 'VARCHAR'));
  await engine.run(
    `CREATE TABLE rows AS SELECT ${ingest.select.join(', ')} FROM read_parquet(${literal(path)}, file_row_number = true) WHERE file_row_number >= ${from} AND file_row_number < ${from + records}`,
  );
  return { ingest, broken: [] };
}

function cellOf(column: Column, type: string): Cell {
  const value = identifier(column.from);
  if (type === 'VARCHAR')
    return { text: value, typed: castText(column, value), cast: (text) => castText(column, text) };
  if (column.mode === 'repeated') return { text: value, typed: castNestedType(column, value) };
  return { text: `${value}::VARCHAR`, typed: castTyped(column, value, type) };
}

function castTyped(column: Column, value: string, type: string): Typed {
  const tried = (target: string, exact?: string): Typed => {
    const cast = `TRY_CAST(${value} AS ${target})`;
    return { value: cast, bad: `(${value} IS NOT NULL AND (${cast} IS NULL${exact ? ` OR NOT ${exact}` : ''}))` };
  };
  switch (column.type) {
    case 'STRING':
      return { value: `${value}::VARCHAR` };
    case 'INT64':
      return tried(
        'BIGINT',
        type === 'DOUBLE' || type.startsWith('DECIMAL') ? `TRY_CAST(${value} AS BIGINT) = ${value}` : undefined,
      );
    case 'FLOAT64':
      return tried('DOUBLE');
    case 'NUMERIC':
      return tried(decimalType(column));
    case 'BIGNUMERIC':
      return { value: `${value}::VARCHAR` };
    case 'TIMESTAMP':
      return { value: `${value}::TIMESTAMPTZ` };
    case 'DATETIME':
      return { value: `${value}::TIMESTAMP` };
    case 'BYTES':
    case 'BOOL':
    case 'DATE':
    case 'TIME':
    case 'JSON':
      return { value };
    case 'RECORD':
      return castNestedType(column, value);
  }
}

/** Structs are cast by their fields' names in the file, and renamed where the declaration calls them otherwise. */
function castNestedType(column: Column, value: string): Typed {
  const cast = `TRY_CAST(${value} AS ${fileType(column)})`;
  return { value: renamed(column, cast, 0), bad: `(${value} IS NOT NULL AND ${cast} IS NULL)` };
}

function fileType(column: Column): string {
  const one =
    column.type === 'RECORD'
      ? `STRUCT(${(column.fields ?? []).map((field) => `${identifier(field.from)} ${fileType(field)}`).join(', ')})`
      : SCALARS[column.type](column);
  return column.mode === 'repeated' ? `${one}[]` : one;
}

const SCALARS: Readonly<Record<Exclude<Column['type'], 'RECORD'>, (column: Column) => string>> = {
  STRING: () => 'VARCHAR',
  BYTES: () => 'BLOB',
  INT64: () => 'BIGINT',
  FLOAT64: () => 'DOUBLE',
  NUMERIC: decimalType,
  BIGNUMERIC: () => 'VARCHAR',
  BOOL: () => 'BOOLEAN',
  DATE: () => 'DATE',
  DATETIME: () => 'TIMESTAMP',
  TIME: () => 'TIME',
  TIMESTAMP: () => 'TIMESTAMPTZ',
  JSON: () => 'VARCHAR',
};

const isRenamed = (column: Column): boolean =>
  (column.fields ?? []).some((field) => field.from !== field.name || isRenamed(field));

function renamed(column: Column, value: string, depth: number): string {
  if (!isRenamed(column)) return value;
  const struct = (from: string) =>
    `CASE WHEN ${from} IS NOT NULL THEN struct_pack(${(column.fields ?? []).map((field) => `${identifier(field.name)} := ${renamed(field, `${from}.${identifier(field.from)}`, depth + 1)}`).join(', ')}) END`;
  const element = `e${depth}`;
  return column.mode === 'repeated' ? `list_transform(${value}, lambda ${element}: ${struct(element)})` : struct(value);
}
