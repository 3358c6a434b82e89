import type { Batch, BatchRun } from '../model/run.ts';
import type { Source } from '../model/source.ts';
import type { Takeover } from './ownership.ts';

/** What makes a batch part of its table: in order, each a job of its own that may be repeated. */
export type CommitStep =
  /** Straight into the table; the load job is atomic, so it is the commit as well. */
  | { kind: 'append'; uris: readonly string[] }
  | { kind: 'replace'; uris: readonly string[] }
  | { kind: 'empty' }
  /** Into a table of the batch's own. */
  | { kind: 'stage'; uris: readonly string[]; first: boolean }
  | { kind: 'insert_staged'; replayed: readonly string[] }
  | { kind: 'swap_partitions'; takeovers: readonly Takeover[] }
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
  /** Curated shards of every run that the table holds, newest epochs only, this batch's included (merge with a replay). */
  history: readonly string[];
}

export function planCommit({ source, batch, takeovers, history }: CommitContext): CommitStep[] {
  const { runs } = batch;
  const replayed = runs.filter(({ epoch }) => epoch > 0);
  switch (source.load.mode) {
    case 'append': {
      if (needsCasts(source))
        return staged(urisOf(runs), { kind: 'insert_staged', replayed: replayed.map(({ run }) => run) });
      const fresh = urisOf(runs.filter(({ epoch }) => epoch === 0));
      const steps: CommitStep[] = fresh.length > 0 ? [{ kind: 'append', uris: fresh }] : [];
      if (replayed.length > 0)
        steps.push(...staged(urisOf(replayed), { kind: 'insert_staged', replayed: replayed.map(({ run }) => run) }));
      return steps;
    }
    case 'replace': {
      const winner = takeovers.find(({ parts }) => parts.length > 0);
      if (!winner) return [];
      const uris = urisOf(runs.filter(({ run }) => run === winner.run));
      if (uris.length === 0) return [{ kind: 'empty' }];
      // A table of casts is emptied and filled in one transaction: the staged rows replace all others.
      return needsCasts(source)
        ? staged(uris, { kind: 'swap_partitions', takeovers: [winner] })
        : [{ kind: 'replace', uris }];
    }
    case 'replace_partition': {
      const winners = takeovers.filter(({ parts }) => parts.length > 0);
      if (winners.length === 0) return [];
      return staged(urisOf(runs.filter(({ run }) => winners.some((winner) => winner.run === run))), {
        kind: 'swap_partitions',
        takeovers: winners,
      });
    }
    case 'merge':
      if (replayed.length === 0) return staged(urisOf(runs), { kind: 'merge_staged' });
      return [
        ...stage(history),
        { kind: 'find_affected_keys', replayed: runs.map(({ run }) => run) },
        { kind: 'rebuild_keys' },
        { kind: 'drop_staged' },
      ];
  }
}

/** JSON and wide BIGNUMERIC travel as text, since Parquet cannot carry them; the warehouse casts them on the way in. */
export function needsCasts(source: Source): boolean {
  return source.columns.some(
    ({ type, privacy }) => privacy.kind === 'public' && (type === 'JSON' || type === 'BIGNUMERIC'),
  );
}

const urisOf = (runs: readonly BatchRun[]): string[] => runs.flatMap(({ uris }) => uris);

function staged(uris: readonly string[], commit: CommitStep): CommitStep[] {
  return uris.length === 0 ? [] : [...stage(uris), commit, { kind: 'drop_staged' }];
}

function stage(uris: readonly string[]): CommitStep[] {
  const steps: CommitStep[] = [];
  for (let from = 0; from < uris.length; from += MAX_URIS) {
    steps.push({ kind: 'stage', uris: uris.slice(from, from + MAX_URIS), first: from === 0 });
  }
  return steps;
}
