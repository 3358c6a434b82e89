import { digest } from '../model/ids.ts';
import type { Batch, LedgerEntry } from '../model/run.ts';
import { downstreamOf } from '../plan/build.ts';
import type { Ports } from '../ports.ts';
import { advance } from './advance.ts';
import { startBuild } from './build.ts';

/** After a commit: the ledger, then the events, then the transforms that read the table. All may be repeated. */
export async function tellBatch(ports: Ports, batch: Batch, superseded: ReadonlySet<string>): Promise<void> {
  const ended: LedgerEntry[] = [];
  for (const { run, epoch, rows } of batch.runs) {
    const entry = await ports.ledger.latest(batch.table, run);
    if (entry?.epoch !== epoch) continue;
    if (superseded.has(run)) {
      await publish(ports, entry, 'run.superseded', { batch: batch.n });
      if (entry.state === 'BATCHED') await advance(ports, entry, 'SUPERSEDED');
      continue;
    }
    const loaded = entry.state === 'BATCHED' ? await advance(ports, entry, 'LOADED', { batch: batch.n, rows }) : entry;
    if (loaded?.state !== 'LOADED') continue;
    await publish(ports, loaded, 'run.loaded', { batch: batch.n, rows, rejects: loaded.detail.rejects ?? 0 });
    if (loaded.detail.rejects) await publish(ports, loaded, 'run.rejects', { rejects: loaded.detail.rejects });
    ended.push(loaded);
  }
  if (batch.runs.some(({ run }) => !superseded.has(run))) await buildReaders(ports, batch);
  for (const entry of ended) await advance(ports, entry, 'DONE');
}

async function buildReaders(ports: Ports, { table, n }: Batch): Promise<void> {
  const release = await ports.releases.current();
  const readers = downstreamOf(release, table);
  await startBuild(ports, {
    id: `load-${digest([table, n])}`,
    trigger: { kind: 'load', table, batch: n },
    release,
    chosen: ({ id, on }) => on.load && readers.has(id),
  });
}

async function publish(
  ports: Ports,
  { source, run, epoch, detail }: LedgerEntry,
  type: 'run.loaded' | 'run.superseded' | 'run.rejects',
  facts: Record<string, unknown>,
): Promise<void> {
  await ports.events.publish({
    v: 1,
    id: digest([run, epoch, type]),
    type,
    at: ports.clock.now().toISOString(),
    subject: source,
    run,
    epoch,
    detail: { ...facts, object: detail.object.name },
  });
}
