import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Release } from '../../functions/model/release.ts';
import type { Transform } from '../../functions/model/transform.ts';
import { downstreamOf, planBuild, selectTransforms } from '../../functions/plan/build.ts';

const transform = (id: string, inputs: readonly string[]): Transform => {
  const [dataset = '', name = ''] = id.split('.');
  return {
    id,
    dataset,
    name,
    kind: 'view',
    sql: 'SELECT 1',
    cluster: [],
    on: { load: true, nightly: true },
    everySeconds: 0,
    ignore: [],
    assert: [],
    inputs,
    external: [],
    volatile: [],
    version: 'v',
  };
};

const releaseOf = (...transforms: Transform[]): Release => ({ v: 1, id: 'r', sources: [], transforms });

/** orders → stg → (daily, weekly) → report, and refunds → report */
const SHOP = releaseOf(
  transform('shop.stg', ['shop.orders']),
  transform('shop.daily', ['shop.stg']),
  transform('shop.weekly', ['shop.stg']),
  transform('mart.report', ['shop.daily', 'shop.weekly', 'shop.refunds']),
  transform('mart.other', ['shop.visits']),
);

describe('a selector', () => {
  test.each([
    ['shop.daily', ['shop.daily']],
    ['*', ['mart.other', 'mart.report', 'shop.daily', 'shop.stg', 'shop.weekly']],
    ['shop.*', ['shop.daily', 'shop.stg', 'shop.weekly']],
    ['*.daily', ['shop.daily']],
    ['+shop.daily', ['shop.daily', 'shop.stg']],
    ['shop.stg+', ['mart.report', 'shop.daily', 'shop.stg', 'shop.weekly']],
    ['+shop.daily+', ['mart.report', 'shop.daily', 'shop.stg']],
    ['+mart.report', ['mart.report', 'shop.daily', 'shop.stg', 'shop.weekly']],
    ['shop.daily mart.other', ['mart.other', 'shop.daily']],
    ['shop.daily, mart.other', ['mart.other', 'shop.daily']],
    ['  shop.daily\n', ['shop.daily']],
    ['shop', []],
    ['shop.dail', []],
    ['SHOP.daily', []],
    ['shopXdaily', []],
    ['shop.(daily)', []],
    ['shop.d[a]ily', []],
    ['+', []],
    ['', []],
    ['shop.orders', []],
  ])('%j names %j', (selector, expected) => expect([...selectTransforms(SHOP, selector)].sort()).toEqual(expected));
});

test.each([
  ['shop.orders', ['mart.report', 'shop.daily', 'shop.stg', 'shop.weekly']],
  ['shop.refunds', ['mart.report']],
  ['shop.visits', ['mart.other']],
  ['mart.report', []],
  ['shop.nothing', []],
])('what reads %s: %j', (table, expected) => expect([...downstreamOf(SHOP, table)].sort()).toEqual(expected));

describe('a build', () => {
  const plan = (...chosen: string[]) => planBuild(SHOP, ({ id }) => chosen.includes(id));

  test('of all transforms waits for each one’s inputs', () => {
    expect(planBuild(SHOP, () => true)).toEqual([
      { transform: 'shop.stg', after: [] },
      { transform: 'shop.daily', after: ['shop.stg'] },
      { transform: 'shop.weekly', after: ['shop.stg'] },
      { transform: 'mart.report', after: ['shop.daily', 'shop.weekly'] },
      { transform: 'mart.other', after: [] },
    ]);
  });

  test('waits through what is not chosen', () => {
    expect(plan('mart.report', 'shop.stg')).toEqual([
      { transform: 'shop.stg', after: [] },
      { transform: 'mart.report', after: ['shop.stg'] },
    ]);
  });

  test('of nothing is empty', () => expect(plan()).toEqual([]));
});

/** Any graph whose edges go forward. */
const graph = fc
  .array(fc.array(fc.nat(11), { maxLength: 4 }), { minLength: 1, maxLength: 12 })
  .map((edges) =>
    releaseOf(
      ...edges.map((from, i) =>
        transform(`d.t${i}`, [...new Set(from.map((one) => (one < i ? `d.t${one}` : 'd.source')))]),
      ),
    ),
  );

describe('in any graph', () => {
  const chosen = fc.array(fc.boolean(), { minLength: 12, maxLength: 12 });

  test('every step comes once, after all that it waits for, and waits for chosen ones alone', () => {
    fc.assert(
      fc.property(graph, chosen, (release, picks) => {
        const ids = release.transforms.filter((_, i) => picks[i]).map(({ id }) => id);
        const steps = planBuild(release, ({ id }) => ids.includes(id));
        expect(steps.map(({ transform }) => transform)).toEqual(ids);
        const seen = new Set<string>();
        for (const { transform, after } of steps) {
          for (const one of after) expect(seen.has(one)).toBe(true);
          seen.add(transform);
        }
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  test('a step waits, directly or not, for every chosen one that it depends on', () => {
    fc.assert(
      fc.property(graph, chosen, (release, picks) => {
        const ids = release.transforms.filter((_, i) => picks[i]).map(({ id }) => id);
        const steps = planBuild(release, ({ id }) => ids.includes(id));
        const waits = new Map<string, Set<string>>();
        for (const { transform, after } of steps)
          waits.set(transform, new Set(after.flatMap((one) => [one, ...(waits.get(one) ?? [])])));
        for (const id of ids)
          for (const below of downstreamOf(release, id))
            if (ids.includes(below)) expect(waits.get(below)?.has(id)).toBe(true);
      }),
      { seed: 2, numRuns: 300 },
    );
  });
});
