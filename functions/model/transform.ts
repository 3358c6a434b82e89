import type { Partition } from './source.ts';

/** One SQL file under `sql/transforms/`, compiled. */
export interface Transform {
  /** `<dataset>.<name>`; also the table or view. */
  id: string;
  dataset: string;
  name: string;
  owner?: string;
  description?: string;
  kind: 'view' | 'table' | 'incremental';
  /** The file as the user wrote it: this text, and no other, reaches BigQuery. */
  sql: string;
  partition?: Partition;
  cluster: readonly string[];
  on: { load: boolean; nightly: boolean };
  /** Load triggers closer together than this are merged into one, in seconds. */
  everySeconds: number;
  /** Incremental only: first day, `YYYY-MM-DD`; absent = the first day that an input holds. */
  start?: string;
  /** USD that one query may cost at list price on demand; absent = any. */
  maxCost?: number;
  /** Incremental only: inputs whose changes do not rebuild past intervals. */
  ignore: readonly string[];
  /** By column: infoTypes that may be found in it; absent = what its inputs expect in columns of the same name, and no more. */
  allowFindings?: Readonly<Record<string, readonly string[]>>;
  assert: readonly Assertion[];
  /** Tables that Sluice owns, sources and transforms, in no order. */
  inputs: readonly string[];
  /** Tables that Sluice does not own; their changes cannot be seen. */
  external: readonly string[];
  /** Why the result may differ though nothing that Sluice sees has changed (a function's name, an external table); empty = stable. */
  volatile: readonly string[];
  /** Fingerprint over the token stream, the data-affecting header and the parents' versions. */
  version: string;
}

export type Assertion =
  | { kind: 'unique'; columns: readonly string[] }
  | { kind: 'not_null'; columns: readonly string[] }
  /** A condition that no row may break; NULL passes, as in a CHECK constraint. */
  | { kind: 'where'; expression: string }
  | { kind: 'row_count'; min?: number; max?: number };
