import type { Release } from '../../../functions/model/release.ts';
import type { Transform } from '../../../functions/model/transform.ts';
import { compareReleases } from '../release-changes.ts';

/** What a release does to one table. */
export interface PlannedChange {
  id: string;
  /** `build`: at its next turn, all of it. `view`: replaced, which reads nothing. `load`: from the next file on. `leave`: the table stays and nobody writes it. */
  action: 'build' | 'view' | 'load' | 'leave';
  why: string;
  /** Where it is built: what to ask the price of. */
  transform?: Transform;
}

/** Every table that a release changes, in the order in which it is built. `before` is what runs; absent = nothing does. */
export function planChanges(before: Release | undefined, after: Release): PlannedChange[] {
  const old: Release = before ?? { v: 1, id: '', sources: [], transforms: [] };
  const { added, changed, removed, affected } = compareReleases(old, after);
  const changes: PlannedChange[] = [];
  for (const { id } of after.sources) {
    if (added.includes(id)) changes.push({ id, action: 'load', why: 'a new source' });
    else if (changed.includes(id))
      changes.push({ id, action: 'load', why: 'its declaration has changed; rows that are loaded stay as they are' });
  }
  for (const transform of after.transforms) {
    const why = whyBuilt(transform, old, { added, changed, affected });
    if (why) changes.push({ id: transform.id, action: transform.kind === 'view' ? 'view' : 'build', why, transform });
  }
  for (const id of removed) changes.push({ id, action: 'leave', why: 'no longer declared; its table is not removed' });
  return changes;
}

/** undefined = it is as it was: the same query, the same header, the same parents. */
function whyBuilt(
  { id, version, inputs }: Transform,
  before: Release,
  { added, changed, affected }: { added: string[]; changed: string[]; affected: string[] },
): string | undefined {
  if (added.includes(id)) return 'a new transform';
  const old = before.transforms.find((one) => one.id === id);
  // A header may say another owner or another trigger: that is no reason to build.
  if (changed.includes(id)) return old?.version === version ? undefined : 'its query or header has changed';
  if (!affected.includes(id)) return undefined;
  const parents = inputs.filter(
    (input) => changed.includes(input) || affected.includes(input) || added.includes(input),
  );
  return `${parents.join(', ') || 'what it reads'} has changed`;
}
