/** BigQuery ends a message about the SQL with where it stands: `… at [3:8]`, line and column from 1. */
const POSITION = /\bat \[(\d+):(\d+)\]/;

/** The line of the SQL that the message points to, with a caret under the place; undefined = it points nowhere. */
export function renderPosition(sql: string, message: string): string | undefined {
  const [, line, column] = POSITION.exec(message) ?? [];
  if (line === undefined || column === undefined) return undefined;
  const text = sql.split(/\r?\n/)[Number(line) - 1];
  if (text === undefined) return undefined;
  const prefix = `${line} | `;
  // Tabs are as wide as the terminal likes; the same ones before the caret keep it under its place.
  const indent = text.slice(0, Number(column) - 1).replace(/[^\t]/g, ' ');
  return `${prefix}${text}\n${' '.repeat(prefix.length)}${indent}^`;
}
