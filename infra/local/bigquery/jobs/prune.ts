import type { TableRecord } from '../catalog.ts';
import type { PartitionSize } from '../sizes.ts';
import type { Scan } from '../sql/analyze/analysis.ts';
import type { Bounds } from '../sql/analyze/partition-bounds.ts';
import type { Engine } from './engine.ts';

const DAY_MICROS = 86_400_000_000n;

/** The partitions that a scan reads, or undefined where its conditions leave none out for sure. */
export async function keptPartitions(
  engine: Engine,
  record: TableRecord,
  scan: Scan,
): Promise<Set<PartitionSize> | undefined> {
  if ((!record.timePartitioning && !record.rangePartitioning) || scan.bounds.length === 0) return undefined;
  const bounds: Bounds = { kind: 'and', of: scan.bounds };
  const constants = [...constantsOf(bounds)];
  let values: Map<string, bigint | undefined>;
  try {
    const [row = {}] = await engine.warehouse.rows(
      `SELECT ${constants.map((sql, i) => `${sql} AS v${i}`).join(', ') || '1 AS one'}`,
    );
    const point = (value: unknown) => (value === null ? undefined : BigInt(String(value)));
    values = new Map(constants.map((sql, i) => [sql, point(row[`v${i}`])]));
  } catch {
    // A constant that cannot be computed is for the statement itself to fail on.
    return undefined;
  }
  const partitions = await engine.sizes.partitions(record);
  return new Set(partitions.filter((partition) => mayHold(partition, bounds, values)));
}

function* constantsOf(bounds: Bounds): Iterable<string> {
  if (bounds.kind === 'compare') yield bounds.constant;
  if (bounds.kind === 'and' || bounds.kind === 'or') for (const one of bounds.of) yield* constantsOf(one);
}

/** Whether a row of the partition may meet the bounds. */
function mayHold({ ranges }: PartitionSize, bounds: Bounds, values: Map<string, bigint | undefined>): boolean {
  if (ranges.length === 0) return holds(undefined, bounds, values);
  return ranges.some((range) => holds(range, bounds, values));
}

/** The same for rows of one range, or of NULL. A comparison with NULL is never met. */
function holds(
  range: PartitionSize['ranges'][number] | undefined,
  bounds: Bounds,
  values: Map<string, bigint | undefined>,
): boolean {
  switch (bounds.kind) {
    case 'and':
      return bounds.of.every((one) => holds(range, one, values));
    case 'or':
      return bounds.of.some((one) => holds(range, one, values));
    case 'null':
      return range === undefined;
    case 'compare': {
      const value = values.get(bounds.constant);
      if (range === undefined || value === undefined) return false;
      // What compares as equal is [value, past): a whole day, one microsecond, or one number.
      const past = value + (bounds.isDay ? DAY_MICROS : 1n);
      const before = range.start < (bounds.op === '<' ? value : past);
      const after = range.end > (bounds.op === '>' ? past : value);
      if (bounds.op === '=') return before && after;
      return bounds.op === '<' || bounds.op === '<=' ? before : after;
    }
  }
}
