import { loadBuildId } from '../model/build.ts';
import { digest } from '../model/ids.ts';
import type { Batch, LedgerEntry } from '../model/run.ts';
import { downstreamOf } from '../plan/build.ts';
import type { Ports } from '../ports.ts';
import { moveOn } from './advance.ts';
import { startBuild } from './build.ts';
import { publish } from './publish.ts';

/** The ledger after a commit. A run that another snapshot has overtaken ends here; the others have their rows in the table. */
export async function recordBatch(ports: Ports, batch: Batch, superseded: ReadonlySet<string>): Promise<void> {
  for (const { run, epoch, rows } of batch.runs) {
    const entry = await ports.ledger.latest(batch.table, run);
    if (entry?.epoch !== epoch || entry.state !== 'BATCHED') continue;
    if (superseded.has(run)) {
      await tellRun(ports, entry, 'run.superseded', { batch: batch.n });
      await moveOn(ports, entry, 'BATCHED', 'SUPERSEDED');
    } else await moveOn(ports, entry, 'BATCHED', 'LOADED', { batch: batch.n, rows });
  }
}

/**
 * Tells of a batch that is closed: its events, then the transforms that read the table, and only then are its runs done.
 * Closed comes first, so that a transform sees the load that it was started for. All of it may be repeated.
 */
export async function tellBatch(ports: Ports, batch: Batch): Promise<void> {
  const loaded: LedgerEntry[] = [];
  for (const { run, epoch } of batch.runs) {
    const entry = await ports.ledger.latest(batch.table, run);
    if (entry?.epoch !== epoch || entry.state !== 'LOADED') continue;
    const { rows = 0, rejects = 0 } = entry.detail;
    await tellRun(ports, entry, 'run.loaded', { batch: batch.n, rows, rejects });
    if (rejects > 0) await tellRun(ports, entry, 'run.rejects', { rejects });
    loaded.push(entry);
  }
  if (loaded.length > 0) await buildReaders(ports, batch);
  for (const entry of loaded) await moveOn(ports, entry, 'LOADED', 'DONE');
}

async function buildReaders(ports: Ports, { table, n }: Batch): Promise<void> {
  const release = await ports.releases.current();
  const readers = downstreamOf(release, table);
  await startBuild(ports, {
    id: loadBuildId(table, n),
    trigger: { kind: 'load', table, batch: n },
    release,
    chosen: ({ id, on }) => on.load && readers.has(id),
  });
}

async function tellRun(
  ports: Ports,
  { source, run, epoch, detail }: LedgerEntry,
  type: 'run.loaded' | 'run.superseded' | 'run.rejects',
  facts: Record<string, unknown>,
): Promise<void> {
  await publish(ports, {
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
