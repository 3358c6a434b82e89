import { PARTITION_TIME } from '../sql/analyze/pseudo-columns.ts';
import { quoteName } from '../sql/types.ts';

export interface TimePartitioning {
  type: 'HOUR' | 'DAY' | 'MONTH' | 'YEAR';
  /** Absent: rows are partitioned by when they came, which `_PARTITIONTIME` tells. */
  field?: string;
  expirationMs?: string;
}

/** google.cloud.bigquery.v2.RangePartitioning; 64-bit numbers are text in the API. The end is not part of the range. */
export interface RangePartitioning {
  field: string;
  range: { start: string; end: string; interval: string };
}

/** How a table's rows lie: by partitions of one kind or none, and sorted within. */
export interface Layout {
  timePartitioning: TimePartitioning | undefined;
  rangePartitioning?: RangePartitioning | undefined;
  clustering: string[] | undefined;
}

type Partitioned = Pick<Layout, 'timePartitioning' | 'rangePartitioning'>;

export const isIngestion = ({ timePartitioning: by }: Partitioned): boolean =>
  by !== undefined && by.field === undefined;

/** The column that tells a row's partition, as the rows' table in DuckDB has it. */
export function partitionColumn({ timePartitioning: by, rangePartitioning: range }: Partitioned): string | undefined {
  return by ? (by.field ?? PARTITION_TIME) : range?.field;
}

const TIME_IDS: Record<TimePartitioning['type'], string> = {
  HOUR: '%Y%m%d%H',
  DAY: '%Y%m%d',
  MONTH: '%Y%m',
  YEAR: '%Y',
};

/** Days outside of these have no partitions of their own. Source: cloud.google.com/bigquery/docs/partitioned-tables#date_timestamp_partitioned_tables */
const outsideTime = (time: string) => `(${time} < TIMESTAMP '1960-01-01' OR ${time} >= TIMESTAMP '2160-01-01')`;
const outsideRange = (column: string, { range }: RangePartitioning) =>
  `(${column} < ${range.start} OR ${column} >= ${range.end})`;

/** The first number of the partition that a row is in, for those inside of the range. */
export const rangeStart = (column: string, { range: { start, interval } }: RangePartitioning) =>
  `(${start}::HUGEINT + ((${column}::HUGEINT - ${start}) // ${interval}) * ${interval})`;

/** The rows of the partitions that hold what has none of its own. */
export function specialCondition(id: '__NULL__' | '__UNPARTITIONED__', layout: Partitioned): string {
  const column = quoteName(partitionColumn(layout) ?? '');
  if (id === '__NULL__' || isIngestion(layout)) return `${column} IS NULL`;
  const { rangePartitioning: range } = layout;
  return range ? outsideRange(column, range) : outsideTime(`CAST(${column} AS TIMESTAMP)`);
}

/**
 * The rows of partitions that are past their life at `now` (milliseconds since 1970): it is counted from a partition's end.
 * Source: cloud.google.com/bigquery/docs/managing-partitioned-tables#partition-expiration
 */
export function expiredCondition(
  record: Partitioned & { expirationTime: number | undefined },
  now: number,
): string | undefined {
  const { timePartitioning: by } = record;
  // A table's own expiration takes precedence.
  if (by?.expirationMs === undefined || record.expirationTime !== undefined) return undefined;
  const time = `CAST(${quoteName(partitionColumn(record) ?? '')} AS TIMESTAMP)`;
  const unit = by.type.toLowerCase();
  const end = `date_trunc('${unit}', ${time}) + INTERVAL 1 ${unit}`;
  const latest = `make_timestamp(${BigInt(now) * 1000n - BigInt(Math.round(Number(by.expirationMs) * 1000))}::BIGINT)`;
  return `NOT ${outsideTime(time)} AND ${end} <= ${latest}`;
}

/** `20260101`, `10`, `__NULL__`: the id of a row's partition as DuckDB's SQL; undefined where the table has none. */
export function partitionIdSql(layout: Partitioned): string | undefined {
  const { timePartitioning: by, rangePartitioning: range } = layout;
  if (!by && !range) return undefined;
  const column = quoteName(partitionColumn(layout) ?? '');
  const id = range
    ? `CAST(${rangeStart(column, range)} AS VARCHAR)`
    : `strftime(CAST(${column} AS TIMESTAMP), '${TIME_IDS[by?.type ?? 'DAY']}')`;
  const specials = (
    isIngestion(layout) ? (['__UNPARTITIONED__'] as const) : (['__NULL__', '__UNPARTITIONED__'] as const)
  )
    .map((special) => `WHEN ${specialCondition(special, layout)} THEN '${special}'`)
    .join(' ');
  return `CASE ${specials} ELSE ${id} END`;
}

/** `interval(type:day,field:day) clustering(country)`, as BigQuery's messages spell a table's layout. */
export function layoutText({ timePartitioning: by, rangePartitioning, clustering }: Layout): string {
  const parts: string[] = [];
  if (by) parts.push(`interval(type:${by.type.toLowerCase()}${by.field === undefined ? '' : `,field:${by.field}`})`);
  if (rangePartitioning) {
    const { field, range } = rangePartitioning;
    parts.push(`range(field:${field},start:${range.start},end:${range.end},interval:${range.interval})`);
  }
  if (clustering) parts.push(`clustering(${clustering.join(',')})`);
  return parts.join(' ') || 'none';
}

/** Whether rows are divided alike; how they are sorted is another matter. */
export const isPartitionedAlike = (a: Partitioned, b: Partitioned): boolean =>
  layoutText({ ...a, clustering: undefined }).toLowerCase() ===
  layoutText({ ...b, clustering: undefined }).toLowerCase();

/** All columns of a rows' table: those of the schema, and `_PARTITIONTIME` where there is one. */
export const physicalColumns = (record: Partitioned & { schema: readonly { name: string }[] }): string[] => [
  ...record.schema.map(({ name }) => name),
  ...(isIngestion(record) ? [PARTITION_TIME] : []),
];
