import type { Column } from '../model/column.ts';
import type { Partition } from '../model/source.ts';
import { warehouseType } from '../model/warehouse-type.ts';
import type { RowStamp } from '../ports.ts';
import { NARROW_DECIMAL } from './cast.ts';
import type { Engine } from './duckdb.ts';
import { goodRows, type Ingest, type Stored } from './ingest-sql.ts';
import type { Ingested } from './ingested.ts';
import { renderNested } from './nested-output.ts';
import { renderReplaced, renderReplacement } from './replacement.ts';
import { identifier, literal } from './sql-text.ts';

/** The query whose rows enter the curated bucket: good rows only, protected columns joined to what DLP answered. */
export async function renderOutput(
  engine: Engine,
  { ingest, index }: Ingested,
  firstRecord: number,
  stamp: RowStamp,
): Promise<string> {
  const wide = await wideNumerics(engine, ingest);
  const joins: string[] = [];
  const columns = ingest.stored.map(
    (stored) => `${outputOf(stored, wide, ingest.masks, joins)} AS ${identifier(stored.column.name)}`,
  );
  return [
    `SELECT ${[...columns, `${literal(stamp.run)} AS _run_id`, `(${firstRecord} + ${index})::BIGINT AS _row_number`, `TIMESTAMPTZ ${literal(stamp.arrivedAt)} AS _arrived_at`].join(', ')}`,
    'FROM rows',
    ...joins,
    `WHERE ${goodRows(ingest.masks)}`,
  ].join(' ');
}

/** NUMERIC columns whose values need DECIMAL(38,9). */
async function wideNumerics(engine: Engine, ingest: Ingest): Promise<ReadonlySet<string>> {
  const numerics = ingest.stored.filter(({ kind }) => kind === 'numeric').map(({ at }) => at);
  if (numerics.length === 0) return new Set();
  const [found] = await engine.rows(
    `SELECT ${numerics.map((at) => `bool_or(${at} IS NOT NULL AND TRY_CAST(${at} AS ${NARROW_DECIMAL}) IS NULL) AS ${at}`).join(', ')} FROM rows`,
  );
  return new Set(numerics.filter((at) => String(found?.[at]) === 'true'));
}

/** The expression of a column's output; `joins` takes what it needs to be joined to `rows`. */
function outputOf(stored: Stored, wide: ReadonlySet<string>, masks: number, joins: string[]): string {
  const { at, kind, column } = stored;
  const value = `rows.${at}`;
  switch (kind) {
    case 'typed':
      return value;
    case 'numeric':
      return `${value}::${wide.has(at) ? 'DECIMAL(38,9)' : NARROW_DECIMAL}`;
    case 'values': {
      const replaced = {
        column,
        at,
        value,
        ...(stored.when && { when: `rows.${stored.when}` }),
        ...(stored.context && { context: stored.context }),
      };
      joins.push(renderReplacement(replaced));
      return renderReplaced(replaced);
    }
    case 'nested':
      return renderNested(stored, masks, joins);
  }
}

const PARTITION_FORMATS: Readonly<Record<Partition['grain'], string>> = {
  hour: '%Y-%m-%dT%H',
  day: '%Y-%m-%d',
  month: '%Y-%m',
  year: '%Y',
};

/** The partitions that a Parquet file's rows fall in, as text, sorted; NULL is one of them. */
export function renderPartitions({ by, grain }: Partition, column: Column, path: string): string {
  const name = identifier(by);
  // Time zones cost more than all the rest, and these times are UTC anyway.
  const time = warehouseType(column) === 'TIMESTAMP' ? `make_timestamp(epoch_us(${name}))` : name;
  const unit = grain === 'hour' ? `date_trunc('hour', ${time})` : `${time}::DATE`;
  const units = `SELECT DISTINCT ${unit} AS unit FROM read_parquet(${literal(path)})`;
  return `SELECT DISTINCT coalesce(strftime(unit, ${literal(PARTITION_FORMATS[grain])}), 'NULL') AS partition FROM (${units}) ORDER BY 1`;
}
