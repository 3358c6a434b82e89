/** What somebody asks for: the values behind tokens, or behind columns of chosen rows. */
export interface Ask {
  /** `<dataset>.<name>` */
  source: string;
  /** Fields of a RECORD by their path, `address.street`. */
  columns: readonly string[];
  tokens?: readonly string[];
  /** The value that took part in each token, where the column's tokens have a tweak; as many as tokens. */
  contexts?: readonly string[];
  /** Of the rows, or where the tokens are from. */
  run?: string;
  /** Numbers of records in the run's file, from 1. */
  rows?: readonly number[];
  /** Values as the warehouse has them, by column. */
  where?: Readonly<Record<string, string>>;
  reason?: string;
  ticket?: string;
}

/** Why a token has no value in an answer. `NOT_A_TOKEN`: it does not look like one of its column, and was not tried. */
export type Unopened = 'NOT_A_TOKEN' | 'DOES_NOT_OPEN';

export interface TokensAnswer {
  /** Id of the audit entry. */
  audit: string;
  source: string;
  column: string;
  /** In the order of the tokens; null = see `unopened`. */
  values: (string | null)[];
  /** By place among the tokens, from 0. */
  unopened: { index: number; why: Unopened }[];
  unverified: string[];
}

export interface RowsAnswer {
  audit: string;
  source: string;
  /** null = NULL in the warehouse, or see `unopened`. */
  rows: { run: string; row: number; values: Record<string, string | null> }[];
  unopened: { run: string; row: number; column: string; why: Unopened }[];
  /** Columns whose encryption does not tell a wrong token from a right one: what came of those may be nobody's value. */
  unverified: string[];
  /** Row numbers that the table does not have. */
  missing: number[];
}

/** What stays known of one request: who, what and why, and never a value or a token. */
export interface AuditEntry {
  v: 1;
  id: string;
  at: string;
  /** E-mail address of the caller's verified token. */
  who: string;
  /** `answered` = the values were about to leave: an entry is written before they do. */
  outcome: 'answered' | 'refused' | 'failed';
  /** Why it was refused or failed: an ErrorCode. */
  code?: string;
  /** A declared source; absent = the request named none. */
  source?: string;
  /** Declared columns that were asked for. */
  columns: readonly string[];
  run?: string;
  /** Numbers of the rows that were looked at, by run. */
  rows?: Readonly<Record<string, readonly number[]>>;
  /** Columns by which rows were chosen. */
  by?: readonly string[];
  /** Tokens that were asked about, and values that came of them. */
  tokens: number;
  values: number;
  /** As given; absent = there was none, or it held what must not be kept. */
  reason?: string;
  ticket?: string;
}

/** By day, so that a day can be listed. */
export const auditName = ({ at, id }: Pick<AuditEntry, 'at' | 'id'>): string =>
  `audit/reidentify/${at.slice(0, 10)}/${at.slice(11).replace(/\W/g, '')}-${id}.json`;
