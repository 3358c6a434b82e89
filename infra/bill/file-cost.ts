import { calls, instances, secondsOf } from './activity.ts';
import { ASSUMED } from './assumed.ts';
import type { Deployed } from './deployed.ts';
import { by, GB, GIB, MIB, type Part, percent, round } from './part.ts';
import { DLP_LOG_BYTES, loggedBytes } from './presence.ts';
import type { Step } from './steps.ts';
import { type Usage, volumeOf } from './usage.ts';

/** What is known of one file before it is dropped. */
export interface FileFacts {
  /** As it lies in the bucket, and without its compression; Parquet counts as it is. */
  bytes: number;
  plainBytes: number;
  shards: number;
  dlpRequests: number;
  /** Of them, those that may name a key. */
  keyRequests: number;
  inspectedBytes: number;
  /** With what may be transformed of findings. */
  transformedBytes: number;
  /** Has a max_cost: its shards put down what they are about to spend. */
  isLimited: boolean;
  /** Loaded by key: the table is read as well. undefined = not; its bytes, where somebody knows them. */
  merge?: { tableBytes?: number };
  /** Transforms that its load has built, with the bytes that a dry run says they read, where somebody knows them. */
  transforms: readonly { id: string; bytes?: number }[];
}

export interface FileCost {
  /** Spent once. */
  once: Part[];
  /** Of each month that the file and its rows are kept. */
  monthly: Part[];
}

/** What a file costs: DLP as measured in the file itself, everything else as runs of such files have been measured to use it. */
export function planFile(facts: FileFacts, deployed: Deployed, usage: Usage): FileCost {
  const place = { regional: false };
  const all = stepsOf(facts, usage);
  const volume = volumeOf(usage.volumes, facts.plainBytes);
  const gb = facts.plainBytes / GB;
  const waiting = (facts.dlpRequests * ASSUMED.dlpSeconds) / deployed.dlpConcurrency;
  const seconds = [
    ...secondsOf(all),
    { size: 'file' as const, seconds: gb * volume.cpuSecondsPerGb, of: by(gb, 'GB', volume.cpuSecondsPerGb, 's') },
    { size: 'file' as const, seconds: waiting, of: `${round(facts.dlpRequests)} requests to DLP, waited for` },
  ];
  const logged = all.reduce(
    (sum, { times, uses }) => sum + times * loggedBytes(uses, deployed, false),
    facts.dlpRequests * DLP_LOG_BYTES,
  );
  const puts = facts.isLimited ? facts.shards : 0;
  const raw = facts.bytes / GIB;
  const plain = facts.plainBytes / GIB;
  const curated = plain * volume.curated;
  const once: Part[] = [
    ...calls(all, place),
    { sku: 'storage.class_a', units: 2 * puts, of: by(2, 'calls for max_cost', puts) },
    { sku: 'storage.class_b', units: puts, of: by(1, 'call for max_cost', puts) },
    ...instances(seconds, deployed),
    { sku: 'dlp.inspect_bytes', units: facts.inspectedBytes, of: 'measured in the file' },
    { sku: 'dlp.transform_bytes', units: facts.transformedBytes, of: 'measured in the file' },
    {
      sku: 'kms.operations',
      units: facts.keyRequests,
      of: by(facts.keyRequests, 'requests to DLP', 1, 'key'),
    },
    ...queries(facts, usage),
    { sku: 'logging.gib', units: logged / GIB, of: 'lines, requests and the audit log' },
    { sku: 'storage.replication_gib', units: raw + curated, of: 'the file, and its curated form' },
  ];
  const monthly: Part[] = [
    { sku: 'storage.gib_months', units: raw, of: 'the file' },
    { sku: 'storage.gib_months', units: curated, of: `${percent(volume.curated)} of it: the curated form` },
    { sku: 'bigquery.gib_months', units: plain * volume.table, of: `${percent(volume.table)} of it: the rows` },
  ];
  const used = ({ units }: Part): boolean => units !== 0;
  return { once: once.filter(used), monthly: monthly.filter(used) };
}

/** Its load counts whole, though other files may share it. */
function stepsOf({ shards, merge, transforms }: FileFacts, usage: Usage): Step[] {
  return [
    { name: 'file', times: 1, uses: usage.file, size: 'file' },
    { name: 'further shards', times: Math.max(0, shards - 1), uses: usage.shard, size: 'file' },
    { name: 'load', times: 1, uses: merge ? usage.mergedBatch : usage.batch, size: 'load' },
    { name: 'built transforms', times: transforms.length, uses: usage.built, size: 'transform' },
  ];
}

/** BigQuery's least for every query, and what is known above that. */
function queries({ merge, transforms }: FileFacts, usage: Usage): Part[] {
  const sku = 'bigquery.query_bytes';
  const least = usage.built[sku];
  const merged = usage.mergedBatch[sku];
  return [
    ...(merge ? [{ sku, units: merged, of: by(1, 'merge', merged / MIB, 'MiB, BigQuery’s least') } as const] : []),
    { sku, units: merge?.tableBytes ?? 0, of: 'the table that is merged into, whole' },
    { sku, units: transforms.length * least, of: by(transforms.length, 'transforms', least / MIB, 'MiB, the least') },
    ...transforms.map(({ id, bytes = 0 }): Part => ({ sku, units: bytes, of: `what ${id} reads` })),
  ];
}
