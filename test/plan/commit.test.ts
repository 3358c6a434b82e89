import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Batch, BatchRun } from '../../functions/model/run.ts';
import type { Load, Source } from '../../functions/model/source.ts';
import { type CommitStep, MAX_URIS, needsCasts, planCommit } from '../../functions/plan/commit.ts';
import { NO_OWNERS, planTakeover, WHOLE_TABLE } from '../../functions/plan/ownership.ts';
import { column, source, transformed } from './declared.ts';

const run = (id: string, epoch: number, uris: number): BatchRun => ({
  run: id,
  epoch,
  arrivedAt: '2026-01-01T00:00:00Z',
  order: `2026-01-01 ${id}`,
  uris: Array.from({ length: uris }, (_, n) => `gs://c/${id}.${epoch}/${n}`),
  rows: uris,
  partitions: uris > 0 ? [`2026-01-0${id.length}`] : [],
});

const FRESH = run('f', 0, 2);
const REPLAYED = run('r', 1, 1);
const EMPTY = run('e', 0, 0);
const EMPTIED = run('x', 1, 0);

const MERGE: Load = { mode: 'merge', key: ['order_id'], orderBy: ['day'] };
const JSONS = source().columns.concat(column('payload', 'JSON'));

function plan(
  load: Load,
  runs: readonly BatchRun[],
  more: { history?: string[]; columns?: Source['columns']; partition?: Source['partition'] } = {},
) {
  const { history = runs.flatMap(({ uris }) => uris), columns, partition } = more;
  const declared = source({ load, ...(columns && { columns }), ...(partition && { partition }) });
  const batch: Batch = { v: 1, n: 7, table: 'shop.orders', release: 'r', at: '2026-01-01T00:00:00Z', today: 1, runs };
  const takeovers =
    load.mode === 'replace'
      ? planTakeover(runs, NO_OWNERS, () => [WHOLE_TABLE])
      : load.mode === 'replace_partition'
        ? planTakeover(runs, NO_OWNERS, ({ partitions }) => partitions)
        : [];
  return planCommit({ source: declared, batch, takeovers, watched: true, history });
}

/** `stage 3 · insert_staged r · drop_staged` */
function brief(steps: readonly CommitStep[]): string {
  return steps
    .map((step) => {
      switch (step.kind) {
        case 'append':
        case 'replace':
        case 'stage':
          return `${step.kind} ${step.uris.length}`;
        case 'insert_staged':
        case 'find_affected_keys':
          return [step.kind, ...step.replayed].join(' ');
        case 'delete_runs':
          return [step.kind, ...step.runs].join(' ');
        case 'swap_partitions':
          return [step.kind, ...step.takeovers.map(({ run }) => run), '-', ...step.replayed].join(' ');
        default:
          return step.kind;
      }
    })
    .join(' · ');
}

describe('steps', () => {
  test.each<[what: string, Load, BatchRun[], expected: string]>([
    ['append: new runs', { mode: 'append' }, [FRESH, EMPTY], 'append 2'],
    ['append: nothing', { mode: 'append' }, [EMPTY], ''],
    ['append: a replay', { mode: 'append' }, [REPLAYED], 'stage 1 · insert_staged r · drop_staged'],
    [
      'append: both, in one transaction',
      { mode: 'append' },
      [FRESH, REPLAYED],
      'stage 3 · insert_staged r · drop_staged',
    ],
    ['append: a replay without rows', { mode: 'append' }, [EMPTIED], 'delete_runs x'],
    ['append: that beside a new run', { mode: 'append' }, [FRESH, EMPTIED], 'stage 2 · insert_staged x · drop_staged'],
    ['replace: a snapshot', { mode: 'replace' }, [FRESH], 'replace 2'],
    ['replace: of several the newest', { mode: 'replace' }, [FRESH, run('g', 0, 3)], 'replace 3'],
    ['replace: a replay', { mode: 'replace' }, [REPLAYED], 'replace 1'],
    ['replace: an empty snapshot', { mode: 'replace' }, [EMPTY], 'empty'],
    ['replace: a replay without rows', { mode: 'replace' }, [EMPTIED], 'empty'],
    [
      'replace_partition: a snapshot',
      { mode: 'replace_partition' },
      [FRESH],
      'stage 2 · swap_partitions f - · drop_staged',
    ],
    [
      'replace_partition: a replay',
      { mode: 'replace_partition' },
      [REPLAYED],
      'stage 1 · swap_partitions r - r · drop_staged',
    ],
    ['replace_partition: nothing', { mode: 'replace_partition' }, [EMPTY], ''],
    ['replace_partition: a replay without rows', { mode: 'replace_partition' }, [EMPTIED], 'delete_runs x'],
    [
      'replace_partition: that beside a snapshot',
      { mode: 'replace_partition' },
      [FRESH, EMPTIED],
      'stage 2 · swap_partitions f - x · drop_staged',
    ],
    ['merge: new runs', MERGE, [FRESH, EMPTY], 'stage 2 · merge_staged · drop_staged'],
    ['merge: nothing', MERGE, [EMPTY], ''],
    ['merge: a replay', MERGE, [REPLAYED, FRESH], 'stage 3 · find_affected_keys r f · rebuild_keys · drop_staged'],
    ['merge: a replay without rows, of the only run', MERGE, [EMPTIED], 'delete_runs x'],
  ])('%s', (_, load, runs, expected) => expect(brief(plan(load, runs))).toBe(expected));

  test.each<[partition: string, expected: string]>([
    ['day', 'stage 2 · find_left · merge_staged · drop_staged'],
    ['order_id', 'stage 2 · merge_staged · drop_staged'],
  ])('merge: partitioned by %s, which rows leave a partition is asked where a key may move', (by, expected) => {
    expect(brief(plan(MERGE, [FRESH], { partition: { by, grain: 'day' } }))).toBe(expected);
  });

  test('merge: a replay without rows, among others that the table holds', () => {
    expect(brief(plan(MERGE, [EMPTIED], { history: ['gs://c/other'] }))).toBe(
      'stage 1 · find_affected_keys x · rebuild_keys · drop_staged',
    );
  });

  test.each<[Load['mode'], string]>([
    ['append', 'stage 2 · insert_staged · drop_staged'],
    ['replace', 'stage 2 · swap_table · drop_staged'],
  ])('%s: what Parquet cannot carry goes through a staging table', (mode, expected) => {
    expect(brief(plan({ mode } as Load, [FRESH], { columns: JSONS }))).toBe(expected);
  });

  test.each<[Load['mode'], string]>([
    ['append', 'stage 5000 · stage 5000 · stage 1 · insert_staged · drop_staged'],
    ['replace', 'stage 5000 · stage 5000 · stage 1 · swap_table · drop_staged'],
  ])('%s: more files than a load takes are gathered first, so that they appear at once', (mode, expected) => {
    const steps = plan({ mode } as Load, [run('f', 0, 2 * MAX_URIS + 1)]);
    expect(brief(steps)).toBe(expected);
    expect(steps.flatMap((step) => (step.kind === 'stage' ? [step.first] : []))).toEqual([true, false, false]);
  });

  test('as many files as a load takes are one load', () => {
    expect(brief(plan({ mode: 'append' }, [run('f', 0, MAX_URIS)]))).toBe(`append ${MAX_URIS}`);
  });
});

describe('needs casts', () => {
  const nested = column('tree', 'RECORD', {
    fields: [column('leaf', 'RECORD', { fields: [column('raw', 'JSON')] })],
  });
  test.each([
    ['plain columns', source().columns, false],
    ['JSON', JSONS, true],
    ['BIGNUMERIC', [column('big', 'BIGNUMERIC', { precision: 50, scale: 0 })], true],
    ['JSON inside of a record', [nested], true],
    ['JSON that is dropped', [column('raw', 'JSON', { privacy: { kind: 'drop' } })], false],
    ['JSON that is redacted to text', [column('raw', 'JSON', { privacy: transformed({ kind: 'redact' }) })], false],
    [
      'BIGNUMERIC that is tokenised to text',
      [column('big', 'BIGNUMERIC', { privacy: transformed({ kind: 'hash', key: 'k' }) })],
      false,
    ],
  ])('%s: %s', (_, columns, expected) => expect(needsCasts(source({ columns }))).toBe(expected));
});

const CHANGES: readonly CommitStep['kind'][] = [
  'append',
  'replace',
  'empty',
  'delete_runs',
  'insert_staged',
  'swap_table',
  'swap_partitions',
  'merge_staged',
  'rebuild_keys',
];
const anyRuns = fc
  .uniqueArray(fc.tuple(fc.stringMatching(/^[a-z]{1,9}$/), fc.nat(2), fc.nat(3)), {
    selector: ([id]) => id,
    minLength: 1,
    maxLength: 6,
  })
  .map((all) => all.map(([id, epoch, uris]) => run(id, epoch, uris)));
const anyLoad = fc.constantFrom<Load>({ mode: 'append' }, { mode: 'replace' }, { mode: 'replace_partition' }, MERGE);

describe('whatever a batch holds', () => {
  test('one step at most changes the table, and what is staged is dropped last', () => {
    fc.assert(
      fc.property(anyLoad, anyRuns, fc.boolean(), (load, runs, casts) => {
        const kinds = plan(load, runs, casts ? { columns: JSONS } : {}).map(({ kind }) => kind);
        expect(kinds.filter((kind) => CHANGES.includes(kind)).length).toBeLessThanOrEqual(1);
        expect(kinds.includes('stage')).toBe(kinds.at(-1) === 'drop_staged');
        expect(kinds.indexOf('drop_staged')).toBe(kinds.includes('stage') ? kinds.length - 1 : -1);
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  test('no file is loaded twice, and of an append none is left out', () => {
    fc.assert(
      fc.property(anyLoad, anyRuns, (load, runs) => {
        const uris = plan(load, runs).flatMap((step) => ('uris' in step ? step.uris : []));
        expect(new Set(uris).size).toBe(uris.length);
        if (load.mode === 'append' || load.mode === 'merge')
          expect([...uris].sort()).toEqual(runs.flatMap((one) => one.uris).sort());
      }),
      { seed: 2, numRuns: 500 },
    );
  });

  test('a replay without rows never leaves its old rows where they are', () => {
    fc.assert(
      fc.property(anyLoad, anyRuns, (load, runs) => {
        const steps = plan(load, [...runs, EMPTIED], { history: runs.flatMap(({ uris }) => uris) });
        const removes = steps.some(
          (step) =>
            (step.kind === 'delete_runs' && step.runs.includes('x')) ||
            ('replayed' in step && step.replayed.includes('x')) ||
            ['replace', 'empty', 'swap_table'].includes(step.kind),
        );
        expect(removes).toBe(true);
      }),
      { seed: 3, numRuns: 500 },
    );
  });
});
