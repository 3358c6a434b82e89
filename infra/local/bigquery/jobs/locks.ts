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

/** Places for at most `limit` works at once, given in the order of their coming. */
export function createSlots(limit: number): { enter(): Promise<() => void> } {
  let taken = 0;
  const waiting: (() => void)[] = [];
  const leave = () => {
    let left = false;
    return () => {
      if (left) return;
      left = true;
      const next = waiting.shift();
      if (next) next();
      else taken--;
    };
  };
  return {
    async enter() {
      if (taken < limit) taken++;
      else await new Promise<void>((resolve) => void waiting.push(resolve));
      return leave();
    },
  };
}
