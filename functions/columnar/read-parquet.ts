import { type DuckDBType, VARCHAR } from '@duckdb/node-api';
import type { Column } from '../model/column.ts';
import type { Source } from '../model/source.ts';
import { parquetValue } from './cast-parquet.ts';
import type { Engine } from './duckdb.ts';
import { renderIngest } from './ingest-sql.ts';
import type { Ingested } from './ingested.ts';
import { RECORD_NUMBER } from './parquet-types.ts';
import { identifier, literal } from './sql-text.ts';

export interface RowGroup {
  rows: number;
  start: number;
  end: number;
}

export async function rowGroups(engine: Engine, path: string): Promise<RowGroup[]> {
  // Some writers put 0 where there is no dictionary.
  const first = 'least(coalesce(nullif(dictionary_page_offset, 0), data_page_offset), data_page_offset)';
  const groups = await engine.rows(
    `SELECT row_group_id, any_value(row_group_num_rows) AS n, min(${first}) AS first, max(${first} + total_compressed_size) AS last FROM parquet_metadata(${literal(path)}) GROUP BY row_group_id ORDER BY row_group_id`,
  );
  return groups.map((group) => ({ rows: Number(group.n), start: Number(group.first), end: Number(group.last) }));
}

/** Top-level columns and their types, in the file's order. */
export const parquetColumns = (engine: Engine, path: string): Promise<Map<string, DuckDBType>> =>
  engine.types(`SELECT * FROM read_parquet(${literal(path)}) LIMIT 0`);

/** Fills the table `rows` with the file's records [from, from + records); `path` may be sparse, so nothing outside of them is touched. */
export async function ingestParquet(
  engine: Engine,
  path: string,
  from: number,
  records: number,
  source: Source,
): Promise<Ingested> {
  const types = await parquetColumns(engine, path);
  const nestedOf = (column: Column) => parquetValue(identifier(column.from), types.get(column.from) ?? VARCHAR);
  const ingest = renderIngest(source, { cellOf: (column) => nestedOf(column).scalar(column), nestedOf });
  await engine.run(
    `CREATE TABLE rows AS SELECT ${ingest.select.join(', ')} FROM read_parquet(${literal(path)}, ${RECORD_NUMBER} = true) WHERE ${RECORD_NUMBER} >= ${from} AND ${RECORD_NUMBER} < ${from + records}`,
  );
  return { ingest, broken: [], index: 'rows.rowid' };
}
