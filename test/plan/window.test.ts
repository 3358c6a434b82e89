import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planWindow } from '../../functions/plan/window.ts';

const DAY = 86_400;
const MIDNIGHT = Date.parse('2026-01-31T00:00:00Z') / 1000;
const at = (seconds: number): Date => new Date((MIDNIGHT + seconds) * 1000);

describe('a window', () => {
  test.each([
    [300, '2026-01-31T00:00:00.000Z', '2026-01-31T00:05:00.000Z'],
    [300, '2026-01-31T00:04:59.999Z', '2026-01-31T00:05:00.000Z'],
    [300, '2026-01-31T00:05:00.000Z', '2026-01-31T00:10:00.000Z'],
    [60, '2026-01-31T23:59:30.000Z', '2026-02-01T00:00:00.000Z'],
    [3600, '2026-01-31T23:59:30.000Z', '2026-02-01T00:00:00.000Z'],
  ])('of %i s takes a mark of %s at %s', (seconds, marked, expected) => {
    expect(planWindow(seconds, new Date(marked), undefined)?.at.toISOString()).toBe(expected);
  });

  test('of a source that batches nothing is at once', () => expect(planWindow(0, at(0), undefined)).toBeUndefined());

  test('comes after every mark that it must see, and is one task for all of them', () => {
    const millis = fc.integer({ min: 0, max: 40 * DAY * 1000 });
    const today = fc.option(fc.integer({ min: 0, max: 1600 }), { nil: undefined });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 7200 }), millis, millis, today, (seconds, a, b, loads) => {
        const newest = loads === undefined ? undefined : { at: at(0).toISOString(), today: loads };
        const tasks = [a, b].map((offset) => planWindow(seconds, new Date(MIDNIGHT * 1000 + offset), newest));
        const [first, second] = tasks;
        if (first) expect(first.at.getTime()).toBeGreaterThan(MIDNIGHT * 1000 + a);
        if (first?.number === second?.number) expect(first?.at).toEqual(second?.at);
      }),
      { seed: 1, numRuns: 2000 },
    );
  });
});

describe('a day’s loads', () => {
  test.each([
    [0, 749, undefined],
    [0, 750, 60],
    [0, 938, 120],
    [0, 1125, 240],
    [60, 749, 60],
    [60, 750, 120],
    [300, 1499, 4800],
  ])('with batch %i s and %i of them made, a window has %s s', (batch, today, expected) => {
    const window = planWindow(batch, at(3600), { at: at(0).toISOString(), today });
    expect(window && Number(window.number.split('-')[0])).toBe(expected);
  });

  test('are counted from midnight, UTC', () => {
    expect(planWindow(0, at(DAY), { at: at(DAY - 1).toISOString(), today: 1400 })).toBeUndefined();
  });
});

/** A stretch of time in which marks come at one pace. */
interface Stretch {
  seconds: number;
  /** Between two marks; 0 = none come. */
  every: number;
}

/** Loads a UTC day, if every task takes what is pending, at once. */
function simulate(batchSeconds: number, start: number, stretches: readonly Stretch[]): number[] {
  const perDay = new Map<number, number>();
  const tasks = new Map<string, number>();
  let newest: { at: string; today: number } | undefined;
  let pending = 0;
  const load = (time: number): void => {
    if (pending === 0) return;
    pending = 0;
    const day = Math.floor((MIDNIGHT + time) / DAY);
    const today = (perDay.get(day) ?? 0) + 1;
    perDay.set(day, today);
    newest = { at: at(time).toISOString(), today };
  };
  const runTasksUntil = (time: number): void => {
    for (const [name, due] of [...tasks].sort(([, a], [, b]) => a - b)) {
      if (due > time) continue;
      tasks.delete(name);
      load(due);
    }
  };
  let time = start;
  for (const { seconds, every } of stretches) {
    const end = time + seconds;
    for (; every > 0 && time < end; time += every) {
      runTasksUntil(time);
      pending++;
      const window = planWindow(batchSeconds, at(time), newest);
      if (window) tasks.set(window.number, window.at.getTime() / 1000 - MIDNIGHT);
      else load(time);
    }
    time = end;
  }
  runTasksUntil(Number.POSITIVE_INFINITY);
  expect(pending).toBe(0);
  return [...perDay.values()];
}

const MOST = 1500;

describe('no pattern of arrivals makes more loads than BigQuery takes a table and day', () => {
  test.each([0, 1, 5, 29, 30, 57, 58, 60, 61, 115, 116, 300])('batch %i s, a file a second for two days', (batch) => {
    const loads = simulate(batch, 0, [{ seconds: 2 * DAY, every: 1 }]);
    expect(Math.max(...loads)).toBeLessThanOrEqual(MOST);
    if (batch <= 60) expect(Math.max(...loads)).toBeGreaterThan(700);
  });

  test('a burst that spends half of the day’s budget in minutes', () => {
    const loads = simulate(0, 0, [
      { seconds: 600, every: 0.5 },
      { seconds: DAY - 600, every: 1 },
    ]);
    expect(loads[0]).toBeLessThanOrEqual(MOST);
  });

  test('any', () => {
    const stretch = fc.record({
      seconds: fc.integer({ min: 60, max: DAY / 2 }),
      every: fc.constantFrom(0, 0.7, 1, 3, 7, 31, 61, 119, 601),
    });
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 130 }),
        fc.integer({ min: 0, max: DAY }),
        fc.array(stretch, { minLength: 1, maxLength: 5 }),
        (batch, start, stretches) => {
          for (const loads of simulate(batch, start, stretches)) expect(loads).toBeLessThanOrEqual(MOST);
        },
      ),
      { seed: 2, numRuns: 60 },
    );
  });
});
