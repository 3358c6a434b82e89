import { quoteName, scalar } from '../types.ts';
import type { Env, Scan, TableColumn, TableInfo } from './analysis.ts';
import type { Column } from './scope.ts';
import { type Origin, typed } from './typed.ts';

/** Of a table that is partitioned by ingestion time: when its partition begins. No column of a schema can be named so. */
export const PARTITION_TIME = '_PARTITIONTIME';
export const PARTITION_DATE = '_PARTITIONDATE';

const TIMESTAMP = scalar('TIMESTAMP');

/** The columns that `*` leaves out of such a table. Source: cloud.google.com/bigquery/docs/querying-partitioned-tables#query_an_ingestion-time_partitioned_table */
export const pseudoColumns = (partition: NonNullable<TableColumn['partition']>): TableColumn[] => [
  { name: PARTITION_TIME, type: TIMESTAMP, declared: TIMESTAMP, required: false, default: undefined, partition },
];

/** The partition that rows of `now` (microseconds since 1970) go to, as DuckDB's SQL. */
export const partitionNow = (partition: NonNullable<TableColumn['partition']>, now: bigint) =>
  `date_trunc('${partition.toLowerCase()}', make_timestamptz(${now}::BIGINT))`;

/** A scan's pseudo-columns; with daily partitions there is the day too. */
export function scanPseudoColumns(table: TableInfo, name: string, scan: Scan, env: Env): Column[] {
  return table.pseudo.flatMap((column) => {
    const sql = `${name}.${quoteName(column.name)}`;
    return partitionTimes(column, sql, { scan, isDay: false }, () => env.analysis.touch(scan, column.name));
  });
}

export function partitionTimes(
  { name, partition }: TableColumn,
  sql: string,
  origin: Origin | undefined,
  touch: () => void,
): Column[] {
  const time: Column = {
    name,
    value: { ...typed(sql, TIMESTAMP), ...(origin && { origin }) },
    isHidden: true,
    touch,
  };
  if (partition !== 'DAY') return [time];
  const day = typed(`CAST(${sql} AS DATE)`, scalar('DATE'));
  return [
    time,
    {
      name: PARTITION_DATE,
      value: { ...day, ...(origin && { origin: { ...origin, isDay: true } }) },
      isHidden: true,
      touch,
    },
  ];
}

export const isPartitionDate = (name: string): boolean => name.toUpperCase() === PARTITION_DATE;
