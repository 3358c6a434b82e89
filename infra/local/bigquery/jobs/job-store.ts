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
  remove(job: Job): Promise<void>;
  list(project: string, options: { states: string[]; before: number | undefined; limit: number }): Promise<Job[]>;
  unfinished(): Job[];
  /** Drops results of queries that ended before `before`, in milliseconds since 1970. */
  expireResults(before: number): Promise<number>;
}

/** Finished jobs kept in memory; older ones are read back from the warehouse. */
const KEPT = 1000;

export async function openJobStore(warehouse: Warehouse): Promise<JobStore> {
  const memory = new Map<string, Job>();
  const requests = new Map<string, Job>();
  const keyOf = (job: Pick<Job, 'project' | 'id'>) => JSON.stringify([job.project, job.id]);
  const persisted = new Set<string>();

  await warehouse.transaction(async (tx) => {
    await tx.run(
      'CREATE TABLE IF NOT EXISTS meta.jobs (project VARCHAR, id VARCHAR, created BIGINT, ended BIGINT, state VARCHAR, result VARCHAR, json VARCHAR)',
    );
    for (const row of await tx.rows("SELECT json FROM meta.jobs WHERE state <> 'DONE' ORDER BY created"))
      remember(JSON.parse(String(row.json)));
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

  async function write(tx: Tx, job: Job): Promise<void> {
    const values = {
      project: job.project,
      id: job.id,
      created: BigInt(job.created),
      ended: job.ended === undefined ? null : BigInt(job.ended),
      state: job.state,
      result: job.result ? (job.result.physical ?? 'inline') : null,
      json: JSON.stringify(job),
    };
    if (persisted.has(keyOf(job)) || !memory.has(keyOf(job))) {
      await tx.run(
        'UPDATE meta.jobs SET ended = $ended, state = $state, result = $result, json = $json WHERE project = $project AND id = $id',
        {
          ended: values.ended,
          state: values.state,
          result: values.result,
          json: values.json,
          project: values.project,
          id: values.id,
        },
      );
    } else
      await tx.run('INSERT INTO meta.jobs VALUES ($project, $id, $created, $ended, $state, $result, $json)', values);
    tx.afterCommit(() => void persisted.add(keyOf(job)));
  }

  const parse = (rows: { json?: unknown }[]) =>
    rows.map((row) => memory.get(keyOf(JSON.parse(String(row.json)))) ?? (JSON.parse(String(row.json)) as Job));

  for (const key of memory.keys()) persisted.add(key);
  return {
    async find(project, id) {
      const kept = memory.get(JSON.stringify([project, id]));
      if (kept) return kept;
      return parse(
        await warehouse.rows('SELECT json FROM meta.jobs WHERE project = $project AND id = $id', { project, id }),
      )[0];
    },
    byRequest: (project, requestId) => requests.get(JSON.stringify([project, requestId])),
    async insert(job) {
      remember(job);
      await warehouse.transaction((tx) => write(tx, job));
    },
    save: write,
    async remove(job) {
      await warehouse.transaction(async (tx) => {
        await tx.run('DELETE FROM meta.jobs WHERE project = $project AND id = $id', {
          project: job.project,
          id: job.id,
        });
        if (job.result?.physical) await tx.run(`DROP TABLE IF EXISTS ${job.result.physical}`);
      });
      memory.delete(keyOf(job));
      persisted.delete(keyOf(job));
    },
    async list(project, { states, before, limit }) {
      const rows = await warehouse.rows(
        `SELECT json FROM meta.jobs WHERE project = $project AND created < $before ${states.length > 0 ? `AND state IN (${states.map((state) => `'${state}'`).join(', ')})` : ''} ORDER BY created DESC LIMIT ${limit}`,
        { project, before: BigInt(before ?? Number.MAX_SAFE_INTEGER) },
      );
      return parse(rows);
    },
    unfinished: () => [...memory.values()].filter((job) => job.state !== 'DONE'),
    async expireResults(before) {
      const rows = await warehouse.rows('SELECT json FROM meta.jobs WHERE result IS NOT NULL AND ended < $before', {
        before: BigInt(before),
      });
      for (const job of parse(rows)) {
        await warehouse.transaction(async (tx) => {
          if (job.result?.physical) await tx.run(`DROP TABLE IF EXISTS ${job.result.physical}`);
          job.result = undefined;
          await tx.run('UPDATE meta.jobs SET result = NULL, json = $json WHERE project = $project AND id = $id', {
            json: JSON.stringify(job),
            project: job.project,
            id: job.id,
          });
        });
      }
      return rows.length;
    },
  };
}
