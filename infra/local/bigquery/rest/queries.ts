import type { FastifyInstance } from 'fastify';
import { ApiError } from '../../api-error.ts';
import { JobFailure, toApi } from '../errors.ts';
import type { Engine } from '../jobs/engine.ts';
import { checkLocation, insertJob, newJob, requireJob } from '../jobs/insert-job.ts';
import type { Job, JobConfiguration, QueryConfiguration } from '../jobs/job.ts';
import { dryRun } from '../jobs/query-plan.ts';
import { jobReference, renderDml } from '../jobs/render-job.ts';
import type { Runner } from '../jobs/runner.ts';
import { sessionInfo } from '../jobs/sessions.ts';
import { readResultPage } from '../pages.ts';
import type { RowFormat } from '../rows.ts';
import { answer, decodeToken, encodeToken, type Query, readCount, readFormat } from './request.ts';

interface Params {
  project: string;
  job: string;
}

interface QueryBody extends QueryConfiguration {
  requestId?: string;
  timeoutMs?: number | string;
  maxResults?: number | string;
  dryRun?: boolean;
  location?: string;
  labels?: Record<string, string>;
  formatOptions?: { useInt64Timestamp?: boolean; timestampOutputFormat?: string };
  jobTimeoutMs?: string;
  kind?: string;
  /** A job is kept for every query here, which this only makes optional. */
  jobCreationMode?: string;
}

/** How long a request waits for its job when it does not say. Source: jobs.query and jobs.getQueryResults. */
const DEFAULT_WAIT_MS = 10_000;
/** Google's own bound on one wait. */
const MAX_WAIT_MS = 200_000;

interface PageOptions {
  start: number;
  limit: number | undefined;
  format: RowFormat;
}

export function queryRoutes(app: FastifyInstance, prefix: string, engine: Engine, runner: Runner): void {
  const root = `${prefix}/projects/:project/queries`;

  app.post<{ Params: Params; Body: QueryBody }>(root, ({ params, body }) =>
    answer(async () => {
      if (!body?.query) throw new ApiError('INVALID_ARGUMENT', 'Required parameter is missing: query');
      checkLocation(engine, body.location);
      const { requestId, timeoutMs, maxResults, dryRun: dry, labels, formatOptions, jobTimeoutMs, ...rest } = body;
      const { kind: _kind, location: _location, jobCreationMode: _mode, ...query } = rest;
      const configuration: JobConfiguration = {
        query,
        ...(labels && { labels }),
        ...(jobTimeoutMs !== undefined && { jobTimeoutMs }),
      };
      // jobs.query speaks legacy SQL unless told otherwise; here there is none, and clients always say.
      const job = newJob(engine, params.project, configuration, undefined);
      if (dry) return renderDry(job, await dryRun(engine, job));
      const known = await startOnce(engine, runner, job, requestId);
      await runner.wait(known, waitOf(timeoutMs));
      const options = {
        start: 0,
        limit: readCount(maxResults, 'maxResults'),
        format: readFormat(formatOptions?.useInt64Timestamp, formatOptions?.timestampOutputFormat),
      };
      return {
        kind: 'bigquery#queryResponse',
        ...(await renderResults(engine, known, options)),
        ...sessionInfo(known),
        location: known.location,
        queryId: known.id,
        jobCreationReason: { code: 'REQUESTED' },
      };
    }),
  );

  app.get<{ Params: Params; Querystring: Query }>(`${root}/:job`, ({ params, query }) =>
    answer(async () => {
      const job = await requireJob(engine, params.project, params.job, query.location);
      if (!job.configuration.query) throw new JobFailure('invalid', `Job ${job.id} is no query job: it has no results`);
      await runner.wait(job, waitOf(query.timeoutMs));
      const start = Number(decodeToken(query.pageToken) ?? readCount(query.startIndex, 'startIndex') ?? 0);
      const options = {
        start,
        limit: readCount(query.maxResults, 'maxResults'),
        format: readFormat(query['formatOptions.useInt64Timestamp'], query['formatOptions.timestampOutputFormat']),
      };
      return {
        kind: 'bigquery#getQueryResultsResponse',
        etag: `"${job.id}"`,
        ...(await renderResults(engine, job, options)),
      };
    }),
  );
}

/** Requests under way by their requestId: a client's retry may overtake the request that it repeats. */
const starting = new WeakMap<Engine, Map<string, Promise<Job>>>();

async function startOnce(engine: Engine, runner: Runner, job: Job, requestId: string | undefined): Promise<Job> {
  const start = async () => {
    await insertJob(engine, job);
    runner.submit(job);
    return job;
  };
  if (requestId === undefined) return start();
  const again = engine.store.byRequest(job.project, requestId);
  if (again) return again;
  const underWay = starting.get(engine) ?? new Map<string, Promise<Job>>();
  starting.set(engine, underWay);
  const key = JSON.stringify([job.project, requestId]);
  const first = underWay.get(key);
  if (first) return first;
  job.requestId = requestId;
  const mine = start().finally(() => underWay.delete(key));
  underWay.set(key, mine);
  return mine;
}

function waitOf(raw: unknown): number {
  return Math.min(readCount(raw, 'timeoutMs') ?? DEFAULT_WAIT_MS, MAX_WAIT_MS);
}

function renderDry(job: Job, statistics: Awaited<ReturnType<typeof dryRun>>): object {
  return {
    kind: 'bigquery#queryResponse',
    jobReference: { projectId: job.project, location: job.location },
    jobComplete: true,
    totalBytesProcessed: String(statistics.totalBytesProcessed),
    ...(statistics.schema && { schema: { fields: statistics.schema } }),
    cacheHit: false,
  };
}

async function renderResults(engine: Engine, job: Job, options: PageOptions): Promise<object> {
  if (job.state !== 'DONE') return { jobReference: jobReference(job), jobComplete: false };
  if (job.error) throw toApi(new JobFailure(job.error.reason, job.error.message));
  const { query, result } = job;
  const dml = query?.dml;
  const common = {
    jobReference: jobReference(job),
    jobComplete: true,
    totalBytesProcessed: String(query?.totalBytesProcessed ?? 0),
    totalBytesBilled: String(query?.totalBytesBilled ?? 0),
    cacheHit: query?.cacheHit === true,
    ...(dml &&
      query.statementType !== 'SCRIPT' && {
        numDmlAffectedRows: String(dml.insertedRowCount + dml.updatedRowCount + dml.deletedRowCount),
        dmlStats: renderDml(dml),
      }),
    ...(job.errors.length > 0 && { errors: job.errors }),
  };
  if (!result) {
    if (query?.statementType === 'SELECT')
      throw new JobFailure('notFound', `Not found: the results of job ${job.id} have expired`);
    return { ...common, totalRows: '0', schema: { fields: [] } };
  }
  const page = await readResultPage(engine.warehouse, result, options);
  return {
    ...common,
    schema: { fields: result.schema },
    totalRows: String(result.rows),
    ...(page.next < result.rows && { pageToken: encodeToken(page.next) }),
    rows: page.rows,
  };
}
