import { JobFailure } from '../errors.ts';
import type { Field } from '../schema.ts';
import type { Tx } from '../warehouse.ts';
import type { ExportOptions } from './export-options.ts';

/** What is written, and where to. */
export interface Export {
  tx: Tx;
  /** Its columns are the schema's, in order. */
  query: string;
  schema: readonly Field[];
  options: ExportOptions;
  dir: string;
  /** Bytes before compression that begin a new file. */
  limit?: number;
}

export const tooLarge = () =>
  new JobFailure(
    'invalid',
    `The table is too large to be exported to a single file. Specify a uri including a * to shard export.`,
  );
