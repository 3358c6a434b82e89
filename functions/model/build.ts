import { digest } from './ids.ts';

/** One run of some transforms, in the order of their inputs. */

export interface Build {
  v: 1;
  /** Made from what started it, so that a repeated trigger finds the build instead of making another. */
  id: string;
  trigger: BuildTrigger;
  release: string;
  at: string;
  steps: readonly BuildStep[];
  options: BuildOptions;
}

export type BuildTrigger =
  | { kind: 'load'; table: string; batch: number }
  | { kind: 'nightly'; date: string }
  | { kind: 'adhoc'; selector: string };

export interface BuildStep {
  transform: string;
  /** Transforms of this build that must be done before. */
  after: readonly string[];
}

export interface BuildOptions {
  /** Days, `YYYY-MM-DD`, inclusive: incremental transforms build these, changed or not. */
  from?: string;
  to?: string;
  /** Build everything anew, unchanged or not. */
  fullRefresh?: boolean;
}

/** `builds/<id>/done/<transform>.json` */
export interface BuildStepDone {
  v: 1;
  transform: string;
  outcome: 'built' | 'skipped' | 'failed' | 'blocked';
  version: string;
  /** Why it was skipped, blocked or failed. */
  message?: string;
  /** The execution that built it. */
  execution?: number;
  rows?: number;
  bytesBilled?: number;
  at: string;
}

/** Inclusive days, `YYYY-MM-DD`. */
export type Interval = readonly [from: string, to: string];

/** `transforms/<id>/<n>.open`: one execution; n+1 exists only once n is closed. */
export interface Execution {
  v: 1;
  n: number;
  transform: string;
  release: string;
  version: string;
  build: string;
  at: string;
  /** State of every input when it began. */
  inputs: Readonly<Record<string, string>>;
  /** Incremental only: what it builds. */
  intervals: readonly Interval[];
  /** Everything built before is void: another version, or a full refresh. */
  fresh: boolean;
}

/** `transforms/<id>/<n>.done` */
export interface ExecutionDone {
  v: 1;
  n: number;
  at: string;
  outcome: 'built' | 'failed';
  /** The newest execution that built the table: this one, or the one before it that did. */
  built?: number;
  /** Incremental only: days that the table holds, merged. */
  covered: readonly Interval[];
  rows: number;
  bytesBilled: number;
  message?: string;
}

/** The build that a load starts: whoever follows the load knows it by the batch. */
export const loadBuildId = (table: string, batch: number): string => `load-${digest([table, batch])}`;
export const buildPrefix = (id: string): string => `builds/${id}/`;
export const buildName = (id: string): string => `${buildPrefix(id)}plan.json`;
export const buildDonePrefix = (id: string): string => `${buildPrefix(id)}done/`;
export const buildDoneName = (id: string, transform: string): string => `${buildDonePrefix(id)}${transform}.json`;
export const executionsPrefix = (transform: string): string => `transforms/${transform}/`;
