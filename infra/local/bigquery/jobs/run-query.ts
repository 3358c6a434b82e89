import { toFailure } from '../errors.ts';
import { planStatement } from '../sql/analyze/statement.ts';
import { unsupported } from '../sql/sql-error.ts';
import { cacheRequest, noting } from './cached-results.ts';
import { located, placeOf } from './child-jobs.ts';
import { claimPlace } from './claim-export.ts';
import type { Engine } from './engine.ts';
import { type Execution, inTransaction, lockFor, readerOf, refuseCancelled } from './execution.ts';
import type { QueryConfiguration } from './job.ts';
import { emptyStatistics, readScript } from './query-plan.ts';
import { adopt, answerFromCache, execute, keepFailure, mutated, note } from './run-statement.ts';
import { dynamicStatement, isControl, namesOf, settle, stepControl } from './script/control.ts';
import { currentInstruction, programOf } from './script/programs.ts';
import { outcomeOf, type Run } from './script/run.ts';
import { type StackEntry, topFrame } from './script/state.ts';
import { ABORTED } from './script/surroundings.ts';
import { abortSession, enterSession, isAbort, sessionOf, stepInSession } from './session-jobs.ts';
import { beginState } from './sessions.ts';
import { endTransaction, runTransaction } from './transactions.ts';

const NOTHING_SPENT = { statements: 0, processed: 0, billed: 0 };

/** Carries out a query job from its first statement that is not yet committed. */
export async function runQuery(engine: Engine, execution: Execution): Promise<void> {
  const { job } = execution;
  const query = job.configuration.query as QueryConfiguration;
  const text = query.query ?? '';
  const leave = await enterSession(engine, execution);
  try {
    const script = readScript(query);
    const session = sessionOf(engine, job);
    const run: Run = {
      engine,
      execution,
      query,
      script,
      state: structuredClone(
        job.script ?? { ...beginState(session), ...(script.isScript && { spent: NOTHING_SPENT }) },
      ),
      statistics: job.query ?? emptyStatistics(),
      result: job.result,
      session,
    };
    run.statistics.statementType ??= script.isScript ? 'SCRIPT' : undefined;
    while (job.state !== 'DONE') {
      try {
        await runNext(run);
      } catch (error) {
        const found = located(run, error);
        if (!handle(run, found)) throw found;
      }
    }
  } catch (error) {
    throw toFailure(error, text);
  } finally {
    leave();
  }
}

/** One instruction, or a whole transaction of them. */
async function runNext(run: Run): Promise<void> {
  const { engine, execution } = run;
  refuseCancelled(execution);
  settle(run, run.state);
  const instruction = currentInstruction(run.script, run.state);
  if (isAbort(instruction)) return abortSession(run, instruction);
  if (run.session && (await stepInSession(run, run.session, instruction))) return;
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
    if (plan.kind === 'export') await claimPlace(run, plan);
    const target = mutated(plan, run);
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
    run.state.exporting = undefined;
    const failure = text === undefined ? error : toFailure(error, text);
    if (run.script.isScript) await keepFailure(run, { statement, text, instruction, started }, failure);
    throw failure;
  }
}

/** What failed, and the calls that led there, the innermost first. */
function raisedAt({ script, state, query }: Run): { statement: string; stack: StackEntry[] } {
  const entries = state.frames.map((frame) => {
    const { instructions } = programOf(script, frame.procedure);
    return placeOf(frame.procedure ?? query.query ?? '', instructions[frame.pc], frame.procedure);
  });
  return { statement: entries.at(-1)?.text ?? '', stack: entries.map(({ entry }) => entry).reverse() };
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
      const { message } = toFailure(error, run.query.query ?? '');
      const { statement, stack } = raisedAt(run);
      frame.errors = [...frame.errors.slice(0, handler.depth - 1), { message, statement, stack }];
      frame.pc = handler.target;
      run.state = state;
      return true;
    }
    if (state.frames.length === 1) return false;
    state.frames.pop();
  }
  return false;
}
