import type { TableRecord, TableRef } from '../catalog.ts';
import { JobFailure, toFailure } from '../errors.ts';
import { type Partition, parsePartition, partitionCondition } from '../loads/partition.ts';
import { checkSchemaChange } from '../schema-change.ts';
import { quoteName } from '../sql/types.ts';
import type { Tx } from '../warehouse.ts';
import { type Destination, readDestination } from './destination.ts';
import { type Engine, nameOf, readTableRef, requireTable } from './engine.ts';
import { type Execution, finish, inTransaction, lockFor } from './execution.ts';
import { insertRows } from './insert-rows.ts';
import type { CopyConfiguration } from './job.ts';
import { layoutText, openDestination } from './open-destination.ts';

const OPERATIONS = ['COPY', 'SNAPSHOT', 'CLONE', 'RESTORE'] as const;

/** A table, or one partition of it. */
interface Part {
  record: TableRecord;
  partition: Partition | undefined;
}

/** Copies tables, or partitions of them, into one; in one transaction. */
export async function runCopy(engine: Engine, execution: Execution): Promise<void> {
  const { job } = execution;
  const copy = job.configuration.copy as CopyConfiguration;
  const operation = OPERATIONS.find((one) => one === (copy.operationType || 'COPY').toUpperCase());
  if (!operation) throw new JobFailure('invalid', `Invalid operationType of a copy job: ${copy.operationType}`);
  const sources = (copy.sourceTables ?? (copy.sourceTable ? [copy.sourceTable] : [])).map((raw) =>
    readTableRef(raw, job.project, 'sourceTable'),
  );
  if (sources.length === 0) throw new JobFailure('invalid', 'Required parameter is missing: sourceTable');
  if (operation !== 'COPY' && sources.length > 1)
    throw new JobFailure('invalid', `A ${operation} is made of one table, not of ${sources.length}`);
  const named = readTableRef(copy.destinationTable, job.project, 'destinationTable');
  const [table = '', decorator] = named.table.split('$');
  const ref = { ...named, table };
  const destination = readDestination(ref, copy, { write: 'WRITE_EMPTY', onPartition: decorator !== undefined });
  if (destination.write === 'WRITE_TRUNCATE_DATA')
    throw new JobFailure('invalid', 'Invalid writeDisposition of a copy job: WRITE_TRUNCATE_DATA');
  const release = await lockFor(engine, execution, nameOf(ref));
  try {
    await inTransaction(engine, execution, async (tx) => {
      const parts = sources.map((source) => requirePart(engine, source));
      const [first] = parts;
      if (!first) throw new JobFailure('invalid', 'Required parameter is missing: sourceTable');
      for (const { record } of parts) {
        checkOperation(operation, record);
        checkSchemaChange(first.record.schema, record.schema, nameOf(first.record), 'same');
      }
      if (destination.write === 'WRITE_TRUNCATE' && parts.some(({ record }) => nameOf(record) === nameOf(ref)))
        throw new JobFailure('invalid', `Cannot copy a table to itself: ${nameOf(ref)}`);
      const existing = engine.catalog.table(ref);
      if (existing) for (const { record } of parts) checkSameLayout(record, existing);
      const partition =
        decorator === undefined ? undefined : parsePartition(decorator, existing ?? first.record, {}, nameOf(named));
      if (partition) checkSamePartition(parts, partition);
      const target = await openTarget(engine, tx, destination, first.record, partition);
      const names = first.record.schema.map((field) => quoteName(field.name)).join(', ');
      let rows = 0;
      for (const { record, partition: part } of parts) {
        const where = part ? ` WHERE ${partitionCondition(part)}` : '';
        rows += await insertRows(tx, target, record.schema, `SELECT ${names} FROM ${record.physical}${where}`);
      }
      await describeTarget(engine, tx, operation, target, first.record);
      await engine.catalog.touch(tx, target, engine.clock.now());
      await finish(engine, tx, job, { copy: { rows } });
    });
  } catch (error) {
    throw toFailure(error, '');
  } finally {
    release();
  }
}

function requirePart(engine: Engine, named: TableRef): Part {
  const [table = '', decorator] = named.table.split('$');
  const record = requireTable(engine, { ...named, table });
  return {
    record,
    partition: decorator === undefined ? undefined : parsePartition(decorator, record, {}, nameOf(named)),
  };
}

function checkOperation(operation: (typeof OPERATIONS)[number], record: TableRecord): void {
  if (record.kind === 'VIEW')
    throw new JobFailure(
      'invalid',
      `${nameOf(record)} is not allowed for this operation because it is currently a VIEW.`,
    );
  if (operation === 'RESTORE' && record.kind !== 'SNAPSHOT')
    throw new JobFailure('invalid', `${nameOf(record)} cannot be restored: it is no snapshot`);
  if (operation === 'SNAPSHOT' && record.kind === 'SNAPSHOT')
    throw new JobFailure('invalid', `${nameOf(record)} is a snapshot: no snapshot can be made of it`);
}

/** Rows stay in the partition that their column says, so one partition can be copied into its like alone. */
function checkSamePartition(parts: readonly Part[], target: Partition): void {
  for (const { record, partition } of parts)
    if (partition?.id !== target.id)
      throw new JobFailure(
        'invalid',
        `Cannot copy ${nameOf(record)}${partition ? `$${partition.id}` : ''} into the partition ${target.id}: it must be the same partition`,
      );
}

/** The table that takes the rows; of a partition's dispositions, only its own rows are in the way. */
async function openTarget(
  engine: Engine,
  tx: Tx,
  destination: Destination,
  first: TableRecord,
  partition: Partition | undefined,
): Promise<TableRecord> {
  const { timePartitioning, requirePartitionFilter, clustering } = first;
  const shape = engine.catalog.table(destination.ref) ? {} : { timePartitioning, requirePartitionFilter, clustering };
  const write = partition ? 'WRITE_APPEND' : destination.write;
  const target = await openDestination(engine, tx, { ...destination, ...shape, write }, first.schema, 'same');
  if (!partition) return target;
  const own = `FROM ${target.physical} WHERE ${partitionCondition(partition)}`;
  if (destination.write === 'WRITE_TRUNCATE') await tx.run(`DELETE ${own}`);
  if (destination.write === 'WRITE_EMPTY' && (await tx.rows(`SELECT 1 AS one ${own} LIMIT 1`)).length > 0)
    throw new JobFailure('duplicate', `Already Exists: Table ${nameOf(target)}$${partition.id}`);
  return target;
}

/** Snapshots and clones know what they were made of. */
async function describeTarget(
  engine: Engine,
  tx: Tx,
  operation: (typeof OPERATIONS)[number],
  target: TableRecord,
  { project, dataset, table }: TableRecord,
): Promise<void> {
  if (operation !== 'SNAPSHOT' && operation !== 'CLONE') return;
  const base = { table: { project, dataset, table }, at: engine.clock.now() };
  await engine.catalog.putTable(tx, { ...target, base, kind: operation === 'SNAPSHOT' ? 'SNAPSHOT' : 'TABLE' });
}

/** A copy moves rows as they lie, so both tables must be laid out alike; BigQuery's words where they are known. */
function checkSameLayout(source: TableRecord, target: TableRecord): void {
  const [from, to] = [source.timePartitioning, target.timePartitioning];
  if (!from && to)
    throw new JobFailure('invalid', 'Failed to copy Non partitioned table to Column partitioned table: not supported.');
  if (from && !to)
    throw new JobFailure(
      'invalid',
      `not supported by the embedded warehouse: copying the partitioned table ${nameOf(source)} into ${nameOf(target)}, which is not partitioned`,
    );
  if (from && to && (from.type !== to.type || from.field.toLowerCase() !== to.field.toLowerCase()))
    throw new JobFailure(
      'invalid',
      `Incompatible table partitioning specification. Expects partitioning specification ${layoutText(target)}, but input partitioning specification is ${layoutText(source)}`,
    );
  const columns = (record: TableRecord) => (record.clustering ?? []).join(',').toLowerCase();
  if (columns(source) !== columns(target))
    throw new JobFailure(
      'invalid',
      `Failed to copy ${nameOf(source)} to ${nameOf(target)}: incompatible clustering fields.`,
    );
}
