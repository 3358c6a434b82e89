import type { TableRecord, TableRef } from '../catalog.ts';
import type { PartitionSize } from '../sizes.ts';
import type { Scan, TableInfo } from '../sql/analyze/analysis.ts';
import type { Tx } from '../warehouse.ts';
import { type Engine, nameOf } from './engine.ts';
import { keptPartitions } from './prune.ts';

/** Google bills whole MB, at least 10 MB a referenced table. Source: cloud.google.com/bigquery/pricing#on_demand_pricing */
const MEGABYTE = 1024 * 1024;
const LEAST_PER_TABLE = 10 * MEGABYTE;

export interface QueryCost {
  processed: number;
  billed: number;
  referenced: TableRef[];
}

/** The bytes of the columns that a statement reads in the partitions that it reads; of a changed table, of all columns. */
export async function costOf(
  engine: Engine,
  scans: Scan[],
  changed: TableInfo | undefined,
  tx?: Tx,
): Promise<QueryCost> {
  const cost: QueryCost = { processed: 0, billed: 0, referenced: [] };
  for (const own of Map.groupBy(scans, ({ table }) => nameOf(table)).values()) {
    const info = (own[0] as Scan).table;
    cost.referenced.push({ project: info.project, dataset: info.dataset, table: info.table });
    const record = engine.catalog.table(info);
    if (!record || info.view !== undefined) continue;
    const bytes = await bytesOf(engine, record, own, changed?.physical === info.physical, tx);
    cost.processed += bytes;
    if (bytes > 0) cost.billed += Math.max(LEAST_PER_TABLE, Math.ceil(bytes / MEGABYTE) * MEGABYTE);
  }
  return cost;
}

/** A column that several scans read counts once. */
async function bytesOf(
  engine: Engine,
  record: TableRecord,
  scans: Scan[],
  isChanged: boolean,
  tx: Tx | undefined,
): Promise<number> {
  const size = await engine.sizes.of(record, tx);
  const isOpen = engine.catalog.isUncommitted(record);
  const whole = new Set<string>();
  const pruned = new Map<string, Set<PartitionSize>>();
  for (const scan of scans) {
    const columns = isChanged ? [...size.columns.keys()] : [...scan.columns];
    const kept = columns.length > 0 && !isOpen ? await keptPartitions(engine, record, scan) : undefined;
    for (const column of columns) {
      if (kept) pruned.set(column, (pruned.get(column) ?? new Set()).union(kept));
      else whole.add(column);
    }
  }
  let bytes = 0;
  for (const column of whole) bytes += size.columns.get(column) ?? 0;
  for (const [column, partitions] of pruned) {
    if (whole.has(column)) continue;
    for (const partition of partitions) bytes += partition.columns.get(column) ?? 0;
  }
  return bytes;
}
