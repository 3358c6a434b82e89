import type { TableRecord } from '../catalog.ts';
import { JobFailure, toFailure } from '../errors.ts';
import { detectCsv, stageCsv } from '../loads/csv.ts';
import { detectJson, stageJson } from '../loads/ndjson.ts';
import { stageParquet } from '../loads/parquet.ts';
import { type Partition, parsePartition, partitionCondition } from '../loads/partition.ts';
import { findSources, type SourceFile } from '../loads/source.ts';
import type { Staged } from '../loads/staged.ts';
import { type Field, parseFields } from '../schema.ts';
import type { Tx } from '../warehouse.ts';
import { openDestination, readDestination } from './destination.ts';
import { type Engine, nameOf, readTableRef } from './engine.ts';
import { type Execution, finish, inTransaction } from './execution.ts';
import type { LoadConfiguration, LoadStatistics } from './job.ts';

let counter = 0;
/** Temporary tables are per connection, but a pooled connection may still hold those of a load that failed. */
const fresh = (prefix: string) => `${prefix}_${process.pid}_${++counter}`;

/** Loads files into a table: all rows and the job's end in one transaction, or nothing. */
export async function runLoad(engine: Engine, execution: Execution): Promise<void> {
  const { job } = execution;
  const load = job.configuration.load as LoadConfiguration;
  const named = readTableRef(load.destinationTable, job.project, 'destinationTable');
  const [table = '', decorator] = named.table.split('$');
  const ref = { ...named, table };
  const destination = readDestination(ref, load, 'WRITE_APPEND');
  const replaces = destination.write === 'WRITE_TRUNCATE' || destination.allowAddition || destination.allowRelaxation;
  const release = replaces || !engine.catalog.table(ref) ? await engine.locks.acquire(nameOf(ref)) : undefined;
  try {
    await inTransaction(engine, execution, async (tx) => {
      const files = findSources(engine, job);
      const existing = engine.catalog.table(ref);
      const staged = await stage(
        tx,
        files,
        load,
        existing,
        destination.write === 'WRITE_TRUNCATE' && decorator === undefined,
      );
      const partition = decorator === undefined ? undefined : parsePartition(decorator, existing, load, nameOf(named));
      const target =
        partition && destination.write === 'WRITE_TRUNCATE'
          ? { ...destination, write: 'WRITE_APPEND' as const }
          : destination;
      const record = await openDestination(engine, tx, target, staged.schema);
      const statistics = await insert(engine, tx, record, staged, partition, destination.write === 'WRITE_TRUNCATE');
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

async function stage(
  tx: Tx,
  files: SourceFile[],
  load: LoadConfiguration,
  existing: TableRecord | undefined,
  replaced: boolean,
): Promise<Staged> {
  const explicit = load.schema?.fields !== undefined ? parseFields(load.schema.fields) : undefined;
  const known = explicit ?? (replaced && load.autodetect ? undefined : existing?.schema);
  const format = load.sourceFormat ?? 'CSV';
  switch (format) {
    case 'PARQUET':
      return stageParquet(tx, files, load, explicit ?? existing?.schema, explicit !== undefined);
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

const noSchema = () => new JobFailure('invalid', 'No schema specified on job or table.');

async function insert(
  engine: Engine,
  tx: Tx,
  record: TableRecord,
  staged: Staged,
  partition: Partition | undefined,
  truncate: boolean,
): Promise<Pick<LoadStatistics, 'outputRows' | 'outputBytes'>> {
  const names = staged.schema.map((field: Field) => `"${field.name.replaceAll('"', '""')}"`).join(', ');
  if (partition) {
    const outside = await tx.rows(
      `SELECT 1 AS one FROM ${staged.source} AS s WHERE (${partitionCondition(partition)}) IS NOT TRUE LIMIT 1`,
    );
    if (outside.length > 0)
      throw new JobFailure(
        'invalid',
        `Some rows belong to different partitions rather than destination partition ${partition.id}`,
      );
    if (truncate) await tx.run(`DELETE FROM ${record.physical} WHERE ${partitionCondition(partition)}`);
  }
  const repeated = record.schema.filter(
    (field) =>
      field.mode === 'REPEATED' && !staged.schema.some((one) => one.name.toLowerCase() === field.name.toLowerCase()),
  );
  const extra = repeated.map((field) => `"${field.name.replaceAll('"', '""')}"`);
  const rows = await tx.run(
    `INSERT INTO ${record.physical} (${[names, ...extra].join(', ')}) SELECT ${[names, ...extra.map(() => '[]')].join(', ')} FROM ${staged.source} AS s`,
  );
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
