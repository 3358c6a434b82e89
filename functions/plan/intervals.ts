import type { Interval } from '../model/build.ts';
import type { Partition } from '../model/source.ts';

/** Days as inclusive intervals; text of the form `YYYY-MM-DD` sorts as time does. */

const DAY_MS = 86_400_000;

export const addDays = (day: string, days: number): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);

/** Sorted, with overlapping and neighbouring ones merged. */
export function mergeIntervals(intervals: readonly Interval[]): Interval[] {
  const sorted = [...intervals].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const merged: [string, string][] = [];
  for (const [from, to] of sorted) {
    const last = merged.at(-1);
    if (last && from <= addDays(last[1], 1)) {
      if (to > last[1]) last[1] = to;
    } else merged.push([from, to]);
  }
  return merged;
}

/** What of `wanted` no interval of `covered` covers. */
export function subtractIntervals(wanted: Interval, covered: readonly Interval[]): Interval[] {
  const missing: Interval[] = [];
  let [from] = wanted;
  for (const [start, end] of mergeIntervals(covered)) {
    if (end < from) continue;
    if (start > wanted[1]) break;
    if (start > from) missing.push([from, addDays(start, -1)]);
    from = addDays(end, 1);
  }
  if (from <= wanted[1]) missing.push([from, wanted[1]]);
  return missing;
}

/** The days of a partition as marks name it (`2026-01-31T05`, `2026-01-31`, `2026-01`, `2026`); rows without one have none. */
export function daysOf(partition: string): Interval | undefined {
  const [year, month, day] = partition.slice(0, 10).split('-');
  if (!year || !/^\d{4}$/.test(year)) return undefined;
  if (!month) return [`${year}-01-01`, `${year}-12-31`];
  if (!day) return [`${year}-${month}-01`, addDays(nextMonth(year, month), -1)];
  return [`${year}-${month}-${day}`, `${year}-${month}-${day}`];
}

const nextMonth = (year: string, month: string): string =>
  new Date(Date.UTC(Number(year), Number(month), 1)).toISOString().slice(0, 10);

/** Widened to whole partitions of the table that is built: part of a month cannot be replaced without the rest. */
export function alignTo(interval: Interval, grain: Partition['grain']): Interval {
  switch (grain) {
    case 'hour':
    case 'day':
      return interval;
    case 'month':
      return [
        `${interval[0].slice(0, 7)}-01`,
        addDays(nextMonth(interval[1].slice(0, 4), interval[1].slice(5, 7)), -1),
      ];
    case 'year':
      return [`${interval[0].slice(0, 4)}-01-01`, `${interval[1].slice(0, 4)}-12-31`];
  }
}

/** Every interval is a query of its own; past this many, neighbours across the narrowest gaps are built as one. */
export const MAX_INTERVALS = 20;

export function limitIntervals(intervals: readonly Interval[]): Interval[] {
  const limited = mergeIntervals(intervals);
  while (limited.length > MAX_INTERVALS) {
    let narrowest = 1;
    for (let i = 2; i < limited.length; i++) if (gap(limited, i) < gap(limited, narrowest)) narrowest = i;
    const [before, after] = [limited[narrowest - 1], limited[narrowest]];
    if (before && after) limited.splice(narrowest - 1, 2, [before[0], after[1]]);
  }
  return limited;
}

const gap = (intervals: readonly Interval[], i: number): number =>
  Date.parse(intervals[i]?.[0] ?? '') - Date.parse(intervals[i - 1]?.[1] ?? '');
