import { terminal } from '../errors.ts';
import { isEnded, type LedgerEntry } from '../model/run.ts';
import { UNMATCHED } from '../model/source.ts';
import { acceptable } from '../plan/cost-limit.ts';
import { matchSource } from '../plan/match-source.ts';
import type { Ports } from '../ports.ts';
import { beginAgain } from './advance.ts';
import { arrive, enqueuePrepare } from './arrive.ts';

export interface ReplayRequest {
  run: string;
  /** Lets a run go on that waits for its cost: up to so many USD, as in `12.5`, or `estimate`, what it was said to cost and a tenth more. */
  acceptCost?: string;
}

/** As `replayEntry`, of a run by its id, or by as much of it as tells it from all others. Throws NOT_FOUND too. */
export const replay = async (ports: Ports, request: ReplayRequest, by: string): Promise<LedgerEntry> =>
  replayEntry(ports, await findRun(ports, request.run), by, request.acceptCost);

/**
 * Processes a run's object again, by the release that is current: the next epoch of the same run, whose rows replace
 * those of the one before. `by` is who asks, verified. Throws CONFLICT
 * while the run is still under way or where there is no cost to accept, BAD_REQUEST for an amount that is none.
 */
export async function replayEntry(
  ports: Ports,
  entry: LedgerEntry,
  by: string,
  acceptCost?: string,
): Promise<LedgerEntry> {
  const { run } = entry;
  if (!isEnded(entry.state)) {
    throw terminal(
      'CONFLICT',
      `run ${run} is ${entry.state} and goes on by itself; only a run that has ended can be replayed`,
    );
  }
  const at = ports.clock.now().toISOString();
  const accepted = acceptCost === undefined ? undefined : { usd: acceptedCost(entry, acceptCost), by, at };
  const release = await ports.releases.current();
  if (entry.source === UNMATCHED) return replayUnmatched(ports, entry);
  if (!release.sources.some(({ id }) => id === entry.source)) {
    throw terminal(
      'CONFLICT',
      `the current release ${release.id} has no source ${entry.source}: declare it, then replay`,
    );
  }
  const match = matchSource(release, entry.detail.object.name);
  // By the pattern of now; where that is another source's, the name is still what it was when this one took it.
  const capturedDate = match?.source.id === entry.source ? match.capturedDate : entry.detail.capturedDate;
  const next = await beginAgain(ports, { ...entry, release: release.id }, { capturedDate, accepted });
  if (!next) throw terminal('CONFLICT', `run ${run} is being replayed by somebody else`);
  await enqueuePrepare(ports, next);
  return next;
}

function acceptedCost(entry: LedgerEntry, asked: string): number {
  const { run, state, detail } = entry;
  const cost = state === 'QUARANTINED' ? detail.reasons?.find((reason) => reason.cost)?.cost : undefined;
  if (!cost) throw terminal('CONFLICT', `run ${run} does not wait for its cost: replay it without accepting one`);
  if (asked === 'estimate') return acceptable(cost.estimate);
  const usd = /^\d{1,9}(\.\d{1,9})?$/.test(asked) ? Number(asked) : 0;
  if (usd === 0)
    throw terminal('BAD_REQUEST', 'acceptCost must be an amount in USD above 0, as in 12.5, or `estimate`');
  if (usd < cost.estimate)
    throw terminal(
      'CONFLICT',
      `run ${run} would cost ${cost.estimate} USD, more than the ${usd} USD that were accepted`,
    );
  return usd;
}

/** An object that no source matched runs under the source that matches it now, as if it had just come. */
async function replayUnmatched(ports: Ports, entry: LedgerEntry): Promise<LedgerEntry> {
  const { object, size, arrivedAt } = entry.detail;
  if (!matchSource(await ports.releases.current(), object.name)) {
    throw terminal('CONFLICT', 'still no source matches the name of this object: declare one, then replay');
  }
  const claimed = await arrive(ports, {
    object,
    ...(size !== undefined && { size }),
    ...(arrivedAt && { createdAt: arrivedAt }),
  });
  if (!claimed) throw terminal('CONFLICT', 'the object is a folder and holds no rows');
  return claimed;
}

/** A run by its id, or by as much of it as tells it from all others. */
export async function findRun(ports: Ports, run: string): Promise<LedgerEntry> {
  const found: LedgerEntry[] = [];
  for await (const entry of ports.ledger.runs()) if (entry.run.startsWith(run)) found.push(entry);
  const [only] = found;
  if (!only) throw terminal('NOT_FOUND', `there is no run ${run}: \`sluice runs\` lists them`);
  if (found.length > 1) throw terminal('BAD_REQUEST', `${found.length} runs begin with ${run}: give more of the id`);
  return (await ports.ledger.latest(only.source, only.run)) ?? only;
}
