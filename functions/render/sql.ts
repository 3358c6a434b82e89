/** Names and values into GoogleSQL. */

/** `project.dataset.table`, quoted as one path. */
export const tablePath = (project: string, id: string): string => `\`${project}.${id}\``;

export const column = (name: string): string => `\`${name}\``;

/** A string literal; what GoogleSQL could read as an escape is written as one. */
export const text = (value: string): string =>
  `'${value.replace(/[\\'\n\r]/g, (character) => ({ '\\': '\\\\', "'": "\\'", '\n': '\\n', '\r': '\\r' })[character] ?? character)}'`;

export const list = (values: readonly string[]): string => values.map(text).join(', ');
