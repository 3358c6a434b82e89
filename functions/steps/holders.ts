import type { LedgerEntry } from '../model/run.ts';
import type { Source } from '../model/source.ts';
import type { Ports } from '../ports.ts';
import { readOwners } from './owners.ts';

/**
 * Runs that have rows in a source's table, or had until newer rows of the same keys took their place; by id. `entry` is the
 * newest of each, whose epoch is another where a replay is under way or has failed.
 */
export async function holdersOf(ports: Ports, source: Source): Promise<Map<string, LedgerEntry>> {
  const shown = await shownRuns(ports, source);
  const holders = new Map<string, LedgerEntry>();
  for await (const entry of ports.ledger.runs(source.id)) {
    const holds = shown ? shown.has(entry.run) : (await loadedEpoch(ports, entry)) !== undefined;
    if (holds) holders.set(entry.run, entry);
  }
  return holders;
}

/** Of a table of snapshots only those hold rows that it shows. */
async function shownRuns(ports: Ports, { id, load }: Source): Promise<Set<string> | undefined> {
  if (load.mode !== 'replace' && load.mode !== 'replace_partition') return undefined;
  const { parts } = await readOwners(ports, id);
  return new Set(Object.values(parts).flatMap(([order, run]) => (order === '' ? [] : [run])));
}

/** The epoch of a run whose rows the table holds: a replay that is not loaded yet leaves the one before in place. */
export async function loadedEpoch(ports: Ports, latest: LedgerEntry): Promise<number | undefined> {
  if (latest.state === 'LOADED' || latest.state === 'DONE') return latest.epoch;
  if (latest.epoch === 0) return undefined;
  const entries = await ports.ledger.entries(latest.source, latest.run);
  return entries.findLast(({ state }) => state === 'LOADED')?.epoch;
}
