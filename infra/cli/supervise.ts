import type { Child } from './processes.ts';

/** A child that is started again whenever it ends by itself. */
export interface Supervised<Ready> {
  current(): Child<Ready>;
  /** Starts it anew, on purpose; resolves when the new one is ready. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export interface SuperviseOptions<Ready> {
  start: () => Promise<Child<Ready>>;
  /** It had ended by itself and runs again. */
  onRestart: () => void;
  /** It ends again and again, or cannot be started: it stays down. */
  onGiveUp: (error: unknown) => void;
}

/** Ends that close together are no accidents; starting again would only hide why. */
const MAX_RESTARTS = 5;
const WITHIN_MS = 30_000;

export function supervise<Ready>(
  first: Child<Ready>,
  { start, onRestart, onGiveUp }: SuperviseOptions<Ready>,
): Supervised<Ready> {
  let child = first;
  let expected = false;
  let renewing = Promise.resolve();
  let restarts: number[] = [];

  async function watch(watched: Child<Ready>): Promise<void> {
    await watched.ended;
    if (expected || watched !== child) return;
    restarts = [...restarts.filter((at) => Date.now() - at < WITHIN_MS), Date.now()];
    if (restarts.length > MAX_RESTARTS) {
      onGiveUp(new Error(`it ended ${restarts.length} times within ${WITHIN_MS / 1000} seconds`));
      return;
    }
    try {
      await renew();
      if (!expected) onRestart();
    } catch (error) {
      onGiveUp(error);
    }
  }

  function renew(): Promise<void> {
    const renewal = start().then((next) => {
      child = next;
      void watch(next);
    });
    renewing = renewal.catch(() => {});
    return renewal;
  }

  void watch(first);
  return {
    current: () => child,
    async restart() {
      expected = true;
      await child.stop();
      expected = false;
      await renew();
    },
    async stop() {
      expected = true;
      // One that is starting is known to nobody else yet.
      await renewing;
      await child.stop();
    },
  };
}
