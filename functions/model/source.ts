import type { Column } from './column.ts';

/** A declared family of raw files, compiled: what `sql/sources/<dataset>/<name>.yaml` says, defaults filled in. */
export interface Source {
  /** `<dataset>.<name>`; also the target table. */
  id: string;
  dataset: string;
  name: string;
  owner?: string;
  description?: string;
  files: FilePattern;
  format: Format;
  load: Load;
  partition?: Partition;
  cluster: readonly string[];
  /** How long runs are collected before one load takes them, in seconds; 0 = each as it comes. */
  batchSeconds: number;
  onNewColumn: 'quarantine' | 'hold';
  /** Share of a file's records (0 to 1) that may be rejected before the whole object is quarantined. */
  badRowsAllowed: number;
  /** Fewer rows than this quarantine the object. */
  minRows: number;
  expect?: Freshness;
  /** USD that DLP may charge for one file at list price; absent = any. */
  maxCost?: number;
  columns: readonly Column[];
  /** Fingerprint of what the table's rows look like: names, types, privacy. Part of its readers' versions. */
  version: string;
}

export interface FilePattern {
  /** As declared, relative to the raw bucket. */
  glob: string;
  /** The same, anchored, for object names; its named groups are the captures. */
  regex: string;
  /** Literal start of every name that can match. */
  prefix: string;
  /** Format of the `{date:…}` capture, such as `YYYY-MM-DD`; absent = none. */
  dateFormat?: string;
}

export type Format = CsvFormat | { type: 'ndjson' } | { type: 'parquet' };

export interface CsvFormat {
  type: 'csv';
  header: boolean;
  delimiter: string;
  quote: string;
  escape: string;
  /** Unquoted text that means NULL. */
  nullMarker: string;
}

export type Load =
  | { mode: 'append' }
  | { mode: 'replace' }
  | { mode: 'replace_partition' }
  | { mode: 'merge'; key: readonly string[]; orderBy: readonly string[] };

export interface Partition {
  by: string;
  grain: 'hour' | 'day' | 'month' | 'year';
}

export interface Freshness {
  everySeconds: number;
  /** Time of day, UTC, `HH:MM`, by which a daily or rarer load must be in. */
  by?: string;
}

/** The pseudo source under which an object runs that no source matches. */
export const UNMATCHED = '_unmatched';
