import type { Column } from '../model/column.ts';
import type { Partition } from '../model/source.ts';
import { column } from './sql.ts';

/** The partition of rows that have none, as marks name it. */
export const NULL_PARTITION = 'NULL';

/** A condition that holds for the rows of these partitions, as ranges that BigQuery can prune by. */
export function renderPartitionCondition(
  partition: Partition,
  type: Column['type'],
  partitions: readonly string[],
  prefix = '',
): string {
  const by = `${prefix}${column(partition.by)}`;
  const starts = partitions.filter((one) => one !== NULL_PARTITION).sort();
  const conditions = mergeRanges(starts, partition.grain).map(
    ([from, to]) => `(${by} >= ${literal(from, type)} AND ${by} < ${literal(to, type)})`,
  );
  if (partitions.includes(NULL_PARTITION)) conditions.push(`${by} IS NULL`);
  return conditions.length === 0 ? 'FALSE' : `(${conditions.join(' OR ')})`;
}

/** Half-open ranges of instants; neighbours become one. */
function mergeRanges(partitions: readonly string[], grain: Partition['grain']): [Date, Date][] {
  const ranges: [Date, Date][] = [];
  for (const partition of partitions) {
    const start = startOf(partition);
    const end = next(start, grain);
    const last = ranges.at(-1);
    if (last && last[1].getTime() === start.getTime()) last[1] = end;
    else ranges.push([start, end]);
  }
  return ranges;
}

/** `2026-01-31T05`, `2026-01-31`, `2026-01` or `2026`, UTC. */
function startOf(partition: string): Date {
  const [year = 1970, month = 1, day = 1, hour = 0] = partition.split(/[-T]/).map(Number);
  return new Date(Date.UTC(year, month - 1, day, hour));
}

function next(start: Date, grain: Partition['grain']): Date {
  const end = new Date(start);
  switch (grain) {
    case 'hour':
      end.setUTCHours(end.getUTCHours() + 1);
      return end;
    case 'day':
      end.setUTCDate(end.getUTCDate() + 1);
      return end;
    case 'month':
      end.setUTCMonth(end.getUTCMonth() + 1);
      return end;
    case 'year':
      end.setUTCFullYear(end.getUTCFullYear() + 1);
      return end;
  }
}

function literal(at: Date, type: Column['type']): string {
  const iso = at.toISOString();
  switch (type) {
    case 'DATE':
      return `DATE '${iso.slice(0, 10)}'`;
    case 'DATETIME':
      return `DATETIME '${iso.slice(0, 19).replace('T', ' ')}'`;
    default:
      return `TIMESTAMP '${iso.slice(0, 19).replace('T', ' ')}+00'`;
  }
}
