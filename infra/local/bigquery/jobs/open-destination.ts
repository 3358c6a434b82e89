import type { TableRecord } from '../catalog.ts';
import { JobFailure } from '../errors.ts';
import { layoutText } from '../partitions/layout.ts';
import { checkLayout } from '../partitions/read-layout.ts';
import { type Field, typeOfField } from '../schema.ts';
import { addedFields, checkSchemaChange, mismatch, type ParameterRule } from '../schema-change.ts';
import { duckType, quoteName } from '../sql/types.ts';
import type { Tx } from '../warehouse.ts';
import type { Destination } from './destination.ts';
import { type Engine, nameOf, requireDataset } from './engine.ts';
import { addTable } from './new-table.ts';

/**
 * The table to insert into, made, emptied or widened as the destination says; all in the job's transaction.
 * `schema` is that of the rows to come. Resolves to the record whose physical table takes them.
 */
export async function openDestination(
  engine: Engine,
  tx: Tx,
  destination: Destination,
  schema: Field[],
  rule: ParameterRule = 'same or absent',
): Promise<TableRecord> {
  const { ref } = destination;
  if (!destination.isTemporary) requireDataset(engine, ref.project, ref.dataset);
  const existing = engine.catalog.table(ref);
  if (!existing) return createTable(engine, tx, destination, schema);
  if (existing.kind !== 'TABLE')
    throw new JobFailure(
      'invalid',
      `${nameOf(ref)} is not allowed for this operation because it is currently a ${existing.kind}.`,
    );
  checkSameLayout(existing, destination);
  // A table that was made without a schema takes that of its first rows.
  if (existing.schema.length === 0) return replaceRows(engine, tx, { ...existing, schema });
  switch (destination.write) {
    case 'WRITE_TRUNCATE': {
      checkLayout(schema, existing);
      const described = schema.map((field) => withDescription(field, existing.schema));
      return replaceRows(engine, tx, { ...existing, schema: described });
    }
    case 'WRITE_TRUNCATE_DATA':
      return replaceRows(engine, tx, { ...existing, schema: widened(existing, schema, destination, rule) });
    case 'WRITE_EMPTY': {
      const [row] = await tx.rows(`SELECT 1 AS one FROM ${existing.physical} LIMIT 1`);
      if (row) throw new JobFailure('duplicate', `Already Exists: Table ${nameOf(ref)}`);
      return widen(engine, tx, existing, widened(existing, schema, destination, rule));
    }
    case 'WRITE_APPEND':
      return widen(engine, tx, existing, widened(existing, schema, destination, rule));
  }
}

async function widen(engine: Engine, tx: Tx, existing: TableRecord, schema: Field[]): Promise<TableRecord> {
  return schema === existing.schema ? existing : changeSchema(engine, tx, existing, schema);
}

async function createTable(engine: Engine, tx: Tx, destination: Destination, schema: Field[]): Promise<TableRecord> {
  const { ref, timePartitioning, rangePartitioning, clustering, requirePartitionFilter } = destination;
  if (!destination.create) throw new JobFailure('notFound', `Not found: Table ${nameOf(ref)}`);
  checkTableId(ref.table);
  checkLayout(schema, destination);
  return addTable(engine, tx, {
    ...ref,
    schema,
    timePartitioning,
    rangePartitioning,
    clustering,
    requirePartitionFilter,
  });
}

export function checkTableId(table: string): void {
  if (table === '' || Buffer.byteLength(table) > 1024 || !/^[\p{L}\p{M}\p{N}\p{Pc}\p{Pd}\p{Zs}]+$/u.test(table))
    throw new JobFailure(
      'invalid',
      `Invalid table ID "${table}". Table IDs must be alphanumeric (plus underscores, dashes and spaces) and must be at most 1024 bytes long.`,
    );
}

/** A job may leave the layout out, but not give another. */
function checkSameLayout(existing: TableRecord, destination: Destination): void {
  const given = destination.timePartitioning || destination.rangePartitioning ? destination : existing;
  const wanted = { ...given, clustering: destination.clustering ?? existing.clustering };
  if (layoutText(existing).toLowerCase() !== layoutText(wanted).toLowerCase())
    throw new JobFailure(
      'invalid',
      `Incompatible table partitioning specification. Expects partitioning specification ${layoutText(existing)}, but input partitioning specification is ${layoutText(wanted)}`,
    );
}

/** An emptied table is a new one under the old name, so that readers of the old rows are not disturbed. */
async function replaceRows(engine: Engine, tx: Tx, next: TableRecord): Promise<TableRecord> {
  const physical = await engine.catalog.createPhysical(tx, next.schema, next);
  const record: TableRecord = { ...next, physical, modified: engine.clock.now() };
  await tx.run(`DROP TABLE ${next.physical}`);
  await engine.catalog.putTable(tx, record);
  return record;
}

function withDescription(field: Field, before: Field[]): Field {
  const description = field.description ?? before.find((one) => one.name === field.name)?.description;
  return description === undefined ? field : { ...field, description };
}

/** The table's schema once it takes rows of `schema`, or Google's reason why it cannot; the very same where nothing changes. */
function widened(existing: TableRecord, schema: Field[], destination: Destination, rule: ParameterRule): Field[] {
  const name = nameOf(existing);
  const next = [...existing.schema];
  for (const field of schema) {
    const index = next.findIndex((one) => one.name.toLowerCase() === field.name.toLowerCase());
    const old = next[index];
    if (old) {
      checkSchemaChange([old], [field], name, rule);
      next[index] = relaxed(old, field, field.name, name, destination);
      continue;
    }
    if (!destination.allowAddition) throw mismatch(name, `Cannot add fields (field: ${field.name})`);
    if (field.mode === 'REQUIRED')
      throw mismatch(name, `Cannot add required fields to an existing schema. (field: ${field.name})`);
    next.push(field);
  }
  return next.length === existing.schema.length && next.every((field, i) => field === existing.schema[i])
    ? existing.schema
    : next;
}

/** The field with the other's modes and new fields, as far as the destination allows them; the very same where nothing changes. */
function relaxed(
  old: Field,
  now: Field,
  path: string,
  table: string,
  allowed: Pick<Destination, 'allowAddition' | 'allowRelaxation'>,
): Field {
  if (old.mode !== now.mode && !allowed.allowRelaxation)
    throw mismatch(table, `Field ${path} has changed mode from ${old.mode} to ${now.mode}`);
  const added = addedFields(old.fields ?? [], now.fields ?? []);
  if (added[0] && !allowed.allowAddition) throw mismatch(table, `Cannot add fields (field: ${path}.${added[0].name})`);
  const fields = old.fields?.map((field) => {
    const other = now.fields?.find((one) => one.name.toLowerCase() === field.name.toLowerCase());
    return other ? relaxed(field, other, `${path}.${field.name}`, table, allowed) : field;
  });
  const isSame =
    old.mode === now.mode && added.length === 0 && (fields ?? []).every((field, i) => field === old.fields?.[i]);
  return isSame ? old : { ...old, mode: now.mode, ...(fields && { fields: [...fields, ...added] }) };
}

/** Adds columns and nested fields, and relaxes REQUIRED ones, in place. */
export async function changeSchema(
  engine: Engine,
  tx: Tx,
  existing: TableRecord,
  schema: Field[],
): Promise<TableRecord> {
  if (existing.schema.length === 0) return replaceRows(engine, tx, { ...existing, schema });
  for (const field of schema) {
    const old = existing.schema.find((one) => one.name.toLowerCase() === field.name.toLowerCase());
    const column = quoteName(old?.name ?? field.name);
    if (!old) {
      const type = duckType(typeOfField(field));
      await tx.run(
        `ALTER TABLE ${existing.physical} ADD COLUMN ${column} ${type}${field.mode === 'REPEATED' ? ' DEFAULT []' : ''}`,
      );
      continue;
    }
    if (old.mode === 'REQUIRED' && field.mode === 'NULLABLE')
      await tx.run(`ALTER TABLE ${existing.physical} ALTER COLUMN ${column} DROP NOT NULL`);
    for (const { path, added } of addedInside(old, field, column))
      await tx.run(`ALTER TABLE ${existing.physical} ADD COLUMN ${path} ${duckType(typeOfField(added))}`);
  }
  const record: TableRecord = { ...existing, schema, modified: engine.clock.now() };
  await engine.catalog.putTable(tx, record);
  return record;
}

/** The fields that a RECORD gains, each with its path as DuckDB names it: an array's items are its `element`. */
function* addedInside(old: Field, now: Field, path: string): Iterable<{ path: string; added: Field }> {
  const inside = old.mode === 'REPEATED' ? `${path}.element` : path;
  for (const field of old.fields ?? []) {
    const next = now.fields?.find((one) => one.name.toLowerCase() === field.name.toLowerCase());
    if (next) yield* addedInside(field, next, `${inside}.${quoteName(field.name)}`);
  }
  for (const added of addedFields(old.fields ?? [], now.fields ?? []))
    yield { path: `${inside}.${quoteName(added.name)}`, added };
}
