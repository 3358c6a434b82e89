import type { TableRecord } from '../catalog.ts';
import { type Field, typeOfField } from '../schema.ts';
import { defaultValue } from '../sql/analyze/defaults.ts';
import { withoutParameters } from '../sql/type-parameters.ts';
import { quoteName } from '../sql/types.ts';
import type { Tx } from '../warehouse.ts';

/** Inserts a query's rows, whose columns are `fields` in order. Columns that it lacks have their default, or are NULL, or empty where they repeat. */
export async function insertRows(tx: Tx, record: TableRecord, fields: Field[], query: string): Promise<number> {
  const given = new Set(fields.map((field) => field.name.toLowerCase()));
  const missing = record.schema.filter(
    (field) =>
      (field.mode === 'REPEATED' || field.defaultValueExpression !== undefined) && !given.has(field.name.toLowerCase()),
  );
  const names = [...fields, ...missing].map((field) => quoteName(field.name));
  const now = BigInt(Date.now()) * 1000n;
  const values = [
    's.*',
    ...missing.map((field) =>
      field.defaultValueExpression === undefined
        ? '[]'
        : defaultValue(field.defaultValueExpression, withoutParameters(typeOfField(field)), now).sql,
    ),
  ];
  return tx.run(
    `INSERT INTO ${record.physical} (${names.join(', ')}) SELECT ${values.join(', ')} FROM (${query}) AS s`,
  );
}
