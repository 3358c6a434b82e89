import type { SqlType } from '../types.ts';

/** A JavaScript function as its calls carry it: the first argument of `bq_js`, as JSON. */
export interface JavaScriptDefinition {
  /** As BigQuery's errors name it: `f(FLOAT64, STRING)`. */
  label: string;
  parameters: { name: string; type: SqlType }[];
  returns: SqlType;
  code: string;
  /** Paths of the libraries' files, in the order in which they are read. */
  libraries: string[];
}
