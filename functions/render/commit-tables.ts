import type { Source } from '../model/source.ts';

/** Tables of Sluice's own that a commit works with. */

/** Dataset of Sluice's own tables; a leading underscore hides it in the console. */
export const OWN_DATASET = '_sluice';

export interface CommitTarget {
  project: string;
  source: Source;
  /** The batch. */
  n: number;
}

const flat = (id: string): string => id.replace('.', '__');
/** Before the number of the batch. */
export const stagedPrefix = ({ id }: Source): string => `${OWN_DATASET}.staged_${flat(id)}_`;
export const keysPrefix = ({ id }: Source): string => `${OWN_DATASET}.keys_${flat(id)}_`;
export const stagingTable = ({ source, n }: Pick<CommitTarget, 'source' | 'n'>): string =>
  `${stagedPrefix(source)}${n}`;
export const keysTable = ({ source, n }: Pick<CommitTarget, 'source' | 'n'>): string => `${keysPrefix(source)}${n}`;
/** One row, which every commit updates: one table a target, since a shared one would make unrelated commits cancel each other. */
export const commitsTable = (source: Source): string => `${OWN_DATASET}.commits_${flat(source.id)}`;
