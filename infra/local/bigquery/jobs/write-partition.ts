import type { TableRecord } from '../catalog.ts';
import { JobFailure } from '../errors.ts';
import type { Partition } from '../partitions/decorators.ts';
import type { Tx } from '../warehouse.ts';
import type { Destination } from './destination.ts';
import { nameOf } from './engine.ts';
import type { Disposition } from './job.ts';

/** What a job that writes one partition does to its table: nothing but adding rows, and columns where it may. */
export const besidePartition = (destination: Destination, partition: Partition | undefined): Destination =>
  partition ? { ...destination, write: 'WRITE_APPEND' } : destination;

/** Empties the partition, or refuses the rows that are in it, as the job's disposition says. */
export async function clearPartition(
  tx: Tx,
  record: TableRecord,
  partition: Partition,
  write: Disposition,
): Promise<void> {
  const own = `FROM ${record.physical} WHERE ${partition.condition}`;
  if (write === 'WRITE_TRUNCATE' || write === 'WRITE_TRUNCATE_DATA') await tx.run(`DELETE ${own}`);
  if (write === 'WRITE_EMPTY' && (await tx.rows(`SELECT 1 AS one ${own} LIMIT 1`)).length > 0)
    throw new JobFailure('duplicate', `Already Exists: Table ${nameOf(record)}$${partition.id}`);
}

/** Ingestion-time partitions take any rows; the others only those whose column says so. */
export async function checkWithin(tx: Tx, source: string, partition: Partition): Promise<void> {
  if (partition.time !== undefined) return;
  const outside = await tx.rows(
    `SELECT 1 AS one FROM ${source} AS s WHERE (${partition.condition}) IS NOT TRUE LIMIT 1`,
  );
  if (outside.length > 0)
    throw new JobFailure(
      'invalid',
      `Some rows belong to different partitions rather than destination partition ${partition.id}`,
    );
}
