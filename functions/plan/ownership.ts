import type { BatchRun } from '../model/run.ts';

/** Which snapshot a part of a table shows: `tables/<table>/owners.json`. A replaced table is one part, `*`. */
export interface Owners {
  v: 1;
  /** The batch that wrote this. */
  n: number;
  /** By part: the snapshot's order and its run. */
  parts: Readonly<Record<string, readonly [order: string, run: string]>>;
}

export const WHOLE_TABLE = '*';
export const NO_OWNERS: Owners = { v: 1, n: 0, parts: {} };

/** Parts of the table that each run of a batch takes over; a run that takes none is superseded. */
export interface Takeover {
  run: string;
  parts: readonly string[];
}

/** Of several snapshots of one part the newest order wins, whenever it came; a replay is as old as its object. */
export function planTakeover(
  runs: readonly BatchRun[],
  owners: Owners,
  partsOf: (run: BatchRun) => readonly string[],
): Takeover[] {
  const winners = new Map<string, BatchRun>();
  for (const run of runs) {
    for (const part of partsOf(run)) {
      const current = winners.get(part);
      if (!current || isNewer(run.order, run.run, current.order, current.run)) winners.set(part, run);
    }
  }
  return runs.map((run) => ({
    run: run.run,
    parts: partsOf(run).filter((part) => {
      const owner = owners.parts[part];
      return winners.get(part) === run && (!owner || !isNewer(owner[0], owner[1], run.order, run.run));
    }),
  }));
}

export function nextOwners(
  owners: Owners,
  n: number,
  runs: readonly BatchRun[],
  takeovers: readonly Takeover[],
): Owners {
  const parts = { ...owners.parts };
  for (const { run, parts: taken } of takeovers) {
    const order = runs.find((candidate) => candidate.run === run)?.order ?? '';
    for (const part of taken) parts[part] = [order, run];
  }
  return { v: 1, n, parts };
}

/** Orders are text that sorts by time; two equal ones are told apart by run, so that every reader decides alike. */
const isNewer = (order: string, run: string, otherOrder: string, otherRun: string): boolean =>
  order !== otherOrder ? order > otherOrder : run > otherRun;
