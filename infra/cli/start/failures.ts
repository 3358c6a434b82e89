import type { BuildStepDone } from '../../../functions/model/build.ts';
import type { SampleFile } from '../../sample/generate.ts';
import { describeReason } from '../describe-run.ts';
import { isBroken } from '../tell-build.ts';
import type { Facts, FileFact } from './facts.ts';
import type { Work } from './work.ts';

/** What is not as it should be, a line each: the sample's makers know what every file holds. */
export function findFailures(
  { files, transforms }: Pick<Facts, 'files' | 'transforms'>,
  expected: readonly SampleFile[],
  { builds, commands }: Work,
): string[] {
  const wrongFiles = expected.flatMap((file, at) => {
    const fact = files[at];
    const problem = fact ? fileProblem(fact, file) : 'it has no run';
    return problem === undefined ? [] : [`${file.name}: ${problem}`];
  });
  // A transform may fail while one of its inputs has not come yet; what counts is how it ended.
  const last = lastSteps([...builds.flatMap(({ done }) => done), ...commands.flatMap(({ steps = [] }) => steps)]);
  const unbuilt = transforms.flatMap(({ id }) => {
    const step = last.get(id);
    if (!step) return [`${id}: it was never built`];
    return isBroken(step) ? [`${id}: ${step.outcome}: ${step.message ?? 'for no reason that is known'}`] : [];
  });
  const refused = commands.flatMap(({ command, error }) =>
    error === undefined ? [] : [`${command.split('\n')[0]} …: ${error}`],
  );
  return [...wrongFiles, ...unbuilt, ...refused];
}

function fileProblem({ state, records, rejects, reasons }: FileFact, { rows, bad }: SampleFile): string | undefined {
  const [reason] = reasons;
  if (state !== 'DONE') return `${state}${reason ? `: ${describeReason(reason)}` : ''}`;
  if (records !== rows) return `it holds ${rows} records, and ${records} were read`;
  return rejects === bad ? undefined : `it holds ${bad} bad records, and ${rejects} were rejected`;
}

function lastSteps(steps: readonly BuildStepDone[]): Map<string, BuildStepDone> {
  return new Map([...steps].sort((a, b) => (a.at < b.at ? -1 : 1)).map((step) => [step.transform, step]));
}
