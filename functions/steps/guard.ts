import { retryable, toSluiceError } from '../errors.ts';
import { digest } from '../model/ids.ts';
import { isEnded, type LedgerEntry } from '../model/run.ts';
import type { Ports } from '../ports.ts';
import { advance, beginAgain } from './advance.ts';
import { enqueuePrepare } from './arrive.ts';
import { publish } from './publish.ts';
import { quarantine, reasonOf } from './quarantine.ts';
import { readSuccessor } from './successor.ts';

export interface RunTask {
  source: string;
  run: string;
  epoch: number;
  step: string;
  /** How often the queue has tried before; 0 the first time. */
  retries: number;
}

/**
 * Carries out a step of a run. A terminal failure ends the run in quarantine and counts as done, since the queue would
 * repeat it for ever; a retryable one goes back to the queue until the attempts are used up. A task of an epoch that is
 * over, or of a run that has ended, has nothing left to do.
 */
export async function guardRun(
  ports: Ports,
  task: RunTask,
  work: (entry: LedgerEntry) => Promise<void>,
): Promise<void> {
  const { source, run, epoch, step, retries } = task;
  const entry = await ports.ledger.latest(source, run);
  if (!entry)
    throw retryable('LEDGER_CONFLICT', `run ${run} of ${source} has a task and no ledger entry`, { details: { run } });
  if (entry.epoch !== epoch || isEnded(entry.state)) return;
  try {
    if (retries > 0) await ports.ledger.recordAttempt(source, run, `${epoch}.${step}`, retries + 1);
    if (retries >= ports.limits.attempts) {
      const message = `the step ${step} failed ${retries} times; the last failures are in the log`;
      return await quarantine(ports, entry, [{ code: 'RETRIES_EXHAUSTED', message }]);
    }
    await work(entry);
  } catch (raw) {
    const error = toSluiceError(raw);
    if (error.retryable) throw error;
    ports.log.error('a step ends its run', error, { run, source, step });
    const now = (await ports.ledger.latest(source, run)) ?? entry;
    if (now.epoch !== epoch || isEnded(now.state)) return;
    if (error.code === 'OBJECT_GONE') return await endGone(ports, now);
    await quarantine(ports, now, [reasonOf(error)]);
  }
}

/**
 * An erasure has put a file without some of its records in the place of the one that the run was reading: the run begins
 * again with that one, as its next epoch, by the release that it has.
 */
async function restart(ports: Ports, entry: LedgerEntry): Promise<boolean> {
  if (!(await readSuccessor(ports, entry.detail.object))) return false;
  const next = await beginAgain(ports, entry, entry.detail);
  if (next) await enqueuePrepare(ports, next);
  return true;
}

/** The object was deleted or overwritten before it was read: an overwritten one has a run of its own for its new generation. */
async function endGone(ports: Ports, entry: LedgerEntry): Promise<void> {
  if (await restart(ports, entry)) return;
  const { object } = entry.detail;
  const live = await ports.objects.stat(object.bucket, object.name);
  const state = live ? 'SUPERSEDED' : 'VANISHED';
  await publish(ports, {
    v: 1,
    id: digest([entry.run, entry.epoch, state]),
    type: live ? 'run.superseded' : 'run.vanished',
    at: ports.clock.now().toISOString(),
    subject: entry.source,
    run: entry.run,
    epoch: entry.epoch,
    detail: { object: object.name },
  });
  await advance(ports, entry, state);
  ports.log.warn(live ? 'superseded before it was read' : 'vanished before it was read', {
    run: entry.run,
    source: entry.source,
  });
}
