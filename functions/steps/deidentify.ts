import pMap from 'p-map';
import { SluiceError, terminal } from '../errors.ts';
import type { Column } from '../model/column.ts';
import { curatedName, markName, rejectsName } from '../model/ids.ts';
import type { DlpUsage, LedgerEntry, ObjectRef, Reason, Reject, Shard, ShardMark } from '../model/run.ts';
import type { Source } from '../model/source.ts';
import { concatTexts, type Texts, textsOf } from '../model/texts.ts';
import { contextColumn } from '../model/transformation.ts';
import { isGated, mayHoldFindings } from '../plan/gate.ts';
import { createPacker, halve, INSPECT_LIMITS, type Pack, type Packer, TRANSFORM_LIMITS } from '../plan/pack.ts';
import type { DistinctValues, Ports, ShardWork, ValueGroup } from '../ports.ts';
import { packKey, renderPack, transformationOf } from '../render/dlp.ts';
import { finishRun } from './finish-run.ts';
import { inspectPublic } from './inspect-public.ts';
import { readManifest } from './manifest.ts';
import { quarantine } from './quarantine.ts';
import { readerOf } from './read-object.ts';
import { sourceOf } from './source-of.ts';

/** De-identifies one shard: raw rows in, protected Parquet and a mark out. What DLP did not answer for is never written. */
export async function deidentify(ports: Ports, entry: LedgerEntry, n: number, only: Shard | undefined): Promise<void> {
  if (entry.state === 'CLAIMED') return;
  const { run, epoch } = entry;
  const marked = await ports.objects.stat(ports.buckets.state, markName(run, epoch, n));
  if (!marked && entry.state === 'PREPARED') {
    const source = await sourceOf(ports, entry);
    const shard = only ?? (await shardOf(ports, entry, n));
    const outcome = await processShard(ports, entry, source, shard);
    if ('reasons' in outcome) return quarantine(ports, entry, outcome.reasons);
    const { mark } = outcome;
    // Create-only: a worker that was given up and still runs loses here, and what it wrote is ignored.
    await ports.objects.write(ports.buckets.state, markName(run, epoch, n), JSON.stringify(mark), {
      ifAbsent: true,
      contentType: 'application/json',
    });
  }
  await finishRun(ports, entry);
}

async function shardOf(ports: Ports, entry: LedgerEntry, n: number): Promise<Shard> {
  const shard = (await readManifest(ports, entry))?.shards[n];
  if (!shard) throw terminal('LEDGER_CONFLICT', `the manifest of run ${entry.run} has no shard ${n}`);
  return shard;
}

/** The mark of a shard whose output is written, or why nothing of the object may be. */
type Outcome = { mark: ShardMark } | { reasons: readonly Reason[] };

async function processShard(ports: Ports, entry: LedgerEntry, source: Source, shard: Shard): Promise<Outcome> {
  const { run, epoch } = entry;
  const work = await ports.columnar.openShard(shard, source, readerOf(ports, shard.input));
  try {
    // First, since what is refused need not be transformed, and paid for.
    const inspected = await inspectPublic(ports, source, work);
    if (inspected.reasons.length > 0) return { reasons: inspected.reasons };
    const dlp = addUsage(inspected.usage, await transformValues(ports, source, work));
    const rejects = await work.rejects();
    const output = await work.finish({ run, arrivedAt: entry.detail.arrivedAt ?? entry.at });
    if (output.rows + rejects.length !== work.records) {
      throw terminal(
        'ROWS_DO_NOT_RECONCILE',
        `${work.records} records became ${output.rows} rows and ${rejects.length} rejects`,
      );
    }
    const rejected = rejects.length > 0 ? await writeRejects(ports, entry, shard.n, rejects) : undefined;
    const mark: ShardMark = {
      v: 1,
      run,
      epoch,
      n: shard.n,
      records: work.records,
      rows: output.rows,
      rejects: rejects.length,
      ...(rejected && { rejected }),
      sample: rejects.slice(0, 10),
      partitions: output.partitions,
      dlp,
    };
    if (output.rows === 0) return { mark };
    // Create-only as well: the first worker's file stands, whole, and holds the same rows as any other's.
    const name = curatedName(source.id, run, epoch, shard.n);
    const written =
      (await ports.objects.write(ports.buckets.curated, name, output.read(), {
        ifAbsent: true,
        size: output.size,
        contentType: 'application/vnd.apache.parquet',
      })) ?? (await ports.objects.stat(ports.buckets.curated, name));
    if (!written) throw terminal('LEDGER_CONFLICT', `the curated shard ${name} is gone right after it was written`);
    const { bucket, generation, crc32c, size } = written;
    return { mark: { ...mark, output: { bucket, name, generation, crc32c, size } } };
  } finally {
    await work.close();
  }
}

const addUsage = (a: DlpUsage, b: DlpUsage): DlpUsage => ({
  requests: a.requests + b.requests,
  values: a.values + b.values,
  bytes: a.bytes + b.bytes,
});

/** Row numbers, columns and reasons, one JSON object a line; the rows themselves stay in the raw object. */
async function writeRejects(
  ports: Ports,
  { source, run, epoch }: LedgerEntry,
  n: number,
  rejects: readonly Reject[],
): Promise<ObjectRef> {
  const name = rejectsName(source, run, epoch, n);
  const lines = rejects.map((reject) => `${JSON.stringify(reject)}\n`).join('');
  const written = await ports.objects.write(ports.buckets.quarantine, name, lines, {
    contentType: 'application/x-ndjson',
  });
  return { bucket: ports.buckets.quarantine, name, generation: written?.generation ?? '0' };
}

/** Sends the distinct values of every protected column to DLP, many requests at once, and keeps the answers. */
async function transformValues(ports: Ports, source: Source, work: ShardWork): Promise<DlpUsage> {
  const usage: DlpUsage = { requests: 0, values: 0, bytes: 0 };
  const learn = async (pack: Pack): Promise<void> => {
    const outputs = await deidentifyPack(ports, pack, usage);
    for (const [index, { column, values, contexts }] of pack.segments.entries()) {
      await work.learn(groupOf(column), contexts ? { values, contexts } : { values }, outputs[index] ?? textsOf([]));
    }
  };
  await pMap(packs(source, work), learn, { concurrency: ports.limits.dlpConcurrency });
  return usage;
}

/** All packs of a shard, made while earlier ones are under way. */
async function* packs(source: Source, work: ShardWork): AsyncGenerator<Pack> {
  const packers = new Map<string, Packer>();
  for (const column of source.columns) {
    const transformation = transformationOf(column);
    if (!transformation || transformation.kind === 'redact' || transformation.kind === 'replace') continue;
    const key = packKey(transformation);
    const packer = packers.get(key) ?? createPacker(key === '' ? TRANSFORM_LIMITS : INSPECT_LIMITS);
    packers.set(key, packer);
    const infoTypes =
      transformation.kind === 'redact_findings' && isGated(transformation.infoTypes)
        ? transformation.infoTypes
        : undefined;
    for await (const found of work.distinct(groupOf(column))) {
      const { values, contexts } = infoTypes ? await passHarmless(work, column, found, infoTypes) : found;
      yield* packer.add(column, values, contexts);
    }
  }
  for (const packer of packers.values()) yield* packer.flush();
}

/** Texts that cannot hold any of the infoTypes stay as they are, and at home. */
async function passHarmless(
  work: ShardWork,
  column: Column,
  found: DistinctValues,
  infoTypes: readonly string[],
): Promise<DistinctValues> {
  const suspects: string[] = [];
  const harmless: string[] = [];
  for (const value of found.values) (mayHoldFindings(value, infoTypes) ? suspects : harmless).push(value);
  if (harmless.length > 0) await work.learn(groupOf(column), { values: harmless }, textsOf(harmless));
  return { values: suspects };
}

/** One request, or halves of it where DLP finds it too large: only what failed is sent again. */
async function deidentifyPack(ports: Ports, pack: Pack, usage: DlpUsage): Promise<Texts[]> {
  const { request, outputs } = renderPack(pack);
  usage.requests++;
  try {
    const answer = await ports.dlp.deidentify(request);
    usage.values += pack.values;
    usage.bytes += pack.bytes;
    return outputs(answer);
  } catch (error) {
    const halves = error instanceof SluiceError && error.code === 'DLP_TOO_LARGE' ? halve(pack) : undefined;
    if (!halves) throw error;
    const [first, second] = [
      await deidentifyPack(ports, halves[0], usage),
      await deidentifyPack(ports, halves[1], usage),
    ];
    return joinHalves(pack, halves, first, second);
  }
}

/** Puts the outputs of two halves back under the segments of the whole: only the segment at the cut is in both. */
function joinHalves(
  pack: Pack,
  [a, b]: readonly [Pack, Pack],
  first: readonly Texts[],
  second: readonly Texts[],
): Texts[] {
  const parts = [...a.segments, ...b.segments].map(({ column, values }, index) => ({
    column,
    count: values.length,
    outputs: [...first, ...second][index] ?? textsOf([]),
  }));
  return pack.segments.map((segment) => {
    const own: Texts[] = [];
    for (let count = 0; count < segment.values.length && parts[0]?.column === segment.column; ) {
      const part = parts.shift();
      count += part?.count ?? 0;
      if (part) own.push(part.outputs);
    }
    return concatTexts(own);
  });
}

function groupOf(column: Column): ValueGroup {
  const transformation = transformationOf(column);
  const context = transformation && contextColumn(transformation);
  return { column: column.name, ...(context !== undefined && { context }) };
}
