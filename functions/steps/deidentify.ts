import pMap from 'p-map';
import { SluiceError, terminal } from '../errors.ts';
import type { DlpCharge } from '../model/dlp-charge.ts';
import { curatedName, markName, rejectsName } from '../model/ids.ts';
import type { DlpUsage, LedgerEntry, ObjectRef, Reason, Reject, Shard, ShardMark } from '../model/run.ts';
import type { Source } from '../model/source.ts';
import { concatTexts, type Texts, textsOf } from '../model/texts.ts';
import { halve, type Pack } from '../plan/pack.ts';
import type { Ports, ShardWork } from '../ports.ts';
import { renderPack } from '../render/dlp.ts';
import { chargeOfPack } from '../render/dlp-charge.ts';
import { finishRun } from './finish-run.ts';
import { inspectPublic } from './inspect-public.ts';
import { readManifest } from './manifest.ts';
import { groupOf, packsOf, type Spare } from './packs.ts';
import { quarantine } from './quarantine.ts';
import { readerOf } from './read-object.ts';
import { sourceOf } from './source-of.ts';
import { openSpend, type Spend } from './spend.ts';
import { readTemplates } from './templates.ts';

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
    const sent = await sendValues(ports, entry, source, shard, work);
    if ('reasons' in sent) return sent;
    const { dlp } = sent;
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

/** All that goes to DLP. With a limit to what it may cost, nothing does before it is known to stay below. */
async function sendValues(
  ports: Ports,
  entry: LedgerEntry,
  source: Source,
  shard: Shard,
  work: ShardWork,
): Promise<{ dlp: DlpUsage } | { reasons: readonly Reason[] }> {
  const spend = await openSpend(ports, entry, source, shard, work);
  if (spend.refusal) return { reasons: [spend.refusal] };
  try {
    // First, since what is refused need not be transformed, and paid for.
    const inspected = await inspectPublic(ports, source, work, spend);
    if (inspected.reasons.length > 0) return { reasons: inspected.reasons };
    const templates = await readTemplates(ports, source);
    if (templates.reasons.length > 0) return { reasons: templates.reasons };
    const dlp = addUsage(inspected.usage, await transformValues(ports, source, work, spend));
    await templates.confirm();
    return { dlp };
  } catch (error) {
    await spend.settle();
    throw error;
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
async function transformValues(ports: Ports, source: Source, work: ShardWork, spend: Spend): Promise<DlpUsage> {
  const usage: DlpUsage = { requests: 0, values: 0, bytes: 0 };
  const learn = async (pack: Pack): Promise<void> => {
    const outputs = await deidentifyPack(ports, pack, usage, spend);
    for (const [index, { column, values, contexts }] of pack.segments.entries()) {
      await work.learn(groupOf(column), contexts ? { values, contexts } : { values }, outputs[index] ?? textsOf([]));
    }
  };
  const spare: Spare = (column, texts) => work.learn(groupOf(column), { values: texts }, textsOf(texts));
  await pMap(packsOf(source, work, spare), learn, { concurrency: ports.limits.dlpConcurrency });
  return usage;
}

/** One request, or halves of it where DLP finds it too large: only what failed is sent again. */
async function deidentifyPack(ports: Ports, pack: Pack, usage: DlpUsage, spend: Spend): Promise<Texts[]> {
  const { request, outputs } = renderPack(pack);
  const charge = (): DlpCharge => chargeOfPack(pack);
  usage.requests++;
  spend.add(charge);
  try {
    const answer = await ports.dlp.deidentify(request);
    usage.values += pack.values;
    usage.bytes += pack.bytes;
    return outputs(answer);
  } catch (error) {
    const halves = error instanceof SluiceError && error.code === 'DLP_TOO_LARGE' ? halve(pack) : undefined;
    if (!halves) throw error;
    spend.giveBack(charge);
    const [first, second] = [
      await deidentifyPack(ports, halves[0], usage, spend),
      await deidentifyPack(ports, halves[1], usage, spend),
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
