import { duckType, type SqlType } from '../types.ts';

/** Marks a message that is GoogleSQL's own; thrown by a cast that fails, because TRY refuses error(), which is volatile. */
export const ERROR_TEXT: Macro = ['bq_error_text(m)', `'bq<' || m || '>bq'`];

/** Name with its parameters → body. */
export type Macro = readonly [head: string, body: string];

/** An expression of this DuckDB type that fails with the message, itself an expression. */
export const fail = (message: string, type = 'BIGINT') => `CAST(bq_error_text(${message}) AS ${type})`;
/** Any text is a VARCHAR, so the cast that fails is another. */
export const failText = (message: string) => `CAST(${fail(message)} AS VARCHAR)`;
/** The same for any type of a column. Unlike error(), TRY can hold it. */
export function failAs(message: string, type: SqlType): string {
  if (type.kind === 'STRING' || type.kind === 'JSON') return failText(message);
  if (type.kind === 'BYTES' || type.kind === 'BIGNUMERIC') return `encode(${failText(message)})`;
  return fail(message, duckType(type));
}
