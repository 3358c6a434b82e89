import { retryable, terminal } from '../errors.ts';
import { plainName, slug } from '../model/ids.ts';
import type { LedgerEntry, Manifest, ObjectRef, Shard } from '../model/run.ts';
import { UNMATCHED } from '../model/source.ts';
import { planShardBytes } from '../plan/shards.ts';
import type { ObjectInfo, Ports, Survey } from '../ports.ts';
import { advance } from './advance.ts';
import { cutShards, needsPlainCopy } from './cut-shards.ts';
import { finishRun } from './finish-run.ts';
import { readManifest, writeManifest } from './manifest.ts';
import { quarantine } from './quarantine.ts';
import { readerOf } from './read-object.ts';
import { sourceOf } from './source-of.ts';
import { statOrSuccessor } from './successor.ts';

/**
 * Looks at the object, refuses what cannot be loaded, and has each of its shards de-identified. May be repeated at any
 * point; `again` tells a sweep's tasks from the first ones, whose names stay taken for an hour.
 */
export async function prepare(ports: Ports, entry: LedgerEntry, again = ''): Promise<void> {
  if (entry.state !== 'CLAIMED' && entry.state !== 'PREPARED') return;
  if (entry.source === UNMATCHED) {
    const message =
      'no source matches this name: declare one (its files: pattern is relative to the raw bucket), then replay';
    return quarantine(ports, entry, [{ code: 'NO_SOURCE', message }]);
  }
  // Once there are several shards the manifest says which, and cutting the file anew could only disagree with it.
  const standing = entry.state === 'PREPARED' ? await readManifest(ports, entry) : undefined;
  if (standing) return enqueueShards(ports, entry, standing.shards, again);
  const source = await sourceOf(ports, entry);
  const input = await locate(ports, entry);
  const limits = limitsFor(ports, entry, input);
  const survey = await ports.columnar.survey(readerOf(ports, input), input.size, source, limits);
  if (survey.reasons.length > 0) return quarantine(ports, entry, survey.reasons);

  let shards: readonly Shard[] = await shardsOf(ports, entry, input, survey);
  const arrivedAt = entry.detail.arrivedAt ?? input.createdAt;
  const manifest: Manifest = {
    v: 1,
    run: entry.run,
    epoch: entry.epoch,
    source: entry.source,
    release: entry.release,
    arrivedAt,
    shards,
  };
  // The manifest stands before any task does, so that whoever marks the last shard knows that it is the last.
  if (shards.length > 1) shards = (await writeManifest(ports, manifest)).shards;

  const prepared = await markPrepared(ports, entry, {
    shards: shards.length,
    size: input.size,
    arrivedAt,
    held: survey.unknownColumns,
  });
  if (!prepared) return;
  if (shards.length === 0) return finishRun(ports, prepared);
  await enqueueShards(ports, prepared, shards, again);
  ports.log.info('prepared', { run: entry.run, source: entry.source, shards: shards.length, bytes: input.size });
}

async function enqueueShards(ports: Ports, entry: LedgerEntry, shards: readonly Shard[], again: string): Promise<void> {
  await Promise.all(shards.map((shard) => enqueueShard(ports, entry, shard, shards.length === 1, again)));
}

async function markPrepared(
  ports: Ports,
  entry: LedgerEntry,
  change: Partial<LedgerEntry['detail']>,
): Promise<LedgerEntry | undefined> {
  if (entry.state === 'PREPARED') return entry;
  const written = await advance(ports, entry, 'PREPARED', change);
  if (written) return written;
  const now = await ports.ledger.latest(entry.source, entry.run);
  return now?.state === 'PREPARED' && now.epoch === entry.epoch ? now : undefined;
}

/** The object at its generation, what an erasure has left of it, or what quarantine kept. */
async function locate(ports: Ports, { detail }: LedgerEntry): Promise<ObjectInfo> {
  const { object, copy } = detail;
  const found = (await statOrSuccessor(ports, object)) ?? (copy && (await statOrSuccessor(ports, copy)));
  if (!found)
    throw terminal('OBJECT_GONE', 'the object is gone at this generation', {
      details: { generation: object.generation },
    });
  return found;
}

/** A run that was prepared as one shard stays one. */
function limitsFor({ limits }: Ports, { state }: LedgerEntry, { size }: ObjectInfo) {
  return { ...limits, shardBytes: state === 'PREPARED' ? Number.MAX_SAFE_INTEGER : planShardBytes(size, limits) };
}

async function shardsOf(ports: Ports, entry: LedgerEntry, input: ObjectInfo, survey: Survey): Promise<Shard[]> {
  const { compression } = survey;
  const place =
    needsPlainCopy(survey) && compression !== 'none'
      ? await decompressToStaging(ports, entry, input, compression)
      : input;
  return cutShards(survey, place);
}

/** For as long as the shards take. */
async function decompressToStaging(
  ports: Ports,
  entry: LedgerEntry,
  input: ObjectInfo,
  compression: 'gzip' | 'zstd',
): Promise<ObjectRef> {
  const name = plainName(entry.run, entry.epoch);
  const plain = ports.columnar.decompress(await ports.objects.read(input), compression);
  const written =
    (await ports.objects.write(ports.buckets.staging, name, plain, { ifAbsent: true })) ??
    (await ports.objects.stat(ports.buckets.staging, name));
  if (!written) throw retryable('STORAGE_FAILED', 'the decompressed copy is gone right after it was written');
  return written;
}

/** The only shard of a run travels in its task; of many, each task names its place in the manifest. */
export async function enqueueShard(
  ports: Ports,
  { run, source, epoch }: LedgerEntry,
  shard: Shard,
  only: boolean,
  again = '',
): Promise<void> {
  await ports.tasks.enqueue({
    function: 'deidentify',
    name: slug(`deidentify-${run}-${epoch}-${shard.n}${again}`),
    body: { source, run, epoch, n: shard.n, ...(only && { shard }) },
  });
}
