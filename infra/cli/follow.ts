import { setTimeout as sleep } from 'node:timers/promises';
import { type BuildStepDone, loadBuildId } from '../../functions/model/build.ts';
import type { BuildReport, NightReport } from '../../functions/model/report.ts';
import { isEnded, type LedgerEntry } from '../../functions/model/run.ts';
import type { Pipeline } from './pipeline.ts';

/** One epoch of a run: a replay is the next. */
export type RunKey = Pick<LedgerEntry, 'source' | 'run' | 'epoch'>;

/** Resolves to the entries that ended the runs, in their order. `onChange` hears of every state that is seen. */
export async function followRuns(
  pipeline: Pipeline,
  wanted: readonly RunKey[],
  onChange: (entry: LedgerEntry) => void = () => {},
): Promise<LedgerEntry[]> {
  const seen = new Map<string, LedgerEntry>();
  const sources = [...new Set(wanted.map(({ source }) => source))];
  const filter = sources.length === 1 && sources[0] !== undefined ? { source: sources[0] } : {};
  return poll(async () => {
    for (const entry of await pipeline.runs(filter)) {
      const key = wanted.find(({ source, run }) => entry.source === source && entry.run === run);
      if (!key || entry.epoch < key.epoch) continue;
      const before = seen.get(entry.run);
      seen.set(entry.run, entry);
      if (before?.state !== entry.state || before.epoch !== entry.epoch) onChange(entry);
    }
    const ended = wanted.flatMap(({ run }) => seen.get(run) ?? []).filter(({ state }) => isEnded(state));
    return ended.length === wanted.length ? ended : undefined;
  });
}

/** Resolves when every transform of the build has ended; undefined = there is no such build. */
export async function followBuild(
  pipeline: Pipeline,
  id: string,
  onStep: (step: BuildStepDone) => void = () => {},
): Promise<BuildReport | undefined> {
  const told = new Set<string>();
  const { report } = await poll(async () => {
    const report = await pipeline.build(id);
    for (const step of report?.done ?? []) {
      if (told.has(step.transform)) continue;
      told.add(step.transform);
      onStep(step);
    }
    return !report || report.ended ? { report } : undefined;
  });
  return report;
}

/** The builds that the loads of these runs started: a run that is DONE has started its own. */
export async function followLoadBuilds(pipeline: Pipeline, runs: readonly LedgerEntry[]): Promise<BuildReport[]> {
  const ids = runs.flatMap(({ source, state, detail }) =>
    state === 'DONE' && detail.batch !== undefined ? [loadBuildId(source, detail.batch)] : [],
  );
  const reports = await Promise.all([...new Set(ids)].map((id) => followBuild(pipeline, id)));
  return reports.filter((report) => report !== undefined);
}

/** Resolves when the nightly function has run; what it builds goes on. */
export const followNight = (pipeline: Pipeline, id: string): Promise<NightReport> => poll(() => pipeline.night(id));

const FIRST_PAUSE_MS = 150;
const LONGEST_PAUSE_MS = 1000;
const SLOWER = 1.15;

/** Asks until there is an answer. A question costs a listing, so they become rarer. */
async function poll<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * SLOWER, LONGEST_PAUSE_MS)) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await sleep(pause);
  }
}
