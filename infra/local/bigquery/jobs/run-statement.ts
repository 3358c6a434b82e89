import { JobFailure, toFailure } from '../errors.ts';
import type { DmlPlan, Plan } from '../sql/analyze/statement.ts';
import type { Tx } from '../warehouse.ts';
import type { CacheRequest } from './cached-results.ts';
import { childJob, located, statementText } from './child-jobs.ts';
import { withConstantOptions } from './constant-options.ts';
import { ANONYMOUS_DATASET, nameOf } from './engine.ts';
import { finish, inTransaction } from './execution.ts';
import { exportData } from './export-data.ts';
import type { DmlStats, Job, JobResult } from './job.ts';
import { loadData, loadTarget } from './load-data.ts';
import { addCost, addRoutines, emptyStatistics, planCost } from './query-plan.ts';
import { destinationOf, keepResult } from './query-results.ts';
import { runDdl } from './run-ddl.ts';
import { namesOf } from './script/control.ts';
import { currentInstruction } from './script/programs.ts';
import { type Outcome, outcomeOf, type Run, type Step } from './script/run.ts';
import { effectiveQuery } from './script/settings.ts';
import { topFrame } from './script/state.ts';
import { dropTemporary } from './script/temporary.ts';
import { sessionAfter } from './sessions.ts';
import { statementTypeOf } from './statement-types.ts';

/** Carries out one statement in the transaction. */
export async function execute(run: Run, tx: Tx, step: Step, plan: Plan, outcome: Outcome): Promise<void> {
  const { engine, script } = run;
  const query = effectiveQuery(run.query, run.state);
  const { statement, instruction } = step;
  if (statement.kind === 'createFunction' && statement.temp) {
    outcome.state.functions.push(statement.text);
    return;
  }
  const own = emptyStatistics();
  const cost = await planCost(engine, plan, tx);
  const limit = query.maximumBytesBilled;
  if (limit !== undefined && cost.billed > Number(limit))
    throw new JobFailure(
      'bytesBilledLimitExceeded',
      `Query exceeded limit for bytes billed: ${limit}. ${cost.billed} or higher required.`,
    );
  addCost(own, cost);
  addRoutines(own, plan);
  addRoutines(outcome.statistics, plan);
  own.statementType = statementTypeOf(statement, plan.kind === 'ddl' && plan.query !== undefined);
  let result: JobResult | undefined;
  switch (plan.kind) {
    case 'query':
      if (instruction.op === 'execute' && instruction.statement.into.length > 0) break;
      result = await keepResult({ ...run, isHeld: isHeld(run) }, tx, plan, destinationOf(run));
      break;
    case 'dml': {
      own.dml = await runDml(tx, plan);
      const record = engine.catalog.table(plan.target);
      if (record) await engine.catalog.touch(tx, record, engine.clock.now());
      outcome.state.rowCount = changedRows(own.dml);
      break;
    }
    case 'assert':
      if ((await tx.rows(plan.sql)).length > 0)
        throw new JobFailure('invalidQuery', plan.message, { location: 'query' });
      break;
    case 'export':
      own.exported = await exportData(engine, tx, plan);
      outcome.state.exporting = undefined;
      break;
    case 'load':
      own.load = await loadData(engine, tx, { job: run.execution.job, query }, plan.statement);
      break;
    case 'ddl':
      own.ddl = await runDdl(
        engine,
        tx,
        { job: run.execution.job, query },
        {
          ...plan,
          statement: await withConstantOptions(plan.statement, namesOf(run, outcome.state, step.text), tx),
        },
      );
      break;
  }
  const { statistics } = outcome;
  addCost(statistics, {
    processed: own.totalBytesProcessed,
    billed: own.totalBytesBilled,
    referenced: cost.referenced,
  });
  statistics.dml = sumOf(statistics.dml, own.dml);
  statistics.ddl = own.ddl ?? statistics.ddl;
  if (own.load) statistics.load = own.load;
  if (own.exported) statistics.exported = own.exported;
  outcome.result = result ?? outcome.result;
  if (!script.isScript) {
    statistics.statementType = own.statementType;
    return;
  }
  const text = statementText(run, instruction, step.text);
  const child = childJob(run, { number: statistics.childJobs++, ...text }, { statistics: own, started: step.started });
  const { childJobs, totalBytesProcessed, totalBytesBilled } = statistics;
  outcome.state.spent = { statements: childJobs, processed: totalBytesProcessed, billed: totalBytesBilled };
  const kept: Job = { ...child, result: result && { ...result, destination: ofChild(result, child) } };
  outcome.children.push(kept);
  await engine.store.add(tx, kept);
}

/** What a child job's result lies in seems a table of its own, where it is no table that the script names. */
const ofChild = ({ destination }: JobResult, { id }: Job) =>
  destination.dataset === ANONYMOUS_DATASET ? { ...destination, table: id } : destination;

const changedRows = (dml: DmlStats) => dml.insertedRowCount + dml.updatedRowCount + dml.deletedRowCount;

function sumOf(a: DmlStats | undefined, b: DmlStats | undefined): DmlStats | undefined {
  if (!a || !b) return a ?? b;
  return {
    insertedRowCount: a.insertedRowCount + b.insertedRowCount,
    updatedRowCount: a.updatedRowCount + b.updatedRowCount,
    deletedRowCount: a.deletedRowCount + b.deletedRowCount,
  };
}

async function runDml(tx: Tx, plan: DmlPlan): Promise<DmlStats> {
  const stats: DmlStats = { insertedRowCount: 0, updatedRowCount: 0, deletedRowCount: 0 };
  for (const step of plan.steps) {
    if (step.kind === 'check') {
      if ((await tx.rows(step.sql)).length > 0)
        throw new JobFailure('invalidQuery', step.message, { location: 'query' });
      continue;
    }
    const changed = await tx.run(step.sql);
    if (step.counts) stats[`${step.counts}RowCount`] += changed;
  }
  return stats;
}

export function adopt(run: Run, outcome: Outcome): void {
  const billed = outcome.statistics.totalBytesBilled - run.statistics.totalBytesBilled;
  if (billed > 0) run.engine.meter.add('bigquery.query_bytes', billed);
  run.state = outcome.state;
  run.statistics = outcome.statistics;
  run.result = outcome.result;
}

/** Writes where the script stands now; where that is its end, the job is done. */
export async function note(run: Run, tx: Tx, outcome: Outcome): Promise<void> {
  const { engine, execution } = run;
  const { job } = execution;
  const change = { query: outcome.statistics, result: outcome.result, script: outcome.state };
  if (outcome.state.frames.length === 1 && !currentInstruction(run.script, outcome.state)) {
    await dropTemporary(engine, tx, job);
    await finish(engine, tx, job, { ...change, script: undefined });
  } else {
    const going: Job = { ...job, ...change };
    await engine.store.save(tx, going);
    tx.afterCommit(() => void Object.assign(job, going));
  }
  if (run.session) {
    const session = sessionAfter(run.session, run.script, outcome.state, engine.clock.now());
    await engine.sessions.save(tx, session);
    tx.afterCommit(() => {
      run.session = session;
    });
  }
  tx.afterCommit(() => adopt(run, outcome));
}

const isHeld = ({ engine, session }: Run) => session !== undefined && engine.sessions.held(session) !== undefined;

/** The table that a statement changes in a way that must not run beside another change. */
export function mutated(plan: Plan, { execution, query: given, state }: Run): string | undefined {
  const query = effectiveQuery(given, state);
  if (plan.kind === 'load') return nameOf(loadTarget(plan.statement, { job: execution.job, query }));
  if (plan.kind === 'dml') return plan.statementType === 'INSERT' ? undefined : nameOf(plan.target);
  return undefined;
}

/** The rows of an earlier query that asked the same of the same tables; nothing is read, and nothing is billed. */
export async function answerFromCache(run: Run, request: CacheRequest | undefined, plan: Plan): Promise<boolean> {
  const { engine, execution, query } = run;
  const earlier = request && engine.results.find(request, engine.clock.now());
  if (!earlier?.result) {
    if (query.createDisposition !== 'CREATE_NEVER' || query.destinationTable?.tableId || run.script.isScript)
      return false;
    throw new JobFailure('notFound', 'Not found: a cached result of the query, without which CREATE_NEVER allows none');
  }
  const outcome = outcomeOf(run);
  const { referenced } = await planCost(engine, plan);
  addCost(outcome.statistics, { processed: 0, billed: 0, referenced });
  addRoutines(outcome.statistics, plan);
  outcome.statistics = { ...outcome.statistics, statementType: 'SELECT', cacheHit: true };
  outcome.result = earlier.result;
  topFrame(outcome.state).pc++;
  await inTransaction(engine, execution, (tx) => note(run, tx, outcome));
  return true;
}

/** A statement that fails is a child job too, outside of the transaction that is gone. */
export async function keepFailure(run: Run, step: Step, error: unknown): Promise<void> {
  const { engine, execution } = run;
  if (execution.cancelled) return;
  const number = run.statistics.childJobs++;
  const failure = toFailure(located(run, error), run.query.query ?? '');
  const statistics = { ...emptyStatistics(), statementType: statementTypeOf(step.statement, false) };
  const child = childJob(
    run,
    { number, ...statementText(run, step.instruction, step.text) },
    { statistics, failure, started: step.started },
  );
  await inTransaction(engine, execution, (tx) => engine.store.add(tx, child));
}
