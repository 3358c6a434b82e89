import type { Release } from '../../../functions/model/release.ts';
import type { Source } from '../../../functions/model/source.ts';
import type { Transform } from '../../../functions/model/transform.ts';
import { changedPins, pinsOf, type TokenPins } from '../../../functions/plan/token-pins.ts';
import { compareReleases } from '../release-changes.ts';

/** What a release does to one table. */
export interface PlannedChange {
  id: string;
  /** `retokenize`: its tokens change, which is refused until it is carried out for all rows at once. `build`: at its next turn, all of it. `view`: replaced, which reads nothing. `load`: from the next file on. `leave`: the table stays and nobody writes it. */
  action: 'retokenize' | 'build' | 'view' | 'load' | 'leave';
  why: string;
  /** Where it is built: what to ask the price of. */
  transform?: Transform;
}

/** Every table that a release changes, in the order in which it is built. `before` is what runs; absent = nothing does. */
export function planChanges(before: Release | undefined, after: Release): PlannedChange[] {
  const old: Release = before ?? { v: 1, id: '', sources: [], transforms: [] };
  const { added, changed, removed, affected } = compareReleases(old, after);
  const changes: PlannedChange[] = [];
  for (const source of after.sources) {
    const { id } = source;
    const columns = changedPins(pinsIn(old, id), pinsOf(source));
    if (added.includes(id)) changes.push({ id, action: 'load', why: 'a new source' });
    else if (columns.length > 0) changes.push({ id, action: 'retokenize', why: whyRetokenized(source, columns) });
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

const pinsIn = ({ sources }: Release, id: string): TokenPins => {
  const source = sources.find((one) => one.id === id);
  return source ? pinsOf(source) : {};
};

function whyRetokenized({ load }: Source, columns: readonly string[]): string {
  const what = `other tokens in ${columns.join(', ')}`;
  return load.mode === 'replace'
    ? `${what}: from the next file on, or by \`sluice retokenize\``
    : `${what}: \`sluice retokenize\` replays every run that has rows in it`;
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
