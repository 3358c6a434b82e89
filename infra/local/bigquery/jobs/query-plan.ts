import { JobFailure, toFailure } from '../errors.ts';
import { fieldOfType } from '../schema.ts';
import type { RoutineRef } from '../sql/analyze/analysis.ts';
import { isAnalyzed, type Plan, planStatement } from '../sql/analyze/statement.ts';
import { parseScript, type Script } from '../sql/parse/statements.ts';
import { SqlError } from '../sql/sql-error.ts';
import type { Tx } from '../warehouse.ts';
import { type Engine, nameOf } from './engine.ts';
import type { Job, QueryConfiguration, QueryStatistics } from './job.ts';
import { costOf } from './query-cost.ts';
import { surroundingsOf } from './script/surroundings.ts';
import { beginState } from './sessions.ts';
import { statementTypeOf } from './statement-types.ts';
import { createUndeclared } from './undeclared-parameters.ts';

export function readScript(query: QueryConfiguration): Script {
  if (query.useLegacySql === true)
    throw new JobFailure(
      'invalidQuery',
      'not supported by the embedded warehouse: legacy SQL; set useLegacySql to false',
    );
  const script = parseScript(query.query ?? '');
  if (script.statements.length === 0) throw new SqlError('Syntax error: Unexpected end of statement', 0);
  return script;
}

export const emptyStatistics = (): QueryStatistics => ({
  statementType: undefined,
  totalBytesProcessed: 0,
  totalBytesBilled: 0,
  referencedTables: [],
  schema: undefined,
  dml: undefined,
  ddl: undefined,
  childJobs: 0,
});

export function addCost(
  statistics: QueryStatistics,
  cost: { processed: number; billed: number; referenced: QueryStatistics['referencedTables'] },
): void {
  statistics.totalBytesProcessed += cost.processed;
  statistics.totalBytesBilled += cost.billed;
  for (const ref of cost.referenced) {
    if (!statistics.referencedTables.some((one) => nameOf(one) === nameOf(ref))) statistics.referencedTables.push(ref);
  }
}

/** Adds the routines that a statement calls to those of the statements before it. */
export function addRoutines(statistics: QueryStatistics, { routines = [] }: Plan): void {
  const known = statistics.referencedRoutines ?? [];
  const isKnown = (ref: RoutineRef) =>
    known.some((one) => one.routine === ref.routine && one.dataset === ref.dataset && one.project === ref.project);
  const all = [...known, ...routines.filter((ref) => !isKnown(ref))];
  if (all.length > 0) statistics.referencedRoutines = all;
}

export async function planCost(engine: Engine, plan: Plan, tx?: Tx) {
  if (plan.kind === 'load') return { processed: 0, billed: 0, referenced: [] };
  if (plan.kind === 'export') return costOf(engine, plan.query.scans, undefined, tx);
  if (plan.kind === 'ddl') {
    const none = { processed: 0, billed: 0, referenced: [] };
    const cost = plan.query ? await costOf(engine, plan.query.scans, undefined, tx) : none;
    // A view's query is looked at, not run.
    return plan.statement.kind === 'createTable' ? cost : { ...none, referenced: cost.referenced };
  }
  const changed =
    plan.kind === 'dml' && plan.statementType !== 'INSERT' && plan.statementType !== 'TRUNCATE_TABLE'
      ? plan.target
      : undefined;
  const cost = await costOf(engine, plan.scans, changed, tx);
  if (plan.kind === 'dml' && !cost.referenced.some((ref) => nameOf(ref) === nameOf(plan.target))) {
    const { project, dataset, table } = plan.target;
    cost.referenced.push({ project, dataset, table });
  }
  return cost;
}

/** A dry run: planned against the catalog as it is, nothing carried out. Throws JobFailure. */
export async function dryRun(
  engine: Engine,
  job: Pick<Job, 'project' | 'configuration' | 'session'>,
): Promise<QueryStatistics> {
  const query = job.configuration.query as QueryConfiguration;
  try {
    const script = readScript(query);
    const statistics = emptyStatistics();
    const state = beginState(job.session === undefined ? undefined : engine.sessions.require(job.project, job.session));
    const declared = surroundingsOf(engine, job, engine.clock.now(), state);
    const undeclared = createUndeclared(declared.parameter);
    const surroundings = { ...declared, parameter: undeclared.parameter };
    for (const { statement, text } of script.statements) {
      if (statement.kind === 'createFunction' && statement.temp) state.functions.push(text);
      // What a script does is known only once it runs: BigQuery checks its syntax alone.
      if (!isAnalyzed(statement) || script.isProcedural) continue;
      const plan = planStatement(statement, surroundings);
      addCost(statistics, await planCost(engine, plan));
      addRoutines(statistics, plan);
      if (script.isScript) continue;
      if (plan.kind === 'query')
        statistics.schema = plan.columns.map((column) => fieldOfType(column.name, column.type));
      statistics.statementType = statementTypeOf(statement, plan.kind === 'ddl' && plan.query !== undefined);
    }
    if (script.isScript) statistics.statementType = 'SCRIPT';
    statistics.totalBytesBilled = 0;
    const missing = undeclared.found();
    return missing.length === 0 ? statistics : { ...statistics, undeclared: missing };
  } catch (error) {
    throw toFailure(error, query.query ?? '');
  }
}
