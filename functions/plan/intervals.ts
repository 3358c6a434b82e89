import type { Interval } from '../model/build.ts';
import type { Partition } from '../model/source.ts';

/** Days as inclusive intervals; text of the form `YYYY-MM-DD` sorts as time does. */

const DAY_MS = 86_400_000;

/** Within the warehouse's calendar, 0001-01-01 to 9999-12-31: text has no place for a day outside of it. */
export const addDays = (day: string, days: number): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);

/** Sorted, with overlapping and neighbouring ones merged. */
export function mergeIntervals(intervals: readonly Interval[]): Interval[] {
  const sorted = [...intervals].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const merged: [string, string][] = [];
  for (const [from, to] of sorted) {
    const last = merged.at(-1);
    if (last && (from <= last[1] || from === addDays(last[1], 1))) {
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
    if (end >= wanted[1]) return missing;
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
  if (!day) return [`${year}-${month}-01`, lastOfMonth(`${year}-${month}`)];
  return [`${year}-${month}-${day}`, `${year}-${month}-${day}`];
}

function lastOfMonth(month: string): string {
  const last = new Date(`${month}-01T00:00:00Z`);
  last.setUTCMonth(last.getUTCMonth() + 1, 0);
  return last.toISOString().slice(0, 10);
}

/** Widened to whole partitions of the table that is built: part of a month cannot be replaced without the rest. */
export function alignTo(interval: Interval, grain: Partition['grain']): Interval {
  switch (grain) {
    case 'hour':
    case 'day':
      return interval;
    case 'month':
      return [`${interval[0].slice(0, 7)}-01`, lastOfMonth(interval[1].slice(0, 7))];
    case 'year':
      return [`${interval[0].slice(0, 4)}-01-01`, `${interval[1].slice(0, 4)}-12-31`];
  }
}

/** Every interval is a query of its own; past this many, neighbours across the narrowest gaps are built as one. */
export const MAX_INTERVALS = 20;

/** Days that one query may build: BigQuery lets a job write 4,000 partitions. Source: cloud.google.com/bigquery/quotas. */
const MAX_DAYS: Readonly<Record<Partition['grain'], number>> = {
  hour: Math.floor(4000 / 24),
  day: 4000,
  month: Number.POSITIVE_INFINITY,
  year: Number.POSITIVE_INFINITY,
};

/** The same days and as few more as it takes to be few queries, none of which writes too many partitions. */
export function limitIntervals(intervals: readonly Interval[], grain: Partition['grain']): Interval[] {
  const merged = mergeIntervals(intervals);
  const gaps = merged.map((_, at) => at).slice(1);
  const kept = new Set(gaps.sort((a, b) => gapBefore(merged, b) - gapBefore(merged, a)).slice(0, MAX_INTERVALS - 1));
  const limited: [string, string][] = [];
  merged.forEach(([from, to], at) => {
    const last = limited.at(-1);
    if (last && !kept.has(at)) last[1] = to;
    else limited.push([from, to]);
  });
  return limited.flatMap((interval) => split(interval, MAX_DAYS[grain]));
}

const gapBefore = (intervals: readonly Interval[], at: number): number =>
  Date.parse(intervals[at]?.[0] ?? '') - Date.parse(intervals[at - 1]?.[1] ?? '');

function split([from, to]: Interval, days: number): Interval[] {
  const parts: Interval[] = [];
  let start = from;
  for (let left = daysIn([from, to]); left > days; left -= days) {
    parts.push([start, addDays(start, days - 1)]);
    start = addDays(start, days);
  }
  return [...parts, [start, to]];
}

const daysIn = ([from, to]: Interval): number => (Date.parse(to) - Date.parse(from)) / DAY_MS + 1;
