import type { TableRecord } from '../catalog.ts';
import { JobFailure, toFailure } from '../errors.ts';
import { type Partition, parsePartition, refuseSpecial, splitDecorator } from '../partitions/decorators.ts';
import { isIngestion, isPartitionedAlike, layoutText } from '../partitions/layout.ts';
import type { Field } from '../schema.ts';
import { checkSchemaChange } from '../schema-change.ts';
import { PARTITION_TIME } from '../sql/analyze/pseudo-columns.ts';
import { quoteName } from '../sql/types.ts';
import type { Tx } from '../warehouse.ts';
import { type Destination, readDestination } from './destination.ts';
import { type Engine, nameOf, readTableRef } from './engine.ts';
import { type Execution, finish, inTransaction, lockFor } from './execution.ts';
import { insertRows } from './insert-rows.ts';
import type { CopyConfiguration } from './job.ts';
import { openDestination } from './open-destination.ts';
import { type Part, requirePart } from './parts.ts';
import { besidePartition, clearPartition } from './write-partition.ts';

const OPERATIONS = ['COPY', 'SNAPSHOT', 'CLONE', 'RESTORE'] as const;

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
  const { ref, decorator } = splitDecorator(named);
  const destination = readDestination(ref, copy, { write: 'WRITE_EMPTY', onPartition: decorator !== undefined });
  if (destination.write === 'WRITE_TRUNCATE_DATA')
    throw new JobFailure('invalid', 'Invalid writeDisposition of a copy job: WRITE_TRUNCATE_DATA');
  const expirationTime = readExpiration(copy.destinationExpirationTime, job.created);
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
      if (existing) for (const part of parts) checkSameLayout(part, existing, decorator);
      if (isPartitioned(existing ?? first.record)) refuseMixture(parts);
      const partition =
        decorator === undefined ? undefined : parsePartition(decorator, existing ?? first.record, nameOf(named));
      refuseSpecial(partition, 'copied to by name');
      if (partition) checkSamePartition(parts, partition);
      const target = await openTarget(engine, tx, destination, first.record, partition);
      const rows = await copyParts(engine, tx, { parts, schema: first.record.schema, partition }, target);
      // What is made new is of its own time, to the millisecond.
      const at = existing ? engine.clock.now() : target.created;
      await describeTarget(engine, tx, { operation, expirationTime, at }, target, first.record);
      await engine.catalog.touch(tx, target, engine.clock.now());
      await finish(engine, tx, job, { copy: { rows } });
    });
  } catch (error) {
    throw toFailure(error, '');
  } finally {
    release();
  }
}

function checkOperation(operation: (typeof OPERATIONS)[number], record: TableRecord): void {
  if (record.view !== undefined)
    throw new JobFailure(
      'invalid',
      `${nameOf(record)} is not allowed for this operation because it is currently a VIEW.`,
    );
  if (operation === 'RESTORE' && record.kind !== 'SNAPSHOT')
    throw new JobFailure('invalid', `${nameOf(record)} cannot be restored: it is no snapshot`);
  if (operation === 'SNAPSHOT' && record.kind === 'SNAPSHOT')
    throw new JobFailure('invalid', `${nameOf(record)} is a snapshot: no snapshot can be made of it`);
}

/**
 * Rows stay in the partition that their column says, so one partition can be copied into its like alone. Ingestion-time
 * partitions take those of their own time, of whatever unit, and tables that are not partitioned.
 */
function checkSamePartition(parts: readonly Part[], target: Partition): void {
  for (const { record, partition } of parts) {
    if (target.time !== undefined && !isPartitioned(record)) continue;
    const isWithin =
      target.time !== undefined &&
      partition?.time !== undefined &&
      partition.span &&
      target.span &&
      partition.span.from >= target.span.from &&
      partition.span.to <= target.span.to;
    if (!isWithin && partition?.id !== target.id)
      throw new JobFailure(
        'invalid',
        `Cannot copy ${nameOf(record)}${partition ? `$${partition.id}` : ''} into the partition ${target.id}: it must be the same partition`,
      );
  }
}

function refuseMixture(parts: readonly Part[]): void {
  if (new Set(parts.map(({ record }) => isPartitioned(record))).size > 1)
    throw new JobFailure('invalid', 'Source tables cannot be a mixture of partitioned and non-partitioned tables');
}

/** The table that takes the rows; of a partition's dispositions, only its own rows are in the way. */
async function openTarget(
  engine: Engine,
  tx: Tx,
  destination: Destination,
  first: TableRecord,
  partition: Partition | undefined,
): Promise<TableRecord> {
  const { timePartitioning, rangePartitioning, requirePartitionFilter, clustering } = first;
  const shape = engine.catalog.table(destination.ref)
    ? {}
    : { timePartitioning, rangePartitioning, requirePartitionFilter, clustering };
  const target = await openDestination(
    engine,
    tx,
    besidePartition({ ...destination, ...shape }, partition),
    first.schema,
    'same',
  );
  if (partition) await clearPartition(tx, target, partition, destination.write);
  return target;
}

/** Copies rows. What one statement reads it reads as it was: a table may be among its own sources. */
async function copyParts(
  engine: Engine,
  tx: Tx,
  { parts, schema, partition }: { parts: readonly Part[]; schema: readonly Field[]; partition: Partition | undefined },
  target: TableRecord,
): Promise<number> {
  // Without a partition to go to, rows keep the one that they came to.
  const keepsTime = ({ record }: Part) => isIngestion(target) && isIngestion(record) && !partition;
  let rows = 0;
  // Those like the target come first, which itself is one of them.
  for (const alike of [parts.filter(keepsTime), parts.filter((part) => !keepsTime(part))]) {
    const [one] = alike;
    if (!one) continue;
    const fields = keepsTime(one) ? [...schema, { name: PARTITION_TIME }] : schema;
    const names = fields.map(({ name }) => quoteName(name)).join(', ');
    const queries = alike.map(
      ({ record, partition: part }) =>
        `SELECT ${names} FROM ${record.physical}${part ? ` WHERE ${part.condition}` : ''}`,
    );
    rows += await insertRows(engine, tx, target, {
      fields,
      query: queries.join(' UNION ALL '),
      partitionTime: partition?.time,
    });
  }
  return rows;
}

/** Snapshots and clones know what they were made of; a copy may say how long it lives. */
async function describeTarget(
  engine: Engine,
  tx: Tx,
  {
    operation,
    expirationTime,
    at,
  }: { operation: (typeof OPERATIONS)[number]; expirationTime: number | undefined; at: number },
  target: TableRecord,
  { project, dataset, table }: TableRecord,
): Promise<void> {
  const isMade = operation === 'SNAPSHOT' || operation === 'CLONE';
  if (!isMade && expirationTime === undefined) return;
  await engine.catalog.putTable(tx, {
    ...target,
    ...(isMade && {
      base: { table: { project, dataset, table }, at },
      kind: operation === 'SNAPSHOT' ? 'SNAPSHOT' : 'TABLE',
    }),
    expirationTime: expirationTime ?? target.expirationTime,
  });
}

/** RFC 3339 text → milliseconds since 1970. */
function readExpiration(text: string | undefined, now: number): number | undefined {
  if (!text) return undefined;
  const time = Date.parse(text);
  if (Number.isNaN(time) || time <= now)
    throw new JobFailure('invalid', `Invalid destinationExpirationTime: ${text}; it must be a time yet to come`);
  return time;
}

/** A copy moves rows as they lie; BigQuery's words where they are known. Source: cloud.google.com/bigquery/docs/managing-partitioned-tables#copy */
function checkSameLayout({ record: source, partition: from }: Part, target: TableRecord, to: string | undefined): void {
  const columns = (record: TableRecord) => (record.clustering ?? []).join(',').toLowerCase();
  if (columns(source) !== columns(target))
    throw new JobFailure(
      'invalid',
      `Failed to copy ${nameOf(source)} to ${nameOf(target)}: incompatible clustering fields.`,
    );
  // Its rows are divided no more.
  if (!isPartitioned(target)) return;
  if (!isPartitioned(source)) {
    if (isIngestion(target)) return;
    throw new JobFailure(
      'invalid',
      `Failed to copy Non partitioned table to ${target.rangePartitioning ? 'Range' : 'Column'} partitioned table: not supported.`,
    );
  }
  // A partition by ingestion time may go into a named one of another unit.
  if (from?.time !== undefined && to !== undefined && isIngestion(target)) return;
  if (!isPartitionedAlike(source, target))
    throw new JobFailure(
      'invalid',
      `Incompatible table partitioning specification. Expects partitioning specification ${layoutText(target)}, but input partitioning specification is ${layoutText(source)}`,
    );
}

const isPartitioned = ({ timePartitioning, rangePartitioning }: TableRecord) =>
  timePartitioning !== undefined || rangePartitioning !== undefined;
