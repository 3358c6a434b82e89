import pMap from 'p-map';
import type { Interval } from '../model/build.ts';
import type { Release } from '../model/release.ts';
import type { Transform } from '../model/transform.ts';
import { transformOf } from '../plan/build.ts';
import { daysOf, mergeIntervals } from '../plan/intervals.ts';
import type { Ports } from '../ports.ts';
import { batchesOf } from './batches.ts';
import { builtExecution, executionsOf } from './executions.ts';

/** State of a table is `b` and its newest batch, or `x` and its newest execution; 0 = nothing yet. */
type States = Readonly<Record<string, string>>;

/** Reads of the state bucket under way at once. */
const CONCURRENCY = 16;

/** What a transform would read now, said so that it can be compared later. Views are looked through: their text is in the version. */
export async function inputStates(ports: Ports, release: Release, transform: Transform): Promise<States> {
  const states = await pMap(
    tablesBehind(release, transform.inputs),
    async (id) => [id, await stateOf(ports, release, id)] as const,
    { concurrency: CONCURRENCY },
  );
  return Object.fromEntries(states);
}

/** Sources and built tables among the inputs, or behind the views among them. */
function tablesBehind(release: Release, inputs: readonly string[]): string[] {
  const found = new Set<string>();
  for (const id of inputs) {
    const transform = transformOf(release, id);
    if (transform?.kind === 'view') for (const behind of tablesBehind(release, transform.inputs)) found.add(behind);
    else found.add(id);
  }
  return [...found].sort();
}

async function stateOf(ports: Ports, release: Release, id: string): Promise<string> {
  if (!transformOf(release, id)) return `b${await lastClosed(ports, id)}`;
  const newest = await executionsOf(ports, id).latest();
  return `x${(await builtExecution(ports, id, newest?.n))?.execution.n ?? 0}`;
}

/** A batch that is open may be committed already; it counts when it is closed, and what read it early is built once more. */
async function lastClosed(ports: Ports, table: string): Promise<number> {
  const newest = await batchesOf(ports, table).latest();
  if (!newest) return 0;
  return newest.closed ? newest.n : newest.n - 1;
}

/** Days that the inputs of an incremental transform have changed between two states; `unknown` = any day may have. */
export async function changedDays(
  ports: Ports,
  release: Release,
  transform: Transform,
  since: States,
  now: States,
): Promise<Interval[] | 'unknown'> {
  const watched = tablesBehind(
    release,
    transform.inputs.filter((input) => !transform.ignore.includes(input)),
  );
  const all = await Promise.all(
    watched.map((id) => daysBetween(ports, release, id, numberOf(since[id]), numberOf(now[id]))),
  );
  return all.includes('unknown') ? 'unknown' : mergeIntervals(all.flatMap((days) => days as Interval[]));
}

/** Days that the partitioned inputs hold at all; the others do not say. */
export async function heldDays(ports: Ports, release: Release, transform: Transform, now: States): Promise<Interval[]> {
  const all = await Promise.all(
    tablesBehind(release, transform.inputs).map((id) => knownDays(ports, release, id, 0, numberOf(now[id]))),
  );
  return mergeIntervals(all.flatMap(({ days }) => days));
}

async function daysBetween(
  ports: Ports,
  release: Release,
  id: string,
  since: number,
  now: number,
): Promise<readonly Interval[] | 'unknown'> {
  const { days, complete } = await knownDays(ports, release, id, since, now);
  return complete ? days : 'unknown';
}

async function knownDays(ports: Ports, release: Release, id: string, since: number, now: number): Promise<Days> {
  const numbers = Array.from({ length: Math.max(0, now - since) }, (_, index) => since + 1 + index);
  const transform = transformOf(release, id);
  const all = await pMap(numbers, (n) => (transform ? executionDays(ports, transform, n) : batchDays(ports, id, n)), {
    concurrency: CONCURRENCY,
  });
  return { days: mergeIntervals(all.flatMap(({ days }) => days)), complete: all.every(({ complete }) => complete) };
}

/** `complete` = no other day has changed. */
interface Days {
  days: readonly Interval[];
  complete: boolean;
}

async function batchDays(ports: Ports, table: string, n: number): Promise<Days> {
  const done = await batchesOf(ports, table).done(n);
  if (done?.outcome !== 'loaded') return { days: [], complete: true };
  return { days: done.partitions.map(daysOf).filter((days) => days !== undefined), complete: !done.others };
}

async function executionDays(ports: Ports, { id, kind }: Transform, n: number): Promise<Days> {
  const log = executionsOf(ports, id);
  if ((await log.done(n))?.outcome !== 'built') return { days: [], complete: true };
  const execution = await log.record(n);
  if (kind !== 'incremental' || !execution) return { days: [], complete: false };
  return { days: execution.intervals, complete: !execution.fresh };
}

const numberOf = (state: string | undefined): number => Number(state?.slice(1) ?? 0);
