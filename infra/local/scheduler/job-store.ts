import { ApiError } from '../api-error.ts';
import type { State } from '../state.ts';
import type { NameRange } from '../wire-page.ts';
import type { JobConfig } from './job-config.ts';

export interface Job {
  config: JobConfig;
  state: 'ENABLED' | 'PAUSED';
  /** When it fires next; undefined while it is paused, and for a schedule that never comes. */
  nextMs: number | undefined;
  updatedMs: number;
  lastAttemptMs: number | undefined;
  /** google.rpc.Status of the last attempt. */
  status: { code: number; message: string } | undefined;
}

/** One execution of a job, until it succeeds or is given up. */
export interface Firing {
  id: number;
  job: string;
  /** The same for every attempt: it is the key by which a worker knows a firing. */
  scheduledMs: number;
  /** Asked for by RunJob, beside the schedule. */
  manual: boolean;
  attempts: number;
  firstAttemptMs: number | undefined;
  dueMs: number;
}

export function createJobStore(state: State) {
  const { db } = state;
  state.migrate('scheduler', [
    `CREATE TABLE scheduler_jobs (
      name TEXT PRIMARY KEY, config TEXT NOT NULL, payload BLOB NOT NULL, state TEXT NOT NULL, next_ms INTEGER,
      updated_ms INTEGER NOT NULL, last_attempt_ms INTEGER, status TEXT
    ) STRICT`,
    `CREATE TABLE scheduler_firings (
      id INTEGER PRIMARY KEY, job TEXT NOT NULL, scheduled_ms INTEGER NOT NULL, manual INTEGER NOT NULL,
      attempts INTEGER NOT NULL DEFAULT 0, first_attempt_ms INTEGER, due_ms INTEGER NOT NULL
    ) STRICT`,
    'CREATE INDEX scheduler_firings_job ON scheduler_firings (job)',
  ]);
  const select = db.prepare('SELECT * FROM scheduler_jobs WHERE name = ?');
  const selectRange = db.prepare('SELECT * FROM scheduler_jobs WHERE name > ? AND name < ? ORDER BY name LIMIT ?');
  // "execution n + 1 of a job will not begin until execution n has finished" (job.proto, schedule).
  const selectReady = db.prepare(
    `SELECT * FROM scheduler_jobs j WHERE next_ms IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM scheduler_firings f WHERE f.job = j.name AND f.manual = 0)`,
  );
  const upsert = db.prepare(
    `INSERT OR REPLACE INTO scheduler_jobs
       (name, config, payload, state, next_ms, updated_ms, last_attempt_ms, status) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const remove = db.prepare('DELETE FROM scheduler_jobs WHERE name = ?');
  const insertFiring = db.prepare(
    'INSERT INTO scheduler_firings (job, scheduled_ms, manual, due_ms) VALUES (?, ?, ?, ?)',
  );
  const selectFirings = db.prepare('SELECT * FROM scheduler_firings ORDER BY due_ms');
  const updateFiring = db.prepare(
    'UPDATE scheduler_firings SET attempts = ?, first_attempt_ms = ?, due_ms = ? WHERE id = ?',
  );
  const removeFiring = db.prepare('DELETE FROM scheduler_firings WHERE id = ?');
  const removeFirings = db.prepare('DELETE FROM scheduler_firings WHERE job = ?');

  const get = (name: string): Job | undefined => {
    const row = select.get(name);
    return row ? parseJobRow(row) : undefined;
  };
  const write = (job: Job): void => {
    const { payload, ...config } = job.config;
    upsert.run(
      config.name,
      JSON.stringify(config),
      payload,
      job.state,
      job.nextMs ?? null,
      job.updatedMs,
      job.lastAttemptMs ?? null,
      job.status ? JSON.stringify(job.status) : null,
    );
  };

  return {
    get,
    getOrThrow(name: string): Job {
      const job = get(name);
      if (!job) throw new ApiError('NOT_FOUND', 'Job not found.');
      return job;
    },
    list: ({ after, before, limit }: NameRange): Job[] => selectRange.all(after, before, limit).map(parseJobRow),
    insert(job: Job): void {
      if (get(job.config.name)) throw new ApiError('ALREADY_EXISTS', `Job [${job.config.name}] already exists.`);
      write(job);
    },
    write,
    remove(name: string): void {
      remove.run(name);
      removeFirings.run(name);
    },
    /** Enabled jobs with no scheduled firing under way. */
    ready: (): Job[] => selectReady.all().map(parseJobRow),
    firings: (): Firing[] => selectFirings.all().map(parseFiringRow),
    addFiring: (job: string, scheduledMs: number, manual: boolean, dueMs: number): void =>
      void insertFiring.run(job, scheduledMs, manual ? 1 : 0, dueMs),
    updateFiring: ({ attempts, firstAttemptMs, dueMs, id }: Firing): void =>
      void updateFiring.run(attempts, firstAttemptMs ?? null, dueMs, id),
    removeFiring: (id: number): void => void removeFiring.run(id),
    removeFirings: (job: string): void => void removeFirings.run(job),
    transaction: state.transaction,
  };
}

export type JobStore = ReturnType<typeof createJobStore>;

const optional = (value: unknown): number | undefined => (value === null ? undefined : Number(value));

function parseJobRow(row: Record<string, unknown>): Job {
  return {
    config: { ...JSON.parse(String(row.config)), payload: row.payload } as JobConfig,
    state: row.state === 'PAUSED' ? 'PAUSED' : 'ENABLED',
    nextMs: optional(row.next_ms),
    updatedMs: Number(row.updated_ms),
    lastAttemptMs: optional(row.last_attempt_ms),
    status: row.status === null ? undefined : (JSON.parse(String(row.status)) as Job['status']),
  };
}

const parseFiringRow = (row: Record<string, unknown>): Firing => ({
  id: Number(row.id),
  job: String(row.job),
  scheduledMs: Number(row.scheduled_ms),
  manual: row.manual === 1,
  attempts: Number(row.attempts),
  firstAttemptMs: optional(row.first_attempt_ms),
  dueMs: Number(row.due_ms),
});
