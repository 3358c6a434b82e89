import { type SluiceError, terminal } from '../errors.ts';
import type { RejectReason } from '../model/run.ts';
import type { Ingest } from './ingest-sql.ts';

/** What filling the table `rows` has shown. */
export interface Ingested {
  ingest: Ingest;
  /** Records that are not in the table, in order. */
  broken: readonly BrokenRecord[];
  /** Expression over `rows`: the place of a row's record within the shard, from 0. */
  index: string;
}

/** A record that cannot be taken apart. */
export interface BrokenRecord {
  /** Counts from 0 within the shard. */
  index: number;
  /** Position of the first field that is at fault, from 0; for missing ones the first of them. */
  position: number;
  reason: Extract<RejectReason, 'MISSING_COLUMNS' | 'TOO_MANY_COLUMNS' | 'BAD_QUOTING' | 'BAD_ENCODING'>;
}

/** A shard that is worse than this is no data of ours, and naming more of it would only fill memory. */
export const MAX_REJECTS = 1_000_000;

export const tooManyRejects = (): SluiceError =>
  terminal(
    'TOO_MANY_REJECTS',
    `a shard has more than ${MAX_REJECTS} bad records: does the declaration (delimiter, quote, types) fit the file?`,
  );
