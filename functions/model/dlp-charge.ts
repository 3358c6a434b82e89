import type { Reason } from './run.ts';

/** Bytes of requests to DLP as its list price counts them: a value's text in UTF-8, whatever it weighs on the wire. */
export interface DlpCharge {
  requests: number;
  inspected: number;
  /** What primitives transform, whatever is in the values. */
  transformed: number;
  /** What may be transformed besides, at most: of findings, which nobody knows beforehand. Where they are only taken out it is 0. */
  findings: number;
}

export interface MeasuredColumn {
  name: string;
  /** Distinct values of the shard, or pairs of value and context. */
  values: number;
  bytes: number;
  /** Distinct texts besides that cannot hold what is looked for, and stay at home. */
  spared: number;
}

export interface MeasuredFile {
  /** Why a run would refuse the file before DLP sees any of it; empty = it would not, and all that follows is known. */
  reasons: readonly Reason[];
  shards: number;
  /** Bytes without compression; Parquet counts as it is. */
  plainBytes: number;
  records: number;
  rejects: number;
  inspection: DlpCharge;
  transformation: DlpCharge;
  /** Sums over the shards. */
  columns: MeasuredColumn[];
}
