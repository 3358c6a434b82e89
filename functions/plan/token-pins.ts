import type { Column } from '../model/column.ts';
import type { Source } from '../model/source.ts';
import { canonicalJson, tokenDomain } from '../model/token-domain.ts';
import { keysOfTransformation } from '../model/transformation.ts';

/**
 * What each keyed column of a table is made with: key, version, primitive, normalization and settings, by the column's path.
 * Rows that were made with something else do not join with these, and in a merge they are other rows.
 */
export type TokenPins = Readonly<Record<string, string>>;

export const pinsOf = ({ columns }: Pick<Source, 'columns'>): TokenPins => Object.fromEntries(pins(columns, ''));

function pins(columns: readonly Column[], parent: string): [string, string][] {
  return columns.flatMap((column): [string, string][] => {
    const path = `${parent}${column.name}`;
    const own = pinOf(column);
    return [...(own === undefined ? [] : [[path, own] as [string, string]]), ...pins(column.fields ?? [], `${path}.`)];
  });
}

function pinOf(column: Column): string | undefined {
  const domain = tokenDomain(column);
  if (domain !== undefined) return domain;
  // A shift under another key is another shift, and what DLP's own words say is not looked into.
  const { privacy } = column;
  if (privacy.kind !== 'transform' || keysOfTransformation(privacy.transform).length === 0) return undefined;
  return canonicalJson([privacy.transform, column.normalize]);
}

/** Columns that both have and that are not made alike. A column that is new, or gone, contradicts nothing. */
export const changedPins = (held: TokenPins, brought: TokenPins): string[] =>
  Object.keys(brought)
    .filter((column) => Object.hasOwn(held, column) && held[column] !== brought[column])
    .sort();
