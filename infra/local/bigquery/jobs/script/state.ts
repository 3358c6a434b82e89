import type { SqlType } from '../../sql/types.ts';

export interface Variable {
  type: SqlType;
  /** The type with its parameters, which what is assigned is held to. */
  declared?: SqlType;
  /** A DuckDB expression without names. */
  sql: string;
}

/** Where an error was raised, or a call that led there: lines and columns count from 1, in a procedure from its BEGIN. */
export interface StackEntry {
  line: number;
  column: number;
  /** The procedure; undefined = the script itself. */
  location: string | undefined;
}

/** The script, or a procedure that it calls. */
export interface Frame {
  /** The CREATE PROCEDURE statement; undefined = the job's own text. */
  procedure: string | undefined;
  pc: number;
  /** By their names in lower case. */
  variables: Record<string, Variable>;
  /** Rows of FOR loops that are still to come. */
  loops: Record<number, { type: SqlType; rows: string[] }>;
  /** Variables of the caller that take the procedure's OUT parameters, by these. */
  outs: Record<string, string>;
  /** What the exception handlers around `pc` look at, innermost last. */
  errors: { message: string; statement: string; stack?: StackEntry[] }[];
}

export interface Settings {
  dataset_id?: string;
  dataset_project_id?: string;
  query_label?: string;
}

/** Where a script stands. It is kept with the job, in the transaction of each statement. */
export interface ScriptState {
  frames: Frame[];
  /** CREATE TEMP FUNCTION statements, as they were written. */
  functions: string[];
  rowCount: number | undefined;
  /** What its statements have cost so far, and how many they were. */
  spent?: { statements: number; processed: number; billed: number };
  /** System variables that the script has set. */
  settings?: Settings;
  /** Where an EXPORT DATA that is under way writes: nothing lay there when it began. */
  exporting?: string | undefined;
  /** A handler took over from an error in a transaction that is not rolled back yet: its rows are gone already. */
  aborted: boolean;
}

export const frameOf = (procedure: string | undefined): Frame => ({
  procedure,
  pc: 0,
  variables: {},
  loops: {},
  outs: {},
  errors: [],
});

export const initialState = (): ScriptState => ({
  frames: [frameOf(undefined)],
  functions: [],
  rowCount: undefined,
  aborted: false,
});

export function topFrame(state: ScriptState): Frame {
  const frame = state.frames.at(-1);
  if (!frame) throw new Error('a script without a frame');
  return frame;
}
