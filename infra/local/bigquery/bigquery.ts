import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import type { Context } from '../context.ts';
import { openCatalog } from './catalog.ts';
import { type Clock, SYSTEM_CLOCK } from './clock.ts';
import { openInsertIds } from './insert-ids.ts';
import { createResultCache, RESULT_LIFE_MS } from './jobs/cached-results.ts';
import type { Engine, Files } from './jobs/engine.ts';
import type { Job } from './jobs/job.ts';
import { openJobStore } from './jobs/job-store.ts';
import { expirePartitions, expireTables } from './jobs/lifetimes.ts';
import { createLocks } from './jobs/locks.ts';
import { createRunner } from './jobs/runner.ts';
import { endSession } from './jobs/session-jobs.ts';
import { openSessions } from './jobs/sessions.ts';
import { datasetRoutes } from './rest/datasets.ts';
import { jobRoutes } from './rest/jobs.ts';
import { modelRoutes } from './rest/models.ts';
import { answerPartially } from './rest/partial-response.ts';
import { projectRoutes } from './rest/projects.ts';
import { queryRoutes } from './rest/queries.ts';
import { routineRoutes } from './rest/routines.ts';
import { tabledataRoutes } from './rest/tabledata.ts';
import { tableRoutes } from './rest/tables.ts';
import { uploadRoutes } from './rest/uploads.ts';
import { createSizes } from './sizes.ts';
import { openWarehouse } from './warehouse.ts';

export type { Files };

export interface BigQuery {
  /** Adds the REST API to an app that parses JSON bodies (`createHttp({ bodies: 'json' })`). */
  routes(app: FastifyInstance): void;
  /** Goes on with the jobs that were under way, and expires old results from time to time. */
  start(): void;
  stop(): Promise<void>;
}

const SWEEP_MS = 10 * 60 * 1000;

/** Files of uploads that never became a job, or whose job is done. */
async function removeOrphans(uploads: string, unfinished: Job[]): Promise<void> {
  const wanted = new Set(unfinished.map((job) => job.upload));
  await mkdir(uploads, { recursive: true });
  for (const name of await readdir(uploads)) {
    const path = join(uploads, name);
    if (!wanted.has(path)) await rm(path, { force: true });
  }
}

/** The local BigQuery: the v2 REST API on one DuckDB database under `context.dir`. `memoryLimit`: DuckDB's, such as `1GB`. */
export async function createBigQuery(
  context: Context,
  { files, clock = SYSTEM_CLOCK, memoryLimit }: { files: Files; clock?: Clock; memoryLimit?: string | undefined },
): Promise<BigQuery> {
  const dir = join(context.dir, 'bigquery');
  const warehouse = await openWarehouse(dir, memoryLimit);
  const catalog = await openCatalog(warehouse, clock);
  const store = await openJobStore(warehouse);
  const [last] = await warehouse.rows(
    "SELECT max(TRY_CAST(regexp_extract(result, '\\d+$') AS BIGINT)) AS n FROM meta.jobs",
  );
  let nextResult = Number(last?.n ?? 0) + 1;
  const engine: Engine = {
    warehouse,
    catalog,
    sizes: createSizes(warehouse, catalog),
    store,
    locks: createLocks(),
    results: createResultCache(),
    sessions: await openSessions(warehouse, () => clock.now()),
    insertIds: await openInsertIds(warehouse, () => clock.now()),
    meter: context.meter,
    clock,
    files,
    exports: join(dir, 'exports'),
    project: context.project,
    location: context.location,
    freshResult: () => `anon.q_${nextResult++}`,
  };
  const runner = createRunner(engine);
  await removeOrphans(join(dir, 'uploads'), store.unfinished());
  // What a kill left half written; its job begins anew.
  await rm(engine.exports, { recursive: true, force: true });
  let sweeper: NodeJS.Timeout | undefined;

  async function sweep(): Promise<void> {
    await store.expireResults(clock.now() - RESULT_LIFE_MS);
    for (const session of engine.sessions.expired()) await endSession(engine, session);
    await engine.insertIds.expire();
    await expireTables(engine);
    await expirePartitions(engine);
  }

  return {
    routes(app) {
      let base = 'http://127.0.0.1/bigquery/v2';
      app.addHook('onListen', async () => {
        const address = app.server.address();
        if (address !== null && typeof address === 'object') base = `http://127.0.0.1:${address.port}/bigquery/v2`;
      });
      answerPartially(app);
      // Clients that are pointed here by BIGQUERY_EMULATOR_HOST leave the path's prefix out.
      for (const prefix of ['/bigquery/v2', '']) {
        projectRoutes(app, prefix, engine);
        datasetRoutes(app, prefix, engine, () => base);
        tableRoutes(app, prefix, engine, () => base);
        tabledataRoutes(app, prefix, engine);
        routineRoutes(app, prefix, engine);
        modelRoutes(app, prefix, engine);
        jobRoutes(app, prefix, engine, runner, () => base);
        queryRoutes(app, prefix, engine, runner);
      }
      uploadRoutes(app, engine, runner, dir, () => base);
    },
    start() {
      for (const job of store.unfinished()) {
        runner.submit(job);
        if (store.isCancelled(job)) runner.cancel(job);
      }
      const logged = () => void sweep().catch((error) => console.error(error));
      sweeper = setInterval(logged, SWEEP_MS);
      sweeper.unref();
      logged();
    },
    async stop() {
      clearInterval(sweeper);
      await runner.stop();
      await engine.sessions.stop();
      await warehouse.stop();
    },
  };
}
