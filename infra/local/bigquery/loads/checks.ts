import { type JobError, JobFailure } from '../errors.ts';
import type { Field } from '../schema.ts';
import { typeOfField } from '../schema.ts';
import { quoteName, quoteText } from '../sql/types.ts';
import type { Tx } from '../warehouse.ts';
import { MAX_ERRORS, readingError } from './staged.ts';

/** One column of a raw table: how its value is made, and when the raw cell counts as absent. */
export interface Conversion {
  field: Field;
  /** Fails where the cell is no such value. */
  value: string;
  isAbsent: string;
}

/**
 * Marks the rows of a raw table that cannot be loaded: per row the name of the first bad field, else NULL.
 * DuckDB's TRY turns each failing conversion into NULL, which a present cell must not become.
 */
export function badField(conversions: readonly Conversion[]): string {
  const whens = conversions.map(({ field, value, isAbsent }) => {
    const bad = `(NOT (${isAbsent}) AND TRY(${value}) IS NULL)`;
    const missing = field.mode === 'REQUIRED' ? ` OR (${isAbsent})` : '';
    return `WHEN ${bad}${missing} THEN ${quoteText(field.name)}`;
  });
  return whens.length === 0 ? 'NULL' : `CASE ${whens.join(' ')} END`;
}

export function projectionOf(conversions: readonly Conversion[]): string {
  return conversions.map(({ field, value }) => `TRY(${value}) AS ${quoteName(field.name)}`).join(', ');
}

/** The first bad rows of a raw table with columns `n` (record number from 1), `bad` (field) and the raw cells. */
export async function describeBadRows(
  tx: Tx,
  source: string,
  schema: Field[],
  uri: string | undefined,
): Promise<JobError[]> {
  const rows = await tx.rows(`SELECT n, bad FROM ${source} WHERE bad IS NOT NULL ORDER BY n LIMIT ${MAX_ERRORS}`);
  return rows.map(({ n, bad }) => {
    const index = schema.findIndex((field) => field.name === String(bad));
    const field = schema[index];
    if (!field) return readingError(`${String(bad)}; line: ${n}`, uri);
    const type = typeOfField(field);
    const required = field.mode === 'REQUIRED' ? ' or required field missing' : '';
    return readingError(
      `Could not parse value as ${type.kind} for field ${field.name} (position ${index})${required}; line: ${n}`,
      uri,
    );
  });
}

export function tooManyErrors(errors: JobError[], bad: number, allowed: number): JobFailure {
  const rows = bad === 1 ? 'row' : 'rows';
  return new JobFailure(
    'invalid',
    `Error while reading data, error message: Too many errors encountered: ${bad} bad ${rows}, maxBadRecords is ${allowed}. Please look into the errors[] collection for more details.`,
    { others: errors },
  );
}
