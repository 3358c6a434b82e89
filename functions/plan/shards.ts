import type { Limits } from '../model/deployment.ts';

/** Bytes that a shard of an object of this size aims at: shards of equal size, the fewest that keep each below the limit. */
export function planShardBytes(size: number, { shardBytes }: Pick<Limits, 'shardBytes'>): number {
  const shards = Math.max(1, Math.ceil(size / shardBytes));
  const equal = Math.ceil(size / shards);
  return equal > shardBytes / 2 ? equal : shardBytes;
}
