import { terminal } from '../errors.ts';
import type { BuildOptions } from '../model/build.ts';
import { digest, slug } from '../model/ids.ts';
import { selectTransforms } from '../plan/build.ts';
import type { Ports } from '../ports.ts';
import { startBuild } from './build.ts';
import { nightId, readNight } from './nightly.ts';
import { type ReplayRequest, replay } from './replay.ts';
import { listRuns, showBuild, showRun } from './report.ts';
import { retokenize } from './retokenize.ts';

/** What a person may ask for. */
export type AdhocRequest =
  | { action: 'run'; selector?: string; from?: string; to?: string; fullRefresh?: boolean }
  | { action: 'nightly'; date?: string }
  | ({ action: 'replay' } & ReplayRequest)
  | { action: 'retokenize'; table: string }
  | { action: 'night'; night: string }
  | { action: 'runs'; source?: string; states?: readonly string[]; reasons?: boolean }
  | { action: 'show'; run: string }
  | { action: 'build'; build: string }
  | { action: 'release' };

/** Answers with plain JSON; `who` asks, verified. Throws BAD_REQUEST, NOT_FOUND or CONFLICT, each with what to do. */
export async function adhoc(ports: Ports, request: AdhocRequest, who: string): Promise<object> {
  switch (request.action) {
    case 'run':
      return runTransforms(ports, request);
    case 'nightly':
      return startNight(ports, request.date);
    case 'night':
      return { report: await readNight(ports, request.night) };
    case 'replay':
      return { entry: await replay(ports, request, who) };
    case 'retokenize':
      return retokenize(ports, request.table, who);
    case 'runs':
      return { runs: await listRuns(ports, request) };
    case 'show':
      return showRun(ports, request.run);
    case 'build': {
      const report = await showBuild(ports, request.build);
      return report ?? { ended: false, done: [] };
    }
    case 'release':
      return ports.releases.current();
  }
}

async function runTransforms(ports: Ports, request: Extract<AdhocRequest, { action: 'run' }>): Promise<object> {
  const { selector = '*', from, to, fullRefresh } = request;
  if ((from === undefined) !== (to === undefined))
    throw terminal('BAD_REQUEST', 'from and to belong together: give both, or neither');
  if (from && to && from > to) throw terminal('BAD_REQUEST', `from (${from}) is later than to (${to})`);
  const release = await ports.releases.current();
  const selected = selectTransforms(release, selector);
  if (selected.size === 0) {
    const known = release.transforms.map(({ id }) => id).join(', ') || 'none';
    throw terminal('NOT_FOUND', `no transform matches "${selector}"; there are: ${known}`);
  }
  const options: BuildOptions = { ...(from && { from }), ...(to && { to }), ...(fullRefresh && { fullRefresh }) };
  const id = `adhoc-${slug(ports.clock.unique())}`;
  const build = await startBuild(ports, {
    id,
    trigger: { kind: 'adhoc', selector },
    release,
    chosen: (transform) => selected.has(transform.id),
    options,
  });
  return { build };
}

/** The nightly function does the work; this only calls it, as the schedule would. */
async function startNight(ports: Ports, date: string | undefined): Promise<object> {
  const now = ports.clock.now().toISOString();
  const day = date ?? now.slice(0, 10);
  const key = `${day} ${now} ${ports.clock.unique()}`;
  await ports.tasks.enqueue({ function: 'nightly', name: slug(`nightly-${digest([key])}`), body: { key, date: day } });
  return { night: nightId(key) };
}
