import type { TableRecord } from '../catalog.ts';
import { isIngestion } from '../partitions/layout.ts';
import { type Field, typeOfField } from '../schema.ts';
import { defaultValue } from '../sql/analyze/defaults.ts';
import { PARTITION_TIME, partitionNow } from '../sql/analyze/pseudo-columns.ts';
import { withoutParameters } from '../sql/type-parameters.ts';
import { quoteName } from '../sql/types.ts';
import type { Tx } from '../warehouse.ts';
import type { Engine } from './engine.ts';

/** A query for rows of a table. */
export interface Rows {
  /** Its columns, in order. */
  fields: readonly Pick<Field, 'name'>[];
  query: string;
  /** Where ingestion-time partitions take them, as DuckDB's SQL: the partition of now where absent. */
  partitionTime?: string | undefined;
}

/**
 * Inserts rows. Columns that they lack have their default, or are NULL, or empty where they repeat; in a table that is
 * partitioned by ingestion time, `_PARTITIONTIME` may be one of theirs.
 */
export async function insertRows(engine: Engine, tx: Tx, record: TableRecord, rows: Rows): Promise<number> {
  const { fields, query } = rows;
  const given = new Set(fields.map((field) => field.name.toLowerCase()));
  const now = BigInt(engine.clock.now()) * 1000n;
  const missing = record.schema
    .filter(
      (field) =>
        (field.mode === 'REPEATED' || field.defaultValueExpression !== undefined) &&
        !given.has(field.name.toLowerCase()),
    )
    .map(({ name, defaultValueExpression, ...field }) => ({
      name,
      sql:
        defaultValueExpression === undefined
          ? '[]'
          : defaultValue(defaultValueExpression, withoutParameters(typeOfField({ name, ...field })), now).sql,
    }));
  const { timePartitioning: by } = record;
  if (by && isIngestion(record) && !given.has(PARTITION_TIME.toLowerCase()))
    missing.push({ name: PARTITION_TIME, sql: rows.partitionTime ?? partitionNow(by.type, now) });
  const names = [...fields, ...missing].map(({ name }) => quoteName(name));
  const values = ['s.*', ...missing.map(({ sql }) => sql)];
  return tx.run(
    `INSERT INTO ${record.physical} (${names.join(', ')}) SELECT ${values.join(', ')} FROM (${query}) AS s`,
  );
}
