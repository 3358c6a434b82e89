import type { ErrorCode } from '../errors.ts';

/** One Cloud Storage object at one generation. */
export interface ObjectRef {
  bucket: string;
  name: string;
  /** 64-bit number as text. */
  generation: string;
}

/** CLAIMED → PREPARED → DEIDENTIFIED → BATCHED → LOADED → DONE; the last three below end a run early. */
export type RunState =
  | 'CLAIMED'
  | 'PREPARED'
  | 'DEIDENTIFIED'
  | 'BATCHED'
  | 'LOADED'
  | 'DONE'
  | 'QUARANTINED'
  | 'SUPERSEDED'
  | 'VANISHED';

const ENDED: readonly RunState[] = ['DONE', 'QUARANTINED', 'SUPERSEDED', 'VANISHED'];
export const isEnded = (state: RunState): boolean => ENDED.includes(state);

/** `runs/<source>/<run>/<seq>.json`: put if absent, never changed; the highest seq is the state. */
export interface LedgerEntry {
  v: 1;
  seq: number;
  run: string;
  source: string;
  epoch: number;
  state: RunState;
  /** Who wrote it, so that a writer recognises its own entry behind a 412. */
  owner: string;
  release: string;
  /** RFC 3339, the writer's clock: for people; nothing is decided by it. */
  at: string;
  detail: RunDetail;
}

/** What is known of a run; each entry repeats what the ones before it knew. */
export interface RunDetail {
  object: ObjectRef;
  /** Bytes of the object as it lies in the raw bucket. */
  size?: number;
  /** When the object was created, RFC 3339: the rows' `_arrived_at`. */
  arrivedAt?: string;
  /** `{date:…}` of the name, `YYYY-MM-DD`. */
  capturedDate?: string;
  shards?: number;
  records?: number;
  rows?: number;
  rejects?: number;
  /** Number of the batch that took the run, within its table. */
  batch?: number;
  /** Loaded in a batch of its own, because one it shared could not be loaded. */
  alone?: boolean;
  /** Columns of the file that were left out (`on_new_column: hold`). */
  held?: readonly string[];
  /** Why the run ended early. */
  reasons?: readonly Reason[];
  /** What a person lets this epoch cost, whatever the source's `max_cost` says. */
  accepted?: AcceptedCost;
  /** Copy of the object in the quarantine bucket, for when the raw one is gone. */
  copy?: ObjectRef;
}

export interface AcceptedCost {
  /** What DLP may charge at list price. */
  usd: number;
  /** E-mail address, verified. */
  by: string;
  /** RFC 3339. */
  at: string;
}

/** Names row and column, never a value. */
export interface Reason {
  code: ErrorCode;
  message: string;
  row?: number;
  column?: string;
  /** Of COST_ABOVE_LIMIT: what DLP would charge for the object, and what it may; USD at list price. */
  cost?: { estimate: number; limit: number };
}

/** One bad row. Rows count records from 1, without the header and blank lines. */
export interface Reject {
  row: number;
  column: string;
  reason: RejectReason;
}

export type RejectReason =
  | 'WRONG_TYPE'
  | 'REQUIRED'
  | 'MISSING_COLUMNS'
  | 'TOO_MANY_COLUMNS'
  | 'BAD_QUOTING'
  | 'BAD_ENCODING'
  | 'LINE_TOO_LONG'
  | 'NOT_AN_OBJECT'
  | 'DUPLICATE_KEY'
  | 'OUTSIDE_ALPHABET'
  | 'OUTSIDE_RANGES';

/** `manifests/<run>/<epoch>.json`, immutable, written before any shard's task exists. */
export interface Manifest {
  v: 1;
  run: string;
  epoch: number;
  source: string;
  release: string;
  arrivedAt: string;
  shards: readonly Shard[];
}

/** A range of records of an object, de-identified by one task. */
export interface Shard {
  n: number;
  /** Where the bytes are: the raw object, its quarantined copy, or its decompressed form in staging. */
  input: ObjectRef;
  compression: Compression;
  /** Byte range [start, end) of `input`; for Parquet the whole file. */
  start: number;
  end: number;
  /** Parquet only: row groups [from, to). */
  rowGroups?: readonly [number, number];
  /** Number of its first record in the file, from 1. */
  firstRecord: number;
  /** The file's columns in the file's order, by the names it gives them. */
  header: readonly string[];
  /** What reading all bytes has shown; absent where the shard is the whole file and scans itself. */
  scan?: Scan;
}

export interface Scan {
  records: number;
  /** CSV only: line ends as found; the reader must not guess. */
  newline?: '\n' | '\r\n';
  /** Blank lines lie between the records and are skipped. */
  blankLines: boolean;
  /** CSV only: a space follows a closing quote somewhere, which is fine before a delimiter and broken before anything else. */
  looseQuotes?: true;
}

export type Compression = 'none' | 'gzip' | 'zstd';

/** `shards/<run>/<epoch>/<n>.json`, create-only: the shard's output is whole and this is it. */
export interface ShardMark {
  v: 1;
  run: string;
  epoch: number;
  n: number;
  records: number;
  rows: number;
  rejects: number;
  /** Parquet in the curated bucket; absent when every record was rejected. */
  output?: ObjectRef & { crc32c: string; size: number };
  /** NDJSON of rejects in the quarantine bucket. */
  rejected?: ObjectRef;
  /** The first few of them, for reports. */
  sample: readonly Reject[];
  /** Partitions of the target that the rows fall in, as `YYYY-MM-DD`, `YYYY-MM-DDTHH`, `YYYY-MM` or `YYYY`; sorted. */
  partitions: readonly string[];
  dlp: DlpUsage;
}

export interface DlpUsage {
  requests: number;
  /** Distinct values that were sent. */
  values: number;
  bytes: number;
}

/** `pending/<table>/<run>.<epoch>.json`: the run waits for a batch. */
export interface PendingMark {
  v: 1;
  run: string;
  source: string;
  epoch: number;
}

/** `tables/<table>/batches/<n>`: the runs that one load takes. n+1 exists only once n is closed. */
export interface Batch {
  v: 1;
  n: number;
  table: string;
  release: string;
  at: string;
  /** Batches of this table on this day (UTC), this one included: BigQuery takes 1,500 loads a table and day. */
  today: number;
  runs: readonly BatchRun[];
  /** What the table's keyed columns are made with once this is loaded, by column; absent in batches from before it was recorded. */
  tokens?: Readonly<Record<string, string>>;
  /** The same before, where this batch replaces all rows to change it. */
  tokensBefore?: Readonly<Record<string, string>>;
  /** It loads nothing: this erasure holds it, so that no load comes between what it does to the table. */
  erasure?: string;
}

export interface BatchRun {
  run: string;
  epoch: number;
  arrivedAt: string;
  /** What snapshots are ordered by: captured date, creation time, generation. */
  order: string;
  uris: readonly string[];
  rows: number;
  partitions: readonly string[];
}

/** `tables/<table>/batches/<n>.done` */
export interface BatchDone {
  v: 1;
  n: number;
  at: string;
  outcome: 'loaded' | 'superseded' | 'failed';
  /** Rows in the runs that were loaded. */
  rows: number;
  /** Partitions that rows came into or went out of, as marks name them; empty where the table has none. */
  partitions: readonly string[];
  /** Rows of other partitions may be gone or changed as well, and nobody knows of which. */
  others: boolean;
}
