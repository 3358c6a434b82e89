import type { ForeignKey, TableRecord } from './catalog.ts';
import { tableNames } from './information-views.ts';

type Row = Record<string, string | number | null>;

/** A key's name in the dataset: the table's own name and the key's, `orders.pk$`. */
const constraint = (record: TableRecord, name: string) => ({
  constraint_catalog: record.project,
  constraint_schema: record.dataset,
  constraint_name: `${record.table}.${name}`,
});

const PRIMARY = 'pk$';

/** INFORMATION_SCHEMA.TABLE_CONSTRAINTS. */
export function constraintRows(record: TableRecord): Row[] {
  const { primary, foreign } = record.keys ?? { foreign: [] };
  const names = [...(primary ? [PRIMARY] : []), ...foreign.map(({ name }) => name)];
  return names.map((name) => ({
    ...constraint(record, name),
    ...tableNames(record),
    constraint_type: name === PRIMARY ? 'PRIMARY KEY' : 'FOREIGN KEY',
    is_deferrable: 'NO',
    initially_deferred: 'NO',
    enforced: 'NO',
  }));
}

/** INFORMATION_SCHEMA.KEY_COLUMN_USAGE: `referenced` finds the primary key of a table. */
export function keyColumnRows(
  record: TableRecord,
  referenced: (key: ForeignKey) => readonly string[] | undefined,
): Row[] {
  const { primary, foreign } = record.keys ?? { foreign: [] };
  const row = (name: string, column: string, i: number, position: number | null): Row => ({
    ...constraint(record, name),
    ...tableNames(record),
    column_name: column,
    ordinal_position: i + 1,
    position_in_unique_constraint: position,
  });
  return [
    ...(primary ?? []).map((column, i) => row(PRIMARY, column, i, null)),
    ...foreign.flatMap((key) =>
      key.columns.map((column, i) => {
        const at = (referenced(key) ?? []).indexOf(key.referenced[i] ?? '');
        return row(key.name, column, i, at < 0 ? null : at + 1);
      }),
    ),
  ];
}

/** INFORMATION_SCHEMA.CONSTRAINT_COLUMN_USAGE: a primary key's own columns, and what a foreign key references. */
export function constraintColumnRows(record: TableRecord): Row[] {
  const { primary, foreign } = record.keys ?? { foreign: [] };
  return [
    ...(primary ?? []).map((column) => ({
      ...tableNames(record),
      column_name: column,
      ...constraint(record, PRIMARY),
    })),
    ...foreign.flatMap((key) =>
      key.referenced.map((column) => ({
        ...tableNames(key.table),
        column_name: column,
        ...constraint(record, key.name),
      })),
    ),
  ];
}
