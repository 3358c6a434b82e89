import type { BatchRun } from '../model/run.ts';

/** Which snapshot a part of a table shows: `tables/<table>/owners/<n>`. A replaced table is one part, `*`. */
export interface Owners {
  v: 1;
  /** The batch that wrote this. */
  n: number;
  /** By part: the snapshot's order and its run. A run that gave the part up stands there with the order NOBODY. */
  parts: Readonly<Record<string, Owner>>;
}

type Owner = readonly [order: string, run: string];

export const WHOLE_TABLE = '*';
export const NO_OWNERS: Owners = { v: 1, n: 0, parts: {} };
/** Sorts before every order. */
const NOBODY = '';

/** What a run of a batch does to the parts of a table. */
export interface Takeover {
  run: string;
  /** Parts that show it from now on. */
  parts: readonly string[];
  /** Parts that showed it and that its replay has no rows of: its rows there go, and nobody shows the part until somebody takes it. */
  given: readonly string[];
  /** It has rows, and newer snapshots hold all of their parts. */
  superseded: boolean;
}

/**
 * Of several snapshots of one part the newest order wins, whenever it came; a replay is as old as its object. Planning
 * again with the owners that a plan led to gives the same parts.
 */
export function planTakeover(
  runs: readonly BatchRun[],
  owners: Owners,
  partsOf: (run: BatchRun) => readonly string[],
): Takeover[] {
  const winners = new Map<string, BatchRun>();
  for (const run of runs) {
    for (const part of partsOf(run)) {
      const current = winners.get(part);
      if (!current || isNewer(ownerOf(run), ownerOf(current))) winners.set(part, run);
    }
  }
  const replayed = new Map(runs.filter(({ epoch }) => epoch > 0).map((run) => [run.run, new Set(partsOf(run))]));
  const isGiven = (part: string, owner: Owner): boolean => replayed.get(owner[1])?.has(part) === false;
  const given = Map.groupBy(
    Object.entries(owners.parts).filter(([part, owner]) => isGiven(part, owner)),
    ([, [, run]]) => run,
  );
  return runs.map((run) => {
    const wanted = partsOf(run);
    const isBehind = (part: string): boolean =>
      standing(owners, part).some(([at, owner]) => !isGiven(at, owner) && isNewer(owner, ownerOf(run)));
    const parts = wanted.filter((part) => winners.get(part) === run && !isBehind(part));
    return {
      run: run.run,
      parts,
      given: (given.get(run.run) ?? []).map(([part]) => part),
      superseded: wanted.length > 0 && parts.length === 0,
    };
  });
}

const ownerOf = ({ order, run }: BatchRun): Owner => [order, run];

/** Who shows rows of a part: its owner, and after a change of the table's mode also the owners of all of it. */
function standing({ parts }: Owners, part: string): [part: string, owner: Owner][] {
  if (part === WHOLE_TABLE) return Object.entries(parts);
  return [part, WHOLE_TABLE].flatMap((at) => (parts[at] ? [[at, parts[at]]] : []));
}

export function nextOwners(
  owners: Owners,
  n: number,
  runs: readonly BatchRun[],
  takeovers: readonly Takeover[],
): Owners {
  const isWhole = takeovers.some(({ parts }) => parts.includes(WHOLE_TABLE));
  const parts: Record<string, Owner> = isWhole ? {} : { ...owners.parts };
  for (const { run, given } of takeovers) for (const part of given) parts[part] = [NOBODY, run];
  for (const { run, parts: taken } of takeovers) {
    const order = runs.find((candidate) => candidate.run === run)?.order ?? NOBODY;
    for (const part of taken) parts[part] = [order, run];
  }
  return { v: 1, n, parts };
}

/** Orders are text that sorts by time; two equal ones are told apart by run, so that every reader decides alike. */
const isNewer = ([order, run]: Owner, [otherOrder, otherRun]: Owner): boolean =>
  order !== otherOrder ? order > otherOrder : run > otherRun;
