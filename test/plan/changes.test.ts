import { describe, expect, test } from 'vitest';
import type { BatchRun } from '../../functions/model/run.ts';
import type { Load, Partition } from '../../functions/model/source.ts';
import { planChanges } from '../../functions/plan/changes.ts';
import { source } from './declared.ts';

const run = (epoch: number, ...partitions: string[]): BatchRun => ({
  run: `r${epoch}`,
  epoch,
  arrivedAt: '2026-01-01T00:00:00Z',
  order: '2026-01-01 r',
  uris: [],
  rows: partitions.length,
  partitions,
});

const FIRST = run(0, '2026-01-02', '2026-01-01');
const REPLAY = run(1, '2026-01-03');
const BY_DAY: Partition = { by: 'day', grain: 'day' };
const MERGE: Load = { mode: 'merge', key: ['order_id'], orderBy: ['day'] };
const BY_KEY: Load = { mode: 'merge', key: ['order_id', 'day'], orderBy: ['amount'] };

describe('what a batch has changed', () => {
  test.each<[what: string, Load, BatchRun[], left: string[] | undefined, partitions: string[], others: boolean]>([
    ['append: the partitions of its rows', { mode: 'append' }, [FIRST], undefined, ['2026-01-01', '2026-01-02'], false],
    [
      'replace_partition: these alone',
      { mode: 'replace_partition' },
      [FIRST],
      undefined,
      ['2026-01-01', '2026-01-02'],
      false,
    ],
    [
      'replace: all that were there before as well',
      { mode: 'replace' },
      [FIRST],
      undefined,
      ['2026-01-01', '2026-01-02'],
      true,
    ],
    ['replace: all, by a snapshot without rows', { mode: 'replace' }, [run(0)], undefined, [], true],
    ['merge: those that rows left', MERGE, [FIRST], ['2025-12-31'], ['2025-12-31', '2026-01-01', '2026-01-02'], false],
    ['merge: any, where that was not asked', MERGE, [FIRST], undefined, ['2026-01-01', '2026-01-02'], true],
    [
      'merge: a key that names its partition never leaves it',
      BY_KEY,
      [FIRST],
      undefined,
      ['2026-01-01', '2026-01-02'],
      false,
    ],
    [
      'a replay: its own, and whatever its run had before',
      { mode: 'append' },
      [REPLAY],
      undefined,
      ['2026-01-03'],
      true,
    ],
    ['a replay of a merge', MERGE, [FIRST, REPLAY], undefined, ['2026-01-01', '2026-01-02', '2026-01-03'], true],
    ['nothing, if nothing was loaded', { mode: 'replace' }, [], undefined, [], false],
  ])('%s', (_, load, loaded, left, partitions, others) => {
    expect(planChanges(source({ load, partition: BY_DAY }), loaded, left)).toEqual({ partitions, others });
  });

  test('a table without partitions names none', () => {
    expect(planChanges(source(), [run(0)], undefined)).toEqual({ partitions: [], others: true });
  });
});
