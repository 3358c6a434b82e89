import type { TableRef, TimePartitioning } from '../catalog.ts';
import { JobFailure } from '../errors.ts';
import type { Field } from '../schema.ts';
import { type DestinationConfiguration, DISPOSITIONS, type Disposition } from './job.ts';

/** Where a job writes, as its configuration says. */
export interface Destination {
  ref: TableRef;
  create: boolean;
  write: Disposition;
  allowAddition: boolean;
  allowRelaxation: boolean;
  timePartitioning: TimePartitioning | undefined;
  requirePartitionFilter: boolean;
  clustering: string[] | undefined;
}

const PARTITION_TYPES = new Set(['HOUR', 'DAY', 'MONTH', 'YEAR']);

/** Of a request. Throws JobFailure `invalid` for what is not column partitioning. */
export function readTimePartitioning(raw: DestinationConfiguration['timePartitioning']): TimePartitioning | undefined {
  if (!raw?.type) return undefined;
  if (!PARTITION_TYPES.has(raw.type)) throw new JobFailure('invalid', `Invalid time partitioning type: ${raw.type}`);
  if (!raw.field)
    throw new JobFailure(
      'invalid',
      'not supported by the embedded warehouse: ingestion-time partitioning; name a field in timePartitioning',
    );
  return {
    type: raw.type as TimePartitioning['type'],
    field: raw.field,
    ...(raw.expirationMs !== undefined && { expirationMs: String(raw.expirationMs) }),
  };
}

export function refuseRangePartitioning(raw: unknown): void {
  if (raw !== undefined && raw !== null)
    throw new JobFailure('invalid', 'not supported by the embedded warehouse: rangePartitioning');
}

export function checkPartitioning(
  schema: Field[],
  partitioning: TimePartitioning | undefined,
  clustering: string[] | undefined,
): void {
  const find = (name: string) => schema.find((field) => field.name.toLowerCase() === name.toLowerCase());
  if (partitioning) {
    const field = find(partitioning.field);
    const allowed = partitioning.type === 'HOUR' ? ['TIMESTAMP', 'DATETIME'] : ['DATE', 'TIMESTAMP', 'DATETIME'];
    if (!field)
      throw new JobFailure(
        'invalid',
        `The field specified for partitioning cannot be found in the schema: ${partitioning.field}`,
      );
    if (!allowed.includes(field.type) || field.mode === 'REPEATED')
      throw new JobFailure(
        'invalid',
        `The field specified for time partitioning can only be of type TIMESTAMP, DATE or DATETIME. The type found is: ${field.type}.`,
      );
  }
  for (const name of clustering ?? []) {
    const field = find(name);
    if (!field)
      throw new JobFailure('invalid', `The field specified for clustering cannot be found in the schema: ${name}`);
    if (field.mode === 'REPEATED' || ['RECORD', 'FLOAT', 'JSON', 'TIME'].includes(field.type))
      throw new JobFailure('invalid', `Clustering is not supported on fields of type ${field.type}: ${name}`);
  }
  if ((clustering?.length ?? 0) > 4) throw new JobFailure('invalid', 'At most 4 fields can be used for clustering');
}

/** `onPartition`: the job names one partition of the table. Throws JobFailure `invalid`. */
export function readDestination(
  ref: TableRef,
  raw: DestinationConfiguration,
  { write, onPartition = false }: { write: Disposition; onPartition?: boolean },
): Destination {
  refuseRangePartitioning(raw.rangePartitioning);
  const disposition = DISPOSITIONS.find((one) => one === (raw.writeDisposition ?? write));
  if (!disposition) throw new JobFailure('invalid', `Invalid writeDisposition: ${raw.writeDisposition}`);
  const create = raw.createDisposition ?? 'CREATE_IF_NEEDED';
  if (create !== 'CREATE_IF_NEEDED' && create !== 'CREATE_NEVER')
    throw new JobFailure('invalid', `Invalid createDisposition: ${create}`);
  const options = raw.schemaUpdateOptions ?? [];
  for (const option of options)
    if (option !== 'ALLOW_FIELD_ADDITION' && option !== 'ALLOW_FIELD_RELAXATION')
      throw new JobFailure('invalid', `Invalid schemaUpdateOptions: ${option}`);
  const replacesSchema = disposition === 'WRITE_EMPTY' || (disposition === 'WRITE_TRUNCATE' && !onPartition);
  if (options.length > 0 && replacesSchema)
    throw new JobFailure(
      'invalid',
      'Schema update options should only be specified with WRITE_APPEND disposition, or with WRITE_TRUNCATE disposition on a table partition.',
    );
  return {
    ref,
    create: create === 'CREATE_IF_NEEDED',
    write: disposition,
    allowAddition: options.includes('ALLOW_FIELD_ADDITION'),
    allowRelaxation: options.includes('ALLOW_FIELD_RELAXATION'),
    timePartitioning: readTimePartitioning(raw.timePartitioning),
    requirePartitionFilter: raw.timePartitioning?.requirePartitionFilter === true,
    clustering: raw.clustering?.fields,
  };
}
