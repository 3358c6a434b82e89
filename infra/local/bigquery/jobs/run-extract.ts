import { JobFailure, toFailure } from '../errors.ts';
import { readExportOptions } from '../exports/export-options.ts';
import { exportRows } from '../exports/export-rows.ts';
import { quoteName } from '../sql/types.ts';
import { type Engine, nameOf, readTableRef } from './engine.ts';
import { type Execution, finish, inTransaction } from './execution.ts';
import type { ExtractConfiguration } from './job.ts';
import { requirePart } from './parts.ts';

/** Writes a table, or one partition of it, as objects. What a kill interrupts begins anew and writes the same names. */
export async function runExtract(engine: Engine, execution: Execution): Promise<void> {
  const { job } = execution;
  const extract = job.configuration.extract as ExtractConfiguration;
  const options = readExportOptions(extract);
  const named = readTableRef(extract.sourceTable, job.project, 'sourceTable');
  const { record, partition } = requirePart(engine, named);
  if (record.view !== undefined)
    throw new JobFailure(
      'invalid',
      `Using table ${nameOf(record)} is not allowed for this operation because of its type. Try using a different table that is of type TABLE.`,
    );
  const columns = record.schema.map((field) => quoteName(field.name)).join(', ');
  const where = partition ? ` WHERE ${partition.condition}` : '';
  const size = await engine.sizes.of(record);
  try {
    await inTransaction(engine, execution, async (tx) => {
      const query = `SELECT ${columns} FROM ${record.physical}${where}`;
      const files = await exportRows(engine, tx, query, record.schema, options);
      await finish(engine, tx, job, { extract: { files, inputBytes: size.total } });
    });
  } catch (error) {
    throw toFailure(error, '');
  }
}
