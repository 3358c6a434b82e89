import type { DatasetRecord, TableRecord, TableRef } from '../catalog.ts';
import { JobFailure } from '../errors.ts';
import { type Field, fieldOfType } from '../schema.ts';
import type { DdlStatement, QueryPlan } from '../sql/analyze/statement.ts';
import type { Options } from '../sql/parse/statement-tree.ts';
import type { Expr, Identifier } from '../sql/parse/tree.ts';
import { SqlError } from '../sql/sql-error.ts';
import type { Tx } from '../warehouse.ts';
import { alter } from './alter.ts';
import { createTable } from './create-table.ts';
import { type Caller, datasetRef, existingRef, requireDataset, requireTable, tableRef } from './ddl-names.ts';
import { readOptions } from './ddl-options.ts';
import { type Engine, nameOf } from './engine.ts';
import type { QueryStatistics } from './job.ts';
import { checkMaterializedLayout, defaultMaterialized, isOwnOption, readMaterialized } from './materialized-views.ts';
import { checkTableId } from './open-destination.ts';
import { readPartitionBy } from './partition-by.ts';
import { createRoutine, dropRoutine } from './routines.ts';
import { setSchemaOptions } from './schema-options.ts';

type Of<K extends DdlStatement['kind']> = Extract<DdlStatement, { kind: K }>;

/** Carries out one DDL statement in the job's transaction. */
export async function runDdl(
  engine: Engine,
  tx: Tx,
  caller: Caller,
  plan: { statement: DdlStatement; query: QueryPlan | undefined },
): Promise<QueryStatistics['ddl']> {
  const { statement } = plan;
  switch (statement.kind) {
    case 'createSchema':
      return createSchema(engine, tx, caller, statement);
    case 'createTable':
      return createTable(engine, tx, caller, statement, plan.query);
    case 'createView':
      return createView(engine, tx, caller, statement, plan.query);
    case 'drop':
      return statement.what === 'SCHEMA'
        ? dropSchema(engine, tx, caller, statement)
        : dropTable(engine, tx, caller, statement);
    case 'alter':
      return alter(engine, tx, caller, statement);
    case 'createFunction':
    case 'createTableFunction':
    case 'createProcedure':
      return createRoutine(engine, tx, caller, statement);
    case 'dropRoutine':
      return dropRoutine(engine, tx, caller, statement);
  }
}

async function createSchema(
  engine: Engine,
  tx: Tx,
  caller: Caller,
  statement: Of<'createSchema'>,
): Promise<QueryStatistics['ddl']> {
  const { project, dataset } = datasetRef(statement.path, caller);
  const existing = engine.catalog.dataset(project, dataset);
  if (existing) {
    if (statement.ifNotExists) return { operation: 'SKIP', table: undefined, dataset: { project, dataset } };
    throw new JobFailure('duplicate', `Already Exists: Dataset ${project}:${dataset}`);
  }
  checkDatasetId(dataset);
  const now = engine.clock.now();
  const record: DatasetRecord = { project, dataset, location: engine.location, rest: {}, created: now, modified: now };
  setSchemaOptions(record.rest, statement.options, engine.location);
  await engine.catalog.putDataset(tx, record);
  return { operation: 'CREATE', table: undefined, dataset: { project, dataset } };
}

export function checkDatasetId(dataset: string): void {
  if (!/^[A-Za-z0-9_]{1,1024}$/.test(dataset))
    throw new JobFailure(
      'invalid',
      `Invalid dataset ID "${dataset}". Dataset IDs must be alphanumeric (plus underscores) and must be at most 1024 characters long.`,
    );
}

async function createView(
  engine: Engine,
  tx: Tx,
  caller: Caller,
  statement: Of<'createView'>,
  query: QueryPlan | undefined,
): Promise<QueryStatistics['ddl']> {
  const ref = tableRef(statement.path, caller);
  requireDataset(engine, ref);
  checkTableId(ref.table);
  const existing = engine.catalog.table(ref);
  if (existing && statement.ifNotExists) return { operation: 'SKIP', table: ref };
  if (existing && !statement.orReplace) throw new JobFailure('duplicate', `Already Exists: Table ${nameOf(ref)}`);
  const kind = statement.materialized ? 'MATERIALIZED_VIEW' : 'VIEW';
  if (existing && existing.kind !== kind)
    throw new JobFailure(
      'invalid',
      `${nameOf(ref)} is a ${wordOf(existing.kind)}: drop it before a ${wordOf(kind)} takes its name`,
    );
  const columns = query?.columns ?? [];
  if (statement.columns && statement.columns.length !== columns.length)
    throw new SqlError(
      `View column list has ${statement.columns.length} names for ${columns.length} columns`,
      statement.at,
    );
  const options = readOptions(
    statement.options.filter(({ name }) => !statement.materialized || !isOwnOption(name.name)),
  );
  for (const { table } of query?.scans ?? []) {
    if (table.view !== undefined && nameOf(table) === nameOf(ref))
      throw new JobFailure('invalidQuery', `View ${nameOf(ref)} refers to itself`);
  }
  const now = engine.clock.now();
  const record = viewRecord(
    ref,
    statement.text,
    columns.map((column, i) => {
      const named = statement.columns?.[i];
      const field = fieldOfType(named?.name ?? column.name, column.type);
      return named?.description === undefined ? field : { ...field, description: named.description };
    }),
    now,
  );
  record.rest = options.rest;
  record.expirationTime = options.expirationTime;
  if (statement.columns) record.viewColumns = statement.columns.map(({ name }) => name);
  if (statement.materialized && query)
    Object.assign(
      record,
      await materialize(engine, tx, caller, { ...statement.materialized, ...statement }, query, record.schema),
    );
  await engine.catalog.putTable(tx, record);
  return { operation: existing ? 'REPLACE' : 'CREATE', table: ref };
}

const wordOf = (kind: TableRecord['kind']) => kind.toLowerCase().replace('_', ' ');

/** What a materialized view's record holds besides a view's. */
async function materialize(
  engine: Engine,
  tx: Tx,
  caller: Caller,
  { options, partitionBy, clusterBy }: { options: Options; partitionBy: Expr | undefined; clusterBy: Identifier[] },
  query: QueryPlan,
  schema: Field[],
): Promise<Partial<TableRecord>> {
  const materialized = await readMaterialized(engine, tx, caller, options, defaultMaterialized(engine.clock.now()));
  const clustering = clusterBy.length > 0 ? clusterBy.map((name) => name.name) : undefined;
  const by = partitionBy && readPartitionBy(partitionBy, schema);
  const layout = { timePartitioning: by?.timePartitioning, rangePartitioning: by?.rangePartitioning, clustering };
  checkMaterializedLayout(engine, schema, layout, query);
  return { kind: 'MATERIALIZED_VIEW', materialized, ...layout };
}

export function viewRecord(ref: TableRef, text: string, schema: Field[], now: number): TableRecord {
  return {
    project: ref.project,
    dataset: ref.dataset,
    table: ref.table,
    kind: 'VIEW',
    physical: '',
    schema,
    timePartitioning: undefined,
    requirePartitionFilter: false,
    clustering: undefined,
    view: text,
    expirationTime: undefined,
    rest: {},
    created: now,
    modified: now,
  };
}

async function dropTable(
  engine: Engine,
  tx: Tx,
  caller: Caller,
  statement: Of<'drop'>,
): Promise<QueryStatistics['ddl']> {
  const ref = existingRef(engine, statement.path, caller);
  if (!engine.catalog.table(ref)) {
    if (statement.ifExists) return { operation: 'SKIP', table: ref };
    requireDataset(engine, ref);
  }
  const existing = requireTable(engine, ref);
  if (existing.kind !== statement.what)
    throw new JobFailure(
      'invalidQuery',
      `${nameOf(ref)} is a ${existing.kind}, which DROP ${statement.what.replace('_', ' ')} cannot drop`,
      { location: 'query' },
    );
  await engine.catalog.dropTable(tx, existing);
  return { operation: 'DROP', table: ref };
}

async function dropSchema(
  engine: Engine,
  tx: Tx,
  caller: Caller,
  statement: Of<'drop'>,
): Promise<QueryStatistics['ddl']> {
  const ref = datasetRef(statement.path, caller);
  const { project, dataset } = ref;
  const done = (operation: string) => ({ operation, table: undefined, dataset: { project, dataset } });
  if (statement.ifExists && !engine.catalog.dataset(project, dataset)) return done('SKIP');
  const record = requireDataset(engine, ref);
  const tables = engine.catalog.tables(project, dataset);
  if (tables.length > 0 && !statement.cascade)
    throw new JobFailure('resourceInUse', `Dataset ${project}:${dataset} is still in use`);
  for (const table of tables) await engine.catalog.dropTable(tx, table);
  await engine.catalog.dropDataset(tx, record);
  return done('DROP');
}
