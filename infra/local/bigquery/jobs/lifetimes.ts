import type { TableRecord, TableRef } from '../catalog.ts';
import { isConflict } from '../errors.ts';
import { expiredCondition } from '../partitions/layout.ts';
import { type Engine, nameOf } from './engine.ts';

type Life = Pick<TableRecord, 'expirationTime' | 'timePartitioning'>;

/**
 * How long a new table lives by its dataset's defaults: one that is partitioned by time loses its partitions one by one,
 * any other goes as a whole. Source: cloud.google.com/bigquery/docs/reference/rest/v2/datasets#Dataset
 */
export function defaultLife(
  engine: Engine,
  ref: TableRef,
  now: number,
  { timePartitioning }: Pick<Life, 'timePartitioning'>,
): Life {
  const { defaultPartitionExpirationMs: partition, defaultTableExpirationMs: table } =
    engine.catalog.dataset(ref.project, ref.dataset)?.rest ?? {};
  if (timePartitioning && partition)
    return { timePartitioning: { expirationMs: String(partition), ...timePartitioning }, expirationTime: undefined };
  return { timePartitioning, expirationTime: table ? now + Number(table) : undefined };
}

/** Drops tables whose time is past. One that others work on waits for the next look. */
export async function expireTables(engine: Engine): Promise<void> {
  for (const record of engine.catalog.expired(engine.clock.now())) {
    const release = engine.locks.tryAcquire(nameOf(record));
    if (!release) continue;
    try {
      // Meanwhile another may have come to have its name.
      if (engine.catalog.expired(engine.clock.now()).includes(record))
        await engine.warehouse.transaction((tx) => engine.catalog.dropTable(tx, record));
    } finally {
      release();
    }
  }
}

/** Deletes the rows of partitions whose time is past. A table that others change meanwhile waits for the next look. */
export async function expirePartitions(engine: Engine): Promise<void> {
  for (const { project, dataset, table } of engine.catalog.withPartitionExpiration()) {
    const release = engine.locks.tryAcquire(nameOf({ project, dataset, table }));
    if (!release) continue;
    try {
      const record = engine.catalog.table({ project, dataset, table });
      const condition = record && expiredCondition(record, engine.clock.now());
      if (record && condition !== undefined) await deleteRows(engine, record, condition);
    } catch (error) {
      if (!isConflict(error)) throw error;
    } finally {
      release();
    }
  }
}

async function deleteRows(engine: Engine, record: TableRecord, condition: string): Promise<void> {
  await engine.warehouse.transaction(async (tx) => {
    const gone = await tx.run(`DELETE FROM ${record.physical} WHERE ${condition}`);
    if (gone > 0) await engine.catalog.touch(tx, record, engine.clock.now());
  });
}
