import type { Catalog, TableRecord } from './catalog.ts';
import { isIngestion, partitionColumn, rangeStart } from './partitions/layout.ts';
import { type Field, typeOfField } from './schema.ts';
import { physicalNames, quoteName, quoteText, type SqlType } from './sql/types.ts';
import type { Row, Tx, Warehouse } from './warehouse.ts';

export interface TableSize {
  rows: number;
  /** Logical bytes of each column, as BigQuery bills them. Source: cloud.google.com/bigquery/pricing#data */
  columns: Map<string, number>;
  total: number;
}

/** The bytes of one partition's columns. */
export interface PartitionSize {
  /** What its rows have in the partitioning column, the ends not part of it: numbers, or microseconds since 1970. None: NULL. */
  ranges: { start: bigint; end: bigint }[];
  columns: Map<string, number>;
}

export interface Sizes {
  /** Reads the table once a change, and remembers; in `tx` the temporary tables that it made. */
  of(record: TableRecord, tx?: Pick<Tx, 'rows'>): Promise<TableSize>;
  /** Of a table that is partitioned; likewise. */
  partitions(record: TableRecord): Promise<PartitionSize[]>;
  rowsOf(record: TableRecord): Promise<number>;
  /** Of the rows that meet a condition on the table's own columns; read anew each time. */
  partition(record: TableRecord, condition: string): Promise<TableSize>;
}

const FIXED: Partial<Record<SqlType['kind'], number>> = {
  BOOL: 1,
  INT64: 8,
  FLOAT64: 8,
  DATE: 8,
  DATETIME: 8,
  TIME: 8,
  TIMESTAMP: 8,
  NUMERIC: 16,
  BIGNUMERIC: 32,
  'RANGE<DATE>': 16,
  'RANGE<DATETIME>': 16,
  'RANGE<TIMESTAMP>': 16,
};

/** The bytes of one value; NULL is free. */
function bytesSql(x: string, type: SqlType): string {
  switch (type.kind) {
    case 'STRING':
    case 'JSON':
      return `coalesce(2 + strlen(CAST(${x} AS VARCHAR)), 0)`;
    case 'BYTES':
      return `coalesce(2 + octet_length(${x}), 0)`;
    case 'ARRAY':
      return `coalesce(CAST(list_sum(list_transform(${x}, lambda e: ${bytesSql('e', type.element)})) AS BIGINT), 0)`;
    case 'STRUCT': {
      const names = physicalNames(type.fields);
      return `(${type.fields.map((field, i) => bytesSql(`struct_extract(${x}, ${quoteText(names[i] ?? '')})`, field.type)).join(' + ') || '0'})`;
    }
    default:
      return `CASE WHEN ${x} IS NULL THEN 0 ELSE ${FIXED[type.kind] ?? 8} END`;
  }
}

/** An aggregate of DuckDB's: the logical bytes of a column. */
export const columnBytes = (field: Field) =>
  `CAST(coalesce(sum(${bytesSql(quoteName(field.name), typeOfField(field))}), 0) AS BIGINT)`;

export function createSizes(warehouse: Warehouse, catalog: Catalog): Sizes {
  const known = new Map<string, { version: number; size: TableSize }>();
  const partitioned = new Map<string, { version: number; sizes: PartitionSize[] }>();
  return {
    async partitions(record) {
      const version = catalog.version(record);
      const kept = partitioned.get(record.physical);
      if (kept?.version === version) return kept.sizes;
      const sizes = await readPartitions(warehouse, record);
      partitioned.set(record.physical, { version, sizes });
      return sizes;
    },
    async of(record, tx) {
      if (tx && catalog.isUncommitted(record)) return readSize(tx, record, '');
      const version = catalog.version(record);
      const kept = known.get(record.physical);
      if (kept?.version === version) return kept.size;
      if (record.view !== undefined) return { rows: 0, columns: new Map(), total: 0 };
      const size = await readSize(warehouse, record, '');
      known.set(record.physical, { version, size });
      return size;
    },
    async rowsOf(record) {
      const kept = known.get(record.physical);
      if (kept?.version === catalog.version(record)) return kept.size.rows;
      const [row] =
        record.view !== undefined ? [] : await warehouse.rows(`SELECT count(*) AS n FROM ${record.physical}`);
      return Number(row?.n ?? 0);
    },
    partition: (record, condition) => readSize(warehouse, record, ` WHERE ${condition}`),
  };
}

async function readSize(warehouse: Pick<Warehouse, 'rows'>, record: TableRecord, where: string): Promise<TableSize> {
  const parts = record.schema.map((field, i) => `${columnBytes(field)} AS b${i}`);
  const [row = {}] = await warehouse.rows(
    `SELECT ${['count(*) AS n', ...parts].join(', ')} FROM ${record.physical}${where}`,
  );
  const columns = new Map(record.schema.map((field, i) => [field.name, Number(row[`b${i}`] ?? 0)]));
  return {
    rows: Number(row.n ?? 0),
    columns,
    total: [...columns.values()].reduce((sum, bytes) => sum + bytes, 0),
  };
}

/** Beyond every INT64. */
const FAR = 2n ** 64n;

async function readPartitions(warehouse: Warehouse, record: TableRecord): Promise<PartitionSize[]> {
  const { timePartitioning, rangePartitioning } = record;
  const column = quoteName(partitionColumn(record) ?? '');
  const unit = (timePartitioning?.type ?? 'DAY').toLowerCase();
  const time = `CAST(date_trunc('${unit}', ${column}) AS TIMESTAMP)`;
  const [first, past] = rangePartitioning
    ? [
        `CASE WHEN ${column} < ${rangePartitioning.range.start} OR ${column} >= ${rangePartitioning.range.end} THEN 'outside' ELSE CAST(${rangeStart(column, rangePartitioning)} AS VARCHAR) END`,
        'NULL',
      ]
    : [`epoch_us(${time})`, `epoch_us(${time} + INTERVAL 1 ${unit})`];
  const parts = record.schema.map((one, i) => `${columnBytes(one)} AS b${i}`);
  const rows = await warehouse.rows(
    `SELECT ${first} AS first, ${past} AS past, ${parts.join(', ')} FROM ${record.physical} GROUP BY ALL`,
  );
  const rangesOf = (row: Row): PartitionSize['ranges'] => {
    if (row.first === null) return [];
    if (rangePartitioning) {
      const [start, end, interval] = [
        rangePartitioning.range.start,
        rangePartitioning.range.end,
        rangePartitioning.range.interval,
      ].map(BigInt) as [bigint, bigint, bigint];
      if (row.first === 'outside')
        return [
          { start: -FAR, end: start },
          { start: end, end: FAR },
        ];
      const from = BigInt(String(row.first));
      return [{ start: from, end: from + interval < end ? from + interval : end }];
    }
    const start = BigInt(String(row.first));
    // All rows of such a partition have its first moment.
    return [{ start, end: isIngestion(record) ? start + 1n : BigInt(String(row.past)) }];
  };
  return rows.map((row) => ({
    ranges: rangesOf(row),
    columns: new Map(record.schema.map((one, i) => [one.name, Number(row[`b${i}`] ?? 0)])),
  }));
}
