/** One timer that can be moved. Services sleep until the next thing is due instead of polling for it. */
export interface Alarm {
  /** Rings at this time (milliseconds), in place of any time set before; undefined silences it. */
  set(time: number | undefined): void;
  close(): void;
}

/** setTimeout fires at once for a longer delay than this (a signed 32-bit number of milliseconds, 24.8 days). */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export function createAlarm(ring: () => void, now: () => number = Date.now): Alarm {
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  function set(time: number | undefined): void {
    clearTimeout(timer);
    timer = undefined;
    if (closed || time === undefined) return;
    const delay = Math.max(0, Math.ceil(time - now()));
    timer = setTimeout(
      () => {
        if (now() < time) set(time);
        else ring();
      },
      Math.min(delay, LONGEST_TIMER_MS),
    );
  }

  return {
    set,
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}
