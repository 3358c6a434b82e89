import type { TableRecord, TimePartitioning } from '../catalog.ts';
import { JobFailure } from '../errors.ts';
import { readTimePartitioning } from '../jobs/destination.ts';
import type { LoadConfiguration } from '../jobs/job.ts';
import { quoteName } from '../sql/types.ts';

/** One partition of a table: the rows of a column from a time to the next. */
export interface Partition {
  id: string;
  column: string;
  /** ISO dates or times, UTC; the end is not part of it. */
  from: string;
  to: string;
}

const DIGITS: Record<TimePartitioning['type'], number> = { YEAR: 4, MONTH: 6, DAY: 8, HOUR: 10 };

/** `20260101` behind the `$` of a table name. Throws JobFailure where it is no partition of the table. */
export function parsePartition(
  id: string,
  table: TableRecord | undefined,
  load: LoadConfiguration,
  name: string,
): Partition {
  const partitioning = table ? table.timePartitioning : readTimePartitioning(load.timePartitioning);
  if (!partitioning)
    throw new JobFailure(
      'invalid',
      `Table ${name.split('$')[0]} is not partitioned, so ${name} names no partition of it`,
    );
  if (!/^\d+$/.test(id) || id.length !== DIGITS[partitioning.type])
    throw new JobFailure(
      'invalid',
      `Invalid partition ID ${id}: a table partitioned by ${partitioning.type} wants ${DIGITS[partitioning.type]} digits`,
    );
  const [year, month, day, hour] = [
    id.slice(0, 4),
    id.slice(4, 6) || '01',
    id.slice(6, 8) || '01',
    id.slice(8, 10) || '00',
  ].map(Number) as [number, number, number, number];
  const from = new Date(Date.UTC(year, month - 1, day, hour));
  const to = new Date(from);
  if (partitioning.type === 'YEAR') to.setUTCFullYear(year + 1);
  else if (partitioning.type === 'MONTH') to.setUTCMonth(month);
  else if (partitioning.type === 'DAY') to.setUTCDate(day + 1);
  else to.setUTCHours(hour + 1);
  if (from.getUTCMonth() !== month - 1 || from.getUTCDate() !== day)
    throw new JobFailure('invalid', `Invalid partition ID ${id}: there is no such time`);
  return { id, column: partitioning.field, from: from.toISOString().slice(0, 19), to: to.toISOString().slice(0, 19) };
}

/** TIMESTAMP bounds compare with DATE, DATETIME and (under UTC) TIMESTAMP columns alike. */
export function partitionCondition(partition: Partition): string {
  const column = quoteName(partition.column);
  return `${column} >= TIMESTAMP '${partition.from}' AND ${column} < TIMESTAMP '${partition.to}'`;
}
