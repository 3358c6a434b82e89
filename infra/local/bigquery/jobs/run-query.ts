import { JobFailure, toFailure } from '../errors.ts';
import { type Analyzed, type DmlPlan, type Plan, planStatement } from '../sql/analyze/statement.ts';
import type { Script } from '../sql/parse/statements.ts';
import { lineAndColumn, SqlError } from '../sql/sql-error.ts';
import type { Tx } from '../warehouse.ts';
import { type Engine, nameOf } from './engine.ts';
import { type Execution, finish, inTransaction, refuseCancelled } from './execution.ts';
import type { DmlStats, Job, JobResult, QueryConfiguration, QueryStatistics } from './job.ts';
import { addCost, emptyStatistics, planCost, planOptions, readScript } from './query-plan.ts';
import { destinationOf, keepResult } from './query-results.ts';
import { runDdl } from './run-ddl.ts';
import { statementTypeOf } from './statement-types.ts';

/** Carries out a query job from its first statement that is not yet committed. */
export async function runQuery(engine: Engine, execution: Execution): Promise<void> {
  const { job } = execution;
  const query = job.configuration.query as QueryConfiguration;
  try {
    const script = readScript(query);
    const run: Run = {
      engine,
      execution,
      query,
      script,
      statistics: job.query ?? emptyStatistics(),
      result: job.result,
    };
    run.statistics.statementType ??= script.statements.length > 1 ? 'SCRIPT' : undefined;
    let index = job.statementsDone;
    while (index < script.statements.length) {
      const statement = script.statements[index]?.statement;
      index = statement?.kind === 'begin' ? await runTransaction(run, index) : await runAlone(run, index);
    }
  } catch (error) {
    throw toFailure(error, query.query ?? '');
  }
}

interface Run {
  engine: Engine;
  execution: Execution;
  query: QueryConfiguration;
  script: Script;
  statistics: QueryStatistics;
  result: JobResult | undefined;
}

/** What one statement changes of the run; taken over once its transaction is committed. */
interface Outcome {
  statistics: QueryStatistics;
  result: JobResult | undefined;
}

async function note(run: Run, tx: Tx, next: number, outcome: Outcome): Promise<void> {
  const { engine, execution, script } = run;
  const change = { query: outcome.statistics, result: outcome.result, statementsDone: next };
  if (next >= script.statements.length) await finish(engine, tx, execution.job, change);
  else {
    const going: Job = { ...execution.job, ...change };
    await engine.store.save(tx, going);
    tx.afterCommit(() => void Object.assign(execution.job, going));
  }
  tx.afterCommit(() => {
    const billed = outcome.statistics.totalBytesBilled - run.statistics.totalBytesBilled;
    if (billed > 0) engine.meter.add('bigquery.query_bytes', billed);
    run.statistics = outcome.statistics;
    run.result = outcome.result;
  });
}

const copyOf = (statistics: QueryStatistics): QueryStatistics => ({
  ...statistics,
  referencedTables: [...statistics.referencedTables],
});

async function runAlone(run: Run, index: number): Promise<number> {
  const statement = run.script.statements[index]?.statement;
  if (!statement || statement.kind === 'begin') return index + 1;
  if (statement.kind === 'commit' || statement.kind === 'rollback')
    throw new SqlError(`${statement.kind.toUpperCase()} TRANSACTION without BEGIN TRANSACTION`, statement.at);
  const { engine, execution } = run;
  const options = planOptions(engine, execution.job, engine.clock.now());
  const target = mutated(planStatement(statement, options));
  const release = target === undefined ? undefined : await engine.locks.acquire(target);
  try {
    await inTransaction(engine, execution, async (tx) => {
      // Planned again behind the lock: what was queued before may have changed the table.
      const plan = planStatement(statement, options);
      const outcome: Outcome = { statistics: copyOf(run.statistics), result: run.result };
      await execute(run, tx, statement, plan, outcome);
      await note(run, tx, index + 1, outcome);
    });
  } finally {
    release?.();
  }
  return index + 1;
}

/** The table that a statement changes in a way that must not run beside another change. */
function mutated(plan: Plan): string | undefined {
  if (plan.kind === 'dml') return plan.statementType === 'INSERT' ? undefined : nameOf(plan.target);
  return undefined;
}

/** BEGIN … COMMIT as one DuckDB transaction; resolves to the index behind it. */
async function runTransaction(run: Run, begin: number): Promise<number> {
  const { engine, execution, script } = run;
  const releases = new Map<string, () => void>();
  const rolledBack = Symbol('rolled back');
  let end = begin + 1;
  try {
    await inTransaction(
      engine,
      execution,
      async (tx) => {
        const outcome: Outcome = { statistics: copyOf(run.statistics), result: run.result };
        for (end = begin + 1; end < script.statements.length; end++) {
          refuseCancelled(execution);
          const statement = script.statements[end]?.statement;
          if (!statement) break;
          if (statement.kind === 'commit') {
            await note(run, tx, end + 1, outcome);
            return;
          }
          if (statement.kind === 'rollback') throw rolledBack;
          if (statement.kind === 'begin') throw new SqlError('Nested transactions are not supported', statement.at);
          await executeInTransaction(run, tx, statement, outcome, releases);
        }
        // A transaction that the script leaves open is rolled back.
        throw rolledBack;
      },
      false,
    );
  } catch (error) {
    if (error !== rolledBack) throw await asAborted(run, error, [...releases.keys()]);
    await inTransaction(engine, execution, (tx) =>
      note(run, tx, end + 1, { statistics: run.statistics, result: run.result }),
    );
  } finally {
    for (const release of releases.values()) release();
  }
  return end + 1;
}

async function executeInTransaction(
  run: Run,
  tx: Tx,
  statement: Analyzed,
  outcome: Outcome,
  releases: Map<string, () => void>,
): Promise<void> {
  const { engine, execution } = run;
  const plan = planStatement(statement, planOptions(engine, execution.job, engine.clock.now()));
  if (plan.kind === 'ddl')
    throw new SqlError('not supported by the embedded warehouse: DDL inside of a transaction', statement.at);
  const target = mutated(plan);
  if (target !== undefined && !releases.has(target)) {
    const release = engine.locks.tryAcquire(target);
    if (!release) throw aborted(target, run, statement.at);
    releases.set(target, release);
  }
  try {
    await execute(run, tx, statement, plan, outcome);
  } catch (error) {
    throw target !== undefined && isWriteConflict(error) ? aborted(target, run, statement.at) : error;
  }
}

const isWriteConflict = (error: unknown) =>
  error instanceof Error && /conflict/i.test(error.message) && !(error instanceof JobFailure);

function aborted(table: string, run: Run, at: number): JobFailure {
  const message = `Query error: Transaction is aborted due to concurrent update against table ${table}. Transaction ID: ${run.execution.job.id} at ${lineAndColumn(run.query.query ?? '', at)}`;
  return new JobFailure('invalidQuery', message, { location: 'query' });
}

async function asAborted(run: Run, error: unknown, tables: string[]): Promise<unknown> {
  return isWriteConflict(error) && tables[0] !== undefined ? aborted(tables[0], run, 0) : error;
}

async function execute(run: Run, tx: Tx, statement: Analyzed, plan: Plan, outcome: Outcome): Promise<void> {
  const { engine, query, script } = run;
  const cost = await planCost(engine, plan);
  const limit = query.maximumBytesBilled;
  if (limit !== undefined && cost.billed > Number(limit))
    throw new JobFailure(
      'bytesBilledLimitExceeded',
      `Query exceeded limit for bytes billed: ${limit}. ${cost.billed} or higher required.`,
    );
  const { statistics } = outcome;
  addCost(statistics, cost);
  if (script.statements.length > 1) statistics.childJobs++;
  else statistics.statementType = statementTypeOf(statement, plan.kind === 'ddl' && plan.query !== undefined);
  switch (plan.kind) {
    case 'query':
      outcome.result = await keepResult(run, tx, plan, destinationOf(run));
      return;
    case 'dml': {
      const changes = await runDml(tx, plan);
      const record = engine.catalog.table(plan.target);
      if (record) await engine.catalog.touch(tx, record, engine.clock.now());
      const before = statistics.dml ?? { insertedRowCount: 0, updatedRowCount: 0, deletedRowCount: 0 };
      statistics.dml = {
        insertedRowCount: before.insertedRowCount + changes.insertedRowCount,
        updatedRowCount: before.updatedRowCount + changes.updatedRowCount,
        deletedRowCount: before.deletedRowCount + changes.deletedRowCount,
      };
      return;
    }
    case 'assert':
      if ((await tx.rows(plan.sql)).length > 0)
        throw new JobFailure('invalidQuery', plan.message, { location: 'query' });
      return;
    case 'ddl':
      statistics.ddl = await runDdl(engine, tx, { project: run.execution.job.project, query }, plan);
      return;
  }
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
