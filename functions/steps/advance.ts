import type { LedgerEntry, RunDetail, RunState } from '../model/run.ts';
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
