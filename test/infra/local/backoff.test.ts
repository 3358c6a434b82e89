import { expect, test } from 'vitest';
import { planBackoff } from '../../../infra/local/backoff.ts';

test.each([
  // The example of queue.proto: doubled three times, then by 80 s more each time, up to the maximum.
  [{ minMs: 10, maxMs: 300, maxDoublings: 3 }, [10, 20, 40, 80, 160, 240, 300, 300]],
  [{ minMs: 5, maxMs: 1_000, maxDoublings: 0 }, [5, 10, 15, 20]],
  [{ minMs: 100, maxMs: 100, maxDoublings: 16 }, [100, 100, 100]],
  [{ minMs: 0, maxMs: 60_000, maxDoublings: 5_000 }, [0, 0, 0]],
])('%j waits %j', (backoff, expected) => {
  expect(expected.map((_, index) => planBackoff(backoff, index + 1))).toEqual(expected);
});

test('the thousandth retry waits no longer than the maximum', () => {
  expect(planBackoff({ minMs: 1, maxMs: 3_600_000, maxDoublings: 10_000 }, 1_000)).toBe(3_600_000);
});
