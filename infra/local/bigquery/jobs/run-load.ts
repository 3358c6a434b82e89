import { JobFailure, toFailure } from '../errors.ts';
import { findSources } from '../loads/source.ts';
import { splitDecorator } from '../partitions/decorators.ts';
import { readDestination } from './destination.ts';
import { describeDestination } from './destination-properties.ts';
import { type Engine, nameOf, readTableRef } from './engine.ts';
import { type Execution, finish, inTransaction, lockFor } from './execution.ts';
import type { LoadConfiguration } from './job.ts';
import { changesTable, loadFiles } from './load-files.ts';

/** Loads files into a table: all rows and the job's end in one transaction, or nothing. */
export async function runLoad(engine: Engine, execution: Execution): Promise<void> {
  const { job } = execution;
  const load = job.configuration.load as LoadConfiguration;
  const named = readTableRef(load.destinationTable, job.project, 'destinationTable');
  const { ref, decorator } = splitDecorator(named);
  const destination = readDestination(ref, load, { write: 'WRITE_APPEND', onPartition: decorator !== undefined });
  const release = changesTable(engine, destination) ? await lockFor(engine, execution, nameOf(ref)) : undefined;
  try {
    await inTransaction(engine, execution, async (tx) => {
      const files = findSources(engine, load, job.upload);
      const isNew = !engine.catalog.table(ref);
      const { record, statistics, errors } = await loadFiles(engine, tx, { load, destination, decorator, files });
      await describeDestination(engine, tx, record, { load, isNew });
      await finish(engine, tx, job, { load: statistics, errors });
    });
  } catch (error) {
    throw loadFailure(error);
  } finally {
    release?.();
  }
}

/** A load has no query: what goes wrong in its conversions is the data's fault. */
export function loadFailure(error: unknown): JobFailure {
  const failure = toFailure(error, '');
  if (failure.reason !== 'invalidQuery') return failure;
  return new JobFailure(
    'invalid',
    failure.message.startsWith('Error while reading')
      ? failure.message
      : `Error while reading data, error message: ${failure.message}`,
  );
}
