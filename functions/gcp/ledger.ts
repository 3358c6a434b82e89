import { ledgerName, ledgerPrefix } from '../model/ids.ts';
import type { LedgerEntry } from '../model/run.ts';
import type { Ledger, ObjectStore } from '../ports.ts';

/**
 * The ledger in the state bucket. Each entry's object also carries the entry as metadata (less its reasons, which have no
 * bound), so that listing is reading: 1,000 runs cost one request, not 1,001.
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
      const { reasons: _, ...detail } = entry.detail;
      const metadata = { entry: JSON.stringify({ ...entry, detail }) };
      if (
        await objects.write(bucket, name, JSON.stringify(entry), {
          ifAbsent: true,
          contentType: 'application/json',
          metadata,
        })
      )
        return 'written';
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
        const entry = JSON.parse(metadata.entry ?? 'null') as LedgerEntry;
        if (latest && (latest.run !== entry.run || latest.source !== entry.source)) yield latest;
        latest = entry;
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

/** Entries are `000001.json`; attempts lie in a folder beside them. */
const isEntry = (name: string): boolean => /\/\d{6}\.json$/.test(name);
