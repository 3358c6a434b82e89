import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Shard } from '../../functions/model/run.ts';
import { planShardBytes, shareOfShard } from '../../functions/plan/shards.ts';

test.each([
  ['one that fits', 1000, 1000],
  ['a small one', 10, 1000],
  ['one a little larger: two halves', 1001, 501],
  ['three equal parts', 2500, 834],
])('an object is cut into the fewest equal shards: %s', (_, size, bytes) => {
  expect(planShardBytes(size, { shardBytes: 1000 })).toBe(bytes);
});

const shard = (change: Partial<Shard>): Shard => ({ start: 0, end: 0, ...change }) as Shard;

test('a shard of Parquet is its records’ part of the file, of whose bytes it names all', () => {
  const groups = [3, 1].map((records, n) =>
    shard({ end: 400, rowGroups: [n, n + 1], scan: { records, blankLines: false } }),
  );
  expect(groups.map((_, n) => shareOfShard(groups, n))).toEqual([0.75, 0.25]);
});

test('the parts of all shards are 1 together', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 1e9 }), { minLength: 1, maxLength: 50 }), (sizes) => {
      const shards = sizes.map((size, n) => shard({ start: 1000 * n, end: 1000 * n + size }));
      const sum = shards.reduce((total, _, n) => total + shareOfShard(shards, n), 0);
      expect(sum).toBeCloseTo(1, 9);
    }),
  );
});
