import { pendingPrefix } from './ids.ts';

/**
 * `pending/<table>/retokenize`: a planned change of a table's tokens. While it is there nothing of the table is loaded, until
 * all runs that have rows in it were replayed under the release; these then take the place of all rows at once.
 */
export interface Retokenization {
  v: 1;
  table: string;
  /** Whose declaration says the new tokens. */
  release: string;
  /** RFC 3339 */
  at: string;
  /** Runs that had rows when it was planned: fewer in line are not all of them. */
  runs: number;
}

export const retokenizationName = (table: string): string => `${pendingPrefix(table)}retokenize`;

/** What the adhoc function answers to whoever carries a plan out. */
export interface RetokenizationReport {
  /** Nothing is planned (any more): the table's tokens are those of the release. */
  done: boolean;
  /** Runs that have rows in the table. */
  runs: number;
  /** Ids of those that this request has begun to replay. */
  replayed: string[];
  /** Those that are replayed and in line for the load. */
  waiting: number;
  /** Ids of those whose replay has failed: nothing goes on before a person has looked at them, and replayed them. */
  stuck: string[];
}
