import { retryable, SluiceError } from '../errors.ts';
import { pendingName } from '../model/ids.ts';
import type { Release } from '../model/release.ts';
import type { Batch, BatchDone, BatchRun } from '../model/run.ts';
import type { Source } from '../model/source.ts';
import { downstreamOf } from '../plan/build.ts';
import { planChanges } from '../plan/changes.ts';
import { type CommitContext, type CommitStep, needsCasts, planCommit } from '../plan/commit.ts';
import { nextOwners, type Owners, planTakeover, type Takeover, WHOLE_TABLE } from '../plan/ownership.ts';
import type { Ports } from '../ports.ts';
import { renderCommitJob, renderCommitsTable } from '../render/commit.ts';
import { commitsTable, keysTable, OWN_DATASET, stagingTable } from '../render/commit-tables.ts';
import { moveOn } from './advance.ts';
import { batchesOf } from './batches.ts';
import { ensureSourceTable } from './ensure-table.ts';
import { marksOf } from './finish-run.ts';
import { loadedEpoch } from './holders.ts';
import { readOwners, writeOwners } from './owners.ts';
import { quarantine, reasonOf } from './quarantine.ts';
import { endedJob, followJob, type JobPlace } from './run-job.ts';
import { recordBatch } from './tell.ts';

/**
 * Takes a batch from where it stands to its end; any number of workers may do so at once. Jobs have ids made from table,
 * batch, step and attempt, so that a second worker finds the first one's job instead of starting another.
 */
export async function followBatch(ports: Ports, batch: Batch): Promise<'closed' | 'running'> {
  const release = await ports.releases.get(batch.release);
  const source = sourceIn(release, batch);
  const owners = await readOwners(ports, batch.table);
  const takeovers = ownership(source, batch, owners);
  for (const run of batch.runs)
    await moveOn(ports, { ...run, source: batch.table }, 'DEIDENTIFIED', 'BATCHED', { batch: batch.n });
  let left: readonly string[] | undefined;
  try {
    const context = { source, batch, takeovers, watched: isWatched(release, batch.table) };
    const committed = await commit(ports, { ...context, history: await history(ports, source, batch) });
    if (committed === 'running') return 'running';
    left = committed.left;
  } catch (error) {
    if (!(error instanceof SluiceError) || error.retryable) throw error;
    await giveUp(ports, batch, error);
    return 'closed';
  }
  if (takeovers.length > 0 && owners.n < batch.n)
    await writeOwners(ports, batch.table, nextOwners(owners, batch.n, batch.runs, takeovers));
  const superseded = new Set(takeovers.filter((takeover) => takeover.superseded).map(({ run }) => run));
  await recordBatch(ports, batch, superseded);
  const loaded = batch.runs.filter(({ run }) => !superseded.has(run));
  await close(ports, batch, loaded, planChanges(source, loaded, left));
  return 'closed';
}

function sourceIn(release: Release, batch: Batch): Source {
  const source = release.sources.find(({ id }) => id === batch.table);
  if (!source) throw retryable('RELEASE_MISSING', `release ${batch.release} has no source ${batch.table}`);
  return source;
}

/** Only these build by partitions; whatever else reads a table reads all of it. */
function isWatched(release: Release, table: string): boolean {
  const readers = downstreamOf(release, table);
  return release.transforms.some(({ id, kind }) => kind === 'incremental' && readers.has(id));
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

/** `left` = partitions that a merge took rows out of, where that was asked. */
async function commit(ports: Ports, context: CommitContext): Promise<{ left?: readonly string[] } | 'running'> {
  const { source, batch } = context;
  const target = { project: ports.warehouse.project, source, n: batch.n };
  const steps = planCommit(context);
  if (steps.length === 0) return {};
  await ensureSourceTable(ports, source);
  const place: JobPlace = { name: `load-${source.id}`, n: batch.n };
  if (usesCommits(source, steps)) await ensureCommits(ports, source, place);

  let found: { left?: readonly string[] } = {};
  for (const [index, step] of steps.entries()) {
    if (step.kind === 'drop_staged') {
      await ports.warehouse.dropTable(stagingTable(target));
      await ports.warehouse.dropTable(keysTable(target));
      continue;
    }
    const at = { ...place, step: index };
    if ((await followJob(ports, at, renderCommitJob(step, target))) === 'running') return 'running';
    if (step.kind === 'find_left') found = { left: await readLeft(ports, at) };
  }
  return found;
}

async function readLeft(ports: Ports, place: JobPlace): Promise<string[]> {
  const job = await endedJob(ports, place);
  const rows = job ? await ports.warehouse.rows(job.id) : [];
  return rows.flatMap(({ part }) => part ?? []);
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
  // Rows that were to take the place of all others go together or not at all.
  if (batch.runs.length === 1 || batch.tokensBefore) {
    for (const { run, epoch } of batch.runs) {
      const entry = await ports.ledger.latest(batch.table, run);
      if (entry?.epoch === epoch && entry.state === 'BATCHED') await quarantine(ports, entry, [reasonOf(error)]);
    }
  } else
    for (const run of batch.runs)
      await moveOn(ports, { ...run, source: batch.table }, 'BATCHED', 'DEIDENTIFIED', { alone: true });
  await batchesOf(ports, batch.table).close(batch.n, {
    v: 1,
    n: batch.n,
    at: ports.clock.now().toISOString(),
    outcome: 'failed',
    rows: 0,
    partitions: [],
    others: false,
  });
}

async function close(
  ports: Ports,
  batch: Batch,
  loaded: readonly BatchRun[],
  changes: Pick<BatchDone, 'partitions' | 'others'>,
): Promise<void> {
  await batchesOf(ports, batch.table).close(batch.n, {
    v: 1,
    n: batch.n,
    at: ports.clock.now().toISOString(),
    outcome: loaded.length > 0 ? 'loaded' : 'superseded',
    rows: loaded.reduce((rows, run) => rows + run.rows, 0),
    ...changes,
  });
  for (const { run, epoch } of batch.runs)
    await ports.objects.remove(ports.buckets.state, pendingName(batch.table, run, epoch));
}
