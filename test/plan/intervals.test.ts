import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Interval } from '../../functions/model/build.ts';
import type { Partition } from '../../functions/model/source.ts';
import {
  addDays,
  alignTo,
  daysOf,
  limitIntervals,
  MAX_INTERVALS,
  mergeIntervals,
  subtractIntervals,
} from '../../functions/plan/intervals.ts';

/** Reference: intervals as sets of days. Short spans keep the sets small; offsets cross months, years and leap days. */
const START = '2023-12-20';
const day = (offset: number): string => addDays(START, offset);
const interval = fc.tuple(fc.nat(120), fc.nat(8)).map(([from, length]): Interval => [day(from), day(from + length)]);
const intervals = fc.array(interval, { maxLength: 60 });

function daysIn(all: readonly Interval[]): Set<string> {
  const days = new Set<string>();
  for (const [from, to] of all) for (let at = from; at <= to; at = addDays(at, 1)) days.add(at);
  return days;
}

const expectTidy = (all: readonly Interval[]): void => {
  for (const [i, [from, to]] of all.entries()) {
    expect(from <= to).toBe(true);
    const next = all[i + 1];
    if (next) expect(addDays(to, 1) < next[0]).toBe(true);
  }
};

const check = (property: fc.IRawProperty<unknown>, seed: number) =>
  fc.assert(property as fc.IProperty<unknown>, { seed, numRuns: 300 });

describe('merging', () => {
  test('keeps the same days, sorted, with gaps between', () => {
    check(
      fc.property(intervals, (all) => {
        const merged = mergeIntervals(all);
        expect(daysIn(merged)).toEqual(daysIn(all));
        expectTidy(merged);
        expect(mergeIntervals(merged)).toEqual(merged);
        expect(mergeIntervals([...all].reverse())).toEqual(merged);
      }),
      1,
    );
  });

  test.each<[Interval[], Interval[]]>([
    [[], []],
    [
      [
        ['2026-01-01', '2026-01-31'],
        ['2026-02-01', '2026-02-01'],
      ],
      [['2026-01-01', '2026-02-01']],
    ],
    [
      [
        ['2026-01-01', '9999-12-31'],
        ['2027-05-05', '2027-05-06'],
      ],
      [['2026-01-01', '9999-12-31']],
    ],
    [
      [
        ['9999-12-31', '9999-12-31'],
        ['9999-12-30', '9999-12-30'],
      ],
      [['9999-12-30', '9999-12-31']],
    ],
    [
      [
        ['0001-01-01', '0001-01-01'],
        ['0001-01-02', '0001-01-02'],
      ],
      [['0001-01-01', '0001-01-02']],
    ],
  ])('%j → %j', (all, expected) => expect(mergeIntervals(all)).toEqual(expected));
});

describe('subtracting', () => {
  test('leaves the wanted days that nothing covers', () => {
    check(
      fc.property(interval, intervals, (wanted, covered) => {
        const missing = subtractIntervals(wanted, covered);
        const has = daysIn(covered);
        expect(daysIn(missing)).toEqual(new Set([...daysIn([wanted])].filter((one) => !has.has(one))));
        expectTidy(missing);
        expect(mergeIntervals([...missing, ...covered])).toEqual(mergeIntervals([wanted, ...covered]));
      }),
      2,
    );
  });

  test.each<[Interval, Interval[], Interval[]]>([
    [['2026-01-01', '9999-12-31'], [['2026-01-02', '9999-12-31']], [['2026-01-01', '2026-01-01']]],
    [['9999-12-31', '9999-12-31'], [['9999-12-31', '9999-12-31']], []],
    [['2026-02-01', '2026-01-01'], [], []],
  ])('%j less %j → %j', (wanted, covered, expected) => expect(subtractIntervals(wanted, covered)).toEqual(expected));
});

describe('days of a partition', () => {
  test.each([
    ['2026-01-31T05', ['2026-01-31', '2026-01-31']],
    ['2026-01-31', ['2026-01-31', '2026-01-31']],
    ['2024-02', ['2024-02-01', '2024-02-29']],
    ['2026-12', ['2026-12-01', '2026-12-31']],
    ['2026', ['2026-01-01', '2026-12-31']],
    ['0001-01', ['0001-01-01', '0001-01-31']],
    ['0099-02', ['0099-02-01', '0099-02-28']],
    ['9999-12', ['9999-12-01', '9999-12-31']],
    ['NULL', undefined],
    ['', undefined],
  ])('%s → %j', (partition, expected) => expect(daysOf(partition)).toEqual(expected));
});

describe('aligning', () => {
  const grains: Partition['grain'][] = ['hour', 'day', 'month', 'year'];
  test.each([
    ['hour', ['2026-01-15', '2026-02-03']],
    ['day', ['2026-01-15', '2026-02-03']],
    ['month', ['2026-01-01', '2026-02-28']],
    ['year', ['2026-01-01', '2026-12-31']],
  ] as const)('to the %s: %j', (grain, expected) =>
    expect(alignTo(['2026-01-15', '2026-02-03'], grain)).toEqual(expected),
  );

  test.each([
    ['month', ['9999-12-31', '9999-12-31'], ['9999-12-01', '9999-12-31']],
    ['month', ['0001-01-01', '0001-01-01'], ['0001-01-01', '0001-01-31']],
    ['year', ['9999-12-31', '9999-12-31'], ['9999-01-01', '9999-12-31']],
  ] as const)('to the %s at the calendar’s ends: %j → %j', (grain, one, expected) =>
    expect(alignTo(one, grain)).toEqual(expected),
  );

  test('widens, and widens once', () => {
    check(
      fc.property(interval, fc.constantFrom(...grains), (one, grain) => {
        const aligned = alignTo(one, grain);
        expect(aligned[0] <= one[0] && one[1] <= aligned[1]).toBe(true);
        expect(alignTo(aligned, grain)).toEqual(aligned);
      }),
      3,
    );
  });
});

describe('limiting', () => {
  test('few intervals are merged and no more', () => {
    check(
      fc.property(fc.array(interval, { maxLength: MAX_INTERVALS }), (all) => {
        expect(limitIntervals(all, 'day')).toEqual(mergeIntervals(all));
      }),
      4,
    );
  });

  test('many become few, which hold all their days, and are bridged where the gap is narrowest', () => {
    const scattered = fc.array(
      fc.nat(3000).map((at): Interval => [day(at), day(at)]),
      { minLength: 30, maxLength: 200 },
    );
    check(
      fc.property(scattered, (all) => {
        const limited = limitIntervals(all, 'day');
        expect(limited.length).toBeLessThanOrEqual(MAX_INTERVALS);
        expectTidy(limited);
        const days = daysIn(limited);
        for (const [at] of all) expect(days.has(at)).toBe(true);
        const merged = mergeIntervals(all);
        const gaps = merged.slice(1).map(([from], i) => Date.parse(from) - Date.parse(merged[i]?.[1] ?? ''));
        const bridged = gaps.filter((_, i) => days.has(addDays(merged[i]?.[1] ?? '', 1)));
        const left = limited.slice(1).map(([from], i) => Date.parse(from) - Date.parse(limited[i]?.[1] ?? ''));
        expect(Math.max(0, ...bridged)).toBeLessThanOrEqual(Math.min(Number.POSITIVE_INFINITY, ...left));
      }),
      5,
    );
  });

  test.each([
    ['day', ['2010-01-01', '2026-12-31'], 2],
    ['hour', ['2026-01-01', '2026-12-31'], 3],
    ['month', ['1900-01-01', '2026-12-31'], 1],
    ['year', ['0001-01-01', '9999-12-31'], 1],
  ] as const)('an interval that writes more partitions than a job may is cut: %s, %j', (grain, one, parts) => {
    const limited = limitIntervals([one], grain);
    expect(limited).toHaveLength(parts);
    expect(mergeIntervals(limited)).toEqual([one]);
    const most = Math.max(...limited.map(([from, to]) => (Date.parse(to) - Date.parse(from)) / 86_400_000 + 1));
    if (grain === 'day') expect(most).toBeLessThanOrEqual(4000);
    if (grain === 'hour') expect(most * 24).toBeLessThanOrEqual(4000);
  });

  test('ten years of scattered days are limited in no time', () => {
    const all = Array.from({ length: 5000 }, (_, i): Interval => [day(i * 2), day(i * 2)]);
    const before = performance.now();
    expect(limitIntervals(all, 'day').length).toBeGreaterThan(1);
    expect(performance.now() - before).toBeLessThan(500);
  });
});
