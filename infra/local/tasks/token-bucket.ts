/** A queue's rate: it holds up to `burst` tokens, fills at `perSecond`, and a dispatch takes one. */
export interface TokenBucket {
  /** Takes a token and returns 0, or returns the milliseconds until there is one. */
  take(nowMs: number): number;
  configure(rate: { perSecond: number; burst: number }): void;
}

export function createTokenBucket(rate: { perSecond: number; burst: number }, nowMs: number): TokenBucket {
  let { perSecond, burst } = rate;
  let tokens = burst;
  let filledMs = nowMs;
  return {
    take(now) {
      tokens = Math.min(burst, tokens + (Math.max(0, now - filledMs) * perSecond) / 1_000);
      filledMs = now;
      if (tokens >= 1) {
        tokens -= 1;
        return 0;
      }
      return ((1 - tokens) * 1_000) / perSecond;
    },
    configure(next) {
      ({ perSecond, burst } = next);
      tokens = Math.min(tokens, burst);
    },
  };
}
