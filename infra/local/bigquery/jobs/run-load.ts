import type { TableRecord } from '../catalog.ts';
import { JobFailure, toFailure } from '../errors.ts';
import { detectCsv, stageCsv } from '../loads/csv.ts';
import { detectJson, stageJson } from '../loads/ndjson.ts';
import { stageParquet } from '../loads/parquet.ts';
import { findSources, type SourceFile } from '../loads/source.ts';
import type { Staged } from '../loads/staged.ts';
import { type Partition, parsePartition, refuseSpecial, splitDecorator } from '../partitions/decorators.ts';
import { type Field, parseFields } from '../schema.ts';
import { adoptParameters } from '../schema-change.ts';
import type { Tx } from '../warehouse.ts';
import { readDestination } from './destination.ts';
import { type Engine, nameOf, readTableRef } from './engine.ts';
import { type Execution, finish, inTransaction, lockFor } from './execution.ts';
import { insertRows } from './insert-rows.ts';
import type { Disposition, LoadConfiguration, LoadStatistics } from './job.ts';
import { openDestination } from './open-destination.ts';
import { besidePartition, checkWithin, clearPartition } from './write-partition.ts';

let counter = 0;
/** Temporary tables are per connection, but a pooled connection may still hold those of a load that failed. */
const fresh = (prefix: string) => `${prefix}_${process.pid}_${++counter}`;

/** Loads files into a table: all rows and the job's end in one transaction, or nothing. */
export async function runLoad(engine: Engine, execution: Execution): Promise<void> {
  const { job } = execution;
  const load = job.configuration.load as LoadConfiguration;
  const named = readTableRef(load.destinationTable, job.project, 'destinationTable');
  const { ref, decorator } = splitDecorator(named);
  const destination = readDestination(ref, load, { write: 'WRITE_APPEND', onPartition: decorator !== undefined });
  const truncates = destination.write === 'WRITE_TRUNCATE' || destination.write === 'WRITE_TRUNCATE_DATA';
  const changes = truncates || destination.allowAddition || destination.allowRelaxation;
  const release = changes || !engine.catalog.table(ref) ? await lockFor(engine, execution, nameOf(ref)) : undefined;
  try {
    await inTransaction(engine, execution, async (tx) => {
      const files = findSources(engine, job);
      const existing = engine.catalog.table(ref);
      const partition =
        decorator === undefined ? undefined : parsePartition(decorator, existing ?? destination, nameOf(named));
      refuseSpecial(partition, 'written to by name');
      const target = besidePartition(destination, partition);
      const staged = await stage(tx, files, load, existing, target.write === 'WRITE_TRUNCATE');
      const record = await openDestination(engine, tx, target, staged.schema);
      const statistics = await insert(engine, tx, record, staged, partition, destination.write);
      await finish(engine, tx, job, {
        load: {
          ...statistics,
          inputFiles: files.length,
          inputFileBytes: files.reduce((sum, file) => sum + file.size, 0),
          badRecords: staged.badRecords,
        },
        errors: staged.errors,
      });
    });
  } catch (error) {
    throw loadFailure(error);
  } finally {
    release?.();
  }
}

/** A load has no query: what goes wrong in its conversions is the data's fault. */
function loadFailure(error: unknown): JobFailure {
  const failure = toFailure(error, '');
  if (failure.reason !== 'invalidQuery') return failure;
  return new JobFailure(
    'invalid',
    failure.message.startsWith('Error while reading')
      ? failure.message
      : `Error while reading data, error message: ${failure.message}`,
  );
}

/** `replaced`: the table's schema gives way to the load's. */
async function stage(
  tx: Tx,
  files: SourceFile[],
  load: LoadConfiguration,
  existing: TableRecord | undefined,
  replaced: boolean,
): Promise<Staged> {
  const table = replaced ? undefined : existing?.schema;
  const given = load.schema?.fields !== undefined ? parseFields(load.schema.fields) : undefined;
  const explicit = given && adoptParameters(given, table ?? []);
  const known = explicit ?? (replaced && load.autodetect ? undefined : existing?.schema);
  const format = load.sourceFormat ?? 'CSV';
  if (format !== 'CSV') refuseRanges(known, format);
  switch (format) {
    case 'PARQUET':
      return stageParquet(tx, files, load, explicit ?? table, explicit !== undefined);
    case 'CSV': {
      if (known && !(load.autodetect && !explicit)) return stageCsv(tx, files, load, known, fresh);
      if (!load.autodetect) throw noSchema();
      const found = await detectCsv(tx, files, load);
      return stageCsv(tx, files, { ...load, skipLeadingRows: found.skip }, found.schema, fresh);
    }
    case 'NEWLINE_DELIMITED_JSON': {
      if (known) return stageJson(tx, files, load, known, fresh);
      if (!load.autodetect) throw noSchema();
      return stageJson(tx, files, load, await detectJson(tx, files), fresh);
    }
    default:
      throw new JobFailure('invalid', `not supported by the embedded warehouse: source format ${format}`);
  }
}

/** BigQuery documents how CSV holds ranges, and of no other format. */
function refuseRanges(schema: readonly Field[] | undefined, format: string): void {
  for (const { type, name, fields } of schema ?? []) {
    if (type === 'RANGE')
      throw new JobFailure(
        'invalid',
        `not supported by the embedded warehouse: loading RANGE column ${name} from ${format}; load CSV, or insert the rows`,
      );
    refuseRanges(fields, format);
  }
}

const noSchema = () => new JobFailure('invalid', 'No schema specified on job or table.');

async function insert(
  engine: Engine,
  tx: Tx,
  record: TableRecord,
  staged: Staged,
  partition: Partition | undefined,
  write: Disposition,
): Promise<Pick<LoadStatistics, 'outputRows' | 'outputBytes'>> {
  if (partition) {
    await checkWithin(tx, staged.source, partition);
    await clearPartition(tx, record, partition, write);
  }
  const rows = await insertRows(engine, tx, record, {
    fields: staged.schema,
    query: `SELECT * FROM ${staged.source} AS s`,
    partitionTime: partition?.time,
  });
  for (const temporary of staged.temporary) await tx.run(`DROP TABLE IF EXISTS ${temporary}`);
  await engine.catalog.touch(tx, record, engine.clock.now());
  return { outputRows: rows, outputBytes: await outputBytes(tx, record, rows) };
}

/** Fixed-width columns by their width; text by the table's average, which spares a scan of what was just written. */
async function outputBytes(tx: Tx, record: TableRecord, rows: number): Promise<number> {
  const text = record.schema.filter(
    (field) => ['STRING', 'BYTES', 'JSON'].includes(field.type) && field.mode !== 'REPEATED',
  );
  const fixed = (record.schema.length - text.length) * 8 * rows;
  if (text.length === 0 || rows === 0) return fixed;
  const parts = text.map(
    (field) => `coalesce(avg(2 + strlen(CAST("${field.name.replaceAll('"', '""')}" AS VARCHAR))), 0)`,
  );
  const [row] = await tx.rows(
    `SELECT ${parts.join(' + ')} AS bytes FROM (SELECT * FROM ${record.physical} ORDER BY rowid DESC LIMIT 2048)`,
  );
  return fixed + Math.round(Number(row?.bytes ?? 0) * rows);
}
