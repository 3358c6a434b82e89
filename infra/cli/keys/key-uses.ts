import type { Column } from '../../../functions/model/column.ts';
import type { Release } from '../../../functions/model/release.ts';
import { keysOfTransformation } from '../../../functions/model/transformation.ts';

export interface KeyUse {
  key: string;
  /** `<dataset>.<name>` */
  source: string;
  /** Fields of records with dots. */
  columns: string[];
}

/** Which columns are protected with which key; by key, then by source. */
export function keyUses({ sources }: Pick<Release, 'sources'>): KeyUse[] {
  const uses = sources.flatMap(({ id, columns }) => {
    const byKey = Map.groupBy(keyedColumns(columns), ({ key }) => key);
    return [...byKey].map(([key, own]) => ({ key, source: id, columns: own.map(({ path }) => path) }));
  });
  const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
  return uses.sort((a, b) => order(a.key, b.key) || order(a.source, b.source));
}

/** Names of the keys that the release's columns are protected with. */
export const keysOf = (release: Pick<Release, 'sources'>): string[] => [
  ...new Set(keyUses(release).map(({ key }) => key)),
];

function keyedColumns(columns: readonly Column[], parent = ''): { path: string; key: string }[] {
  return columns.flatMap(({ name, privacy, fields = [] }) => {
    const path = `${parent}${name}`;
    const own = privacy.kind === 'transform' ? keysOfTransformation(privacy.transform) : [];
    return [...own.map((key) => ({ path, key })), ...keyedColumns(fields, `${path}.`)];
  });
}
