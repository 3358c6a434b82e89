import { setTimeout as sleep } from 'node:timers/promises';
import type { Build, BuildStepDone } from '../../functions/model/build.ts';
import type { Release } from '../../functions/model/release.ts';
import type { BuildReport, NightReport, RunReport } from '../../functions/model/report.ts';
import type { RetokenizationReport } from '../../functions/model/retokenization.ts';
import type { LedgerEntry } from '../../functions/model/run.ts';
import { FailedError, ServiceError, UnreachableError } from './errors.ts';
import { callJson } from './http-json.ts';
import { createIdTokens } from './id-tokens.ts';
import { createJobMessages } from './job-messages.ts';
import { type Site, urlOf } from './site.ts';

export interface RunRequest {
  selector?: string;
  /** Days, `YYYY-MM-DD`, inclusive; both or neither. */
  from?: string;
  to?: string;
  fullRefresh?: boolean;
}

/** A running pipeline, over its adhoc function. */
export interface Pipeline {
  release(): Promise<Release>;
  /** Newest first. Reasons cost a read a run, so they come only if asked for. */
  runs(filter?: { source?: string; states?: readonly string[]; reasons?: boolean }): Promise<LedgerEntry[]>;
  show(run: string): Promise<RunReport>;
  /** `acceptCost`: USD, or `estimate`. */
  replay(run: string, acceptCost?: string): Promise<LedgerEntry>;
  /** Goes on with the planned change of a table's tokens, and tells how far it is. */
  retokenize(table: string): Promise<RetokenizationReport>;
  run(request: RunRequest): Promise<Build>;
  /** Has the nightly function called; answers with the night's id. */
  nightly(date: string | undefined): Promise<string>;
  /** undefined = the night has not run yet. */
  night(id: string): Promise<NightReport | undefined>;
  /** undefined = there is no such build. */
  build(id: string): Promise<BuildReport | undefined>;
}

/** The functions may be starting again, which takes a second or two. */
const PATIENCE_MS = 15_000;
const PAUSE_MS = 250;

export function createPipeline(site: Omit<Site, 'buckets' | 'storage'>): Pipeline {
  const url = urlOf(site, 'adhoc');
  const idToken = createIdTokens(site);
  const explain = createJobMessages(site);

  async function ask<T>(request: { action: string } & Record<string, unknown>, repeatable: boolean): Promise<T> {
    const until = Date.now() + PATIENCE_MS;
    for (;;) {
      try {
        const answer = await callJson<T>('POST', url, request, { token: await idToken(url) });
        if (answer === undefined) throw new FailedError(`the adhoc function gave no answer to ${request.action}`);
        return answer;
      } catch (error) {
        if (!mayRepeat(error, repeatable) || Date.now() > until) throw error;
        await sleep(PAUSE_MS);
      }
    }
  }
  const read = <T>(request: { action: string } & Record<string, unknown>): Promise<T> => ask<T>(request, true);
  const act = <T>(request: { action: string } & Record<string, unknown>): Promise<T> => ask<T>(request, false);

  async function explainEntry(entry: LedgerEntry): Promise<LedgerEntry> {
    const { reasons } = entry.detail;
    if (!reasons) return entry;
    const explained = reasons.map(async (reason) => ({ ...reason, message: await explain(reason.message) }));
    return { ...entry, detail: { ...entry.detail, reasons: await Promise.all(explained) } };
  }

  async function explainStep(step: BuildStepDone): Promise<BuildStepDone> {
    return step.message === undefined ? step : { ...step, message: await explain(step.message) };
  }

  return {
    release: () => read({ action: 'release' }),
    async runs(filter = {}) {
      const { runs } = await read<{ runs: LedgerEntry[] }>({ action: 'runs', ...filter });
      return Promise.all(runs.map(explainEntry));
    },
    async show(run) {
      const report = await read<RunReport>({ action: 'show', run });
      return { ...report, entry: await explainEntry(report.entry) };
    },
    replay: async (run, acceptCost) =>
      (await act<{ entry: LedgerEntry }>({ action: 'replay', run, ...(acceptCost && { acceptCost }) })).entry,
    retokenize: (table) => read({ action: 'retokenize', table }),
    run: async (request) => {
      const { build } = await act<{ build?: Build }>({ action: 'run', ...request });
      if (!build) throw new FailedError(`nothing was started for ${request.selector ?? '*'}`);
      return build;
    },
    nightly: async (date) => (await act<{ night: string }>({ action: 'nightly', ...(date && { date }) })).night,
    night: async (id) => (await read<{ report?: NightReport }>({ action: 'night', night: id })).report,
    async build(id) {
      const { build, ...report } = await read<Partial<BuildReport>>({ action: 'build', build: id });
      if (!build) return undefined;
      return { build, ended: report.ended === true, done: await Promise.all((report.done ?? []).map(explainStep)) };
    },
  };
}

/** What never arrived may always be sent again; what may have arrived, only if it changes nothing. */
function mayRepeat(error: unknown, repeatable: boolean): boolean {
  if (error instanceof UnreachableError) return error.refused || repeatable;
  return error instanceof ServiceError && error.status === 503 && repeatable;
}
