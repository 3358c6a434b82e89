import pMap from 'p-map';
import { retryable } from '../errors.ts';
import { pendingPrefix, slug } from '../model/ids.ts';
import { retokenizationName } from '../model/retokenization.ts';
import type { Batch, BatchRun, LedgerEntry, PendingMark } from '../model/run.ts';
import { type Candidate, fillBatch } from '../plan/batch.ts';
import type { Ports } from '../ports.ts';
import { admitTokens } from './admit-tokens.ts';
import { batchesOf } from './batches.ts';
import { marksOf } from './finish-run.ts';
import { followBatch } from './follow-batch.ts';
import { tellBatch } from './tell.ts';
import { tokensHeld } from './tokens-held.ts';

/** Of a day's loads; a table's ledger can still be read at a glance. */
const MAX_RUNS = 1000;

/**
 * Loads what is pending for one table, batch after batch, until nothing is. Batches are numbered and serial: one that
 * somebody left open is followed to its end before the next may exist, so no run is taken twice and none is left behind.
 */
export async function load(ports: Ports, table: string): Promise<void> {
  const batches = batchesOf(ports, table);
  for (;;) {
    const newest = await batches.latest();
    if (newest && !newest.closed) {
      const open = await batches.record(newest.n);
      if (!open) throw retryable('LEDGER_CONFLICT', `batch ${newest.n} of ${table} is listed and cannot be read`);
      if (open.erasure !== undefined || (await followBatch(ports, open)) === 'running')
        return continueLater(ports, table, open);
      continue;
    }
    if (newest) await tellOnce(ports, table, newest.n);
    const n = (newest?.n ?? 0) + 1;
    const batch = await nextBatch(ports, table, n, newest?.n);
    if (!batch) return;
    await batches.open(batch);
  }
}

/** Whoever closed a batch may have fallen before it told of it; the next number waits until somebody has. */
export async function tellOnce(ports: Ports, table: string, n: number): Promise<void> {
  const batches = batchesOf(ports, table);
  if (await batches.isSettled(n)) return;
  const batch = await batches.record(n);
  if (batch) await tellBatch(ports, batch);
  await batches.settle(n);
}

/** A job that outlives this call is not started again; a later task goes on following it. */
async function continueLater(ports: Ports, table: string, { n }: Batch): Promise<void> {
  const at = new Date(ports.clock.now().getTime() + 30_000);
  await ports.tasks.enqueue({
    function: 'load',
    name: slug(`load-${table}-${n}-${ports.clock.unique()}`),
    body: { table },
    at,
  });
}

async function nextBatch(
  ports: Ports,
  table: string,
  n: number,
  before: number | undefined,
): Promise<Batch | undefined> {
  const line = await lineOf(ports, table);
  if (line.waiting.length === 0 && !line.isPlanned) return undefined;
  const previous = before === undefined ? undefined : await batchesOf(ports, table).record(before);
  const held = await tokensHeld(ports, previous);
  const { runs: waiting, tokens, whole } = await admitTokens(ports, table, line, held);
  if (waiting.length === 0) return undefined;
  // A run whose batch could not be loaded goes alone, so that it spoils no other again.
  const alone = whole ? undefined : waiting.find(({ detail }) => detail.alone);
  const taken = alone ? [alone] : whole ? waiting : waiting.slice(0, MAX_RUNS);
  const release = await ports.releases.current();
  const source = release.sources.find(({ id }) => id === table);
  // A declaration that is gone since is still known to the run that it was loaded for.
  const chosen = source ? release.id : (taken[0]?.release ?? release.id);
  const now = ports.clock.now().toISOString();
  const today = previous?.at.slice(0, 10) === now.slice(0, 10) ? previous.today + 1 : 1;
  const candidates = await pMap(taken, (entry) => candidate(ports, entry), { concurrency: 16 });
  return {
    v: 1,
    n,
    table,
    release: chosen,
    at: now,
    today,
    runs: whole ? candidates.map(({ run }) => run) : fillBatch(candidates),
    tokens,
    ...(whole && { tokensBefore: held }),
  };
}

/**
 * Pending runs that are still to be loaded, and whether a change of the table's tokens is planned. A mark that a late worker
 * left behind is recognised by the ledger and removed.
 */
async function lineOf(ports: Ports, table: string): Promise<{ waiting: LedgerEntry[]; isPlanned: boolean }> {
  const found: LedgerEntry[] = [];
  let isPlanned = false;
  for await (const { name } of ports.objects.list(ports.buckets.state, pendingPrefix(table))) {
    if (name === retokenizationName(table)) {
      isPlanned = true;
      continue;
    }
    const text = await ports.objects.readText(ports.buckets.state, name);
    if (text === undefined) continue;
    const pending = JSON.parse(text) as PendingMark;
    const entry = await ports.ledger.latest(pending.source, pending.run);
    if (entry?.epoch === pending.epoch && entry.state === 'DEIDENTIFIED') found.push(entry);
    else await ports.objects.remove(ports.buckets.state, name);
  }
  return { waiting: found.sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1)), isPlanned };
}

async function candidate(ports: Ports, entry: LedgerEntry): Promise<Candidate> {
  const marks = (await marksOf(ports, entry)).sort((a, b) => a.n - b.n);
  const run: BatchRun = {
    run: entry.run,
    epoch: entry.epoch,
    arrivedAt: entry.detail.arrivedAt ?? entry.at,
    order: orderOf(entry),
    uris: marks.flatMap(({ output }) => (output ? [`gs://${output.bucket}/${output.name}`] : [])),
    rows: marks.reduce((rows, mark) => rows + mark.rows, 0),
    partitions: [...new Set(marks.flatMap(({ partitions }) => partitions))].sort(),
  };
  return { run, bytes: marks.reduce((bytes, { output }) => bytes + (output?.size ?? 0), 0) };
}

/** Snapshots are ordered by the date in their name, else by their creation; generations of different objects say nothing. */
function orderOf({ detail, at }: LedgerEntry): string {
  const arrived = detail.arrivedAt ?? at;
  return `${detail.capturedDate ?? arrived.slice(0, 10)} ${arrived}`;
}
