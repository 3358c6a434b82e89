import { randomUUID } from 'node:crypto';
import { JobFailure } from '../errors.ts';
import type { Engine } from './engine.ts';
import type { Job, JobConfiguration } from './job.ts';
import { checkOptions } from './known-options.ts';
import { readSessionId } from './sessions.ts';

export interface JobReference {
  projectId?: string;
  jobId?: string;
  location?: string;
}

/** Letters, digits, underscores and dashes. Source: cloud.google.com/bigquery/docs/reference/rest/v2/JobReference */
const JOB_ID = /^[A-Za-z0-9_-]{1,1024}$/;

/** A job as a request describes it. Throws JobFailure for what no job could carry out. */
export function newJob(
  engine: Engine,
  project: string,
  configuration: JobConfiguration,
  reference: JobReference | undefined,
): Job {
  const id = reference?.jobId ?? `job_${randomUUID().replaceAll('-', '')}`;
  if (!JOB_ID.test(id))
    throw new JobFailure(
      'invalid',
      `Invalid job ID "${id}". Job IDs must be alphanumeric (plus underscores and dashes) and must be at most 1024 characters long.`,
    );
  checkLocation(engine, reference?.location);
  const kinds = ['query', 'load', 'copy', 'extract'].filter(
    (kind) => configuration?.[kind as keyof JobConfiguration] !== undefined,
  );
  if (kinds.length !== 1)
    throw new JobFailure('invalid', 'Required parameter is missing: exactly one of query, load, copy and extract');
  checkOptions(configuration);
  const session = readSessionId(configuration);
  if (session !== undefined) engine.sessions.require(project, session);
  return {
    project,
    id,
    location: engine.location,
    configuration,
    upload: undefined,
    requestId: undefined,
    ...(session !== undefined && { session }),
    state: 'PENDING',
    created: engine.clock.now(),
    started: undefined,
    ended: undefined,
    error: undefined,
    errors: [],
    query: undefined,
    load: undefined,
    copy: undefined,
    extract: undefined,
    result: undefined,
    script: undefined,
  };
}

export function checkLocation(engine: Engine, location: string | undefined): void {
  if (location === undefined || location.toUpperCase() === engine.location.toUpperCase()) return;
  throw new JobFailure(
    'invalid',
    `The local cloud has one location, ${engine.location}; the request asks for ${location}`,
  );
}

/** Ids that are being inserted: two requests with one id must not both pass the check. */
const arriving = new WeakMap<Engine, Set<string>>();

/** Makes the job durable, or fails because its id was used before. */
export async function insertJob(engine: Engine, job: Job): Promise<void> {
  const ids = arriving.get(engine) ?? new Set<string>();
  arriving.set(engine, ids);
  const key = JSON.stringify([job.project, job.id]);
  const duplicate = () => new JobFailure('duplicate', `Already Exists: Job ${job.project}:${job.location}.${job.id}`);
  if (ids.has(key)) throw duplicate();
  ids.add(key);
  try {
    if (await engine.store.find(job.project, job.id)) throw duplicate();
    if (job.configuration.query?.createSession === true) job.session = (await engine.sessions.create(job.project)).id;
    await engine.store.insert(job);
  } finally {
    ids.delete(key);
  }
}

/** A job lives in one location: under another there is none. */
export async function requireJob(engine: Engine, project: string, id: string, location?: string): Promise<Job> {
  if (location !== undefined && location.toUpperCase() !== engine.location.toUpperCase())
    throw new JobFailure('notFound', `Not found: Job ${project}:${location}.${id}`);
  const job = await engine.store.find(project, id);
  if (!job) throw new JobFailure('notFound', `Not found: Job ${project}:${engine.location}.${id}`);
  return job;
}
