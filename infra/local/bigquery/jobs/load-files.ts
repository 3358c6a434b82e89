import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { TableRecord } from '../catalog.ts';
import type { JobError } from '../errors.ts';
import { withReadable } from '../loads/encodings.ts';
import { readHive, stageHive } from '../loads/hive.ts';
import type { SourceFile } from '../loads/source.ts';
import { shapeOf, stage } from '../loads/stage.ts';
import type { Staged } from '../loads/staged.ts';
import { type Partition, parsePartition, refuseSpecial } from '../partitions/decorators.ts';
import type { Tx } from '../warehouse.ts';
import type { Destination } from './destination.ts';
import { type Engine, nameOf } from './engine.ts';
import { insertRows } from './insert-rows.ts';
import type { LoadConfiguration, LoadStatistics } from './job.ts';
import { openDestination } from './open-destination.ts';
import { besidePartition, checkWithin, clearPartition } from './write-partition.ts';

/** What a load job or LOAD DATA asks for. */
interface LoadRequest {
  load: LoadConfiguration;
  destination: Destination;
  /** The partition that takes the rows. */
  decorator: string | undefined;
  files: SourceFile[];
}

/** Whether a load changes more of its table than its rows, so that it must not run beside another. */
export function changesTable(engine: Engine, { ref, write, allowAddition, allowRelaxation }: Destination): boolean {
  const truncates = write === 'WRITE_TRUNCATE' || write === 'WRITE_TRUNCATE_DATA';
  return truncates || allowAddition || allowRelaxation || !engine.catalog.table(ref);
}

/** The files' rows into the table, in the caller's transaction. Throws JobFailure. */
export async function loadFiles(
  engine: Engine,
  tx: Tx,
  { load, destination, decorator, files }: LoadRequest,
): Promise<{ record: TableRecord; statistics: LoadStatistics; errors: JobError[] }> {
  const existing = engine.catalog.table(destination.ref);
  const partition =
    decorator === undefined
      ? undefined
      : parsePartition(decorator, existing ?? destination, `${nameOf(destination.ref)}$${decorator}`);
  refuseSpecial(partition, 'written to by name');
  const target = besidePartition(destination, partition);
  // A table that was made without a schema takes that of its first rows.
  const table = existing && existing.schema.length > 0 ? existing.schema : undefined;
  const isReplaced = target.write === 'WRITE_TRUNCATE';
  const folder = join(engine.exports, `load-${randomUUID()}`);
  const staged = await withReadable(files, load, folder, async (readable) => {
    const hive = readHive(load, readable);
    return hive
      ? stageHive(tx, hive, load, { table, isReplaced }, folder)
      : stage(tx, readable, await shapeOf(tx, readable, load, { table, isReplaced }, folder));
  });
  const record = await openDestination(engine, tx, target, staged.schema);
  if (partition) {
    await checkWithin(tx, staged.source, partition);
    await clearPartition(tx, record, partition, destination.write);
  }
  const rows = await insertStaged(engine, tx, record, staged, partition);
  return {
    record,
    errors: staged.errors,
    statistics: {
      inputFiles: files.length,
      inputFileBytes: files.reduce((sum, file) => sum + file.size, 0),
      outputRows: rows,
      outputBytes: await outputBytes(tx, record, rows),
      badRecords: staged.badRecords,
    },
  };
}

async function insertStaged(
  engine: Engine,
  tx: Tx,
  record: TableRecord,
  staged: Staged,
  partition: Partition | undefined,
): Promise<number> {
  const rows = await insertRows(engine, tx, record, {
    fields: staged.schema,
    query: `SELECT * FROM ${staged.source} AS s`,
    partitionTime: partition?.time,
  });
  for (const temporary of staged.temporary) await tx.run(`DROP TABLE IF EXISTS ${temporary}`);
  await engine.catalog.touch(tx, record, engine.clock.now());
  return rows;
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
