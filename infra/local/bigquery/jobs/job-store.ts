import type { DuckDBValue } from '@duckdb/node-api';
import type { Tx, Warehouse } from '../warehouse.ts';
import type { Job } from './job.ts';

/** Every job ever inserted; those under way and the latest finished ones also in memory. */
export interface JobStore {
  find(project: string, id: string): Promise<Job | undefined>;
  byRequest(project: string, requestId: string): Job | undefined;
  /** Durable once resolved. */
  insert(job: Job): Promise<void>;
  /** Writes the job's state in the caller's transaction. */
  save(tx: Tx, job: Job): Promise<void>;
  /** Adds a job that is DONE, in the caller's transaction; one of the same id gives way. */
  add(tx: Tx, job: Job): Promise<void>;
  /** With its child jobs. */
  remove(job: Job): Promise<void>;
  /** Newest first. */
  list(project: string, filter: JobFilter): Promise<Job[]>;
  unfinished(): Job[];
  /** Durable once resolved: a job that was to be cancelled is not taken up again. */
  noteCancelled(job: Job): Promise<void>;
  isCancelled(job: Job): boolean;
  /** Drops results of queries that ended before `before`, in milliseconds since 1970. */
  expireResults(before: number): Promise<number>;
}

export interface JobFilter {
  /** Empty = all. */
  states: string[];
  /** Only the children of this job; undefined = only jobs that are no one's child. */
  parent: string | undefined;
  /** Bounds of the creation time in milliseconds since 1970, both included. */
  from: number;
  to: number;
  /** Only what comes behind this job. */
  after: { created: number; id: string } | undefined;
  limit: number;
}

/** How long a repeated request is known by its id. Source: jobs.query, requestId. */
const REQUEST_LIFE_MS = 15 * 60 * 1000;

/** Finished jobs kept in memory; older ones are read back from the warehouse. */
const KEPT = 1000;

const INSERT =
  'INSERT INTO meta.jobs (project, id, created, ended, state, result, json, parent) VALUES ($project, $id, $created, $ended, $state, $result, $json, $parent)';

export async function openJobStore(warehouse: Warehouse): Promise<JobStore> {
  const memory = new Map<string, Job>();
  const requests = new Map<string, Job>();
  const keyOf = (job: Pick<Job, 'project' | 'id'>) => JSON.stringify([job.project, job.id]);
  const persisted = new Set<string>();
  const cancelled = new Set<string>();

  await warehouse.transaction(async (tx) => {
    await tx.run(
      'CREATE TABLE IF NOT EXISTS meta.jobs (project VARCHAR, id VARCHAR, created BIGINT, ended BIGINT, state VARCHAR, result VARCHAR, json VARCHAR)',
    );
    await tx.run('ALTER TABLE meta.jobs ADD COLUMN IF NOT EXISTS parent VARCHAR');
    const known = await tx.rows(
      `SELECT json FROM meta.jobs WHERE state <> 'DONE' OR created > (SELECT max(created) FROM meta.jobs) - ${REQUEST_LIFE_MS} ORDER BY created`,
    );
    for (const row of known) remember(JSON.parse(String(row.json)));
    // Beside the jobs, so that it is never in the way of a job's own end.
    await tx.run('CREATE TABLE IF NOT EXISTS meta.cancelled (key VARCHAR)');
    for (const { key } of await tx.rows('SELECT key FROM meta.cancelled')) cancelled.add(String(key));
    for (const [key, { state }] of memory) if (state === 'DONE') cancelled.delete(key);
    for (const key of cancelled) if (!memory.has(key)) cancelled.delete(key);
    await tx.run('DELETE FROM meta.cancelled');
    for (const key of cancelled) await tx.run('INSERT INTO meta.cancelled VALUES ($key)', { key });
    // A result whose job never came to be DONE belongs to no one.
    const orphans = await tx.rows(
      "SELECT table_name AS name FROM duckdb_tables() WHERE schema_name = 'anon' AND 'anon.' || table_name NOT IN (SELECT result FROM meta.jobs WHERE result IS NOT NULL)",
    );
    for (const { name } of orphans) await tx.run(`DROP TABLE anon."${String(name)}"`);
  });

  function remember(job: Job): void {
    memory.set(keyOf(job), job);
    if (job.requestId) requests.set(JSON.stringify([job.project, job.requestId]), job);
    if (memory.size <= KEPT * 1.1) return;
    for (const [key, old] of memory) {
      if (memory.size <= KEPT) break;
      if (old.state !== 'DONE') continue;
      memory.delete(key);
      persisted.delete(key);
      if (old.requestId) requests.delete(JSON.stringify([old.project, old.requestId]));
    }
  }

  const valuesOf = (job: Job) => ({
    project: job.project,
    id: job.id,
    created: BigInt(job.created),
    ended: job.ended === undefined ? null : BigInt(job.ended),
    state: job.state,
    result: job.result ? (job.result.physical ?? 'inline') : null,
    json: JSON.stringify(job),
    parent: job.parent?.id ?? null,
  });

  async function write(tx: Tx, job: Job): Promise<void> {
    if (persisted.has(keyOf(job)) || !memory.has(keyOf(job))) {
      const { created: _created, parent: _parent, ...changed } = valuesOf(job);
      await tx.run(
        'UPDATE meta.jobs SET ended = $ended, state = $state, result = $result, json = $json WHERE project = $project AND id = $id',
        changed,
      );
    } else await tx.run(INSERT, valuesOf(job));
    tx.afterCommit(() => void persisted.add(keyOf(job)));
  }

  /** A result may be shared: a query that was answered from the cache has that of an earlier one. */
  async function dropUnused(tx: Tx, physical: string | undefined): Promise<void> {
    if (physical === undefined) return;
    const [used] = await tx.rows('SELECT 1 AS one FROM meta.jobs WHERE result = $physical LIMIT 1', { physical });
    if (!used) await tx.run(`DROP TABLE IF EXISTS ${physical}`);
  }

  const parse = (rows: { json?: unknown }[]) =>
    rows.map((row) => memory.get(keyOf(JSON.parse(String(row.json)))) ?? (JSON.parse(String(row.json)) as Job));

  const listed = async (where: string, values: Record<string, DuckDBValue>) =>
    parse(await warehouse.rows(`SELECT json FROM meta.jobs WHERE ${where}`, values));

  for (const key of memory.keys()) persisted.add(key);
  return {
    async find(project, id) {
      const kept = memory.get(JSON.stringify([project, id]));
      if (kept) return kept;
      return (await listed('project = $project AND id = $id', { project, id }))[0];
    },
    byRequest: (project, requestId) => requests.get(JSON.stringify([project, requestId])),
    async insert(job) {
      remember(job);
      await warehouse.transaction((tx) => write(tx, job));
    },
    save: write,
    async add(tx, job) {
      const { project, id } = job;
      await tx.run('DELETE FROM meta.jobs WHERE project = $project AND id = $id', { project, id });
      await tx.run(INSERT, valuesOf(job));
    },
    async remove(job) {
      const { project, id } = job;
      const gone = [job, ...(await listed('project = $project AND parent = $id', { project, id }))];
      await warehouse.transaction(async (tx) => {
        await tx.run('DELETE FROM meta.jobs WHERE project = $project AND (id = $id OR parent = $id)', { project, id });
        // Another job may come to have its id.
        await tx.run('DELETE FROM meta.cancelled WHERE key = $key', { key: keyOf(job) });
        for (const one of gone) await dropUnused(tx, one.result?.physical);
      });
      for (const one of gone) {
        one.result = undefined;
        cancelled.delete(keyOf(one));
        memory.delete(keyOf(one));
        persisted.delete(keyOf(one));
      }
    },
    async list(project, { states, parent, from, to, after, limit }) {
      const conditions = [
        'project = $project AND created BETWEEN $from AND $to',
        parent === undefined ? 'parent IS NULL' : 'parent = $parent',
        ...(states.length > 0 ? [`state IN (${states.map((state) => `'${state}'`).join(', ')})`] : []),
        ...(after ? ['(created < $created OR (created = $created AND id < $id))'] : []),
      ];
      return listed(`${conditions.join(' AND ')} ORDER BY created DESC, id DESC LIMIT ${limit}`, {
        project,
        from: BigInt(from),
        to: BigInt(to),
        ...(parent !== undefined && { parent }),
        ...(after && { created: BigInt(after.created), id: after.id }),
      });
    },
    async noteCancelled(job) {
      const key = keyOf(job);
      if (job.state === 'DONE' || cancelled.has(key)) return;
      cancelled.add(key);
      await warehouse.transaction((tx) => tx.run('INSERT INTO meta.cancelled VALUES ($key)', { key }));
    },
    isCancelled: (job) => cancelled.has(keyOf(job)),
    unfinished: () => [...memory.values()].filter((job) => job.state !== 'DONE'),
    async expireResults(before) {
      const expired = await listed('result IS NOT NULL AND ended < $before', { before: BigInt(before) });
      for (const job of expired) {
        const physical = job.result?.physical;
        await warehouse.transaction(async (tx) => {
          job.result = undefined;
          await tx.run('UPDATE meta.jobs SET result = NULL, json = $json WHERE project = $project AND id = $id', {
            json: JSON.stringify(job),
            project: job.project,
            id: job.id,
          });
          await dropUnused(tx, physical);
        });
      }
      return expired.length;
    },
  };
}
