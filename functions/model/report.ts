import type { Build, BuildStepDone } from './build.ts';
import type { LedgerEntry, Reject, ShardMark } from './run.ts';

/** What the adhoc function answers to people's questions: names, numbers and reasons, never values. */

export interface RunReport {
  entry: LedgerEntry;
  history: LedgerEntry[];
  shards: ShardMark[];
  rejects: Reject[];
}

export interface BuildReport {
  build: Build;
  done: BuildStepDone[];
  /** Every transform of it has come to an end. */
  ended: boolean;
}

export interface Swept {
  /** Objects that no event told of. */
  claimed: number;
  /** Runs that had stopped. */
  redriven: number;
  /** Tables with runs in line. */
  tables: number;
  /** Staged files past their life. */
  removed: number;
}

/** `nights/<id>.json`: the nightly function has run; what it builds goes on as a build of its own. */
export interface NightReport {
  v: 1;
  id: string;
  /** Last day that incremental transforms build, `YYYY-MM-DD`. */
  date: string;
  at: string;
  swept: Swept;
  /** Sources that have missed their deadline. */
  late: readonly string[];
  inspection: NightInspection;
  /** Absent = no transform is to be built at night. */
  build?: string;
}

/** What a look at samples of the tables has found. */
export interface NightInspection {
  /** Tables that were looked at, and rows of them. */
  tables: number;
  rows: number;
  /** By the warehouse. */
  bytesBilled: number;
  findings: NightFinding[];
  /** Tables that could not be looked at, and why. */
  skipped: { table: string; code: string }[];
}

/** `rows` of the sample hold what the column should not. */
export interface NightFinding {
  table: string;
  column: string;
  infoType: string;
  rows: number;
}

export const nightName = (id: string): string => `nights/${id}.json`;
