/** The time, as jobs and resources are stamped with it; tests hand in their own. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
}

export const SYSTEM_CLOCK: Clock = { now: () => Date.now() };
