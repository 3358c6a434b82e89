const QUERY = /\bSELECT\b/;

/** Whether DuckDB's SQL has a query inside; the word in a text or a name is none. */
export const holdsQuery = (sql: string): boolean =>
  QUERY.test(sql) && QUERY.test(sql.replace(/'(?:[^']|'')*'|"(?:[^"]|"")*"/g, "''"));
