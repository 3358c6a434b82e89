import { TEMPORARY } from '../catalog.ts';
import { JobFailure } from '../errors.ts';
import { type DdlStatement, planStatement } from '../sql/analyze/statement.ts';
import { lineAndColumn, SqlError, unsupported } from '../sql/sql-error.ts';
import type { Tx } from '../warehouse.ts';
import { type Caller, existingRef } from './ddl-names.ts';
import type { Engine } from './engine.ts';
import { inTransaction, refuseCancelled } from './execution.ts';
import type { Job } from './job.ts';
import { adopt, execute, keepFailure, mutated, note } from './run-statement.ts';
import { dynamicStatement, isControl, namesOf, settle, stepControl } from './script/control.ts';
import type { Instruction } from './script/program.ts';
import { currentInstruction } from './script/programs.ts';
import { type Outcome, outcomeOf, type Run } from './script/run.ts';
import { effectiveQuery } from './script/settings.ts';
import { topFrame } from './script/state.ts';
import { statementTypeOf } from './statement-types.ts';

/** COMMIT and ROLLBACK where no transaction is open; a handler may roll back what its error has already undone. */
export async function endTransaction(run: Run, instruction: Instruction): Promise<void> {
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
export async function runTransaction(run: Run, { at }: Instruction): Promise<void> {
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
          const instruction = currentInstruction(run.script, outcome.state);
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
    // Variables keep what the transaction gave them; rows and temporary functions do not.
    run.state = { ...outcome.state, functions: run.state.functions };
    const children = outcome.children.map(withoutResultTable);
    run.statistics.childJobs = outcome.statistics.childJobs;
    if (error !== rolledBack) {
      run.state.aborted = true;
      const failure = asAborted(run, error, [...releases.keys()]);
      await keepChildren(run, children);
      if (outcome.failing) await keepFailure(run, outcome.failing, failure);
      throw failure;
    }
    const next = outcomeOf(run);
    if (currentInstruction(run.script, next.state)) topFrame(next.state).pc++;
    await inTransaction(engine, execution, async (tx) => {
      for (const child of children) await engine.store.add(tx, child);
      await note(run, tx, next);
    });
  } finally {
    for (const release of releases.values()) release();
  }
}

/** The statements of a transaction that is undone were jobs all the same; what they answered is kept where it is small. */
const withoutResultTable = (child: Job): Job =>
  child.result?.physical === undefined ? child : { ...child, result: undefined };

async function keepChildren(run: Run, children: readonly Job[]): Promise<void> {
  if (children.length === 0 || run.execution.cancelled) return;
  await inTransaction(run.engine, run.execution, async (tx) => {
    for (const child of children) await run.engine.store.add(tx, child);
  });
}

export async function stepInTransaction(
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
  outcome.failing = step;
  const plan = planStatement(statement, namesOf(run, outcome.state, text));
  if (plan.kind === 'load' || plan.kind === 'export')
    throw unsupported(`${statementTypeOf(statement, false).replace('_', ' ')} inside of a transaction`, statement.at);
  if (
    plan.kind === 'ddl' &&
    !isOfTemporary(engine, plan.statement, { job: run.execution.job, query: effectiveQuery(run.query, run.state) })
  )
    throw new SqlError(
      `${statementTypeOf(statement, false).replaceAll('_', ' ')} is only supported inside of a transaction where it is temporary`,
      statement.at,
    );
  const target = mutated(plan, run);
  if (target !== undefined && !releases.has(target)) {
    const release = engine.locks.tryAcquire(target);
    if (!release) throw aborted(target, run, statement.at);
    releases.set(target, release);
  }
  try {
    await execute(run, tx, step, plan, outcome);
    topFrame(outcome.state).pc++;
    outcome.failing = undefined;
  } catch (error) {
    throw target !== undefined && isWriteConflict(error) ? aborted(target, run, statement.at) : error;
  }
}

/** Only temporary tables and functions may be made and dropped. Source: cloud.google.com/bigquery/docs/transactions#limitations */
function isOfTemporary(engine: Engine, statement: DdlStatement, caller: Caller): boolean {
  if (statement.kind === 'createTable' || statement.kind === 'createFunction') return statement.temp;
  if (statement.kind !== 'drop' || statement.what !== 'TABLE') return false;
  return existingRef(engine, statement.path, caller).dataset.startsWith(TEMPORARY);
}

const isWriteConflict = (error: unknown) =>
  error instanceof Error && /conflict/i.test(error.message) && !(error instanceof JobFailure);

function aborted(table: string, run: Run, at: number): JobFailure {
  const message = `Query error: Transaction is aborted due to concurrent update against table ${table}. Transaction ID: ${run.execution.job.id} at ${lineAndColumn(run.query.query ?? '', at)}`;
  return new JobFailure('invalidQuery', message, { location: 'query' });
}

export function asAborted(run: Run, error: unknown, tables: string[], at = 0): unknown {
  return isWriteConflict(error) && tables[0] !== undefined ? aborted(tables[0], run, at) : error;
}
