import { retryable, SluiceError } from '../errors.ts';
import { ownersName, pendingName } from '../model/ids.ts';
import type { Batch, BatchRun, LedgerEntry } from '../model/run.ts';
import type { Source } from '../model/source.ts';
import { type CommitContext, type CommitStep, needsCasts, planCommit } from '../plan/commit.ts';
import { NO_OWNERS, nextOwners, type Owners, planTakeover, type Takeover, WHOLE_TABLE } from '../plan/ownership.ts';
import type { Ports } from '../ports.ts';
import { renderCommitJob, renderCommitsTable } from '../render/commit.ts';
import { commitsTable, keysTable, OWN_DATASET, stagingTable } from '../render/commit-tables.ts';
import { advance } from './advance.ts';
import { batchesOf } from './batches.ts';
import { ensureSourceTable } from './ensure-table.ts';
import { marksOf } from './finish-run.ts';
import { quarantine, reasonOf } from './quarantine.ts';
import { followJob, type JobPlace } from './run-job.ts';
import { recordBatch } from './tell.ts';

/**
 * Takes a batch from where it stands to its end; any number of workers may do so at once. Jobs have ids made from table,
 * batch, step and attempt, so that a second worker finds the first one's job instead of starting another.
 */
export async function followBatch(ports: Ports, batch: Batch): Promise<'closed' | 'running'> {
  const source = await batchSource(ports, batch);
  const owners = await readOwners(ports, batch.table);
  const takeovers = ownership(source, batch, owners);
  await markRuns(ports, batch, 'BATCHED');
  try {
    if ((await commit(ports, { source, batch, takeovers, history: await history(ports, source, batch) })) === 'running')
      return 'running';
  } catch (error) {
    if (!(error instanceof SluiceError) || error.retryable) throw error;
    await giveUp(ports, batch, error);
    return 'closed';
  }
  if (takeovers.length > 0 && owners.n < batch.n) {
    await ports.objects.write(
      ports.buckets.state,
      ownersName(batch.table),
      JSON.stringify(nextOwners(owners, batch.n, batch.runs, takeovers)),
      { contentType: 'application/json' },
    );
  }
  const superseded = new Set(takeovers.filter(({ parts }) => parts.length === 0).map(({ run }) => run));
  await recordBatch(ports, batch, superseded);
  const loaded = batch.runs.filter(({ run }) => !superseded.has(run));
  await close(ports, batch, loaded.length > 0 ? 'loaded' : 'superseded', loaded, source);
  return 'closed';
}

async function batchSource(ports: Ports, batch: Batch): Promise<Source> {
  const release = await ports.releases.get(batch.release);
  const source = release.sources.find(({ id }) => id === batch.table);
  if (!source) throw retryable('RELEASE_MISSING', `release ${batch.release} has no source ${batch.table}`);
  return source;
}

async function readOwners(ports: Ports, table: string): Promise<Owners> {
  const text = await ports.objects.readText(ports.buckets.state, ownersName(table));
  return text === undefined ? NO_OWNERS : (JSON.parse(text) as Owners);
}

/** Once this batch has written the owners, they hold its own takeovers, and planning again gives the same answer. */
function ownership(source: Source, { runs }: Batch, owners: Owners): Takeover[] {
  switch (source.load.mode) {
    case 'replace':
      return planTakeover(runs, owners, () => [WHOLE_TABLE]);
    case 'replace_partition':
      return planTakeover(runs, owners, ({ partitions }) => partitions);
    case 'append':
    case 'merge':
      return [];
  }
}

/** Curated shards of all runs that a merged table is made of; only a replay needs them. */
async function history(ports: Ports, source: Source, batch: Batch): Promise<string[]> {
  if (source.load.mode !== 'merge' || batch.runs.every(({ epoch }) => epoch === 0)) return [];
  const uris = batch.runs.flatMap((run) => run.uris);
  const own = new Set(batch.runs.map(({ run }) => run));
  for await (const entry of ports.ledger.runs(source.id)) {
    if (own.has(entry.run)) continue;
    const epoch = await loadedEpoch(ports, entry);
    if (epoch === undefined) continue;
    const marks = await marksOf(ports, { run: entry.run, epoch });
    uris.push(...marks.flatMap(({ output }) => (output ? [`gs://${output.bucket}/${output.name}`] : [])));
  }
  return uris;
}

/** The epoch of a run whose rows the table holds: a replay that is not loaded yet leaves the one before in place. */
async function loadedEpoch(ports: Ports, latest: LedgerEntry): Promise<number | undefined> {
  if (latest.state === 'LOADED' || latest.state === 'DONE') return latest.epoch;
  const entries = await ports.ledger.entries(latest.source, latest.run);
  return entries.findLast(({ state }) => state === 'LOADED')?.epoch;
}

/** Moves each of the batch's runs on, from whatever state before it they are in. */
async function markRuns(ports: Ports, batch: Batch, state: 'BATCHED'): Promise<void> {
  for (const { run, epoch } of batch.runs) {
    const entry = await ports.ledger.latest(batch.table, run);
    if (entry?.epoch === epoch && entry.state === 'DEIDENTIFIED')
      await advance(ports, entry, state, { batch: batch.n });
  }
}

async function commit(ports: Ports, context: CommitContext): Promise<'done' | 'running'> {
  const { source, batch } = context;
  const target = { project: ports.warehouse.project, source, n: batch.n };
  const steps = planCommit(context);
  if (steps.length === 0) return 'done';
  await ensureSourceTable(ports, source);
  const place: JobPlace = { name: `load-${source.id}`, n: batch.n };
  if (usesCommits(source, steps)) await ensureCommits(ports, source, place);

  for (const [index, step] of steps.entries()) {
    if (step.kind === 'drop_staged') {
      await ports.warehouse.dropTable(stagingTable(target));
      await ports.warehouse.dropTable(keysTable(target));
    } else if ((await followJob(ports, { ...place, step: index }, renderCommitJob(step, target))) === 'running')
      return 'running';
  }
  return 'done';
}

const usesCommits = (source: Source, steps: readonly CommitStep[]): boolean =>
  needsCasts(source) || steps.some(({ kind }) => kind !== 'append' && kind !== 'replace');

async function ensureCommits(ports: Ports, source: Source, place: JobPlace): Promise<void> {
  if (await ports.warehouse.table(commitsTable(source))) return;
  await ports.warehouse.ensureDataset(OWN_DATASET);
  await followJob(
    ports,
    { ...place, step: 'commits' },
    renderCommitsTable({ project: ports.warehouse.project, source }),
  );
}

/**
 * The warehouse refused the batch for good, and nothing of it was committed. A run that was alone goes to quarantine;
 * of several, one is to blame and nobody knows which, so each is put in line again to go alone.
 */
async function giveUp(ports: Ports, batch: Batch, error: SluiceError): Promise<void> {
  ports.log.error('a batch was refused', error, { table: batch.table, batch: batch.n });
  for (const { run, epoch } of batch.runs) {
    const entry = await ports.ledger.latest(batch.table, run);
    if (entry?.epoch !== epoch || entry.state !== 'BATCHED') continue;
    if (batch.runs.length === 1) await quarantine(ports, entry, [reasonOf(error)]);
    else await advance(ports, entry, 'DEIDENTIFIED', { alone: true });
  }
  await batchesOf(ports, batch.table).close(batch.n, {
    v: 1,
    n: batch.n,
    at: ports.clock.now().toISOString(),
    outcome: 'failed',
    rows: 0,
    partitions: [],
  });
}

async function close(
  ports: Ports,
  batch: Batch,
  outcome: 'loaded' | 'superseded',
  loaded: readonly BatchRun[],
  source: Source,
): Promise<void> {
  const partitions = [...new Set(loaded.flatMap((run) => run.partitions))].sort();
  // A replay also takes rows away, from partitions that its new rows may not name.
  const known = source.partition && loaded.every(({ epoch }) => epoch === 0);
  await batchesOf(ports, batch.table).close(batch.n, {
    v: 1,
    n: batch.n,
    at: ports.clock.now().toISOString(),
    outcome,
    rows: loaded.reduce((rows, run) => rows + run.rows, 0),
    ...(known && { partitions }),
  });
  for (const { run, epoch } of batch.runs)
    await ports.objects.remove(ports.buckets.state, pendingName(batch.table, run, epoch));
}
