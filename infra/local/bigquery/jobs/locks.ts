/** One writer at a time for each table: BigQuery queues mutating statements of a table, and aborts transactions. */
export interface Locks {
  /** Waits for its turn; resolves to the release. */
  acquire(key: string): Promise<() => void>;
  /** The release, or undefined while another holds it. */
  tryAcquire(key: string): (() => void) | undefined;
}

export function createLocks(): Locks {
  const queues = new Map<string, (() => void)[]>();
  function release(key: string): () => void {
    let released = false;
    return () => {
      if (released) return;
      released = true;
      const queue = queues.get(key);
      const next = queue?.shift();
      if (next) next();
      else queues.delete(key);
    };
  }
  return {
    acquire(key) {
      const queue = queues.get(key);
      if (!queue) {
        queues.set(key, []);
        return Promise.resolve(release(key));
      }
      return new Promise((resolve) => void queue.push(() => resolve(release(key))));
    },
    tryAcquire(key) {
      if (queues.has(key)) return undefined;
      queues.set(key, []);
      return release(key);
    },
  };
}

/** Runs at most `limit` works at once, the others in the order of their coming. */
export function createLimiter(limit: number): <T>(work: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (running >= limit) await new Promise<void>((resolve) => void waiting.push(resolve));
    running++;
    try {
      return await work();
    } finally {
      running--;
      waiting.shift()?.();
    }
  };
}
