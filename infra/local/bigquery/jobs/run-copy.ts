import type { TableRecord } from '../catalog.ts';
import { JobFailure, toFailure } from '../errors.ts';
import { checkSchemaChange } from '../schema-change.ts';
import { quoteName } from '../sql/types.ts';
import { readDestination } from './destination.ts';
import { type Engine, nameOf, readTableRef, requireTable } from './engine.ts';
import { type Execution, finish, inTransaction } from './execution.ts';
import { insertRows } from './insert-rows.ts';
import type { CopyConfiguration } from './job.ts';
import { layoutText, openDestination } from './open-destination.ts';

/** Copies tables into one, in one transaction. */
export async function runCopy(engine: Engine, execution: Execution): Promise<void> {
  const { job } = execution;
  const copy = job.configuration.copy as CopyConfiguration;
  if ((copy.operationType ?? 'COPY') !== 'COPY')
    throw new JobFailure('invalid', `not supported by the embedded warehouse: copy operation ${copy.operationType}`);
  const sources = (copy.sourceTables ?? (copy.sourceTable ? [copy.sourceTable] : [])).map((raw) =>
    readTableRef(raw, job.project, 'sourceTable'),
  );
  if (sources.length === 0) throw new JobFailure('invalid', 'Required parameter is missing: sourceTable');
  const ref = readTableRef(copy.destinationTable, job.project, 'destinationTable');
  for (const one of [ref, ...sources])
    if (one.table.includes('$'))
      throw new JobFailure('invalid', `not supported by the embedded warehouse: copying the partition ${nameOf(one)}`);
  const destination = readDestination(ref, copy, { write: 'WRITE_EMPTY' });
  if (destination.write === 'WRITE_TRUNCATE_DATA')
    throw new JobFailure('invalid', 'Invalid writeDisposition of a copy job: WRITE_TRUNCATE_DATA');
  const release = await engine.locks.acquire(nameOf(ref));
  try {
    await inTransaction(engine, execution, async (tx) => {
      const records = sources.map((source) => requireTable(engine, source));
      const [first] = records;
      if (!first) throw new JobFailure('invalid', 'Required parameter is missing: sourceTable');
      for (const record of records) {
        if (record.kind === 'VIEW')
          throw new JobFailure(
            'invalid',
            `${nameOf(record)} is not allowed for this operation because it is currently a VIEW.`,
          );
        checkSchemaChange(first.schema, record.schema, nameOf(first), 'same');
      }
      if (destination.write === 'WRITE_TRUNCATE' && sources.some((source) => nameOf(source) === nameOf(ref)))
        throw new JobFailure('invalid', `Cannot copy a table to itself: ${nameOf(ref)}`);
      const existing = engine.catalog.table(ref);
      if (existing) for (const record of records) checkSameLayout(record, existing);
      const alike = {
        ...destination,
        timePartitioning: first.timePartitioning,
        requirePartitionFilter: first.requirePartitionFilter,
        clustering: first.clustering,
      };
      const target = await openDestination(engine, tx, existing ? destination : alike, first.schema, 'same');
      const names = first.schema.map((field) => quoteName(field.name)).join(', ');
      let rows = 0;
      for (const record of records)
        rows += await insertRows(tx, target, first.schema, `SELECT ${names} FROM ${record.physical}`);
      await engine.catalog.touch(tx, target, engine.clock.now());
      await finish(engine, tx, job, { copy: { rows } });
    });
  } catch (error) {
    throw toFailure(error, '');
  } finally {
    release();
  }
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
