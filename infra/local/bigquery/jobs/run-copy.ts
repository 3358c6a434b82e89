import { JobFailure, toFailure } from '../errors.ts';
import { checkSchemaChange } from '../schema.ts';
import { openDestination, readDestination } from './destination.ts';
import { type Engine, nameOf, readTableRef, requireTable } from './engine.ts';
import { type Execution, finish, inTransaction } from './execution.ts';
import type { CopyConfiguration } from './job.ts';

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
  const destination = readDestination(ref, copy, 'WRITE_EMPTY');
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
        checkSchemaChange(first.schema, record.schema, nameOf(first));
      }
      if (destination.write === 'WRITE_TRUNCATE' && sources.some((source) => nameOf(source) === nameOf(ref)))
        throw new JobFailure('invalid', `Cannot copy a table to itself: ${nameOf(ref)}`);
      const partitioned = {
        ...destination,
        timePartitioning: first.timePartitioning,
        requirePartitionFilter: first.requirePartitionFilter,
        clustering: first.clustering,
      };
      const target = await openDestination(
        engine,
        tx,
        engine.catalog.table(ref) ? destination : partitioned,
        first.schema,
      );
      const names = first.schema.map((field) => `"${field.name.replaceAll('"', '""')}"`).join(', ');
      let rows = 0;
      for (const record of records)
        rows += await tx.run(`INSERT INTO ${target.physical} (${names}) SELECT ${names} FROM ${record.physical}`);
      await engine.catalog.touch(tx, target, engine.clock.now());
      await finish(engine, tx, job, { copy: { rows } });
    });
  } catch (error) {
    throw toFailure(error, '');
  } finally {
    release();
  }
}
