import type { Interval } from '../model/build.ts';
import type { Column } from '../model/column.ts';
import type { Partition } from '../model/source.ts';
import { column } from './sql.ts';

/** The partition of rows that have none, as marks name it. */
export const NULL_PARTITION = 'NULL';

/** Half-open; without an end where the calendar ends: nothing comes after 9999-12-31, which much data uses for `never`. */
type Range = [start: Date, end: Date];
const CALENDAR_ENDS = Date.parse('9999-12-31T23:59:59.999Z');

/** A condition that holds for the rows of these partitions, as ranges that BigQuery can prune by. */
export function renderPartitionCondition(
  partition: Partition,
  type: Column['type'],
  partitions: readonly string[],
): string {
  const by = column(partition.by);
  const starts = [...new Set(partitions)].filter((one) => one !== NULL_PARTITION).sort();
  const conditions = mergeRanges(starts, partition.grain).map(([from, to]) =>
    within(by, literal(from, type), to.getTime() > CALENDAR_ENDS ? undefined : literal(to, type)),
  );
  if (partitions.includes(NULL_PARTITION)) conditions.push(`${by} IS NULL`);
  return conditions.length > 1 ? `(${conditions.join(' OR ')})` : (conditions[0] ?? 'FALSE');
}

/** Characters of `2026-01-31 05` that name a partition. */
const NAME_LENGTH: Readonly<Record<Partition['grain'], number>> = { hour: 13, day: 10, month: 7, year: 4 };

/** The name of a row's partition, as marks write it; BigQuery writes every date and time with four digits of a year. */
export function renderPartitionName({ by, grain }: Partition, alias: string): string {
  const start = `SUBSTR(CAST(${alias}.${column(by)} AS STRING), 1, ${NAME_LENGTH[grain]})`;
  return `IFNULL(${grain === 'hour' ? `REPLACE(${start}, ' ', 'T')` : start}, '${NULL_PARTITION}')`;
}

/**
 * The same for days, whatever the column's type is: a text literal takes the type of the column that it is compared
 * with, and BigQuery prunes by it. Source: cloud.google.com/bigquery/docs/querying-partitioned-tables.
 */
export function renderDayCondition(by: string, [from, to]: Interval): string {
  const next = new Date(Date.parse(`${to}T00:00:00Z`) + 86_400_000);
  return within(column(by), `'${from}'`, next.getTime() > CALENDAR_ENDS ? undefined : `'${day(next)}'`);
}

const within = (by: string, from: string, to: string | undefined): string =>
  to === undefined ? `(${by} >= ${from})` : `(${by} >= ${from} AND ${by} < ${to})`;

/** Neighbours become one. */
function mergeRanges(partitions: readonly string[], grain: Partition['grain']): Range[] {
  const ranges: Range[] = [];
  for (const partition of partitions) {
    const start = startOf(partition);
    const end = next(start, grain);
    const last = ranges.at(-1);
    if (last && last[1].getTime() === start.getTime()) last[1] = end;
    else ranges.push([start, end]);
  }
  return ranges;
}

/** `2026-01-31T05`, `2026-01-31`, `2026-01` or `2026`, UTC. Read as ISO text: Date.UTC takes the years 1 to 99 for 1901 to 1999. */
function startOf(partition: string): Date {
  const [date = '', hour = '00'] = partition.split('T');
  return new Date(`${date.padEnd(10, '-01')}T${hour}:00:00Z`);
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
  const time = at.toISOString().slice(0, 19).replace('T', ' ');
  switch (type) {
    case 'DATE':
      return `DATE '${day(at)}'`;
    case 'DATETIME':
      return `DATETIME '${time}'`;
    default:
      return `TIMESTAMP '${time}+00'`;
  }
}

const day = (at: Date): string => at.toISOString().slice(0, 10);
