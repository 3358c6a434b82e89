import type { JobError } from '../errors.ts';
import type { Field } from '../schema.ts';

/** Rows of a load, read and converted, in a temporary table whose columns carry the schema's names. */
export interface Staged {
  /** DuckDB's name of the temporary table, or a query in parentheses that reads the file. */
  source: string;
  /** Temporary tables to drop once the rows are inserted. */
  temporary: string[];
  schema: Field[];
  badRecords: number;
  /** The first bad rows, as BigQuery words them. */
  errors: JobError[];
}

/** BigQuery lists only the first few bad rows. */
export const MAX_ERRORS = 5;

export function readingError(detail: string, uri: string | undefined): JobError {
  return {
    reason: 'invalid',
    message: `Error while reading data, error message: ${detail}`,
    ...(uri !== undefined && { location: uri }),
  };
}
