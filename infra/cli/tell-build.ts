import type { BuildStepDone } from '../../functions/model/build.ts';
import { renderStep } from './describe-build.ts';
import { ExitError, FailedError } from './errors.ts';
import { followBuild } from './follow.ts';
import { note, print, printJson } from './output.ts';
import type { Pipeline } from './pipeline.ts';

/** Prints each transform as it ends. Throws ExitError(1) if one was not built. `facts` join the JSON document. */
export async function tellBuild(
  pipeline: Pipeline,
  id: string,
  { json, facts = {} }: { json: boolean; facts?: object },
): Promise<void> {
  const ids = (await pipeline.build(id))?.build.steps.map(({ transform }) => transform) ?? [];
  const say = json ? note : print;
  const report = await followBuild(pipeline, id, (step) => say(renderStep(step, ids)));
  if (!report) throw new FailedError(`the build ${id} is gone`);
  if (json) printJson({ ...facts, build: report.build, done: report.done });
  if (report.done.some(isBroken)) throw new ExitError(1);
}

export const isBroken = ({ outcome }: BuildStepDone): boolean => outcome === 'failed' || outcome === 'blocked';
