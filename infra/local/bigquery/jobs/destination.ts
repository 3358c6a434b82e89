import type { TableRef } from '../catalog.ts';
import { JobFailure } from '../errors.ts';
import type { Layout } from '../partitions/layout.ts';
import { readLayout } from '../partitions/read-layout.ts';
import { type DestinationConfiguration, DISPOSITIONS, type Disposition } from './job.ts';

/** Where a job writes, as its configuration says. */
export interface Destination extends Layout {
  ref: TableRef;
  create: boolean;
  write: Disposition;
  allowAddition: boolean;
  allowRelaxation: boolean;
  requirePartitionFilter: boolean;
  /** A table of the job's own: its dataset is none that anyone made. */
  isTemporary?: boolean;
}

/** `onPartition`: the job names one partition of the table. Throws JobFailure `invalid`. */
export function readDestination(
  ref: TableRef,
  raw: DestinationConfiguration,
  { write, onPartition = false }: { write: Disposition; onPartition?: boolean },
): Destination {
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
    ...readLayout(raw),
    requirePartitionFilter: raw.timePartitioning?.requirePartitionFilter === true,
  };
}
