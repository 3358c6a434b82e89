/** Names and values into GoogleSQL. */

/** `project.dataset.table`, quoted as one path. */
export const tablePath = (project: string, id: string): string => column(`${project}.${id}`);

/** Quoted names have the same escapes as string literals. */
export const column = (name: string): string => quoted(name, '`');

/** A string literal; what GoogleSQL could read as an escape is written as one. */
export const text = (value: string): string => quoted(value, "'");

export const list = (values: readonly string[]): string => values.map(text).join(', ');

const CONTROLS: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\0': '\\x00' };

function quoted(value: string, quote: '`' | "'"): string {
  const escaped = value.replace(/[\\'`\n\r\0]/g, (character) =>
    character === '\\' || character === quote ? `\\${character}` : (CONTROLS[character] ?? character),
  );
  return quote + escaped + quote;
}
