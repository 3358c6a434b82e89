/** A statement that BigQuery would refuse, or that this warehouse does; `at` is an offset into the text, in UTF-16 units. */
export class SqlError extends Error {
  readonly at: number | undefined;
  readonly reason: 'invalidQuery' | 'notFound' | 'invalid' | 'duplicate';

  constructor(message: string, at?: number, reason: SqlError['reason'] = 'invalidQuery') {
    super(message);
    this.name = 'SqlError';
    this.at = at;
    this.reason = reason;
  }
}

/** The construct is GoogleSQL, but nothing here gives BigQuery's rows for it: refusing beats guessing. */
export function unsupported(construct: string, at: number | undefined): SqlError {
  return new SqlError(`not supported by the embedded warehouse: ${construct}`, at);
}

/** BigQuery counts lines and columns from 1, columns in code points, a tab reaching to the next multiple of 8. */
export function lineAndColumn(text: string, at: number): string {
  const before = text.slice(0, at);
  const lines = before.split(/\r\n|\r|\n/);
  let column = 1;
  for (const character of lines.at(-1) ?? '') column += character === '\t' ? 8 - ((column - 1) % 8) : 1;
  return `[${lines.length}:${column}]`;
}

/** The message as BigQuery ends it: `… at [line:column]`. */
export function withPosition(error: SqlError, text: string): string {
  return error.at === undefined ? error.message : `${error.message} at ${lineAndColumn(text, error.at)}`;
}
