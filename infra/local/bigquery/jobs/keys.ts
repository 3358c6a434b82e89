import type { ForeignKey, TableKeys, TableRecord } from '../catalog.ts';
import type { Field } from '../schema.ts';
import type { KeyNode } from '../sql/parse/statement-tree.ts';
import type { Identifier } from '../sql/parse/tree.ts';
import { SqlError } from '../sql/sql-error.ts';
import { type Caller, existingRef, requireTable } from './ddl-names.ts';
import { type Engine, nameOf } from './engine.ts';

export const NO_KEYS: TableKeys = { primary: undefined, foreign: [] };

/** Source of these bounds and rules: cloud.google.com/bigquery/docs/information-schema-table-constraints#limitations */
const MOST_COLUMNS = 16;
const MOST_FOREIGN = 64;
const TYPES = new Set(['BIGNUMERIC', 'BOOLEAN', 'DATE', 'DATETIME', 'INTEGER', 'NUMERIC', 'STRING', 'TIMESTAMP']);

const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();

/** The table's keys with one more. Throws SqlError where BigQuery would not take it. */
export function withKey(
  engine: Engine,
  caller: Caller,
  table: Pick<TableRecord, 'project' | 'dataset' | 'table' | 'schema'>,
  keys: TableKeys,
  key: KeyNode,
): TableKeys {
  const columns = key.columns.map((name) => columnOf(table.schema, name));
  if (columns.length > MOST_COLUMNS) throw new SqlError(`A key can have at most ${MOST_COLUMNS} columns`, key.at);
  const repeated = key.columns.find(({ name }, i) => key.columns.findIndex((one) => same(one.name, name)) !== i);
  if (repeated) throw new SqlError(`Column ${repeated.name} is twice in a key`, repeated.at);
  if (!key.references) {
    if (keys.primary) throw new SqlError(`Table ${nameOf(table)} already has a primary key`, key.at);
    return { ...keys, primary: columns.map(({ name }) => name) };
  }
  const name = key.name?.name ?? freeName(keys.foreign);
  if (keys.foreign.some((one) => same(one.name, name))) {
    if (key.ifNotExists) return keys;
    throw new SqlError(`Constraint ${name} already exists in table ${nameOf(table)}`, key.at);
  }
  if (keys.foreign.length >= MOST_FOREIGN)
    throw new SqlError(`A table can have at most ${MOST_FOREIGN} foreign keys`, key.at);
  const ref = existingRef(engine, key.references.table, caller);
  if (nameOf(ref) === nameOf(table))
    throw new SqlError('A foreign key cannot reference a column of its own table', key.at);
  const other = requireTable(engine, ref);
  const referenced = key.references.columns.map((one) => columnOf(other.schema, one));
  if (columns.length !== referenced.length)
    throw new SqlError(`A foreign key of ${columns.length} columns references ${referenced.length}`, key.at);
  for (const [i, column] of columns.entries()) {
    if (column.type !== referenced[i]?.type)
      throw new SqlError(`Column ${column.name} and the column that it references have different types`, key.at);
  }
  const foreign: ForeignKey = {
    name,
    columns: columns.map((one) => one.name),
    table: ref,
    referenced: referenced.map((one) => one.name),
  };
  return { ...keys, foreign: [...keys.foreign, foreign] };
}

function freeName(foreign: readonly ForeignKey[]): string {
  for (let n = 1; ; n++) if (!foreign.some((one) => one.name === `fk$${n}`)) return `fk$${n}`;
}

function columnOf(schema: Field[], name: Identifier): Field {
  const field = schema.find((one) => same(one.name, name.name));
  if (!field) throw new SqlError(`Column not found: ${name.name}`, name.at);
  if (field.mode === 'REPEATED' || !TYPES.has(field.type))
    throw new SqlError(`Column ${field.name} cannot be part of a key because of its type`, name.at);
  return field;
}

/** Without a name, without the primary key. */
export function withoutKey(
  table: TableRecord,
  { name, ifExists, at }: { name: Identifier | undefined; ifExists: boolean; at: number },
): TableKeys {
  const keys = table.keys ?? NO_KEYS;
  const isThere = name ? keys.foreign.some((one) => same(one.name, name.name)) : keys.primary !== undefined;
  if (!isThere && !ifExists)
    throw new SqlError(`Table ${nameOf(table)} has no ${name ? `constraint ${name.name}` : 'primary key'}`, at);
  if (!name) return { ...keys, primary: undefined };
  return { ...keys, foreign: keys.foreign.filter((one) => !same(one.name, name.name)) };
}

/** Columns of keys keep their names and types. */
export function refuseInKey({ keys }: TableRecord, { name }: Field, at: number): void {
  const columns = [...(keys?.primary ?? []), ...(keys?.foreign ?? []).flatMap((one) => one.columns)];
  if (columns.some((one) => same(one, name))) throw new SqlError(`Column ${name} is part of a key of the table`, at);
}
