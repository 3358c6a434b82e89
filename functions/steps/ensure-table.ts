import { terminal } from '../errors.ts';
import type { Source } from '../model/source.ts';
import type { TableField } from '../model/warehouse-type.ts';
import type { Ports } from '../ports.ts';
import { OWN_DATASET } from '../render/commit-tables.ts';
import { type FieldResource, renderFields, renderSourceTable } from '../render/table.ts';

/** Makes a source's table what its declaration says, by additions only: a column is never dropped or changed behind a user's back. */
export async function ensureSourceTable(ports: Ports, source: Source): Promise<void> {
  const table = await ports.warehouse.table(source.id);
  if (!table) {
    await ports.warehouse.ensureDataset(source.dataset);
    await ports.warehouse.ensureDataset(OWN_DATASET);
    await ports.warehouse.createTable(source.id, renderSourceTable(source));
    return;
  }
  const wanted = renderFields(source);
  const added = wanted.filter((field) => !find(table.schema.fields, field.name));
  const changed = wanted.filter((field) => {
    const there = find(table.schema.fields, field.name);
    return there && canonical(there.type) !== canonical(field.type);
  });
  if (changed.length > 0) {
    const columns = changed.map(({ name }) => name);
    throw terminal(
      'JOB_FAILED',
      `the table ${source.id} has other types for ${columns.join(', ')} than the declaration: give the column a new name, or drop the table and replay its runs`,
      {
        details: { columns },
      },
    );
  }
  const required = new Set(wanted.filter(({ mode }) => mode === 'REQUIRED').map(({ name }) => name));
  const relaxed = table.schema.fields.map((field) =>
    field.mode === 'REQUIRED' && !required.has(field.name) ? { ...field, mode: 'NULLABLE' } : field,
  );
  const isRelaxed = relaxed.some((field, index) => field !== table.schema.fields[index]);
  if (added.length === 0 && !isRelaxed) return;
  // BigQuery adds columns as NULLABLE only: the rows that are there have none.
  const fields = [
    ...relaxed,
    ...added.map((field) => ({ ...field, mode: field.mode === 'REPEATED' ? field.mode : 'NULLABLE' })),
  ];
  await ports.warehouse.patchTable(source.id, { schema: { fields } });
}

const find = (fields: readonly TableField[], name: string): TableField | undefined =>
  fields.find((field) => field.name.toLowerCase() === name.toLowerCase());

const NAMES: Readonly<Record<string, string>> = {
  INT64: 'INTEGER',
  FLOAT64: 'FLOAT',
  BOOL: 'BOOLEAN',
  STRUCT: 'RECORD',
};
const canonical = (type: FieldResource['type']): string => NAMES[type] ?? type;
