import type { SqlType } from '../../sql/types.ts';

export interface Variable {
  type: SqlType;
  /** A DuckDB expression without names. */
  sql: string;
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
}

/** Where a script stands. It is kept with the job, in the transaction of each statement. */
export interface ScriptState {
  frames: Frame[];
  /** CREATE TEMP FUNCTION statements, as they were written. */
  functions: string[];
  /** What an exception handler looks at. */
  error: { message: string; statement: string } | undefined;
  rowCount: number | undefined;
}

export const frameOf = (procedure: string | undefined): Frame => ({
  procedure,
  pc: 0,
  variables: {},
  loops: {},
  outs: {},
});

export const initialState = (): ScriptState => ({
  frames: [frameOf(undefined)],
  functions: [],
  error: undefined,
  rowCount: undefined,
});

export function topFrame(state: ScriptState): Frame {
  const frame = state.frames.at(-1);
  if (!frame) throw new Error('a script without a frame');
  return frame;
}
