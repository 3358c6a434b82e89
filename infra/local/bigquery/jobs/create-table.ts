import type { TableKeys, TableRecord } from '../catalog.ts';
import { JobFailure } from '../errors.ts';
import { isIngestion, isPartitionedAlike, type Layout, physicalColumns } from '../partitions/layout.ts';
import { checkLayout } from '../partitions/read-layout.ts';
import { type Field, fieldOfType, parseFields, typeOfField } from '../schema.ts';
import type { DdlStatement, QueryPlan } from '../sql/analyze/statement.ts';
import { coerce, typed } from '../sql/analyze/typed.ts';
import type { Path } from '../sql/parse/statement-tree.ts';
import { SqlError } from '../sql/sql-error.ts';
import { constrain, withoutParameters } from '../sql/type-parameters.ts';
import { quoteName, renderType } from '../sql/types.ts';
import type { Tx } from '../warehouse.ts';
import { type Caller, existingRef, requireDataset, requireTable, tableRef, temporaryRef } from './ddl-names.ts';
import { readColumns, readOptions } from './ddl-options.ts';
import { type Engine, nameOf } from './engine.ts';
import type { QueryStatistics } from './job.ts';
import { NO_KEYS, withKey } from './keys.ts';
import { addTable } from './new-table.ts';
import { checkTableId } from './open-destination.ts';
import { readPartitionBy } from './partition-by.ts';

type CreateTable = Extract<DdlStatement, { kind: 'createTable' }>;

export async function createTable(
  engine: Engine,
  tx: Tx,
  caller: Caller,
  statement: CreateTable,
  query: QueryPlan | undefined,
): Promise<QueryStatistics['ddl']> {
  const ref = statement.temp ? temporaryRef(statement.path, caller) : tableRef(statement.path, caller);
  if (!statement.temp) requireDataset(engine, ref);
  checkTableId(ref.table);
  const existing = engine.catalog.table(ref);
  if (existing && statement.ifNotExists) return { operation: 'SKIP', table: ref };
  if (existing && !statement.orReplace) throw new JobFailure('duplicate', `Already Exists: Table ${nameOf(ref)}`);
  if (existing?.view !== undefined)
    throw new JobFailure('invalid', `${nameOf(ref)} is a view: drop it before a table takes its name`);
  const source = statement.from && requireSource(engine, statement.from.path, caller);
  const selected = query?.columns.map((column) => fieldOfType(column.name, column.type));
  const schema = statement.columns ? readColumns(statement.columns) : (source?.schema ?? parseFields(selected ?? []));
  checkSelected(statement, schema, selected);
  if (schema.length === 0) throw new SqlError('CREATE TABLE needs columns or AS SELECT', statement.at);
  const options = readOptions(statement.options);
  const layout = layoutOf(statement, schema, source);
  const { timePartitioning, rangePartitioning } = layout;
  if (options.requirePartitionFilter && !timePartitioning && !rangePartitioning)
    throw new SqlError('require_partition_filter is set on a table that is not partitioned', statement.at);
  if (options.partitionExpirationMs !== undefined && !timePartitioning)
    throw new SqlError('partition_expiration_days is set on a table that is not partitioned by time', statement.at);
  checkLayout(schema, layout);
  const keys = statement.keys.reduce((all, key) => withKey(engine, caller, { ...ref, schema }, all, key), NO_KEYS);
  const record = await addTable(engine, tx, {
    ...ref,
    ...keysOf(keys, statement.from?.how === 'LIKE' ? undefined : source?.keys),
    kind: statement.snapshot ? 'SNAPSHOT' : 'TABLE',
    ...(source && statement.from?.how === 'CLONE' && { base: { table: refOf(source), at: engine.clock.now() } }),
    schema,
    ...layout,
    timePartitioning: timePartitioning && {
      ...timePartitioning,
      ...(options.partitionExpirationMs !== undefined && { expirationMs: options.partitionExpirationMs }),
    },
    requirePartitionFilter: options.requirePartitionFilter || source?.requirePartitionFilter === true,
    expirationTime: options.expirationTime,
    rest: { ...source?.rest, ...options.rest },
  });
  if (query) await tx.run(`INSERT INTO ${record.physical} ${selectedRows(query, schema)}`);
  else if (source && statement.from?.how !== 'LIKE') await copyRows(tx, record, source);
  if (existing) await tx.run(`DROP TABLE ${existing.physical}`);
  return { operation: existing ? 'REPLACE' : 'CREATE', table: ref };
}

/** Copies, clones and snapshots have their source's keys. */
function keysOf(own: TableKeys, copied: TableKeys | undefined): { keys?: TableKeys } {
  const keys = own === NO_KEYS ? copied : own;
  return keys ? { keys } : {};
}

/** What the statement says, or else what the table that it takes after has. */
function layoutOf(statement: CreateTable, schema: Field[], source: TableRecord | undefined): Layout {
  const { partitionBy, clusterBy, query } = statement;
  const by = partitionBy ? readPartitionBy(partitionBy, schema) : source;
  const layout = {
    timePartitioning: by?.timePartitioning,
    rangePartitioning: by?.rangePartitioning,
    clustering: clusterBy.length > 0 ? clusterBy.map((name) => name.name) : source?.clustering,
  };
  if (query && isIngestion(layout))
    throw new SqlError('Partitioning by ingestion time cannot be used with AS SELECT', partitionBy?.at ?? statement.at);
  return layout;
}

async function copyRows(tx: Tx, record: TableRecord, source: TableRecord): Promise<void> {
  if (!isPartitionedAlike(record, source) && (isIngestion(record) || isIngestion(source)))
    throw new SqlError(
      'not supported by the embedded warehouse: a copy that is partitioned by ingestion time where its source is not, or the other way round',
    );
  const names = physicalColumns(record).map(quoteName).join(', ');
  await tx.run(`INSERT INTO ${record.physical} (${names}) SELECT ${names} FROM ${source.physical}`);
}

const refOf = ({ project, dataset, table }: TableRecord) => ({ project, dataset, table });

/** The table that LIKE, COPY or CLONE names. */
function requireSource(engine: Engine, path: Path, caller: Caller): TableRecord {
  const ref = existingRef(engine, path, caller);
  const record = requireTable(engine, ref);
  if (record.view !== undefined)
    throw new SqlError(`${nameOf(ref)} is a view: its table cannot be copied`, path[0]?.at);
  return record;
}

/** With a column list, the query's columns are taken by position and converted. */
function checkSelected(statement: CreateTable, schema: Field[], selected: Field[] | undefined): void {
  if (!selected || !(statement.columns ?? statement.from)) return;
  if (selected.length !== schema.length)
    throw new SqlError(
      `The number of columns in the column definition list does not match the number of columns produced by the query: ${schema.length} and ${selected.length}`,
      statement.at,
    );
}

function selectedRows(query: QueryPlan, schema: Field[]): string {
  const values = query.columns.map((column, i) => {
    const declared = schema[i] ? typeOfField(schema[i]) : column.type;
    const value = coerce(typed(`r.c${i + 1}`, column.type), withoutParameters(declared));
    if (!value)
      throw new SqlError(
        `Column ${schema[i]?.name} has type ${renderType(declared)}, but the query gives ${renderType(column.type)}`,
      );
    return constrain(value.sql, declared, schema[i]?.name);
  });
  return `SELECT ${values.join(', ')} FROM (${query.sql}) AS r`;
}
