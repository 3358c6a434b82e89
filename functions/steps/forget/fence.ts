import { retryable, terminal } from '../../errors.ts';
import { fenceName } from '../../model/erasure.ts';
import type { Batch } from '../../model/run.ts';
import { batchesOf } from '../batches.ts';
import { tellOnce } from '../load.ts';
import { tokensHeld } from '../tokens-held.ts';
import type { ErasureContext } from './context.ts';
import { readTableDone } from './tables.ts';

export interface Fence {
  n: number;
  /** What was created later is new data. */
  since: Date;
}

/**
 * Takes the table's next batch, which keeps every load out until it is closed: batches are serial, whoever holds them.
 * `busy` = a load is under way, or another erasure.
 */
export async function closeTable({ ports, erasure, source, release }: ErasureContext): Promise<Fence | 'busy'> {
  const batches = batchesOf(ports, source.id);
  const newest = await batches.latest();
  const standing = newest && (await batches.record(newest.n));
  if (newest && !newest.closed) return standing?.erasure === erasure.id ? fence(newest.n) : 'busy';
  if (newest) await tellOnce(ports, source.id, newest.n);
  const now = ports.clock.now().toISOString();
  const batch: Batch = {
    v: 1,
    n: (newest?.n ?? 0) + 1,
    table: source.id,
    release: release.id,
    at: now,
    // It is no load of the day's.
    today: standing?.at.slice(0, 10) === now.slice(0, 10) ? standing.today : 0,
    runs: [],
    // It changes nothing of how the others are made.
    ...(standing && { tokens: await tokensHeld(ports, standing) }),
    erasure: erasure.id,
  };
  // What was read above may be stale: another call of this erasure may have closed the table, and let loads in again since.
  // A second batch would stay open after that.
  if (await closedSince({ ports, erasure })) {
    const now = await batches.latest();
    if ((now && !now.closed) || (await readTableDone({ ports, erasure }))) return 'busy';
    throw terminal('UNEXPECTED', `erasure ${erasure.id} has let loads in again before it was done`);
  }
  // Somebody may have been faster, and our own write behind a lost answer reads as that: the record tells.
  await batches.open(batch);
  return (await batches.record(batch.n))?.erasure === erasure.id ? fence(batch.n) : 'busy';

  /** By the clock that objects are created by. */
  async function fence(n: number): Promise<Fence> {
    const name = fenceName(erasure.id);
    const body = JSON.stringify({ v: 1, n });
    const written =
      (await ports.objects.write(ports.buckets.state, name, body, {
        ifAbsent: true,
        contentType: 'application/json',
      })) ?? (await ports.objects.stat(ports.buckets.state, name));
    if (!written) throw retryable('STORAGE_FAILED', 'the record of a closed table is gone right after it was written');
    return { n, since: new Date(written.createdAt) };
  }
}

/** When the table was closed; undefined = it is open. */
export async function closedSince({
  ports,
  erasure,
}: Pick<ErasureContext, 'ports' | 'erasure'>): Promise<Date | undefined> {
  const standing = await ports.objects.stat(ports.buckets.state, fenceName(erasure.id));
  return standing && new Date(standing.createdAt);
}

/** Lets loads in again. Any row may be gone, so whatever reads the table has to read all of it. */
export async function reopenTable({ ports, erasure }: Pick<ErasureContext, 'ports' | 'erasure'>): Promise<void> {
  const batches = batchesOf(ports, erasure.source);
  const text = await ports.objects.readText(ports.buckets.state, fenceName(erasure.id));
  const newest = await batches.latest();
  const open = newest && !newest.closed ? await batches.record(newest.n) : undefined;
  const numbers = new Set(text === undefined ? [] : [(JSON.parse(text) as { n: number }).n]);
  if (open?.erasure === erasure.id) numbers.add(open.n);
  for (const n of numbers)
    await batches.close(n, {
      v: 1,
      n,
      at: ports.clock.now().toISOString(),
      outcome: 'loaded',
      rows: 0,
      partitions: [],
      others: true,
    });
}
