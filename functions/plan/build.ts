import type { BuildStep } from '../model/build.ts';
import type { Release } from '../model/release.ts';
import type { Transform } from '../model/transform.ts';

/** The chosen transforms in the order of their inputs, each after those of its inputs that are chosen too. */
export function planBuild(release: Release, chosen: (transform: Transform) => boolean): BuildStep[] {
  const picked = release.transforms.filter(chosen);
  const ids = new Set(picked.map(({ id }) => id));
  return picked.map((transform) => ({ transform: transform.id, after: chosenParents(release, transform, ids) }));
}

/** Chosen transforms that this one reads, also through ones that are not chosen. */
function chosenParents(release: Release, transform: Transform, chosen: ReadonlySet<string>): string[] {
  const found = new Set<string>();
  const visit = (id: string): void => {
    if (chosen.has(id)) found.add(id);
    else for (const input of transformOf(release, id)?.inputs ?? []) visit(input);
  };
  for (const input of transform.inputs) visit(input);
  return [...found].sort();
}

export const transformOf = (release: Release, id: string): Transform | undefined =>
  release.transforms.find((transform) => transform.id === id);

/** Everything that reads the table, directly or not. */
export function downstreamOf(release: Release, table: string): Set<string> {
  const found = new Set([table]);
  for (const transform of release.transforms)
    if (transform.inputs.some((input) => found.has(input))) found.add(transform.id);
  found.delete(table);
  return found;
}

function upstreamOf(release: Release, id: string): Set<string> {
  const found = new Set<string>();
  const visit = (at: string): void => {
    for (const input of transformOf(release, at)?.inputs ?? []) {
      if (found.has(input)) continue;
      found.add(input);
      visit(input);
    }
  };
  visit(id);
  return found;
}

/**
 * Transforms that a selector names: `shop.daily_revenue`, `shop.*`, `*`; with a leading `+` also all they read, with a
 * trailing `+` also all that read them. Several are separated by spaces or commas.
 */
export function selectTransforms(release: Release, selector: string): Set<string> {
  const selected = new Set<string>();
  for (const term of selector.split(/[\s,]+/).filter((part) => part !== '')) {
    const glob = term.replace(/^\+|\+$/g, '');
    const pattern = new RegExp(`^${glob.split('*').map(RegExp.escape).join('.*')}$`);
    for (const { id } of release.transforms) {
      if (!pattern.test(id)) continue;
      selected.add(id);
      if (term.startsWith('+')) for (const above of upstreamOf(release, id)) selected.add(above);
      if (term.endsWith('+')) for (const below of downstreamOf(release, id)) selected.add(below);
    }
  }
  return new Set([...selected].filter((id) => transformOf(release, id)));
}
