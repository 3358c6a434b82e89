import type { Batch } from '../model/run.ts';

/** BigQuery takes 1,500 loads a table and day, failures counted; past half of them windows get longer. */
const DAILY_LOADS = 1500;
/** A source that batches nothing begins here when it must. */
const SHORTEST_SECONDS = 30;

export interface Window {
  number: string;
  /** Its end, when the load begins. */
  at: Date;
}

/**
 * The load window of a pending mark: the one after the mark's own (server) time, so that the task of a window lists after
 * every mark that counts on it. undefined = at once, in a task of the run's own.
 */
export function planWindow(
  batchSeconds: number,
  markedAt: Date,
  newest: Pick<Batch, 'at' | 'today'> | undefined,
): Window | undefined {
  const seconds = stretched(batchSeconds, markedAt, newest);
  if (seconds === 0) return undefined;
  const number = Math.floor(markedAt.getTime() / 1000 / seconds) + 1;
  return { number: `${seconds}-${number}`, at: new Date(number * seconds * 1000) };
}

function stretched(batchSeconds: number, now: Date, newest: Pick<Batch, 'at' | 'today'> | undefined): number {
  const today = newest && newest.at.slice(0, 10) === now.toISOString().slice(0, 10) ? newest.today : 0;
  const halves = Math.floor(today / (DAILY_LOADS / 2));
  if (halves === 0) return batchSeconds;
  // Half of what is left is never spent twice: each further eighth of the budget doubles the window again.
  const steps = 1 + Math.floor((today - DAILY_LOADS / 2) / (DAILY_LOADS / 8));
  return Math.max(batchSeconds, SHORTEST_SECONDS) * 2 ** steps;
}
