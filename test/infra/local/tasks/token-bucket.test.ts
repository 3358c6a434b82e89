import { expect, test } from 'vitest';
import { createTokenBucket } from '../../../../infra/local/tasks/token-bucket.ts';

test('a bucket gives its burst at once, then one token each time it is filled', () => {
  const bucket = createTokenBucket({ perSecond: 2, burst: 3 }, 0);
  expect([bucket.take(0), bucket.take(0), bucket.take(0)]).toEqual([0, 0, 0]);
  expect(bucket.take(0)).toBe(500);
  expect(bucket.take(400)).toBeCloseTo(100);
  expect(bucket.take(500)).toBe(0);
  expect(bucket.take(500)).toBe(500);
});

test('a bucket never holds more than its burst', () => {
  const bucket = createTokenBucket({ perSecond: 1_000, burst: 2 }, 0);
  expect([bucket.take(60_000), bucket.take(60_000)]).toEqual([0, 0]);
  expect(bucket.take(60_000)).toBe(1);
});

test('a smaller burst takes effect at once', () => {
  const bucket = createTokenBucket({ perSecond: 1, burst: 100 }, 0);
  bucket.configure({ perSecond: 10, burst: 1 });
  expect(bucket.take(0)).toBe(0);
  expect(bucket.take(0)).toBe(100);
});
