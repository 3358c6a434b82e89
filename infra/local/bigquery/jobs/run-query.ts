import { JobFailure, toFailure } from '../errors.ts';
import { type Analyzed, type DmlPlan, type Plan, planStatement } from '../sql/analyze/statement.ts';
import { lineAndColumn, SqlError, unsupported } from '../sql/sql-error.ts';
import type { Tx } from '../warehouse.ts';
import { type CacheRequest, cacheRequest, noting } from './cached-results.ts';
import { childJob, statementText } from './child-jobs.ts';
import { ANONYMOUS_DATASET, type Engine, nameOf } from './engine.ts';
import { type Execution, finish, inTransaction, lockFor, readerOf, refuseCancelled } from './execution.ts';
import type { DmlStats, Job, JobResult, QueryConfiguration } from './job.ts';
import { addCost, emptyStatistics, planCost, readScript } from './query-plan.ts';
import { destinationOf, keepResult } from './query-results.ts';
import { runDdl } from './run-ddl.ts';
import { dynamicStatement, isControl, namesOf, programOf, settle, stepControl } from './script/control.ts';
import type { Instruction } from './script/program.ts';
import { type Outcome, outcomeOf, type Run } from './script/run.ts';
import { initialState, type ScriptState, topFrame } from './script/state.ts';
import { ABORTED } from './script/surroundings.ts';
import { dropTemporary } from './script/temporary.ts';
import { statementTypeOf } from './statement-types.ts';

/** Carries out a query job from its first statement that is not yet committed. */
export async function runQuery(engine: Engine, execution: Execution): Promise<void> {
  const { job } = execution;
  const query = job.configuration.query as QueryConfiguration;
  const text = query.query ?? '';
  try {
    const script = readScript(query);
    const run: Run = {
      engine,
      execution,
      query,
      script,
      state: structuredClone(job.script ?? initialState()),
      statistics: job.query ?? emptyStatistics(),
      result: job.result,
    };
    run.statistics.statementType ??= script.isScript ? 'SCRIPT' : undefined;
    while (job.state !== 'DONE') {
      try {
        await runNext(run);
      } catch (error) {
        if (!handle(run, error)) throw error;
      }
    }
  } catch (error) {
    throw toFailure(error, text);
  }
}

function current(run: Run, state: ScriptState): Instruction | undefined {
  const { pc, procedure } = topFrame(state);
  return programOf(run.script, procedure).instructions[pc];
}

/** One instruction, or a whole transaction of them. */
async function runNext(run: Run): Promise<void> {
  const { engine, execution } = run;
  refuseCancelled(execution);
  settle(run, run.state);
  const instruction = current(run, run.state);
  if (instruction?.op === 'begin') return runTransaction(run, instruction);
  if (instruction?.op === 'commit' || instruction?.op === 'rollback') return endTransaction(run, instruction);
  if (instruction ? isControl(instruction) : run.state.frames.length > 1) {
    const outcome = outcomeOf(run);
    await stepControl(run, outcome, instruction, readerOf(engine, execution));
    adopt(run, outcome);
    return;
  }
  if (!instruction) {
    // Behind the end of a procedure its caller goes on; behind the end of the text the job is done.
    const outcome = outcomeOf(run);
    await inTransaction(engine, execution, (tx) => note(run, tx, outcome));
    return;
  }
  const { statement, text } = await dynamicStatement(run, run.state, instruction, readerOf(engine, execution));
  if (run.state.aborted && statement.kind !== 'query') throw unsupported(ABORTED, instruction.at);
  const started = engine.clock.now();
  try {
    const noted = noting(namesOf(run, run.state, text));
    const plan = planStatement(statement, noted.surroundings);
    const request = cacheRequest(run, plan, noted);
    if (plan.kind === 'query' && (await answerFromCache(run, request, plan))) return;
    const target = mutated(plan);
    const release = target === undefined ? undefined : await lockFor(engine, execution, target);
    try {
      await inTransaction(engine, execution, async (tx) => {
        // Planned again behind the lock: what was queued before may have changed the table.
        const outcome = outcomeOf(run);
        await execute(
          run,
          tx,
          { statement, text, instruction, started },
          planStatement(statement, namesOf(run, run.state, text)),
          outcome,
        );
        topFrame(outcome.state).pc++;
        await note(run, tx, outcome);
        if (request) tx.afterCommit(() => engine.results.keep(request, execution.job));
      });
    } finally {
      release?.();
    }
  } catch (error) {
    const failure = text === undefined ? error : toFailure(error, text);
    if (run.script.isScript) await keepFailure(run, { statement, text, instruction, started }, failure);
    throw failure;
  }
}

/** The rows of an earlier query that asked the same of the same tables; nothing is read, and nothing is billed. */
async function answerFromCache(run: Run, request: CacheRequest | undefined, plan: Plan): Promise<boolean> {
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
  outcome.statistics = { ...outcome.statistics, statementType: 'SELECT', cacheHit: true };
  outcome.result = earlier.result;
  topFrame(outcome.state).pc++;
  await inTransaction(engine, execution, (tx) => note(run, tx, outcome));
  return true;
}

/** A statement that fails is a child job too, outside of the transaction that is gone. */
async function keepFailure(run: Run, step: Step, error: unknown): Promise<void> {
  const { engine, execution } = run;
  if (execution.cancelled) return;
  const number = run.statistics.childJobs++;
  const failure = toFailure(error, run.query.query ?? '');
  const statistics = { ...emptyStatistics(), statementType: statementTypeOf(step.statement, false) };
  const child = childJob(
    run,
    { number, ...statementText(run, step.instruction, step.text) },
    { statistics, failure, started: step.started },
  );
  await inTransaction(engine, execution, (tx) => engine.store.add(tx, child));
}

/** A statement as it stands in the script: `text` is its own where EXECUTE IMMEDIATE built it. */
interface Step {
  statement: Analyzed;
  text: string | undefined;
  instruction: Instruction;
  started: number;
}

function adopt(run: Run, outcome: Outcome): void {
  const billed = outcome.statistics.totalBytesBilled - run.statistics.totalBytesBilled;
  if (billed > 0) run.engine.meter.add('bigquery.query_bytes', billed);
  run.state = outcome.state;
  run.statistics = outcome.statistics;
  run.result = outcome.result;
}

/** Writes where the script stands now; where that is its end, the job is done. */
async function note(run: Run, tx: Tx, outcome: Outcome): Promise<void> {
  const { engine, execution } = run;
  const { job } = execution;
  const change = { query: outcome.statistics, result: outcome.result, script: outcome.state };
  if (outcome.state.frames.length === 1 && !current(run, outcome.state)) {
    await dropTemporary(engine, tx, job);
    await finish(engine, tx, job, { ...change, script: undefined });
  } else {
    const going: Job = { ...job, ...change };
    await engine.store.save(tx, going);
    tx.afterCommit(() => void Object.assign(job, going));
  }
  tx.afterCommit(() => adopt(run, outcome));
}

/** The table that a statement changes in a way that must not run beside another change. */
function mutated(plan: Plan): string | undefined {
  if (plan.kind === 'dml') return plan.statementType === 'INSERT' ? undefined : nameOf(plan.target);
  return undefined;
}

/** An error goes to the innermost handler around where it was raised: in this frame, or in one that called it. */
function handle(run: Run, error: unknown): boolean {
  if (run.execution.cancelled) return false;
  const state = structuredClone(run.state);
  while (state.frames.length > 0) {
    const frame = topFrame(state);
    const { handlers } = programOf(run.script, frame.procedure);
    const handler = handlers.find(({ from, to }) => from <= frame.pc && frame.pc < to);
    if (handler) {
      const instruction = current(run, run.state);
      const text = run.query.query ?? '';
      const line = /^[^;]*/.exec(text.slice(instruction?.at ?? 0))?.[0] ?? '';
      const message = toFailure(error, text).message;
      const statement = run.state.frames.length > 1 ? '' : line.trim();
      frame.errors = [...frame.errors.slice(0, handler.depth - 1), { message, statement }];
      frame.pc = handler.target;
      run.state = state;
      return true;
    }
    if (state.frames.length === 1) return false;
    state.frames.pop();
  }
  return false;
}

/** COMMIT and ROLLBACK where no transaction is open; a handler may roll back what its error has already undone. */
async function endTransaction(run: Run, instruction: Instruction): Promise<void> {
  if (!run.state.aborted)
    throw new SqlError(`${instruction.op.toUpperCase()} TRANSACTION without BEGIN TRANSACTION`, instruction.at);
  if (instruction.op === 'commit')
    throw unsupported('COMMIT TRANSACTION behind an error in the transaction', instruction.at);
  const outcome = outcomeOf(run);
  outcome.state.aborted = false;
  topFrame(outcome.state).pc++;
  adopt(run, outcome);
}

/** BEGIN … COMMIT as one DuckDB transaction. */
async function runTransaction(run: Run, { at }: Instruction): Promise<void> {
  const { engine, execution } = run;
  if (run.state.aborted) throw new SqlError('Nested transactions are not supported', at);
  const releases = new Map<string, () => void>();
  const rolledBack = Symbol('rolled back');
  const outcome = outcomeOf(run);
  topFrame(outcome.state).pc++;
  try {
    await inTransaction(
      engine,
      execution,
      async (tx) => {
        for (;;) {
          refuseCancelled(execution);
          settle(run, outcome.state);
          const instruction = current(run, outcome.state);
          // A transaction that the script leaves open is rolled back.
          if (!instruction && outcome.state.frames.length === 1) throw rolledBack;
          if (instruction?.op === 'rollback') throw rolledBack;
          if (instruction?.op === 'begin') throw new SqlError('Nested transactions are not supported', instruction.at);
          if (instruction?.op === 'commit') {
            topFrame(outcome.state).pc++;
            await note(run, tx, outcome);
            return;
          }
          await stepInTransaction(run, tx, instruction, outcome, releases);
        }
      },
      false,
    );
  } catch (error) {
    // Variables keep what the transaction gave them; rows do not.
    run.state = outcome.state;
    if (error !== rolledBack) {
      run.state.aborted = true;
      throw asAborted(run, error, [...releases.keys()]);
    }
    const next = outcomeOf(run);
    if (current(run, next.state)) topFrame(next.state).pc++;
    await inTransaction(engine, execution, (tx) => note(run, tx, next));
  } finally {
    for (const release of releases.values()) release();
  }
}

async function stepInTransaction(
  run: Run,
  tx: Tx,
  instruction: Instruction | undefined,
  outcome: Outcome,
  releases: Map<string, () => void>,
): Promise<void> {
  const { engine } = run;
  if (!instruction || isControl(instruction)) {
    await stepControl(run, outcome, instruction, (sql) => tx.rows(sql));
    return;
  }
  const { statement, text } = await dynamicStatement(run, outcome.state, instruction, (sql) => tx.rows(sql));
  const step = { statement, text, instruction, started: engine.clock.now() };
  const plan = planStatement(statement, namesOf(run, outcome.state, text));
  if (plan.kind === 'ddl')
    throw new SqlError('not supported by the embedded warehouse: DDL inside of a transaction', statement.at);
  const target = mutated(plan);
  if (target !== undefined && !releases.has(target)) {
    const release = engine.locks.tryAcquire(target);
    if (!release) throw aborted(target, run, statement.at);
    releases.set(target, release);
  }
  try {
    await execute(run, tx, step, plan, outcome);
    topFrame(outcome.state).pc++;
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

function asAborted(run: Run, error: unknown, tables: string[]): unknown {
  return isWriteConflict(error) && tables[0] !== undefined ? aborted(tables[0], run, 0) : error;
}

async function execute(run: Run, tx: Tx, step: Step, plan: Plan, outcome: Outcome): Promise<void> {
  const { engine, query, script } = run;
  const { statement, instruction } = step;
  if (statement.kind === 'createFunction' && statement.temp) {
    outcome.state.functions.push(statement.text);
    return;
  }
  const own = emptyStatistics();
  const cost = await planCost(engine, plan);
  const limit = query.maximumBytesBilled;
  if (limit !== undefined && cost.billed > Number(limit))
    throw new JobFailure(
      'bytesBilledLimitExceeded',
      `Query exceeded limit for bytes billed: ${limit}. ${cost.billed} or higher required.`,
    );
  addCost(own, cost);
  own.statementType = statementTypeOf(statement, plan.kind === 'ddl' && plan.query !== undefined);
  let result: JobResult | undefined;
  switch (plan.kind) {
    case 'query':
      if (instruction.op === 'execute' && instruction.statement.into.length > 0) break;
      result = await keepResult(run, tx, plan, destinationOf(run));
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
    case 'ddl':
      own.ddl = await runDdl(engine, tx, { job: run.execution.job, query }, plan);
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
  outcome.result = result ?? outcome.result;
  if (!script.isScript) {
    statistics.statementType = own.statementType;
    return;
  }
  const text = statementText(run, instruction, step.text);
  const child = childJob(run, { number: statistics.childJobs++, ...text }, { statistics: own, started: step.started });
  await engine.store.add(tx, { ...child, result: result && { ...result, destination: ofChild(result, child) } });
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
