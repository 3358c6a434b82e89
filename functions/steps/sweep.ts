import { runId, slug } from '../model/ids.ts';
import type { Swept } from '../model/report.ts';
import { isEnded, type LedgerEntry } from '../model/run.ts';
import { UNMATCHED } from '../model/source.ts';
import { matchSource } from '../plan/match-source.ts';
import type { Ports } from '../ports.ts';
import { advance } from './advance.ts';
import { arrive, enqueuePrepare } from './arrive.ts';

/** An event may still be on its way; a run may still be under way. */
const EVENT_GRACE_MS = 2 * 60_000;
const STALLED_MS = 40 * 60_000;
const STAGING_LIFE_MS = 7 * 86_400_000;

/** Finds what was lost, stopped or left behind, and sets it going again. Safe beside everything else and beside itself. */
export async function sweep(ports: Ports, key: string, stalledMs = STALLED_MS): Promise<Swept> {
  const known = new Set<string>();
  const stalled: LedgerEntry[] = [];
  const now = ports.clock.now().getTime();
  for await (const entry of ports.ledger.runs()) {
    known.add(entry.run);
    if (!isEnded(entry.state) && now - Date.parse(entry.at) > stalledMs) stalled.push(entry);
  }
  const claimed = await claimUntold(ports, known, now);
  for (const entry of stalled) await redrive(ports, entry);
  const tables = await loadPending(ports, key);
  const removed = await clearStaging(ports, now);
  const swept = { claimed, redriven: stalled.length, tables, removed };
  ports.log.info('swept', swept);
  return swept;
}

/** The listing against the ledger: whatever became of its event, an object that is there gets a run. */
async function claimUntold(ports: Ports, known: ReadonlySet<string>, now: number): Promise<number> {
  const release = await ports.releases.current();
  let claimed = 0;
  for await (const object of ports.objects.list(ports.buckets.raw, '')) {
    if (object.name.endsWith('/') || now - Date.parse(object.createdAt) < EVENT_GRACE_MS) continue;
    const ref = { bucket: object.bucket, name: object.name, generation: object.generation };
    const source = matchSource(release, object.name)?.source.id;
    // One that came before its source was declared waits in quarantine for a person's replay.
    if (known.has(runId(UNMATCHED, ref)) || (source && known.has(runId(source, ref)))) continue;
    await arrive(ports, { object: ref, size: object.size, createdAt: object.createdAt });
    claimed++;
  }
  return claimed;
}

/** Takes the lease over by writing the next entry, and enqueues the step that the state asks for under a new name. */
async function redrive(ports: Ports, entry: LedgerEntry): Promise<void> {
  const taken = await advance(ports, entry, entry.state);
  if (!taken) return;
  const again = `-again-${taken.seq}`;
  if (taken.state === 'CLAIMED' || taken.state === 'PREPARED') await enqueuePrepare(ports, taken, again);
  else await enqueueLoad(ports, taken.source, again + taken.run);
}

async function loadPending(ports: Ports, key: string): Promise<number> {
  const tables = new Set<string>();
  for await (const { name } of ports.objects.list(ports.buckets.state, 'pending/'))
    tables.add(name.split('/')[1] ?? '');
  for (const table of tables) await enqueueLoad(ports, table, `-sweep-${key}`);
  return tables.size;
}

async function enqueueLoad(ports: Ports, table: string, again: string): Promise<void> {
  await ports.tasks.enqueue({ function: 'load', name: slug(`load-${table}${again}`), body: { table } });
}

/** The bucket's lifecycle does the same; this one does not wait for it. */
async function clearStaging(ports: Ports, now: number): Promise<number> {
  let removed = 0;
  for await (const { bucket, name, createdAt } of ports.objects.list(ports.buckets.staging, '')) {
    if (now - Date.parse(createdAt) < STAGING_LIFE_MS) continue;
    await ports.objects.remove(bucket, name);
    removed++;
  }
  return removed;
}
