import { randomBytes } from 'node:crypto';
import { JobFailure, notSupported } from '../errors.ts';
import type { Script } from '../sql/parse/statements.ts';
import type { OpenTransaction, Tx, Warehouse } from '../warehouse.ts';
import type { Job, JobConfiguration } from './job.ts';
import { namesAtEnd } from './script/programs.ts';
import { initialState, type ScriptState, topFrame } from './script/state.ts';

/** What queries of one session share. Temporary tables lie in the dataset of the session. */
export interface Session {
  project: string;
  id: string;
  created: number;
  used: number;
  variables: ReturnType<typeof topFrame>['variables'];
  functions: ScriptState['functions'];
  /** `lost`: what it did is undone, by an error or because the process that held it open is gone, and its ROLLBACK is to come. */
  transaction: 'none' | 'open' | 'lost';
  /** How many transactions it has committed. */
  commits: number;
}

/** A transaction that a session holds open from one job to the next, and the tables that it has changed. */
export interface HeldTransaction {
  open: OpenTransaction;
  releases: Map<string, () => void>;
}

export interface Sessions {
  /** Durable once resolved. */
  create(project: string): Promise<Session>;
  /** Throws JobFailure where there is none, or where it has ended. */
  require(project: string, id: string): Session;
  /** Those that have ended by themselves. */
  expired(): Session[];
  save(tx: Tx, session: Session): Promise<void>;
  remove(tx: Tx, session: Session): Promise<void>;
  held(session: Session): HeldTransaction | undefined;
  hold(session: Session, open: OpenTransaction): void;
  /** In the transaction that a COMMIT ends: whether it did is read from here after a kill. */
  noteCommit(tx: Tx, session: Session): Promise<void>;
  /** Whether a COMMIT that a kill came after was carried out; it is told once. */
  takeCommit(session: Session): boolean;
  /** Ends the transaction, if any; its locks are free. */
  release(session: Session, how: 'commit' | 'rollback'): Promise<void>;
  stop(): Promise<void>;
}

/** A session ends after a day without a query, or after a week. Source: cloud.google.com/bigquery/docs/sessions */
const IDLE_MS = 24 * 60 * 60 * 1000;
const LIFE_MS = 7 * IDLE_MS;

export async function openSessions(warehouse: Warehouse, now: () => number): Promise<Sessions> {
  const sessions = new Map<string, Session>();
  const held = new Map<string, HeldTransaction>();
  const committed = new Set<string>();
  const keyOf = ({ project, id }: Pick<Session, 'project' | 'id'>) => JSON.stringify([project, id]);
  const hasEnded = (session: Session) => now() - session.used > IDLE_MS || now() - session.created > LIFE_MS;

  await warehouse.transaction(async (tx) => {
    await tx.run('CREATE TABLE IF NOT EXISTS meta.sessions (key VARCHAR, json VARCHAR)');
    await tx.run('CREATE TABLE IF NOT EXISTS meta.session_commits (key VARCHAR, n BIGINT)');
    const commits = new Map<string, number>();
    for (const { key, n } of await tx.rows('SELECT key, max(n) AS n FROM meta.session_commits GROUP BY key'))
      commits.set(String(key), Number(n));
    for (const { key, json } of await tx.rows('SELECT key, json FROM meta.sessions')) {
      const session: Session = JSON.parse(String(json));
      if (session.transaction === 'open') {
        const isDone = commits.get(String(key)) === session.commits;
        session.transaction = isDone ? 'none' : 'lost';
        if (isDone) {
          session.commits++;
          committed.add(String(key));
        }
      }
      sessions.set(String(key), session);
    }
  });

  async function put(tx: Tx, key: string, json: string | undefined): Promise<void> {
    await tx.run('DELETE FROM meta.sessions WHERE key = $key', { key });
    if (json !== undefined) await tx.run('INSERT INTO meta.sessions VALUES ($key, $json)', { key, json });
  }

  return {
    async create(project) {
      // Google's ids are base64 too, and longer than a job's.
      const id = randomBytes(30).toString('base64url');
      const session: Session = {
        project,
        id,
        created: now(),
        used: now(),
        variables: {},
        functions: [],
        transaction: 'none',
        commits: 0,
      };
      await warehouse.transaction((tx) => put(tx, keyOf(session), JSON.stringify(session)));
      sessions.set(keyOf(session), session);
      return session;
    },
    require(project, id) {
      const session = sessions.get(keyOf({ project, id }));
      if (session && !hasEnded(session)) return session;
      throw new JobFailure('invalid', `Session ${id} is not found, or it was terminated`);
    },
    expired: () => [...sessions.values()].filter((session) => hasEnded(session)),
    async save(tx, session) {
      await put(tx, keyOf(session), JSON.stringify(session));
      tx.afterCommit(() => void sessions.set(keyOf(session), session));
    },
    async remove(tx, session) {
      await put(tx, keyOf(session), undefined);
      await tx.run('DELETE FROM meta.session_commits WHERE key = $key', { key: keyOf(session) });
      tx.afterCommit(() => void sessions.delete(keyOf(session)));
    },
    held: (session) => held.get(keyOf(session)),
    hold: (session, open) => void held.set(keyOf(session), { open, releases: new Map() }),
    async noteCommit(tx, session) {
      await tx.run('INSERT INTO meta.session_commits VALUES ($key, $n)', {
        key: keyOf(session),
        n: BigInt(session.commits),
      });
    },
    takeCommit: (session) => committed.delete(keyOf(session)),
    async release(session, how) {
      const transaction = held.get(keyOf(session));
      if (!transaction) return;
      held.delete(keyOf(session));
      try {
        await transaction.open[how]();
      } finally {
        for (const release of transaction.releases.values()) release();
      }
    },
    async stop() {
      for (const { open } of held.values()) await open.rollback();
      held.clear();
    },
  };
}

/** The session that a query's connection properties name. Throws JobFailure for properties that are not understood. */
export function readSessionId(configuration: JobConfiguration): string | undefined {
  let id: string | undefined;
  for (const { key, value } of configuration.query?.connectionProperties ?? []) {
    if (key !== 'session_id') throw notSupported(`connection property ${key}`);
    id = value;
  }
  if (id !== undefined && configuration.query?.createSession === true)
    throw new JobFailure('invalid', 'A query can not both create a session and run in one: session_id is set');
  return id;
}

/** Where a job's script begins: with what its session knows. */
export function beginState(session: Session | undefined): ScriptState {
  const state = initialState();
  if (!session) return state;
  topFrame(state).variables = structuredClone(session.variables);
  return { ...state, functions: [...session.functions], aborted: session.transaction === 'lost' };
}

/** The session as a statement of the job leaves it: with the variables that end with no block of the script. */
export function sessionAfter(session: Session, script: Script, state: ScriptState, now: number): Session {
  const lasting = new Set([...Object.keys(session.variables), ...namesAtEnd(script)]);
  const variables = Object.entries(state.frames[0]?.variables ?? {}).filter(([name]) => lasting.has(name));
  const transaction = session.transaction === 'lost' && !state.aborted ? 'none' : session.transaction;
  return { ...session, transaction, used: now, variables: Object.fromEntries(variables), functions: state.functions };
}

export const sessionInfo = (job: Pick<Job, 'session'>) =>
  job.session === undefined ? {} : { sessionInfo: { sessionId: job.session } };
