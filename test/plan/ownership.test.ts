import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { BatchRun } from '../../functions/model/run.ts';
import {
  NO_OWNERS,
  nextOwners,
  type Owners,
  planTakeover,
  type Takeover,
  WHOLE_TABLE,
} from '../../functions/plan/ownership.ts';

const run = (id: string, order: string, parts: readonly string[], epoch = 0): BatchRun => ({
  run: id,
  epoch,
  arrivedAt: order,
  order,
  uris: parts.map((part) => `gs://curated/${id}.${epoch}/${part}`),
  rows: parts.length,
  partitions: parts,
});

type PartsOf = (run: BatchRun) => readonly string[];
const byPartition: PartsOf = ({ partitions }) => partitions;
const whole: PartsOf = () => [WHOLE_TABLE];

/** The table after a batch, as a map from part to the run that it shows; what a commit does with a takeover. */
type Table = Map<string, string>;

function load(
  state: { owners: Owners; table: Table },
  n: number,
  runs: readonly BatchRun[],
  partsOf: PartsOf,
): Takeover[] {
  const takeovers = planTakeover(runs, state.owners, partsOf);
  const replayed = new Set(runs.filter(({ epoch }) => epoch > 0).map(({ run }) => run));
  for (const [part, owner] of state.table) if (replayed.has(owner)) state.table.delete(part);
  for (const { run, parts } of takeovers) for (const part of parts) state.table.set(part, run);
  state.owners = nextOwners(state.owners, n, runs, takeovers);
  return takeovers;
}

function loadAll(batches: readonly (readonly BatchRun[])[], partsOf: PartsOf): { owners: Owners; table: Table } {
  const state = { owners: NO_OWNERS, table: new Map<string, string>() };
  for (const [i, runs] of batches.entries()) load(state, i + 1, runs, partsOf);
  return state;
}

const PARTS = ['2026-01-01', '2026-01-02', '2026-01-03', 'NULL'];
const distinctRuns = fc.uniqueArray(
  fc.record({ id: fc.nat(30), order: fc.nat(5), parts: fc.subarray(PARTS, { minLength: 1 }) }),
  { selector: ({ id }) => id, minLength: 1, maxLength: 8 },
);
const asRuns = fc.context();

/** Cuts a list into batches, in every way. */
const grouped = <T>(all: fc.Arbitrary<T[]>): fc.Arbitrary<T[][]> =>
  all.chain((items) =>
    fc.array(fc.boolean(), { minLength: items.length, maxLength: items.length }).map((cuts) => {
      const groups: T[][] = [];
      items.forEach((item, i) => {
        const last = groups.at(-1);
        if (last && !cuts[i]) last.push(item);
        else groups.push([item]);
      });
      return groups;
    }),
  );

const runsOf = distinctRuns.map((all) => all.map(({ id, order, parts }) => run(`r${id}`, `2026-01-0${order}`, parts)));
const arrivals = runsOf.chain((runs) =>
  fc.tuple(fc.constant(runs), grouped(fc.shuffledSubarray(runs, { minLength: runs.length, maxLength: runs.length }))),
);

describe('of several snapshots the newest is shown', () => {
  test('part by part, whatever order they came in and however they were batched', () => {
    fc.assert(
      fc.property(arrivals, asRuns, ([runs, batches], context) => {
        context.log(JSON.stringify(batches.map((batch) => batch.map((one) => `${one.run} ${one.order}`))));
        const expected = new Map<string, string>();
        for (const part of PARTS) {
          const [newest] = runs
            .filter(({ partitions }) => partitions.includes(part))
            .sort((a, b) => (a.order + a.run < b.order + b.run ? 1 : -1));
          if (newest) expected.set(part, newest.run);
        }
        expect(new Map([...loadAll(batches, byPartition).table].sort())).toEqual(new Map([...expected].sort()));
      }),
      { seed: 1, numRuns: 1000 },
    );
  });

  test('as a whole, whatever order they came in and however they were batched', () => {
    fc.assert(
      fc.property(arrivals, ([runs, batches]) => {
        const [newest] = [...runs].sort((a, b) => (a.order + a.run < b.order + b.run ? 1 : -1));
        expect([...loadAll(batches, whole).table]).toEqual([[WHOLE_TABLE, newest?.run]]);
      }),
      { seed: 2, numRuns: 500 },
    );
  });

  test('a replay of the same rows changes nothing, whenever it comes', () => {
    fc.assert(
      fc.property(arrivals, fc.nat(), ([runs, batches], at) => {
        const replayed = runs[at % runs.length] as BatchRun;
        const before = loadAll(batches, byPartition);
        const after = loadAll([...batches, [{ ...replayed, epoch: 1 }]], byPartition);
        expect(new Map([...after.table].sort())).toEqual(new Map([...before.table].sort()));
      }),
      { seed: 3, numRuns: 500 },
    );
  });

  test('planning a batch again, with the owners that it led to, gives the same parts', () => {
    const epochs = fc.array(fc.nat(1), { minLength: 8, maxLength: 8 });
    fc.assert(
      fc.property(arrivals, epochs, fc.boolean(), ([, batches], picks, isWhole) => {
        const partsOf = isWhole ? whole : byPartition;
        const state = { owners: NO_OWNERS, table: new Map<string, string>() };
        batches.forEach((runs, i) => {
          const replayed = runs.map((one, k) => ({ ...one, epoch: picks[k] ?? 0 }));
          const first = load(state, i + 1, replayed, partsOf);
          const again = planTakeover(replayed, state.owners, partsOf);
          expect(again.map(({ run, parts, superseded }) => ({ run, parts, superseded }))).toEqual(
            first.map(({ run, parts, superseded }) => ({ run, parts, superseded })),
          );
        });
      }),
      { seed: 4, numRuns: 500 },
    );
  });
});

describe('a replay that has no rows of a part any more', () => {
  const old = run('a', '2026-01-01', ['p', 'q']);

  test('gives it up, so that an older snapshot can take it', () => {
    const state = loadAll([[old], [run('a', '2026-01-01', ['p'], 1)]], byPartition);
    expect([...state.table]).toEqual([['p', 'a']]);
    load(state, 3, [run('0', '2025-12-31', ['p', 'q'], 1)], byPartition);
    expect([...state.table].sort()).toEqual([
      ['p', 'a'],
      ['q', '0'],
    ]);
  });

  test('gives it to an older snapshot of the same batch', () => {
    const state = loadAll([[old], [run('0', '2025-12-31', ['q'], 1), run('a', '2026-01-01', ['p'], 1)]], byPartition);
    expect([...state.table].sort()).toEqual([
      ['p', 'a'],
      ['q', '0'],
    ]);
  });

  test('and none of any other is loaded, not superseded: its rows are gone from the table', () => {
    const { owners } = loadAll([[old]], byPartition);
    expect(planTakeover([run('a', '2026-01-01', [], 1)], owners, byPartition)).toEqual([
      { run: 'a', parts: [], given: ['p', 'q'], superseded: false },
    ]);
  });

  test('takes it back with a later replay', () => {
    const state = loadAll([[old], [run('a', '2026-01-01', [], 1)], [run('a', '2026-01-01', ['q'], 2)]], byPartition);
    expect([...state.table]).toEqual([['q', 'a']]);
  });

  test('gives up nothing that another run shows', () => {
    const state = loadAll([[old], [run('b', '2026-01-02', ['q'])], [run('a', '2026-01-01', ['p'], 1)]], byPartition);
    expect([...state.table].sort()).toEqual([
      ['p', 'a'],
      ['q', 'b'],
    ]);
  });
});

describe('when the mode of a table changes', () => {
  test('an older partition does not replace part of a newer whole', () => {
    const { owners } = loadAll([[run('new', '2026-01-05', [])]], whole);
    const [older] = planTakeover([run('old', '2026-01-01', ['p'])], owners, byPartition);
    expect(older).toMatchObject({ parts: [], superseded: true });
    const [newer] = planTakeover([run('newer', '2026-01-06', ['p'])], owners, byPartition);
    expect(newer).toMatchObject({ parts: ['p'], superseded: false });
  });

  test('an older whole does not replace a newer partition, and a newer one owns all of them', () => {
    const { owners } = loadAll([[run('p', '2026-01-05', ['p'])]], byPartition);
    expect(planTakeover([run('old', '2026-01-01', [])], owners, whole)[0]).toMatchObject({
      parts: [],
      superseded: true,
    });
    const runs = [run('new', '2026-01-06', [])];
    const takeovers = planTakeover(runs, owners, whole);
    expect(nextOwners(owners, 2, runs, takeovers).parts).toEqual({ [WHOLE_TABLE]: ['2026-01-06', 'new'] });
  });
});

test('a run without rows takes no part and is not superseded', () => {
  expect(planTakeover([run('a', '2026-01-01', [])], NO_OWNERS, byPartition)).toEqual([
    { run: 'a', parts: [], given: [], superseded: false },
  ]);
});

test('two snapshots of the same order are told apart the same way by everyone', () => {
  const runs = [run('a', '2026-01-01', ['p']), run('b', '2026-01-01', ['p'])];
  for (const one of [runs, [...runs].reverse()]) expect([...loadAll([one], byPartition).table]).toEqual([['p', 'b']]);
});
