import type { DuckDBConnection } from '@duckdb/node-api';
import { isConflict, JobFailure } from '../errors.ts';
import type { Row, Tx } from '../warehouse.ts';
import type { Engine } from './engine.ts';
import type { Job } from './job.ts';

/** One run of a job: what it is cancelled through, and how its end is written. */
export interface Execution {
  job: Job;
  cancelled: boolean;
  /** The connection that works for it now. */
  connection: DuckDBConnection | undefined;
  /** Ends its waiting for a turn. */
  wake: (() => void) | undefined;
  /** Gives its place among the jobs that run to another. */
  leave: () => void;
  /** Waits for a place again. */
  enter: () => Promise<void>;
}

/** A run that waits for no place. */
export const executionOf = (job: Job): Execution => ({
  job,
  cancelled: false,
  connection: undefined,
  wake: undefined,
  leave: () => {},
  enter: async () => {},
});

const ATTEMPTS = 60;

const cancelled = () => new JobFailure('stopped', 'Job execution was cancelled: User requested cancellation');

export function refuseCancelled(execution: Execution): void {
  if (execution.cancelled) throw cancelled();
}

/** Waits for a turn, or for the job's cancellation; a turn that comes after that is handed on. */
export function turnOf(execution: Execution, turn: Promise<() => void>): Promise<() => void> {
  return new Promise((resolve, reject) => {
    execution.wake = () => {
      void turn.then((release) => release());
      reject(cancelled());
    };
    if (execution.cancelled) return execution.wake();
    void turn.then((release) => {
      if (!execution.cancelled) execution.wake = undefined;
      resolve(release);
    });
  });
}

/** The lock of a table. Who waits for one takes no place from jobs that could run. */
export async function lockFor(engine: Engine, execution: Execution, key: string): Promise<() => void> {
  const free = engine.locks.tryAcquire(key);
  if (free) return free;
  execution.leave();
  const release = await turnOf(execution, engine.locks.acquire(key));
  try {
    await execution.enter();
  } catch (error) {
    release();
    throw error;
  }
  return release;
}

/** Small answers outside of any transaction, for a job that may be cancelled meanwhile. */
export const readerOf =
  (engine: Engine, execution: Execution) =>
  async (sql: string): Promise<Row[]> => {
    try {
      return await engine.warehouse.rows(sql, undefined, (connection) => {
        execution.connection = connection;
      });
    } catch (error) {
      refuseCancelled(execution);
      throw error;
    } finally {
      execution.connection = undefined;
    }
  };

/**
 * Runs `work` in one transaction, together with what it notes on the job, and again when another transaction got in
 * its way: a job that BigQuery would have queued must not fail here. `onceMore: false` lets the conflict through.
 */
export async function inTransaction<T>(
  engine: Engine,
  execution: Execution,
  work: (tx: Tx) => Promise<T>,
  onceMore = true,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    refuseCancelled(execution);
    try {
      return await engine.warehouse.transaction(work, {
        onConnection: (connection) => {
          execution.connection = connection;
        },
      });
    } catch (error) {
      refuseCancelled(execution);
      if (!onceMore || attempt >= ATTEMPTS || !isConflict(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, Math.min(5 * attempt, 100) * (0.5 + Math.random())));
    } finally {
      execution.connection = undefined;
    }
  }
}

/** The job as it will be once its effect is committed; written beside the effect, shown once it is durable. */
export async function finish(engine: Engine, tx: Tx, job: Job, change: Partial<Job>): Promise<void> {
  const done: Job = { ...job, ...change, state: 'DONE', ended: engine.clock.now() };
  await engine.store.save(tx, done);
  tx.afterCommit(() => void Object.assign(job, done));
}
