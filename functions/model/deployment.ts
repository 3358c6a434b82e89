/** The parts that a deployment gives names to. */

export const BUCKET_ROLES = ['raw', 'staging', 'curated', 'quarantine', 'state'] as const;
export type BucketRole = (typeof BUCKET_ROLES)[number];

export const FUNCTION_NAMES = [
  'arrive',
  'prepare',
  'deidentify',
  'load',
  'transform',
  'nightly',
  'adhoc',
  'reidentify',
  'forget',
] as const;
export type FunctionName = (typeof FUNCTION_NAMES)[number];

/** Functions that tasks call, each through a queue of its own. */
export const TASK_TARGETS = ['prepare', 'deidentify', 'load', 'transform', 'nightly', 'forget'] as const;
export type TaskTarget = (typeof TASK_TARGETS)[number];

/**
 * Whether a token arrives with its signature. A Cloud Run service that requires invokers to be authenticated verifies it,
 * and replaces it by a marker before the request reaches the process, so that nobody replays it. That holds while the
 * service lets nobody in unauthenticated: with `allUsers` as invoker anybody could write the marker.
 * Source: cloud.google.com/run/docs/troubleshooting#signature-removed.
 */
export type TokenSignatures = 'verify' | 'removed-by-cloud-run';

/** A key as DLP takes it: base64, wrapped by a KMS key, which is named in full. */
export interface KeySource {
  wrapped: string;
  kmsKey: string;
}

export interface Limits {
  /**
   * Bytes of plain text a shard aims at. Larger shards send fewer repeated values to DLP (one of 200 MB sent 1.0 M
   * values where four of 50 MB sent 2.3 M) and need more memory: that one took 1.0 GB at its peak, scratch counted, of which
   * 0.3 GB are there without any.
   */
  shardBytes: number;
  /** Decompressed size that is refused. */
  maxPlainBytes: number;
  /** Decompressed ÷ compressed that is refused. */
  maxRatio: number;
  /** DLP requests under way at once in one instance; times instances it must stay under the region's quota. */
  dlpConcurrency: number;
  /** DuckDB's threads: a CSV is read by one, and a second would spin meanwhile. Its memory, such as `1GB`. */
  threads: number;
  memory: string;
  /** Folder for scratch files. */
  scratch: string | undefined;
  /** Attempts at a step before the run is quarantined. */
  attempts: number;
}
