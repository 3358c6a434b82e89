import type { TableRecord } from '../catalog.ts';
import type { Field } from '../schema.ts';
import { quoteName } from '../sql/types.ts';
import type { Tx } from '../warehouse.ts';

/** Inserts a query's rows, whose columns are `fields` in order. Columns that it lacks are NULL, or empty where they repeat. */
export async function insertRows(tx: Tx, record: TableRecord, fields: Field[], query: string): Promise<number> {
  const given = new Set(fields.map((field) => field.name.toLowerCase()));
  const empty = record.schema.filter((field) => field.mode === 'REPEATED' && !given.has(field.name.toLowerCase()));
  const names = [...fields, ...empty].map((field) => quoteName(field.name));
  const values = ['s.*', ...empty.map(() => '[]')];
  return tx.run(
    `INSERT INTO ${record.physical} (${names.join(', ')}) SELECT ${values.join(', ')} FROM (${query}) AS s`,
  );
}
