import { curatedPrefix } from '../model/ids.ts';
import type { LedgerEntry } from '../model/run.ts';
import type { Ports } from '../ports.ts';

type Epoch = Pick<LedgerEntry, 'source' | 'run' | 'epoch'>;

/**
 * Takes away what a run that ended in quarantine has put past the gate already: what one shard shows to be unprotected,
 * the others' rows hold as well. Asked after every shard, so that a worker that knew nothing of it cleans up, too.
 */
export async function discardRefused(ports: Ports, { source, run, epoch }: Epoch): Promise<void> {
  if (!(await isRefused(ports, { source, run, epoch }))) return;
  for await (const { bucket, name } of ports.objects.list(ports.buckets.curated, curatedPrefix(source, run, epoch)))
    await ports.objects.remove(bucket, name);
}

async function isRefused(ports: Ports, { source, run, epoch }: Epoch): Promise<boolean> {
  const latest = await ports.ledger.latest(source, run);
  if (!latest || latest.epoch === epoch) return latest?.state === 'QUARANTINED';
  // Replayed since: how the epoch ended stands further down.
  const entries = await ports.ledger.entries(source, run);
  return entries.some((entry) => entry.epoch === epoch && entry.state === 'QUARANTINED');
}
