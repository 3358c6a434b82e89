import { JobFailure } from '../errors.ts';
import type { DestinationConfiguration } from '../jobs/job.ts';
import type { Field } from '../schema.ts';
import type { Layout, RangePartitioning, TimePartitioning } from './layout.ts';

const PARTITION_TYPES = new Set(['HOUR', 'DAY', 'MONTH', 'YEAR']);

/** Source: cloud.google.com/bigquery/quotas#partitioned_tables */
const MAX_PARTITIONS = 10_000n;

const invalid = (message: string) => new JobFailure('invalid', message);

/** What a request asks for. Throws JobFailure `invalid`. */
export function readLayout(raw: DestinationConfiguration): Layout {
  const timePartitioning = readTimePartitioning(raw.timePartitioning ?? undefined);
  const rangePartitioning = readRangePartitioning(raw.rangePartitioning ?? undefined);
  if (timePartitioning && rangePartitioning)
    throw invalid('A table cannot have both timePartitioning and rangePartitioning');
  return { timePartitioning, rangePartitioning, clustering: raw.clustering?.fields };
}

function readTimePartitioning(raw: DestinationConfiguration['timePartitioning']): TimePartitioning | undefined {
  if (!raw?.type) return undefined;
  if (!PARTITION_TYPES.has(raw.type)) throw invalid(`Invalid time partitioning type: ${raw.type}`);
  return {
    type: raw.type as TimePartitioning['type'],
    ...(raw.field && { field: raw.field }),
    ...(raw.expirationMs !== undefined && raw.expirationMs !== null && { expirationMs: String(raw.expirationMs) }),
  };
}

function readRangePartitioning(raw: DestinationConfiguration['rangePartitioning']): RangePartitioning | undefined {
  if (!raw) return undefined;
  const number = (key: 'start' | 'end' | 'interval') => {
    const value = String(raw.range?.[key] ?? '');
    if (!/^-?\d{1,19}$/.test(value))
      throw invalid(`Invalid value for rangePartitioning.range.${key}: ${value || '(none)'}`);
    return value;
  };
  if (!raw.field) throw invalid('Required parameter is missing: rangePartitioning.field');
  return { field: raw.field, range: { start: number('start'), end: number('end'), interval: number('interval') } };
}

/** Whether a table of this schema can lie so. Throws JobFailure `invalid`. */
export function checkLayout(schema: Field[], { timePartitioning, rangePartitioning, clustering }: Layout): void {
  const find = (name: string) => schema.find((field) => field.name.toLowerCase() === name.toLowerCase());
  if (timePartitioning?.field !== undefined)
    checkTimeField(find(timePartitioning.field), timePartitioning.field, timePartitioning.type);
  if (rangePartitioning) checkRange(find(rangePartitioning.field), rangePartitioning);
  for (const name of clustering ?? []) {
    const field = find(name);
    if (!field) throw invalid(`The field specified for clustering cannot be found in the schema: ${name}`);
    if (field.mode === 'REPEATED' || ['RECORD', 'FLOAT', 'JSON', 'TIME'].includes(field.type))
      throw invalid(`Clustering is not supported on fields of type ${field.type}: ${name}`);
  }
  if ((clustering?.length ?? 0) > 4) throw invalid('At most 4 fields can be used for clustering');
}

const missing = (name: string) =>
  invalid(`The field specified for partitioning cannot be found in the schema: ${name}`);

function checkTimeField(field: Field | undefined, name: string, type: TimePartitioning['type']): void {
  const allowed = type === 'HOUR' ? ['TIMESTAMP', 'DATETIME'] : ['DATE', 'TIMESTAMP', 'DATETIME'];
  if (!field) throw missing(name);
  if (!allowed.includes(field.type) || field.mode === 'REPEATED')
    throw invalid(
      `The field specified for time partitioning can only be of type TIMESTAMP, DATE or DATETIME. The type found is: ${field.type}.`,
    );
}

function checkRange(field: Field | undefined, { field: name, range }: RangePartitioning): void {
  if (!field) throw missing(name);
  if (field.type !== 'INTEGER' || field.mode === 'REPEATED')
    throw invalid(
      `The field specified for range partitioning can only be of type INTEGER. The type found is: ${field.type}.`,
    );
  const [start, end, interval] = [BigInt(range.start), BigInt(range.end), BigInt(range.interval)];
  if (start >= end) throw invalid(`The range of ${name} must end behind its start: ${start} to ${end}`);
  if (interval <= 0n) throw invalid(`The interval of a range must be greater than 0: ${interval}`);
  const count = (end - start + interval - 1n) / interval;
  if (count > MAX_PARTITIONS)
    throw invalid(
      `Too many partitions: a range of ${start} to ${end} by ${interval} makes ${count}; the limit is ${MAX_PARTITIONS}`,
    );
}
