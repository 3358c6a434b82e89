import type { Release } from '../../functions/model/release.ts';

interface Declared {
  id: string;
  version: string;
}

export interface ReleaseChanges {
  added: string[];
  changed: string[];
  removed: string[];
  /** Not touched themselves, but what they read has changed, so they are built anew. */
  affected: string[];
}

/** What a person did to the sources and transforms between two releases. */
export function compareReleases(before: Release, after: Release): ReleaseChanges {
  const changes: ReleaseChanges = { added: [], changed: [], removed: [], affected: [] };
  const compare = <T extends Declared>(old: readonly T[], now: readonly T[]): void => {
    const known = new Map(old.map((one) => [one.id, one]));
    for (const one of now) {
      const other = known.get(one.id);
      known.delete(one.id);
      if (!other) changes.added.push(one.id);
      else if (written(one) !== written(other)) changes.changed.push(one.id);
      else if (one.version !== other.version) changes.affected.push(one.id);
    }
    changes.removed.push(...known.keys());
  };
  compare(before.sources, after.sources);
  compare(before.transforms, after.transforms);
  return changes;
}

/** Everything but the version, which the inputs have a part in. */
function written<T extends Declared>({ version: _, ...rest }: T): string {
  return JSON.stringify(rest);
}

/** `changed shop.orders; added shop.refunds; to be rebuilt shop.daily_revenue` */
export function renderChanges({ added, changed, removed, affected }: ReleaseChanges): string {
  const parts: [string, string[]][] = [
    ['added', added],
    ['changed', changed],
    ['removed', removed],
    ['affected by that', affected],
  ];
  return parts
    .filter(([, ids]) => ids.length > 0)
    .map(([what, ids]) => `${what}: ${ids.join(', ')}`)
    .join('; ');
}
