import type { Surroundings } from '../../sql/analyze/analysis.ts';
import type { Script } from '../../sql/parse/statements.ts';
import type { Engine } from '../engine.ts';
import type { Execution } from '../execution.ts';
import type { JobResult, QueryConfiguration, QueryStatistics } from '../job.ts';
import type { Session } from '../sessions.ts';
import type { ScriptState } from './state.ts';
import { surroundingsOf } from './surroundings.ts';

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
}

export const outcomeOf = (run: Run): Outcome => ({
  state: structuredClone(run.state),
  statistics: { ...run.statistics, referencedTables: [...run.statistics.referencedTables] },
  result: run.result,
});

export function surroundings(run: Run, state: ScriptState): Surroundings {
  return surroundingsOf(run.engine, run.execution.job, run.engine.clock.now(), state);
}
