import type { BuildStepDone } from '../../model/build.ts';
import type { Transform } from '../../model/transform.ts';
import { downstreamOf } from '../../plan/build.ts';
import { OWN_DATASET } from '../../render/commit-tables.ts';
import { buildTable } from '../../render/transform.ts';
import { buildResults, startBuild } from '../build.ts';
import { executionsOf } from '../executions.ts';
import type { ErasureContext } from './context.ts';

/** Tables that hold what was made of the source's rows; a view holds none. */
export function readersOf({ release, source }: Pick<ErasureContext, 'release' | 'source'>): Transform[] {
  const readers = downstreamOf(release, source.id);
  return release.transforms.filter(({ id, kind }) => readers.has(id) && kind !== 'view');
}

/** Builds all of them anew, whichever rows they had taken in, and waits. Their parents' old rows go with them. */
export async function rebuildReaders(context: ErasureContext): Promise<readonly BuildStepDone[] | 'running'> {
  const { ports, erasure } = context;
  const readers = new Set(readersOf(context).map(({ id }) => id));
  if (readers.size === 0) return [];
  const build = await startBuild(ports, {
    id: `erasure-${erasure.id}`,
    trigger: { kind: 'adhoc', selector: `erasure ${erasure.id}` },
    release: context.release,
    chosen: ({ id }) => readers.has(id),
    options: { fullRefresh: true },
  });
  const done = build ? await buildResults(ports, build.id) : [];
  return build && done.length < build.steps.length ? 'running' : done;
}

/** What builds that failed have left of tables that were built beside the real ones. */
export async function dropUnpublished(context: ErasureContext): Promise<string[]> {
  const { ports } = context;
  const dropped: string[] = [];
  const names = (await ports.warehouse.tables(OWN_DATASET)).map((name) => `${OWN_DATASET}.${name}`);
  for (const transform of readersOf(context)) {
    const newest = await executionsOf(ports, transform.id).latest();
    const prefix = buildTable(transform, 0).replace(/0$/, '');
    for (const name of names) {
      const [, n] = (name.startsWith(prefix) && /^(\d+)(?:_\d+)?$/.exec(name.slice(prefix.length))) || [];
      // One that is open is being built now, of what is left.
      if (n === undefined || !newest || Number(n) > newest.n || (!newest.closed && Number(n) === newest.n)) continue;
      await ports.warehouse.dropTable(name);
      dropped.push(name);
    }
  }
  return dropped;
}
