import { createHash } from 'node:crypto';
import type { ObjectRef } from './run.ts';

/** First `length` hex digits of SHA-256 over the JSON array of `parts`: JSON, so that no two lists of parts read the same. */
export function digest(parts: readonly (string | number)[], length = 20): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, length);
}

/**
 * The run of one object at one generation by one source. Not of the event (one finalize can come as several messages)
 * nor of the declaration (an event redelivered after a deployment must not load twice).
 */
export const runId = (source: string, object: ObjectRef): string =>
  digest([source, object.bucket, object.name, object.generation]);

/** Eight digits that count down from here, so that a listing starts with the newest: asking for it costs the same after ten years. */
const TOP = 99_999_999;
export const newestFirst = (n: number): string => String(TOP - n);
export const numberIn = (newestFirst: string): number => TOP - Number(newestFirst);

/** Letters, digits, `-` and `_` only, as task names and job ids want; other characters are rare, so one stands for all. */
export const slug = (text: string): string => text.replace(/[^A-Za-z0-9_-]/g, '-');

export const ledgerPrefix = (source: string, run: string): string => `runs/${source}/${run}/`;
export const ledgerName = (source: string, run: string, seq: number): string =>
  `${ledgerPrefix(source, run)}${String(seq).padStart(6, '0')}.json`;
export const manifestName = (run: string, epoch: number): string => `manifests/${run}/${epoch}.json`;
export const marksPrefix = (run: string, epoch: number): string => `shards/${run}/${epoch}/`;
export const markName = (run: string, epoch: number, n: number): string => `${marksPrefix(run, epoch)}${n}.json`;
/** What attempts at a shard were to spend at DLP, and what those that failed had spent. */
export const spendsPrefix = (run: string, epoch: number, n: number): string => `spends/${run}/${epoch}/${n}/`;
export const pendingPrefix = (table: string): string => `pending/${table}/`;
export const pendingName = (table: string, run: string, epoch: number): string =>
  `${pendingPrefix(table)}${run}.${epoch}.json`;

/** Curated shards live under the table they belong to, so that a rebuild finds them. */
export const curatedPrefix = (table: string, run: string, epoch: number): string =>
  `${table.replace('.', '/')}/${run}.${epoch}/`;
export const curatedName = (table: string, run: string, epoch: number, n: number): string =>
  `${curatedPrefix(table, run, epoch)}${String(n).padStart(5, '0')}.parquet`;

export const batchesPrefix = (table: string): string => `tables/${table}/batches/`;
export const ownersPrefix = (table: string): string => `tables/${table}/owners/`;
/** Where an object goes that cannot be loaded; its own name comes last, as it came. */
export const quarantinedName = (source: string, run: string, epoch: number, name: string): string =>
  `objects/${source}/${run}.${epoch}/${name}`;
export const rejectsName = (source: string, run: string, epoch: number, n: number): string =>
  `rejects/${source}/${run}.${epoch}/${String(n).padStart(5, '0')}.ndjson`;
export const plainName = (run: string, epoch: number): string => `plain/${run}.${epoch}`;
