/** Text into SQL, for DuckDB: names and values out of files and declarations never enter a statement another way. */

export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

export const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;
