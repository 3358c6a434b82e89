import type { TableRef } from '../catalog.ts';
import { JobFailure } from '../errors.ts';
import { quoteName } from '../sql/types.ts';
import { isIngestion, type Layout, partitionColumn, specialCondition, type TimePartitioning } from './layout.ts';

/** One partition of a table, as the name behind a `$` says. */
export interface Partition {
  id: string;
  /** DuckDB's condition on the columns of the rows' table. */
  condition: string;
  /** Of partitions by time: its first moment and the next partition's, in milliseconds since 1970. */
  span: { from: number; to: number } | undefined;
  /** Of ingestion-time partitions: what `_PARTITIONTIME` is there, as DuckDB's SQL. Rows of any kind can go there. */
  time: string | undefined;
}

const DIGITS: Record<TimePartitioning['type'], number> = { YEAR: 4, MONTH: 6, DAY: 8, HOUR: 10 };

/** `table$20260101` → the table, and what stands behind the `$`. */
export function splitDecorator(named: TableRef): { ref: TableRef; decorator: string | undefined } {
  const [table = '', decorator] = named.table.split('$');
  return { ref: { ...named, table }, decorator };
}

/** Throws JobFailure `invalid` where `id` is no partition of the table. `name` is how the request spells it. */
export function parsePartition(id: string, layout: Layout, name: string): Partition {
  const { timePartitioning, rangePartitioning } = layout;
  if (!timePartitioning && !rangePartitioning)
    throw new JobFailure(
      'invalid',
      `Table ${name.split('$')[0]} is not partitioned, so ${name} names no partition of it`,
    );
  if (id === '__UNPARTITIONED__' || (id === '__NULL__' && !isIngestion(layout)))
    return { id, condition: specialCondition(id, layout), span: undefined, time: undefined };
  return timePartitioning ? timePartition(id, layout, timePartitioning) : rangePartition(id, layout);
}

function timePartition(id: string, layout: Layout, { type }: TimePartitioning): Partition {
  if (!/^\d+$/.test(id) || id.length !== DIGITS[type])
    throw new JobFailure(
      'invalid',
      `Invalid partition ID ${id}: a table partitioned by ${type} wants ${DIGITS[type]} digits`,
    );
  const [year, month, day, hour] = [
    id.slice(0, 4),
    id.slice(4, 6) || '01',
    id.slice(6, 8) || '01',
    id.slice(8, 10) || '00',
  ].map(Number) as [number, number, number, number];
  const from = new Date(Date.UTC(year, month - 1, day, hour));
  const to = new Date(from);
  if (type === 'YEAR') to.setUTCFullYear(year + 1);
  else if (type === 'MONTH') to.setUTCMonth(month);
  else if (type === 'DAY') to.setUTCDate(day + 1);
  else to.setUTCHours(hour + 1);
  if (from.getUTCMonth() !== month - 1 || from.getUTCDate() !== day || from.getUTCHours() !== hour)
    throw new JobFailure('invalid', `Invalid partition ID ${id}: there is no such time`);
  const column = quoteName(partitionColumn(layout) ?? '');
  const text = (time: Date) => time.toISOString().slice(0, 19);
  return {
    id,
    // TIMESTAMP bounds compare with DATE, DATETIME and (under UTC) TIMESTAMP columns alike.
    condition: `${column} >= TIMESTAMP '${text(from)}' AND ${column} < TIMESTAMP '${text(to)}'`,
    span: { from: from.getTime(), to: to.getTime() },
    time: isIngestion(layout) ? `TIMESTAMPTZ '${text(from)}+00'` : undefined,
  };
}

function rangePartition(id: string, { rangePartitioning }: Layout): Partition {
  const { field, range } = rangePartitioning as NonNullable<Layout['rangePartitioning']>;
  const [start, end, interval] = [BigInt(range.start), BigInt(range.end), BigInt(range.interval)];
  const first = /^-?\d+$/.test(id) ? BigInt(id) : undefined;
  if (first === undefined || first < start || first >= end || (first - start) % interval !== 0n)
    throw new JobFailure(
      'invalid',
      `Invalid partition ID ${id}: it must be where a range of ${range.start} to ${range.end} by ${range.interval} begins`,
    );
  const past = first + interval < end ? first + interval : end;
  const column = quoteName(field);
  return { id, condition: `${column} >= ${first} AND ${column} < ${past}`, span: undefined, time: undefined };
}

/** Throws JobFailure `invalid` for what no job can write to by name: what has no partition of its own goes there by itself. */
export function refuseSpecial(partition: Partition | undefined, doing: string): void {
  if (partition && /^__\w+__$/.test(partition.id))
    throw new JobFailure('invalid', `The special partition ${partition.id} cannot be ${doing}`);
}
