import type { FastifyInstance } from 'fastify';
import { ApiError } from '../../api-error.ts';
import type { Engine } from '../jobs/engine.ts';
import { insertJob, type JobReference, newJob, requireJob } from '../jobs/insert-job.ts';
import type { Job, JobConfiguration } from '../jobs/job.ts';
import { dryRun } from '../jobs/query-plan.ts';
import { renderJob } from '../jobs/render-job.ts';
import type { Runner } from '../jobs/runner.ts';
import { answer, decodeToken, encodeToken, type Query, readCount } from './request.ts';

interface Params {
  project: string;
  job: string;
}
interface InsertBody {
  configuration?: JobConfiguration;
  jobReference?: JobReference;
}

export function selfLinkOf(job: Job, base: string): string {
  return `${base}/projects/${job.project}/jobs/${job.id}?location=${job.location}`;
}

/** jobs.insert, also behind an upload: durable before the answer, then carried out in the background. */
export async function startJob(
  engine: Engine,
  runner: Runner,
  project: string,
  body: InsertBody | undefined,
  upload?: string,
): Promise<Job> {
  if (!body?.configuration) throw new ApiError('INVALID_ARGUMENT', 'Required parameter is missing: configuration');
  const job = newJob(engine, project, body.configuration, body.jobReference);
  if (body.configuration.dryRun) return planOnly(engine, job);
  job.upload = upload;
  await insertJob(engine, job);
  runner.submit(job);
  return job;
}

/** A dry run is DONE at once and kept nowhere. */
async function planOnly(engine: Engine, job: Job): Promise<Job> {
  if (!job.configuration.query) throw new ApiError('INVALID_ARGUMENT', 'Dry runs are for queries only');
  const statistics = await dryRun(engine, job);
  return { ...job, state: 'DONE', query: statistics };
}

/** Where a page of jobs ended: jobs may share their creation time, but not their id. */
function readPosition(token: string | undefined): { created: number; id: string } | undefined {
  const [, created, id = ''] = /^(\d+)\/(.+)$/.exec(decodeToken(token) ?? '') ?? [];
  return created === undefined ? undefined : { created: Number(created), id };
}

/** `projection=minimal`, which is the default, leaves the configuration out. */
function renderListed(job: Job, { configuration, ...rest }: Rendered, isFull: boolean): object {
  return {
    ...rest,
    ...(isFull && { configuration }),
    state: job.state,
    ...(job.error && { errorResult: job.error }),
  };
}

type Rendered = ReturnType<typeof renderJob>;

export function jobRoutes(
  app: FastifyInstance,
  prefix: string,
  engine: Engine,
  runner: Runner,
  base: () => string,
): void {
  const root = `${prefix}/projects/:project/jobs`;
  const render = (job: Job) => renderJob(job, selfLinkOf(job, base()));

  app.post<{ Params: Params; Body: InsertBody }>(root, ({ params, body }) =>
    answer(async () => render(await startJob(engine, runner, params.project, body))),
  );

  app.get<{ Params: Params; Querystring: Query & { stateFilter?: string | string[] } }>(root, ({ params, query }) =>
    answer(async () => {
      const limit = readCount(query.maxResults, 'maxResults') ?? 50;
      const states = [query.stateFilter ?? []].flat().map((state) => state.toUpperCase());
      for (const state of states)
        if (!['PENDING', 'RUNNING', 'DONE'].includes(state))
          throw new ApiError('INVALID_ARGUMENT', `Invalid stateFilter: ${state}`);
      const found = await engine.store.list(params.project, {
        states,
        parent: query.parentJobId || undefined,
        from: readCount(query.minCreationTime, 'minCreationTime') ?? 0,
        to: readCount(query.maxCreationTime, 'maxCreationTime') ?? Number.MAX_SAFE_INTEGER,
        after: readPosition(query.pageToken),
        limit: limit + 1,
      });
      const last = found.length > limit ? found[limit - 1] : undefined;
      return {
        kind: 'bigquery#jobList',
        etag: '"jobs"',
        ...(last && { nextPageToken: encodeToken(`${last.created}/${last.id}`) }),
        jobs: found.slice(0, limit).map((job) => renderListed(job, render(job), query.projection === 'full')),
      };
    }),
  );

  app.get<{ Params: Params; Querystring: Query }>(`${root}/:job`, ({ params, query }) =>
    answer(async () => render(await requireJob(engine, params.project, params.job, query.location))),
  );

  app.post<{ Params: Params; Querystring: Query }>(`${root}/:job/cancel`, ({ params, query }) =>
    answer(async () => {
      const job = await requireJob(engine, params.project, params.job, query.location);
      runner.cancel(job);
      await engine.store.noteCancelled(job);
      return { kind: 'bigquery#jobCancelResponse', job: render(job) };
    }),
  );

  app.delete<{ Params: Params; Querystring: Query }>(`${root}/:job/delete`, ({ params, query }, reply) =>
    answer(async () => {
      const job = await requireJob(engine, params.project, params.job, query.location);
      if (job.state !== 'DONE')
        throw new ApiError(
          'FAILED_PRECONDITION',
          `Job ${job.id} is ${job.state}: only jobs that are DONE can be deleted`,
        );
      await engine.store.remove(job);
      return reply.code(204).send();
    }),
  );
}
