import { rm } from 'node:fs/promises';
import { toFailure, toJobError } from '../errors.ts';
import type { Engine } from './engine.ts';
import { type Execution, executionOf, inTransaction, turnOf } from './execution.ts';
import { type Job, jobType } from './job.ts';
import { createSlots } from './locks.ts';
import { runCopy } from './run-copy.ts';
import { runExtract } from './run-extract.ts';
import { runLoad } from './run-load.ts';
import { runQuery } from './run-query.ts';
import { dropTemporary } from './script/temporary.ts';

export interface Runner {
  /** Runs the job in the background. */
  submit(job: Job): void;
  /** Resolves once the job is DONE, or after `timeoutMs`. */
  wait(job: Job, timeoutMs: number): Promise<void>;
  cancel(job: Job): void;
  /** Interrupts what runs; it is found unfinished at the next start, and runs again. */
  stop(): Promise<void>;
}

/** DuckDB works on libuv's four threads: one is left to requests while jobs run. */
const AT_ONCE = 3;
/** DuckDB forgets an interrupt that comes between two statements of a transaction, so a cancelled job is told again. */
const INTERRUPT_MS = 50;

export function createRunner(engine: Engine): Runner {
  const slots = createSlots(AT_ONCE);
  const running = new Map<Job, { execution: Execution; done: Promise<void> }>();
  let stopped = false;

  async function carryOut(execution: Execution): Promise<void> {
    const { job } = execution;
    try {
      await execution.enter();
      if (stopped) return;
      job.state = 'RUNNING';
      job.started ??= engine.clock.now();
      switch (jobType(job)) {
        case 'QUERY':
          await runQuery(engine, execution);
          break;
        case 'LOAD':
          await runLoad(engine, execution);
          break;
        case 'COPY':
          await runCopy(engine, execution);
          break;
        case 'EXTRACT':
          await runExtract(engine, execution);
          break;
      }
    } catch (error) {
      if (stopped) return;
      await fail(job, error);
    }
    if (job.upload !== undefined) await rm(job.upload, { force: true });
  }

  async function fail(job: Job, error: unknown): Promise<void> {
    const failure = toFailure(error, job.configuration.query?.query ?? '');
    if (failure.reason === 'internalError') console.error(error);
    const own = toJobError(failure);
    const change: Partial<Job> = {
      state: 'DONE',
      ended: engine.clock.now(),
      error: own,
      errors: [own, ...failure.others],
      result: undefined,
    };
    await inTransaction(engine, executionOf(job), async (tx) => {
      await dropTemporary(engine, tx, job);
      const done: Job = { ...job, ...change };
      await engine.store.save(tx, done);
      tx.afterCommit(() => void Object.assign(job, done));
    });
  }

  function cancel(execution: Execution): void {
    if (execution.cancelled) return;
    execution.cancelled = true;
    execution.wake?.();
    const interrupt = () => {
      if (!running.has(execution.job)) return clearInterval(again);
      execution.connection?.interrupt();
    };
    const again = setInterval(interrupt, INTERRUPT_MS);
    interrupt();
  }

  function start(job: Job): Execution {
    const execution = executionOf(job);
    execution.enter = async () => {
      execution.leave = await turnOf(execution, slots.enter());
    };
    return execution;
  }

  return {
    submit(job) {
      const execution = start(job);
      const timeout = Number(job.configuration.jobTimeoutMs ?? 0);
      const timer = timeout > 0 ? setTimeout(() => cancel(execution), timeout) : undefined;
      const done = carryOut(execution)
        .catch((error) => console.error(error))
        .finally(() => {
          clearTimeout(timer);
          execution.leave();
          running.delete(job);
        });
      running.set(job, { execution, done });
    },
    async wait(job, timeoutMs) {
      const entry = running.get(job);
      if (!entry || job.state === 'DONE') return;
      let timer: NodeJS.Timeout | undefined;
      const timeout = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, timeoutMs);
      });
      await Promise.race([entry.done, timeout]);
      clearTimeout(timer);
    },
    cancel(job) {
      const entry = running.get(job);
      if (entry) cancel(entry.execution);
    },
    async stop() {
      stopped = true;
      for (const { execution } of running.values()) cancel(execution);
      await Promise.all([...running.values()].map((entry) => entry.done));
    },
  };
}
