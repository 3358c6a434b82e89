import type { TableRef } from '../catalog.ts';
import type { Analysis, TableInfo } from '../sql/analyze/analysis.ts';
import type { Engine } from './engine.ts';

/** Google bills whole MB, at least 10 MB a referenced table. Source: cloud.google.com/bigquery/pricing#on_demand_pricing */
const MEGABYTE = 1024 * 1024;
const LEAST_PER_TABLE = 10 * MEGABYTE;

export interface QueryCost {
  processed: number;
  billed: number;
  referenced: TableRef[];
}

/** The bytes of the columns that a statement reads; a changed table is read whole. */
export async function costOf(
  engine: Engine,
  reads: Analysis['reads'],
  changed: TableInfo | undefined,
): Promise<QueryCost> {
  let processed = 0;
  let billed = 0;
  const referenced: TableRef[] = [];
  const tables = new Map<string, { info: TableInfo; columns: Set<string> }>();
  for (const [info, columns] of reads) {
    const key = `${info.project}:${info.dataset}.${info.table}`;
    const known = tables.get(key);
    if (known) for (const column of columns) known.columns.add(column);
    else tables.set(key, { info, columns: new Set(columns) });
  }
  for (const { info, columns } of tables.values()) {
    referenced.push({ project: info.project, dataset: info.dataset, table: info.table });
    const record = engine.catalog.table(info);
    if (!record || info.kind === 'VIEW') continue;
    const size = await engine.sizes.of(record);
    const whole = changed && changed.physical === info.physical;
    let bytes = 0;
    for (const [name, one] of size.columns) if (whole || columns.has(name)) bytes += one;
    processed += bytes;
    if (bytes > 0) billed += Math.max(LEAST_PER_TABLE, Math.ceil(bytes / MEGABYTE) * MEGABYTE);
  }
  return { processed, billed, referenced };
}
