import { DEPLOYED } from '../../bill/deployed.ts';
import type { CostOptions } from '../commands/check.ts';
import { findSite } from '../connect.ts';
import { describeReason } from '../describe-run.ts';
import { DEFAULT_DATA } from '../endpoints.ts';
import { FailedError } from '../errors.ts';
import { print, printJson } from '../output.ts';
import { requireRelease } from '../project.ts';
import { billOf, estimateFile, type FileEstimate } from './estimate.ts';
import { findSources } from './find-source.ts';
import { measureFiles } from './measure-files.ts';
import { renderEstimates } from './render-cost.ts';

/** Tells what runs of the files will cost, and sends nothing. Throws FailedError where one would be refused as it is. */
export async function checkCost({ project, cost, to, source, data, env, json }: CostOptions): Promise<void> {
  const release = requireRelease(project);
  const placed = findSources(release, cost, { ...(to !== undefined && { to }), ...(source && { source }) });
  const site =
    data === undefined && env === undefined
      ? undefined
      : await findSite({ data: data ?? DEFAULT_DATA, ...(env !== undefined && { env }) });
  const files = placed.map(({ path, source }) => ({ path, source }));
  const measured = await measureFiles({ ...(data === undefined && { shardBytes: DEPLOYED.shardBytes }), files });
  const refused = placed.flatMap(({ path }, at) =>
    (measured[at]?.reasons ?? []).map((reason) => `${path} would be refused, ${describeReason(reason)}`),
  );
  if (refused.length > 0) throw new FailedError(refused.join('\n'));
  const estimates: FileEstimate[] = [];
  for (const [at, file] of placed.entries()) {
    const one = measured[at];
    if (one) estimates.push(await estimateFile(release, file, one, site));
  }
  const once = billOf(estimates.flatMap((estimate) => estimate.once));
  const monthly = billOf(estimates.flatMap((estimate) => estimate.monthly));
  if (json) return printJson({ currency: 'USD', files: estimates, once, monthly });
  print(renderEstimates(estimates, once, monthly));
}
