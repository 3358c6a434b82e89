import { erasureOfKey, UNDER_WAY } from '../model/erasure.ts';
import { digest, pendingName, slug } from '../model/ids.ts';
import type { Release } from '../model/release.ts';
import type { Swept } from '../model/report.ts';
import { isEnded, type LedgerEntry, type ObjectRef } from '../model/run.ts';
import type { Ports } from '../ports.ts';
import { advance } from './advance.ts';
import { arrive, enqueuePrepare } from './arrive.ts';
import { putInLine, windowOf } from './finish-run.ts';
import { enqueueErasure } from './forget/begin.ts';
import { sourceOf } from './source-of.ts';

/** An event may still be on its way; a run may still be under way. */
const EVENT_GRACE_MS = 2 * 60_000;
const LOAD_GRACE_MS = 2 * 60_000;
const STALLED_MS = 40 * 60_000;
const STAGING_LIFE_MS = 7 * 86_400_000;
/** Whom an erasure was to forget, where whoever asked died before it had begun: the asker was told nothing and asks again. */
const UNASKED_LIFE_MS = 60 * 60_000;

/** Finds what was lost, stopped or left behind, and sets it going again. Safe beside everything else and beside itself. */
export async function sweep(ports: Ports, key: string, stalledMs = STALLED_MS): Promise<Swept> {
  const known = new Set<string>();
  const release = await ports.releases.current();
  const stalled: LedgerEntry[] = [];
  const now = ports.clock.now().getTime();
  for await (const entry of ports.ledger.runs()) {
    known.add(nameOf(entry.detail.object));
    if (!isEnded(entry.state) && now - Date.parse(entry.at) > stalledMs) stalled.push(entry);
  }
  const claimed = await claimUntold(ports, known, now);
  let redriven = 0;
  for (const entry of stalled) if (await redrive(ports, entry)) redriven++;
  const tables = await loadOverdue(ports, release, key, now);
  const underWay = await goOnForgetting(ports, key, now);
  const removed = await clearStaging(ports, underWay, now);
  const swept = { claimed, redriven, tables, removed };
  ports.log.info('swept', swept);
  return swept;
}

/**
 * The listing against the ledger: whatever became of its event, an object that is there gets a run. One that has a run of
 * any source is no lost one: it waits in quarantine for a person, or was loaded before its source was renamed.
 */
async function claimUntold(ports: Ports, known: ReadonlySet<string>, now: number): Promise<number> {
  let claimed = 0;
  for await (const object of ports.objects.list(ports.buckets.raw, '')) {
    if (object.name.endsWith('/') || now - Date.parse(object.createdAt) < EVENT_GRACE_MS) continue;
    const ref = { bucket: object.bucket, name: object.name, generation: object.generation };
    if (known.has(nameOf(ref))) continue;
    const { size, createdAt, metadata } = object;
    if (await arrive(ports, { object: ref, size, createdAt, metadata })) claimed++;
  }
  return claimed;
}

const nameOf = ({ bucket, name, generation }: ObjectRef): string => digest([bucket, name, generation]);

/** Takes the lease over by writing the next entry, and enqueues the step that the state asks for under a new name. */
async function redrive(ports: Ports, entry: LedgerEntry): Promise<boolean> {
  const { source, run, epoch } = entry;
  // In line, it is not stalled: it waits for its window.
  const isInLine =
    entry.state === 'DEIDENTIFIED' &&
    (await ports.objects.stat(ports.buckets.state, pendingName(source, run, epoch))) !== undefined;
  const taken = isInLine ? undefined : await advance(ports, entry, entry.state);
  if (!taken) return false;
  const again = `-again-${taken.seq}`;
  if (taken.state === 'CLAIMED' || taken.state === 'PREPARED') await enqueuePrepare(ports, taken, again);
  else if (taken.state === 'DEIDENTIFIED') await putInLine(ports, taken, await sourceOf(ports, taken));
  else await enqueueLoad(ports, source, again + run);
  return true;
}

/** Tables with a run in line whose window is over. */
async function loadOverdue(ports: Ports, release: Release, key: string, now: number): Promise<number> {
  const tables = new Set<string>();
  for await (const { name, createdAt } of ports.objects.list(ports.buckets.state, 'pending/')) {
    const table = name.split('/')[1] ?? '';
    if (tables.has(table)) continue;
    const source = release.sources.find(({ id }) => id === table);
    const window = source && (await windowOf(ports, source, new Date(createdAt)));
    if (now > (window?.at.getTime() ?? Date.parse(createdAt)) + LOAD_GRACE_MS) tables.add(table);
  }
  for (const table of tables) await enqueueLoad(ports, table, `-sweep-${key}`);
  return tables.size;
}

async function enqueueLoad(ports: Ports, table: string, again: string): Promise<void> {
  await ports.tasks.enqueue({ function: 'load', name: slug(`load-${table}${again}`), body: { table } });
}

/** An erasure goes on by one task after the other; a lost one would leave its table closed to loads. */
async function goOnForgetting(ports: Ports, key: string, now: number): Promise<ReadonlySet<string>> {
  const underWay = new Set<string>();
  for await (const { name, createdAt } of ports.objects.list(ports.buckets.state, UNDER_WAY)) {
    const id = name.slice(UNDER_WAY.length).replace('.json', '');
    underWay.add(id);
    if (now - Date.parse(createdAt) < EVENT_GRACE_MS) continue;
    await enqueueErasure(ports, id, slug(`sweep-${key}`));
  }
  return underWay;
}

/** The bucket's lifecycle does the same for all but erasures that never began; this one does not wait for it. */
async function clearStaging(ports: Ports, underWay: ReadonlySet<string>, now: number): Promise<number> {
  let removed = 0;
  for await (const { bucket, name, createdAt } of ports.objects.list(ports.buckets.staging, '')) {
    const erasure = erasureOfKey(name);
    const life = erasure === undefined || underWay.has(erasure) ? STAGING_LIFE_MS : UNASKED_LIFE_MS;
    if (now - Date.parse(createdAt) < life) continue;
    await ports.objects.remove(bucket, name);
    removed++;
  }
  return removed;
}
