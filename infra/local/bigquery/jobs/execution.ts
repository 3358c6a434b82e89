import type { DuckDBConnection } from '@duckdb/node-api';
import { isConflict, JobFailure } from '../errors.ts';
import type { Tx } from '../warehouse.ts';
import type { Engine } from './engine.ts';
import type { Job } from './job.ts';

/** One run of a job: what it is cancelled through, and how its end is written. */
export interface Execution {
  job: Job;
  cancelled: boolean;
  /** The connection that works for it now. */
  connection: DuckDBConnection | undefined;
}

const ATTEMPTS = 60;

export function refuseCancelled(execution: Execution): void {
  if (execution.cancelled) throw new JobFailure('stopped', 'Job execution was cancelled: User requested cancellation');
}

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
