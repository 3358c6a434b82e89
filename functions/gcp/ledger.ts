import { ledgerName, ledgerPrefix } from '../model/ids.ts';
import type { LedgerEntry } from '../model/run.ts';
import type { Ledger, ObjectStore } from '../ports.ts';

/** Of all names and values of an object's own metadata, less ours. Source: cloud.google.com/storage/quotas. */
const METADATA_BYTES = 8 * 1024 - 'entry'.length;

/**
 * The ledger in the state bucket. Each entry's object also carries the entry as metadata (less its reasons, which have no
 * bound), so that listing is reading: 1,000 runs cost one request, not 1,001. The few that are too long for it are read.
 */
export function createLedger(objects: ObjectStore, bucket: string): Ledger {
  const read = async (name: string): Promise<LedgerEntry | undefined> => {
    const text = await objects.readText(bucket, name);
    return text === undefined ? undefined : (JSON.parse(text) as LedgerEntry);
  };
  const names = async (source: string, run: string): Promise<string[]> => {
    const found: string[] = [];
    for await (const { name } of objects.list(bucket, ledgerPrefix(source, run))) if (isEntry(name)) found.push(name);
    return found;
  };

  return {
    async append(entry) {
      const name = ledgerName(entry.source, entry.run, entry.seq);
      const summary = JSON.stringify(withoutReasons(entry));
      const written = await objects.write(bucket, name, JSON.stringify(entry), {
        ifAbsent: true,
        contentType: 'application/json',
        ...(Buffer.byteLength(summary) <= METADATA_BYTES && { metadata: { entry: summary } }),
      });
      if (written) return 'written';
      return (await read(name))?.owner === entry.owner ? 'written' : 'taken';
    },

    async latest(source, run) {
      const last = (await names(source, run)).at(-1);
      return last === undefined ? undefined : read(last);
    },

    async entries(source, run) {
      const entries = await Promise.all((await names(source, run)).map(read));
      return entries.filter((entry) => entry !== undefined);
    },

    async *runs(source) {
      let latest: LedgerEntry | undefined;
      for await (const { name, metadata } of objects.list(bucket, source ? `runs/${source}/` : 'runs/')) {
        if (!isEntry(name)) continue;
        const entry = metadata.entry === undefined ? await read(name) : (JSON.parse(metadata.entry) as LedgerEntry);
        if (!entry) continue;
        if (latest && (latest.run !== entry.run || latest.source !== entry.source)) yield latest;
        latest = withoutReasons(entry);
      }
      if (latest) yield latest;
    },

    async recordAttempt(source, run, step, attempt) {
      const name = `${ledgerPrefix(source, run)}attempts/${step}.${attempt}.json`;
      await objects.write(bucket, name, JSON.stringify({ v: 1, step, attempt }), {
        ifAbsent: true,
        contentType: 'application/json',
      });
    },
  };
}

function withoutReasons(entry: LedgerEntry): LedgerEntry {
  const { reasons: _, ...detail } = entry.detail;
  return { ...entry, detail };
}

/** Entries are `000001.json`; attempts lie in a folder beside them. */
const isEntry = (name: string): boolean => /\/\d{6}\.json$/.test(name);
