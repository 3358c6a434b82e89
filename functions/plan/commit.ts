import { leafColumns } from '../model/leaf.ts';
import type { Batch, BatchRun } from '../model/run.ts';
import type { Partition, Source } from '../model/source.ts';
import { mayMoveRows } from './changes.ts';
import type { Takeover } from './ownership.ts';

/** What makes a batch part of its table: in order, each a job of its own that may be repeated. */
export type CommitStep =
  /** Straight into the table; the load job is atomic, so it is the commit as well. */
  | { kind: 'append'; uris: readonly string[] }
  | { kind: 'replace'; uris: readonly string[] }
  | { kind: 'empty' }
  /** Rows of runs whose replay has none: nothing takes their place. */
  | { kind: 'delete_runs'; runs: readonly string[] }
  /** Into a table of the batch's own. */
  | { kind: 'stage'; uris: readonly string[]; first: boolean }
  | { kind: 'insert_staged'; replayed: readonly string[] }
  /** The staged rows take the place of all others, or of those in the partitions that their runs take over. */
  | { kind: 'swap_table' }
  | { kind: 'swap_partitions'; takeovers: readonly Takeover[]; replayed: readonly string[] }
  /** Partitions that the merge is about to take rows out of, since a key's newer row may lie in another one. */
  | { kind: 'find_left'; partition: Partition }
  | { kind: 'merge_staged' }
  /** Keys that replayed runs had or have: their rows are rebuilt from all curated shards, which are what is staged. */
  | { kind: 'find_affected_keys'; replayed: readonly string[] }
  | { kind: 'rebuild_keys' }
  | { kind: 'drop_staged' };

/** BigQuery takes 10,000 URIs a load; half of that keeps the request small. */
export const MAX_URIS = 5000;

export interface CommitContext {
  source: Source;
  batch: Batch;
  /** Which parts each run takes over (modes replace and replace_partition). */
  takeovers: readonly Takeover[];
  /** An incremental transform reads the table, so which partitions change is worth a query. */
  watched: boolean;
  /** Curated shards of every run that the table holds, newest epochs only, this batch's included (merge with a replay). */
  history: readonly string[];
}

/**
 * Only one step of a plan changes the table, and that one is atomic: a batch that is given up half way has changed
 * nothing, so its runs can be loaded again without a row standing twice.
 */
export function planCommit({ source, batch, takeovers, watched, history }: CommitContext): CommitStep[] {
  const { runs } = batch;
  const replayed = runs.filter(({ epoch }) => epoch > 0).map(({ run }) => run);
  switch (source.load.mode) {
    case 'append': {
      const uris = urisOf(runs);
      if (replayed.length === 0 && isOneLoad(source, uris)) return uris.length > 0 ? [{ kind: 'append', uris }] : [];
      return staged(uris, [{ kind: 'insert_staged', replayed }], replayed);
    }
    case 'replace': {
      const winner = takeovers.find(({ parts }) => parts.length > 0);
      if (!winner) return [];
      const uris = urisOf(runs.filter(({ run }) => run === winner.run));
      if (uris.length === 0) return [{ kind: 'empty' }];
      return isOneLoad(source, uris) ? [{ kind: 'replace', uris }] : staged(uris, [{ kind: 'swap_table' }]);
    }
    case 'replace_partition': {
      const winners = takeovers.filter(({ parts }) => parts.length > 0);
      const uris = urisOf(runs.filter(({ run }) => winners.some((winner) => winner.run === run)));
      return staged(uris, [{ kind: 'swap_partitions', takeovers: winners, replayed }], replayed);
    }
    case 'merge':
      if (replayed.length === 0) {
        const { partition } = source;
        const find: CommitStep[] =
          watched && partition && mayMoveRows(source) ? [{ kind: 'find_left', partition }] : [];
        return staged(urisOf(runs), [...find, { kind: 'merge_staged' }]);
      }
      if (history.length === 0) return [{ kind: 'delete_runs', runs: replayed }];
      return [
        ...stage(history),
        { kind: 'find_affected_keys', replayed: runs.map(({ run }) => run) },
        { kind: 'rebuild_keys' },
        { kind: 'drop_staged' },
      ];
  }
}

/** JSON and wide BIGNUMERIC travel as text, since Parquet cannot carry them; the warehouse casts them on the way in. */
export const needsCasts = ({ columns }: Pick<Source, 'columns'>): boolean =>
  leafColumns(columns).some(
    ({ privacy, type }) => privacy.kind === 'public' && (type === 'JSON' || type === 'BIGNUMERIC'),
  );

const isOneLoad = (source: Source, uris: readonly string[]): boolean => !needsCasts(source) && uris.length <= MAX_URIS;

const urisOf = (runs: readonly BatchRun[]): string[] => runs.flatMap(({ uris }) => uris);

/** `replayed` have rows in the table that go, whether others come or not. */
function staged(
  uris: readonly string[],
  commit: readonly CommitStep[],
  replayed: readonly string[] = [],
): CommitStep[] {
  if (uris.length > 0) return [...stage(uris), ...commit, { kind: 'drop_staged' }];
  return replayed.length > 0 ? [{ kind: 'delete_runs', runs: replayed }] : [];
}

function stage(uris: readonly string[]): CommitStep[] {
  const steps: CommitStep[] = [];
  for (let from = 0; from < uris.length; from += MAX_URIS) {
    steps.push({ kind: 'stage', uris: uris.slice(from, from + MAX_URIS), first: from === 0 });
  }
  return steps;
}
