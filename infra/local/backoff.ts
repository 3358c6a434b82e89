/** Cloud Tasks' and Cloud Scheduler's shape of retries. */
export interface Backoff {
  minMs: number;
  maxMs: number;
  maxDoublings: number;
}

/**
 * Milliseconds to wait before retry number `retry` (1 is the first retry): it starts at the minimum, doubles
 * `maxDoublings` times, then grows by the last step, up to the maximum. With 10 s, 300 s and 3 doublings that is 10, 20,
 * 40, 80, 160, 240, 300, 300 s. Source: google/cloud/tasks/v2/queue.proto, RetryConfig.max_doublings.
 */
export function planBackoff(backoff: Backoff, retry: number): number {
  // 2^60 ms is past every maximum; an unbounded power would end in Infinity, and 0 × Infinity in NaN.
  const doublings = Math.min(retry - 1, backoff.maxDoublings, 60);
  const step = backoff.minMs * 2 ** doublings;
  const linear = Math.max(1, retry - backoff.maxDoublings);
  return Math.min(backoff.maxMs, step * linear);
}
