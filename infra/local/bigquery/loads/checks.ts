import { type JobError, JobFailure } from '../errors.ts';
import { type Field, parametersOf, typeOfField } from '../schema.ts';
import { constrain, describeLimit } from '../sql/type-parameters.ts';
import { quoteName } from '../sql/types.ts';
import type { Tx } from '../warehouse.ts';
import { MAX_ERRORS, readingError } from './staged.ts';

/** Columns of a staged table beside the schema's own: the record's number, and what is wrong with it. No field may have a `!` in its name. */
export const RECORD = '"!record"';
export const BAD = '"!bad"';

/** One column of a raw table: how its value is made, and when the raw cell counts as absent. */
export interface Conversion {
  field: Field;
  /** Fails where the cell is no such value. */
  parsed: string;
  /** `parsed`, held to the column's type parameters. */
  value: string;
  isAbsent: string;
}

export function conversionOf(field: Field, parsed: string, isAbsent: string): Conversion {
  return { field, parsed, value: constrain(parsed, typeOfField(field), field.name), isAbsent };
}

/** Why a row cannot be loaded: a word that is no field's fault, or what is wrong with which field. */
export type BadRow = { kind: 'other'; text: string } | { kind: 'value' | 'limit' | 'missing'; index: number };

/**
 * Marks the rows of a raw table that cannot be loaded: per row a text that `readMark` reads, else NULL.
 * DuckDB's TRY turns each failing conversion into NULL, which a present cell must not become.
 */
export function badField(conversions: readonly Conversion[]): string {
  const whens = conversions.flatMap(({ field, parsed, value, isAbsent }, i) => {
    const failed = (sql: string) => `NOT (${isAbsent}) AND TRY(${sql}) IS NULL`;
    return [
      ...(parsed === value ? [] : [`WHEN ${failed(value)} AND TRY(${parsed}) IS NOT NULL THEN 'limit ${i}'`]),
      `WHEN ${failed(value)} THEN 'value ${i}'`,
      ...(field.mode === 'REQUIRED' ? [`WHEN ${isAbsent} THEN 'missing ${i}'`] : []),
    ];
  });
  return whens.length === 0 ? 'NULL' : `CASE ${whens.join(' ')} END`;
}

export function readMark(mark: string): BadRow {
  const [, kind, index] = /^(value|limit|missing) (\d+)$/.exec(mark) ?? [];
  return kind === undefined
    ? { kind: 'other', text: mark }
    : { kind: kind as 'value' | 'limit' | 'missing', index: Number(index) };
}

export function projectionOf(conversions: readonly Conversion[]): string {
  return conversions.map(({ field, value }) => `TRY(${value}) AS ${quoteName(field.name)}`).join(', ');
}

/** The first bad rows of a staged table with columns RECORD (from 1) and BAD (a mark). */
export async function describeBadRows(
  tx: Tx,
  source: string,
  schema: Field[],
  locate: (n: number) => { uri: string | undefined; row: number },
): Promise<JobError[]> {
  const rows = await tx.rows(
    `SELECT ${RECORD} AS n, ${BAD} AS bad FROM ${source} WHERE ${BAD} IS NOT NULL ORDER BY ${RECORD} LIMIT ${MAX_ERRORS}`,
  );
  return rows.map(({ n, bad }) => {
    const { uri, row } = locate(Number(n));
    return readingError(`${describe(readMark(String(bad)), schema)}; line: ${row}`, uri);
  });
}

function describe(bad: BadRow, schema: Field[]): string {
  if (bad.kind === 'other') return bad.text;
  const field = schema[bad.index] as Field;
  const type = typeOfField(field);
  switch (bad.kind) {
    case 'missing':
      return `Could not parse value as ${type.kind} for field ${field.name} (position ${bad.index}) or required field missing`;
    case 'value':
      return `Could not parse value as ${type.kind} for field ${field.name} (position ${bad.index})`;
    case 'limit':
      return `${limitOf(field)} Field: ${field.name}`;
  }
}

/** The rule that a value breaks; within a record or an array no single one is to blame. */
export function limitOf(field: Field): string {
  const parameters = parametersOf(field);
  const type = typeOfField(field);
  return parameters && type.kind !== 'ARRAY' && type.kind !== 'STRUCT'
    ? describeLimit(type.kind, parameters)
    : 'A value inside of it is missing, or not within the limits of its type.';
}

export function tooManyErrors(format: string, errors: JobError[], count: { rows: number; bad: number }): JobFailure {
  return new JobFailure(
    'invalid',
    `Error while reading data, error message: ${format} table encountered too many errors, giving up. Rows: ${count.rows}; errors: ${count.bad}. Please look into the errors[] collection for more details.`,
    { others: errors },
  );
}
