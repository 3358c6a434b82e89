import { terminal } from '../errors.ts';
import type { RetokenizationReport } from '../model/retokenization.ts';
import { isEnded, type LedgerEntry } from '../model/run.ts';
import { changedPins, pinsOf } from '../plan/token-pins.ts';
import type { Ports } from '../ports.ts';
import { readPlan } from './admit-tokens.ts';
import { holdersOf } from './holders.ts';
import { replayEntry } from './replay.ts';

/**
 * Goes on with the planned change of a table's tokens: replays what has rows in it and was not replayed yet, and what was
 * quarantined since for bringing old tokens, in the name of `by`. May be asked again and again: each time tells how far it is. Throws CONFLICT
 * where the plan is for a release that is not current.
 */
export async function retokenize(ports: Ports, table: string, by: string): Promise<RetokenizationReport> {
  const plan = await readPlan(ports, table);
  if (!plan) return { done: true, runs: 0, replayed: [], waiting: 0, stuck: [] };
  const release = await ports.releases.current();
  const source = release.sources.find(({ id }) => id === table);
  if (!source || changedPins(pinsOf(source), plan.tokens).length > 0) {
    throw terminal(
      'CONFLICT',
      `the plan for ${table} is for release ${plan.release}, and ${release.id} declares other tokens: make that one current again, or remove the plan`,
    );
  }
  const holders = await holdersOf(ports, source);
  const runs = [...holders.values(), ...(await refusedRuns(ports, table, holders))];
  const report: RetokenizationReport = { done: false, runs: holders.size, replayed: [], waiting: 0, stuck: [] };
  for (const entry of runs) {
    const isReplayed = entry.epoch > 0 && [plan.release, release.id].includes(entry.release);
    if (entry.state === 'DEIDENTIFIED') report.waiting++;
    if (!isEnded(entry.state)) continue;
    if (!isReplayed) report.replayed.push((await replayEntry(ports, await whole(ports, entry), by)).run);
    else if (entry.state === 'QUARANTINED' || entry.state === 'VANISHED') report.stuck.push(entry.run);
  }
  return report;
}

/** A listing holds everything but the reasons, and where the quarantined copy lies. */
const whole = async (ports: Ports, entry: LedgerEntry): Promise<LedgerEntry> =>
  (await ports.ledger.latest(entry.source, entry.run)) ?? entry;

async function refusedRuns(
  ports: Ports,
  table: string,
  holders: ReadonlyMap<string, LedgerEntry>,
): Promise<LedgerEntry[]> {
  const found: LedgerEntry[] = [];
  for await (const { run, state } of ports.ledger.runs(table)) {
    if (state !== 'QUARANTINED' || holders.has(run)) continue;
    const entry = await ports.ledger.latest(table, run);
    if (entry?.detail.reasons?.some(({ code }) => code === 'TOKENS_CHANGED')) found.push(entry);
  }
  return found;
}
