import type { BuildStepDone } from '../../../functions/model/build.ts';
import { runId } from '../../../functions/model/ids.ts';
import type { Release } from '../../../functions/model/release.ts';
import type { BuildReport } from '../../../functions/model/report.ts';
import { isEnded, type LedgerEntry, type ObjectRef } from '../../../functions/model/run.ts';
import { UNMATCHED } from '../../../functions/model/source.ts';
import { matchSource } from '../../../functions/plan/match-source.ts';
import type { SampleFile } from '../../sample/generate.ts';
import type { Deployment } from '../deployment.ts';
import { describeState } from '../describe-run.ts';
import { FailedError, ServiceError } from '../errors.ts';
import { followBuild, followLoadBuilds, followNight, followRuns, type RunKey } from '../follow.ts';
import { createPipeline, type Pipeline } from '../pipeline.ts';
import { formatBytes, formatCount, formatCounted } from '../quantities.ts';
import { decodeRow } from '../query/decode-row.ts';
import { runQuery } from '../query/jobs-query.ts';
import { uploadBytes } from '../storage-objects.ts';
import type { CommandFact } from './facts.ts';
import type { Progress } from './progress.ts';
import { AD_HOC_QUERY, AD_HOC_RUNS, LAST_DAY } from './shop.ts';

export interface Work {
  pipeline: Pipeline;
  /** How each file's run ended, in the order of the files. */
  ended: LedgerEntry[];
  /** What the loads had built. */
  builds: BuildReport[];
  commands: CommandFact[];
}

/** Everything that the main job does once it is up: the files, the night, and what a person may ask. */
export async function carryOut(
  progress: Progress,
  { endpoints }: Deployment,
  release: Release,
  files: readonly SampleFile[],
): Promise<Work> {
  const pipeline = createPipeline(endpoints);
  const runs = await progress.step('Files dropped', async (tell) => {
    const keys: RunKey[] = [];
    for (const { name, body } of files) {
      tell(name);
      keys.push(keyOf(release, await uploadBytes(endpoints, endpoints.buckets.raw, name, new Uint8Array(body))));
    }
    const bytes = files.reduce((sum, { body }) => sum + body.length, 0);
    return { value: keys, said: `${files.length}, ${formatBytes(bytes)}` };
  });

  const ended = await progress.step('De-identified and loaded', async (tell) => {
    let over = 0;
    const entries = await followRuns(pipeline, runs, (entry) => {
      if (isEnded(entry.state)) over++;
      tell(`${over} of ${runs.length}  ${entry.detail.object.name}  ${describeState(entry)}`);
    });
    const rows = entries.reduce((sum, { state, detail }) => sum + (state === 'DONE' ? (detail.rows ?? 0) : 0), 0);
    const held = entries.filter(({ state }) => state !== 'DONE').length;
    return {
      value: entries,
      said: `${formatCounted(rows, 'row')}${held > 0 ? `, ${formatCounted(held, 'file')} not loaded` : ''}`,
    };
  });

  const builds = await progress.step('Built after the loads', async () => {
    const reports = await followLoadBuilds(pipeline, ended);
    return { value: reports, said: countSteps(reports.flatMap(({ done }) => done)) };
  });

  const commands: CommandFact[] = [];
  commands.push(await progress.step('Nightly', (tell) => runNight(pipeline, tell)));
  for (const request of AD_HOC_RUNS)
    commands.push(await progress.step('Ad hoc run', () => runAdHoc(pipeline, request)));
  commands.push(await progress.step('Ad hoc query', () => ask(endpoints)));
  return { pipeline, ended, builds, commands };
}

function keyOf(release: Release, object: ObjectRef): RunKey {
  const source = matchSource(release, object.name)?.source.id ?? UNMATCHED;
  return { source, run: runId(source, object), epoch: 0 };
}

interface Outcome {
  value: CommandFact;
  said: string;
}

async function runNight(pipeline: Pipeline, tell: (text: string) => void): Promise<Outcome> {
  const night = await followNight(pipeline, await pipeline.nightly(LAST_DAY));
  const report =
    night.build === undefined
      ? undefined
      : await followBuild(pipeline, night.build, ({ transform }) => tell(transform));
  const steps = report?.done ?? [];
  return { value: { command: `sluice nightly --date ${LAST_DAY}`, night, steps }, said: countSteps(steps) };
}

async function runAdHoc(pipeline: Pipeline, request: (typeof AD_HOC_RUNS)[number]): Promise<Outcome> {
  const { id } = await pipeline.run(request);
  const report = await followBuild(pipeline, id);
  if (!report) throw new FailedError(`the build ${id} is gone`);
  const days = 'from' in request ? ` --from ${request.from} --to ${request.to}` : '';
  const command = `sluice run '${request.selector}'${days}`;
  return { value: { command, steps: report.done }, said: countSteps(report.done) };
}

async function ask(endpoints: Deployment['endpoints']): Promise<Outcome> {
  const command = `sluice query "${AD_HOC_QUERY}"`;
  const result = await runQuery(endpoints, AD_HOC_QUERY, 100).catch((error: unknown) => {
    if (error instanceof ServiceError) return error.message;
    throw error;
  });
  // Told in the summary, beside what led to it.
  if (typeof result === 'string') return { value: { command, error: result }, said: 'failed' };
  const { fields, rows, bytesBilled } = result;
  const query = {
    columns: fields.map(({ name }) => name),
    rows: rows.map((row) => decodeRow(fields, row)),
    bytesBilled,
  };
  return {
    value: { command, query },
    said: `${formatCounted(rows.length, 'row')}, ${formatBytes(bytesBilled)} billed`,
  };
}

const OUTCOMES: readonly BuildStepDone['outcome'][] = ['built', 'skipped', 'failed', 'blocked'];

/** `5 built, 3 skipped` */
function countSteps(steps: readonly BuildStepDone[]): string {
  const parts = OUTCOMES.flatMap((outcome) => {
    const count = steps.filter((step) => step.outcome === outcome).length;
    return count === 0 ? [] : [`${formatCount(count)} ${outcome}`];
  });
  return parts.join(', ') || 'nothing to build';
}
