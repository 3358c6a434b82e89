import type { Limits } from '../model/deployment.ts';
import type { Shard } from '../model/run.ts';

/** Bytes that a shard of an object of this size aims at: shards of equal size, the fewest that keep each below the limit. */
export function planShardBytes(size: number, { shardBytes }: Pick<Limits, 'shardBytes'>): number {
  const shards = Math.max(1, Math.ceil(size / shardBytes));
  const equal = Math.ceil(size / shards);
  return equal > shardBytes / 2 ? equal : shardBytes;
}

/**
 * The part of an object that one of its shards is, 0 to 1; all parts are 1 together. By bytes, or by the records of
 * Parquet, of which a shard names the whole file's bytes.
 */
export function shareOfShard(shards: readonly Shard[], n: number): number {
  const weight = ({ start, end, rowGroups, scan }: Shard): number => (rowGroups && scan ? scan.records : end - start);
  const own = shards[n];
  const whole = shards.reduce((sum, shard) => sum + weight(shard), 0);
  return own && whole > 0 ? weight(own) / whole : 1;
}
