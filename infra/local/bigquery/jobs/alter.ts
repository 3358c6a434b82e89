import type { DatasetRecord, TableRecord } from '../catalog.ts';
import { JobFailure } from '../errors.ts';
import { partitionColumn } from '../partitions/layout.ts';
import { type Field, fieldOfType, parseFields, typeOfField } from '../schema.ts';
import { checkDefault } from '../sql/analyze/defaults.ts';
import type { DdlStatement } from '../sql/analyze/statement.ts';
import { readType } from '../sql/analyze/type-nodes.ts';
import { coerce, type Typed, typed } from '../sql/analyze/typed.ts';
import type { AlterAction, Options } from '../sql/parse/statement-tree.ts';
import type { Identifier } from '../sql/parse/tree.ts';
import { SqlError, unsupported } from '../sql/sql-error.ts';
import { isAtLeastAsWide, renderDeclared, withoutParameters } from '../sql/type-parameters.ts';
import { duckType, quoteName, type SqlType } from '../sql/types.ts';
import type { Tx } from '../warehouse.ts';
import { type Caller, datasetRef, existingRef, requireDataset, requireTable, tableRef } from './ddl-names.ts';
import { literal, readColumns, readOptions } from './ddl-options.ts';
import { type Engine, nameOf } from './engine.ts';
import type { QueryStatistics } from './job.ts';
import { NO_KEYS, refuseInKey, withKey, withoutKey } from './keys.ts';
import { isOwnOption, readMaterialized } from './materialized-views.ts';
import { changeSchema, checkTableId } from './open-destination.ts';
import { setSchemaOptions } from './schema-options.ts';

type Alter = Extract<DdlStatement, { kind: 'alter' }>;
type Of<K extends AlterAction['kind']> = Extract<AlterAction, { kind: K }>;

/** ALTER TABLE, VIEW and SCHEMA: the actions one after the other, in the statement's transaction. */
export async function alter(engine: Engine, tx: Tx, caller: Caller, statement: Alter): Promise<QueryStatistics['ddl']> {
  if (statement.what === 'SCHEMA') return alterSchema(engine, tx, caller, statement);
  const ref = existingRef(engine, statement.path, caller);
  if (statement.ifExists && !engine.catalog.table(ref)) return { operation: 'SKIP', table: ref };
  let record = requireTable(engine, ref);
  if (record.kind !== statement.what)
    throw new SqlError(
      `ALTER ${statement.what.replace('_', ' ')} cannot change ${nameOf(ref)}, which is a ${record.kind}`,
      statement.at,
    );
  for (const action of statement.actions) record = await apply(engine, tx, record, action, caller);
  return { operation: 'ALTER', table: ref };
}

async function apply(
  engine: Engine,
  tx: Tx,
  record: TableRecord,
  action: AlterAction,
  caller: Caller,
): Promise<TableRecord> {
  const save = async (change: Partial<TableRecord>): Promise<TableRecord> => {
    const next: TableRecord = { ...record, ...change, modified: engine.clock.now() };
    await engine.catalog.putTable(tx, next);
    return next;
  };
  switch (action.kind) {
    case 'addKey':
      return save({ keys: withKey(engine, caller, record, record.keys ?? NO_KEYS, action.key) });
    case 'dropKey':
      return save({ keys: withoutKey(record, action) });
    case 'addColumn':
      return addColumn(engine, tx, record, action);
    case 'setOptions':
      if (record.materialized) {
        const own = action.options.filter(({ name }) => isOwnOption(name.name));
        const fixed = own.find(({ name }) => name.name.toLowerCase() === 'allow_non_incremental_definition');
        if (fixed) throw new SqlError('allow_non_incremental_definition cannot be changed', fixed.name.at);
        const materialized = await readMaterialized(engine, tx, caller, own, record.materialized);
        const others = action.options.filter((one) => !own.includes(one));
        return save({ ...tableOptions(record, others), materialized });
      }
      return save(tableOptions(record, action.options));
    case 'renameTable': {
      const to = {
        ...tableRef([action.to], {
          ...caller,
          query: { defaultDataset: { projectId: record.project, datasetId: record.dataset } },
        }),
      };
      checkTableId(to.table);
      if (record.keys?.primary)
        throw new SqlError(`Table ${nameOf(record)} has a primary key, and cannot be renamed`, action.at);
      if (engine.catalog.table(to)) throw new JobFailure('duplicate', `Already Exists: Table ${nameOf(to)}`);
      return engine.catalog.renameTable(tx, record, to.table);
    }
    case 'dropColumn': {
      const field = findField(record, action.name, action.ifExists);
      if (!field) return record;
      const used = [partitionColumn(record), ...(record.clustering ?? [])];
      if (used.some((name) => name?.toLowerCase() === field.name.toLowerCase()))
        throw new SqlError(`Column ${field.name} is used by the table's partitioning or clustering`, action.at);
      refuseInKey(record, field, action.at);
      if (record.schema.length === 1) throw new SqlError(`Cannot drop the only column ${field.name}`, action.at);
      await tx.run(`ALTER TABLE ${record.physical} DROP COLUMN ${quoteName(field.name)}`);
      return save({ schema: record.schema.filter((one) => one !== field) });
    }
    case 'renameColumn': {
      const field = findField(record, action.from, action.ifExists);
      if (!field) return record;
      refuseInKey(record, field, action.at);
      const name = action.to.name;
      if (record.schema.some((one) => one !== field && one.name.toLowerCase() === name.toLowerCase()))
        throw new SqlError(`Column already exists: ${name}`, action.to.at);
      await tx.run(`ALTER TABLE ${record.physical} RENAME COLUMN ${quoteName(field.name)} TO ${quoteName(name)}`);
      const swap = (one: string) => (one.toLowerCase() === field.name.toLowerCase() ? name : one);
      const { timePartitioning: time, rangePartitioning: range, clustering } = record;
      return save({
        schema: parseFields(record.schema.map((one) => (one === field ? { ...one, name } : one))),
        timePartitioning: time?.field === undefined ? time : { ...time, field: swap(time.field) },
        rangePartitioning: range && { ...range, field: swap(range.field) },
        clustering: clustering?.map(swap),
      });
    }
    case 'dropNotNull': {
      const field = findField(record, action.name, action.ifExists);
      if (field?.mode !== 'REQUIRED') return record;
      const schema = record.schema.map((one): Field => (one === field ? { ...one, mode: 'NULLABLE' } : one));
      return changeSchema(engine, tx, record, schema);
    }
    case 'columnOptions': {
      const field = findField(record, action.name, action.ifExists);
      if (!field) return record;
      let description = field.description;
      for (const { name, value } of action.options) {
        if (name.name.toLowerCase() !== 'description') throw unsupported(`column option ${name.name}`, name.at);
        description = value.kind === 'null' ? undefined : literal(value, 'description');
      }
      const { description: _, ...bare } = field;
      const next: Field = { ...bare, ...(description !== undefined && { description }) };
      return save({ schema: record.schema.map((one) => (one === field ? next : one)) });
    }
    case 'columnDefault': {
      const field = findField(record, action.name, action.ifExists);
      if (!field) return record;
      if (action.value) checkDefault(action.text, withoutParameters(typeOfField(field)), action.value.at);
      const { defaultValueExpression: _, ...bare } = field;
      const next: Field = { ...bare, ...(action.value && { defaultValueExpression: action.text }) };
      return save({ schema: record.schema.map((one) => (one === field ? next : one)) });
    }
    case 'columnType':
      return changeType(engine, tx, record, action, save);
  }
}

function findField(record: TableRecord, name: Identifier, ifExists: boolean): Field | undefined {
  const field = record.schema.find((one) => one.name.toLowerCase() === name.name.toLowerCase());
  if (!field && !ifExists) throw new SqlError(`Column not found: ${name.name}`, name.at);
  return field;
}

async function addColumn(engine: Engine, tx: Tx, record: TableRecord, action: Of<'addColumn'>): Promise<TableRecord> {
  const { name } = action.column;
  if (record.schema.some((field) => field.name.toLowerCase() === name.name.toLowerCase())) {
    if (action.ifNotExists) return record;
    throw new SqlError(`Column already exists: ${name.name}`, name.at);
  }
  if (action.column.notNull)
    throw new SqlError(`Cannot add required column ${name.name} to an existing table schema`, name.at);
  if (action.column.default !== undefined)
    throw new SqlError(
      `Column ${name.name} cannot be added with a default value: add it first, then ALTER COLUMN SET DEFAULT`,
      name.at,
    );
  return changeSchema(engine, tx, record, parseFields([...record.schema, ...readColumns([action.column])]));
}

/** Types may only be widened: INT64 to NUMERIC, BIGNUMERIC and FLOAT64, NUMERIC to BIGNUMERIC and FLOAT64, and type parameters; in structs too. */
async function changeType(
  engine: Engine,
  tx: Tx,
  record: TableRecord,
  action: Of<'columnType'>,
  save: (change: Partial<TableRecord>) => Promise<TableRecord>,
): Promise<TableRecord> {
  const field = findField(record, action.name, action.ifExists);
  if (!field) return record;
  refuseInKey(record, field, action.at);
  const [before, next] = [typeOfField(field), readType(action.type)];
  const [from, to] = [withoutParameters(before), withoutParameters(next)];
  const column = quoteName(field.name);
  const value = isAtLeast(before, next) ? widened(typed(column, from), to) : undefined;
  if (!value)
    throw new SqlError(
      `ALTER TABLE ALTER COLUMN SET DATA TYPE requires that the existing column type (${renderDeclared(before)}) is assignable to the new type (${renderDeclared(next)})`,
      action.at,
    );
  if (duckType(from) !== duckType(to))
    await tx.run(
      `ALTER TABLE ${record.physical} ALTER COLUMN ${column} SET DATA TYPE ${duckType(to)} USING ${value.sql}`,
    );
  const { maxLength: _l, precision: _p, scale: _s, ...bare } = field;
  const typedField: Field = { ...bare, ...fieldOfType(field.name, next, field.mode) };
  void engine;
  return save({ schema: record.schema.map((one) => (one === field ? typedField : one)) });
}

/** Whether a column's type may become another: fields keep their names, and what they are held to may only widen. */
function isAtLeast(before: SqlType, next: SqlType): boolean {
  if (before.kind === 'ARRAY') return next.kind === 'ARRAY' && isAtLeast(before.element, next.element);
  if (before.kind === 'STRUCT')
    return (
      next.kind === 'STRUCT' &&
      before.fields.length === next.fields.length &&
      before.fields.every((field, i) => {
        const now = next.fields[i];
        const isNamedAlike = now?.name?.toLowerCase() === field.name?.toLowerCase();
        return now && isNamedAlike && (!now.required || field.required) && isAtLeast(field.type, now.type);
      })
    );
  if (next.kind === 'ARRAY' || next.kind === 'STRUCT') return false;
  return before.kind !== next.kind || isAtLeastAsWide(before.parameters, next.parameters);
}

function widened(value: Typed, to: SqlType): Typed | undefined {
  if (value.type.kind !== 'ARRAY' || to.kind !== 'ARRAY') return coerce(value, to);
  const element = coerce(typed('e', value.type.element), to.element);
  return element && typed(`list_transform(${value.sql}, lambda e: ${element.sql})`, to);
}

/** OPTIONS that are set replace those of their name; NULL takes one away. */
function tableOptions(record: TableRecord, options: Options): Partial<TableRecord> {
  const given = options.filter(({ value }) => value.kind !== 'null');
  const read = readOptions(given);
  const names = new Set(options.map(({ name }) => name.name.toLowerCase()));
  const gone = (name: string) =>
    options.some((one) => one.name.name.toLowerCase() === name && one.value.kind === 'null');
  const rest = { ...record.rest, ...read.rest };
  for (const [name, key] of [
    ['description', 'description'],
    ['friendly_name', 'friendlyName'],
    ['labels', 'labels'],
  ] as const)
    if (gone(name)) delete rest[key];
  const change: Partial<TableRecord> = { rest };
  if (names.has('expiration_timestamp')) change.expirationTime = read.expirationTime;
  if (names.has('require_partition_filter')) change.requirePartitionFilter = read.requirePartitionFilter;
  if (read.requirePartitionFilter && !record.timePartitioning && !record.rangePartitioning)
    throw new SqlError('require_partition_filter is set on a table that is not partitioned', options[0]?.value.at);
  if (read.partitionExpirationMs !== undefined && !record.timePartitioning)
    throw new SqlError(
      'partition_expiration_days is set on a table that is not partitioned by time',
      options[0]?.value.at,
    );
  if (names.has('partition_expiration_days') && record.timePartitioning) {
    const { expirationMs: _, ...bare } = record.timePartitioning;
    change.timePartitioning = {
      ...bare,
      ...(read.partitionExpirationMs !== undefined && { expirationMs: read.partitionExpirationMs }),
    };
  }
  return change;
}

async function alterSchema(engine: Engine, tx: Tx, caller: Caller, statement: Alter): Promise<QueryStatistics['ddl']> {
  const ref = datasetRef(statement.path, caller);
  const done = (operation: string) => ({ operation, table: undefined, dataset: ref });
  if (statement.ifExists && !engine.catalog.dataset(ref.project, ref.dataset)) return done('SKIP');
  const record = requireDataset(engine, ref);
  const rest = { ...record.rest };
  for (const action of statement.actions)
    if (action.kind === 'setOptions') setSchemaOptions(rest, action.options, undefined);
  const next: DatasetRecord = { ...record, rest, modified: engine.clock.now() };
  await engine.catalog.putDataset(tx, next);
  return done('ALTER');
}
