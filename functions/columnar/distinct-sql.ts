import { goodRows, type Stored } from './ingest-sql.ts';

/** Values of one JSON array. */
const VALUES_A_LIST = 4096;

/** Where the values are that DLP is to see: NULLs and empty texts left out, the bad rows too. */
export interface Place {
  /** Select list: `v` and, where values have one, the context `x`. */
  columns: string;
  /** What stands behind FROM. */
  relation: string;
  hasContext: boolean;
}

/** Of a column that holds one value a row. */
export function placeOf({ at, when, context }: Stored, masks: number): Place {
  const columns = context ? `${at} AS v, ${context} AS x` : `${at} AS v`;
  const conditions = [`${at} IS NOT NULL`, `${at} <> ''`, goodRows(masks), ...(when ? [when] : [])];
  return { columns, relation: `rows WHERE ${conditions.join(' AND ')}`, hasContext: context !== undefined };
}

/**
 * Distinct values that DLP is to see, as JSON arrays of texts, or of [text, context] pairs. A list is encoded and parsed at
 * once: a call for each value costs four times as much (0.40 against 0.13 CPU seconds for 580,000 values).
 */
export function renderDistinct({ columns, relation, hasContext }: Place): string {
  const distinct = `SELECT DISTINCT ${columns} FROM ${relation}`;
  const numbered = `SELECT *, row_number() OVER () // ${VALUES_A_LIST} AS list_number FROM (${distinct})`;
  return `SELECT to_json(list(${hasContext ? '[v, x]' : 'v'}))::VARCHAR FROM (${numbered}) GROUP BY list_number`;
}
