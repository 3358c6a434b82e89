import { ApiError } from '../api-error.ts';

const MINUTE_MS = 60_000;

/** Counts requests by the minute, as Google's quota does; undefined as limit lets all through. */
export function createQuota(perMinute: number | undefined, now: () => number): { take(): void } {
  let minute = Number.NEGATIVE_INFINITY;
  let taken = 0;
  return {
    take() {
      if (perMinute === undefined) return;
      const current = Math.floor(now() / MINUTE_MS);
      if (current !== minute) {
        minute = current;
        taken = 0;
      }
      if (++taken > perMinute) {
        throw new ApiError(
          'RESOURCE_EXHAUSTED',
          "Quota exceeded for quota metric 'Number of requests' and limit 'Number of requests per minute' of service 'dlp.googleapis.com'",
        );
      }
    },
  };
}
