import { planValue } from '../sql/analyze/statement.ts';
import { SqlError } from '../sql/sql-error.ts';
import { scalar } from '../sql/types.ts';
import type { Engine } from './engine.ts';
import { type Execution, inTransaction, lockFor, readerOf } from './execution.ts';
import type { Job } from './job.ts';
import { note } from './run-statement.ts';
import { settle } from './script/control.ts';
import type { Instruction } from './script/program.ts';
import { outcomeOf, type Run, surroundings } from './script/run.ts';
import { topFrame } from './script/state.ts';
import { tempDataset } from './script/surroundings.ts';
import type { HeldTransaction, Session } from './sessions.ts';
import { asAborted, stepInTransaction } from './transactions.ts';

/** A session's jobs run one after the other. */
const lockOf = (session: Pick<Session, 'project' | 'id'>) => `session ${session.project}:${session.id}`;

export const sessionOf = (engine: Engine, job: Job): Session | undefined =>
  job.session === undefined ? undefined : engine.sessions.require(job.project, job.session);

/** Waits until the job's session, if it has one, is the job's alone; resolves to what gives it back. */
export async function enterSession(engine: Engine, execution: Execution): Promise<() => void> {
  const { project, session: id } = execution.job;
  return id === undefined ? () => {} : lockFor(engine, execution, lockOf({ project, id }));
}

/** What the session has not committed is undone, and its temporary tables go. */
export async function endSession(engine: Engine, session: Session): Promise<void> {
  await engine.sessions.release(session, 'rollback');
  const dataset = tempDataset({ id: '', session: session.id });
  await engine.warehouse.transaction(async (tx) => {
    for (const table of engine.catalog.tables(session.project, dataset)) await engine.catalog.dropTable(tx, table);
    await engine.sessions.remove(tx, session);
  });
}

/** One instruction of a session's transaction, which may go on in the next job. False where it is for any job to carry out. */
export async function stepInSession(
  run: Run,
  session: Session,
  instruction: Instruction | undefined,
): Promise<boolean> {
  const { engine } = run;
  const held = engine.sessions.held(session);
  if (instruction?.op === 'begin' && (held || session.transaction === 'lost'))
    throw new SqlError('Nested transactions are not supported', instruction.at);
  switch (instruction?.op) {
    case 'begin': {
      const open = await engine.warehouse.begin();
      engine.sessions.hold(session, open);
      await advance(run, { ...session, transaction: 'open' });
      return true;
    }
    case 'commit':
      if (held) await commit(run, session, held, instruction.at);
      // A kill came between the commit and its note.
      else if (engine.sessions.takeCommit(session)) await advance(run, session);
      else return false;
      return true;
    case 'rollback':
      if (!held) return false;
      await engine.sessions.release(session, 'rollback');
      await advance(run, { ...session, transaction: 'none' });
      return true;
  }
  if (!held || !(instruction || run.state.frames.length > 1)) return false;
  await step(run, session, held, instruction);
  return true;
}

/** CALL BQ.ABORT_SESSION(): of the job's own session, or of the one that it names. */
export async function abortSession(run: Run, instruction: Call): Promise<void> {
  const { engine, execution, session: own } = run;
  const [arg] = instruction.statement.args;
  const [row] = arg
    ? await readerOf(engine, execution)(planValue(arg, scalar('STRING'), surroundings(run, run.state)).sql)
    : [];
  const id = arg ? String(row?.c1) : own?.id;
  if (id === undefined) throw new SqlError('BQ.ABORT_SESSION() outside of a session wants its ID', instruction.at);
  const session = engine.sessions.require(execution.job.project, id);
  const isOwn = own?.id === id;
  const release = isOwn ? () => {} : await lockFor(engine, execution, lockOf(session));
  try {
    await endSession(engine, session);
  } finally {
    release();
  }
  if (isOwn) run.session = undefined;
  await advance(run);
}

/** Notes where the script stands now, and the session, beside the transaction that stays open. */
async function advance(run: Run, session = run.session): Promise<void> {
  const outcome = outcomeOf(run);
  topFrame(outcome.state).pc++;
  run.session = session;
  await inTransaction(run.engine, run.execution, (tx) => note(run, tx, outcome));
}

async function step(
  run: Run,
  session: Session,
  held: HeldTransaction,
  instruction: Instruction | undefined,
): Promise<void> {
  const { engine, execution } = run;
  const outcome = outcomeOf(run);
  execution.connection = held.open.tx.connection;
  try {
    settle(run, outcome.state);
    await stepInTransaction(run, held.open.tx, instruction, outcome, held.releases);
  } catch (error) {
    const failure = asAborted(run, error, [...held.releases.keys()]);
    await undo(run, session);
    throw failure;
  } finally {
    execution.connection = undefined;
  }
  await inTransaction(engine, execution, (tx) => note(run, tx, outcome));
}

async function commit(run: Run, session: Session, held: HeldTransaction, at: number): Promise<void> {
  const { engine } = run;
  const tables = [...held.releases.keys()];
  try {
    await engine.sessions.noteCommit(held.open.tx, session);
    await engine.sessions.release(session, 'commit');
  } catch (error) {
    await undo(run, session);
    throw asAborted(run, error, tables, at);
  }
  await advance(run, { ...session, transaction: 'none', commits: session.commits + 1 });
}

/** What fails inside of a transaction undoes it; until its ROLLBACK nothing else is carried out in the session. */
async function undo(run: Run, session: Session): Promise<void> {
  const { engine } = run;
  const next: Session = { ...session, transaction: 'lost' };
  await engine.sessions.release(session, 'rollback');
  run.session = next;
  run.state = { ...run.state, aborted: true };
  await engine.warehouse.transaction((tx) => engine.sessions.save(tx, next));
}

type Call = Extract<Instruction, { op: 'call' }>;

export const isAbort = (instruction: Instruction | undefined): instruction is Call =>
  instruction?.op === 'call' &&
  instruction.statement.path.map(({ name }) => name.toUpperCase()).join('.') === 'BQ.ABORT_SESSION';
