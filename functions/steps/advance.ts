import type { AcceptedCost, LedgerEntry, RunDetail, RunState } from '../model/run.ts';
import type { Ports } from '../ports.ts';

/**
 * Writes a run's next entry. undefined = somebody else has written one meanwhile: what they wrote stands, and the caller
 * looks again at what is left for it to do.
 */
export async function advance(
  ports: Ports,
  from: LedgerEntry,
  state: RunState,
  change: Partial<RunDetail> = {},
): Promise<LedgerEntry | undefined> {
  const entry: LedgerEntry = {
    ...from,
    seq: from.seq + 1,
    state,
    owner: ports.clock.unique(),
    at: ports.clock.now().toISOString(),
    detail: { ...from.detail, ...change },
  };
  return (await ports.ledger.append(entry)) === 'written' ? entry : undefined;
}

/**
 * Takes a run from one state to the next whoever wrote the entry that stands: a sweep may take the lease over at any
 * moment, and what is true of the rows must be written all the same. undefined = it is not in that state (any more).
 */
export async function moveOn(
  ports: Ports,
  { source, run, epoch }: Pick<LedgerEntry, 'source' | 'run' | 'epoch'>,
  from: RunState,
  to: RunState,
  change: Partial<RunDetail> = {},
): Promise<LedgerEntry | undefined> {
  for (;;) {
    const entry = await ports.ledger.latest(source, run);
    if (entry?.epoch !== epoch || entry.state !== from) return undefined;
    const written = await advance(ports, entry, to, change);
    if (written) return written;
  }
}

/** What of the next epoch may differ from the one before: undefined = it has none. */
interface Renewed {
  capturedDate?: string | undefined;
  accepted?: AcceptedCost | undefined;
}

/** Begins a run's next epoch, which keeps what the object is and nothing that was made of it. undefined = as of `advance`. */
export function beginAgain(
  ports: Ports,
  entry: LedgerEntry,
  { capturedDate, accepted }: Renewed,
): Promise<LedgerEntry | undefined> {
  const { object, size, arrivedAt, copy } = entry.detail;
  const detail: RunDetail = {
    object,
    ...(size !== undefined && { size }),
    ...(arrivedAt && { arrivedAt }),
    ...(capturedDate && { capturedDate }),
    ...(copy && { copy }),
    ...(accepted && { accepted }),
  };
  return advance(ports, { ...entry, epoch: entry.epoch + 1, detail }, 'CLAIMED');
}
