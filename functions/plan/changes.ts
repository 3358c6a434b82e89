import type { BatchDone, BatchRun } from '../model/run.ts';
import type { Source } from '../model/source.ts';

/** A row whose key names its partition is only ever replaced within it. */
export const mayMoveRows = ({ load, partition }: Source): boolean =>
  load.mode === 'merge' && partition !== undefined && !load.key.includes(partition.by);

/**
 * Which partitions of its table a batch has changed, for whoever builds by them. `left` = what `find_left` found.
 * Days that only a replay brings must be named too: nothing else tells of them.
 */
export function planChanges(
  source: Source,
  loaded: readonly BatchRun[],
  left: readonly string[] | undefined,
): Pick<BatchDone, 'partitions' | 'others'> {
  if (!source.partition) return { partitions: [], others: loaded.length > 0 };
  const partitions = [...new Set([...loaded.flatMap((run) => run.partitions), ...(left ?? [])])].sort();
  return { partitions, others: loaded.length > 0 && changesOthers(source, loaded, left) };
}

function changesOthers(source: Source, loaded: readonly BatchRun[], left: readonly string[] | undefined): boolean {
  // A replay takes away what its run had before, wherever that lay.
  if (loaded.some(({ epoch }) => epoch > 0)) return true;
  switch (source.load.mode) {
    case 'append':
    case 'replace_partition':
      return false;
    case 'replace':
      return true;
    case 'merge':
      return mayMoveRows(source) && left === undefined;
  }
}
