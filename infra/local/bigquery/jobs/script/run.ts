import type { Surroundings } from '../../sql/analyze/analysis.ts';
import type { Analyzed } from '../../sql/analyze/statement.ts';
import type { Script } from '../../sql/parse/statements.ts';
import type { Row } from '../../warehouse.ts';
import type { Engine } from '../engine.ts';
import type { Execution } from '../execution.ts';
import type { Job, JobResult, QueryConfiguration, QueryStatistics } from '../job.ts';
import type { Session } from '../sessions.ts';
import type { Instruction } from './program.ts';
import type { ScriptState } from './state.ts';
import { surroundingsOf } from './surroundings.ts';

/** Runs a query of one's own; rows by column name. */
export type Rows = (sql: string) => Promise<Row[]>;

/** A query job under way. */
export interface Run {
  engine: Engine;
  execution: Execution;
  query: QueryConfiguration;
  script: Script;
  state: ScriptState;
  statistics: QueryStatistics;
  result: JobResult | undefined;
  /** The session that the job runs in. */
  session: Session | undefined;
}

/** What a statement changes of the run; taken over once its transaction is committed. */
export interface Outcome {
  state: ScriptState;
  statistics: QueryStatistics;
  result: JobResult | undefined;
  /** The jobs of the script's statements that it has carried out. */
  children: Job[];
  /** The statement that is under way in a transaction. */
  failing?: Step | undefined;
}

/** A statement as it stands in the script: `text` is its own where EXECUTE IMMEDIATE built it. */
export interface Step {
  statement: Analyzed;
  text: string | undefined;
  instruction: Instruction;
  started: number;
}

export const outcomeOf = (run: Run): Outcome => ({
  state: structuredClone(run.state),
  statistics: { ...run.statistics, referencedTables: [...run.statistics.referencedTables] },
  result: run.result,
  children: [],
});

export function surroundings(run: Run, state: ScriptState): Surroundings {
  return surroundingsOf(run.engine, run.execution.job, run.engine.clock.now(), state);
}
