import pMap from 'p-map';
import type { BuildReport, RunReport } from '../model/report.ts';
import type { LedgerEntry, Reject, ShardMark } from '../model/run.ts';
import type { Ports } from '../ports.ts';
import { buildResults, readBuild } from './build.ts';
import { marksOf } from './finish-run.ts';
import { findRun } from './replay.ts';

/** What people ask of the ledger. Read-only; names, numbers and reasons, never values. */

/** Rejects a report shows; the quarantine bucket has all. */
const SHOWN_REJECTS = 100;

export async function listRuns(
  ports: Ports,
  filter: { source?: string; states?: readonly string[]; reasons?: boolean } = {},
): Promise<LedgerEntry[]> {
  const found: LedgerEntry[] = [];
  for await (const entry of ports.ledger.runs(filter.source))
    if (!filter.states || filter.states.includes(entry.state)) found.push(entry);
  found.sort((a, b) => (a.at < b.at ? 1 : -1));
  if (!filter.reasons) return found;
  // A listing holds everything but the reasons.
  const whole = (entry: LedgerEntry) => ports.ledger.latest(entry.source, entry.run);
  return (await pMap(found, whole, { concurrency: 16 })).filter((entry) => entry !== undefined);
}

export async function showRun(ports: Ports, run: string): Promise<RunReport> {
  const entry = await findRun(ports, run);
  const [history, shards] = await Promise.all([ports.ledger.entries(entry.source, entry.run), marksOf(ports, entry)]);
  shards.sort((a, b) => a.n - b.n);
  return { entry, history, shards, rejects: await readRejects(ports, shards) };
}

async function readRejects(ports: Ports, shards: readonly ShardMark[]): Promise<Reject[]> {
  const rejects: Reject[] = [];
  for (const { rejected } of shards) {
    if (!rejected || rejects.length >= SHOWN_REJECTS) continue;
    const text = (await ports.objects.readText(rejected.bucket, rejected.name)) ?? '';
    for (const line of text.split('\n'))
      if (line !== '' && rejects.length < SHOWN_REJECTS) rejects.push(JSON.parse(line) as Reject);
  }
  return rejects;
}

export async function showBuild(ports: Ports, id: string): Promise<BuildReport | undefined> {
  const build = await readBuild(ports, id);
  if (!build) return undefined;
  const done = await buildResults(ports, id);
  const order = build.steps.map(({ transform }) => transform);
  done.sort((a, b) => order.indexOf(a.transform) - order.indexOf(b.transform));
  return { build, done, ended: done.length === build.steps.length };
}
