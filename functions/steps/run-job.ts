import { retryable, type SluiceError, terminal } from '../errors.ts';
import { digest, slug } from '../model/ids.ts';
import type { JobInfo, Ports } from '../ports.ts';

/** Where a job belongs; together with the attempt it makes the job's id, so that every worker knows it before it is made. */
export interface JobPlace {
  /** What it works for, such as `load-shop.orders`. */
  name: string;
  n: number;
  step?: number | string;
}

/** Failed attempts before the failure is final; with the pauses between them some seven minutes, which outlasts a hiccup of a region. */
const MAX_ATTEMPTS = 20;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 30_000;
/** Polling starts fast, since most loads of small files take well under a second, and slows down. */
const FIRST_POLL_MS = 15;
const SLOWEST_POLL_MS = 2000;
/** Longer than this is left to a later task: a function must not wait out a job of hours. */
const PATIENCE_MS = 240_000;

export const jobId = ({ name, n, step = 0 }: JobPlace, attempt: number): string =>
  `sluice-${slug(name)}-${n}-${digest([name, n, step, attempt])}`;

/**
 * Runs a job to its end, whoever started it. A new attempt is made only after the one before was read as done and failed.
 * `running` = it goes on, or its next attempt is not due yet; call again later. Throws JOB_FAILED (terminal) if the job
 * cannot succeed, or has not in MAX_ATTEMPTS: whoever waits behind it must not wait for ever.
 */
export async function followJob(ports: Ports, place: JobPlace, configuration: object): Promise<'done' | 'running'> {
  const until = ports.clock.now().getTime() + PATIENCE_MS;
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const id = jobId(place, attempt);
    let job = await ports.warehouse.job(id);
    if (!job) {
      if (ports.clock.now().getTime() >= until) return 'running';
      if (attempt > 0) await ports.clock.sleep(pauseBefore(attempt));
      job = await start(ports, id, configuration);
    }
    const ended = job.state === 'DONE' ? job : await poll(ports, id, until);
    if (!ended) return 'running';
    if (!ended.error) return 'done';
    const details = { job: id, reason: ended.error.reason };
    ports.log.warn('a job failed', details);
    if (!ended.error.retryable) throw refusal(id, ended.error.reason);
  }
  throw terminal(
    'JOB_FAILED',
    `the job for ${place.name} failed ${MAX_ATTEMPTS} times, each time as if it could be repeated: \`bq show -j\` tells why; then replay`,
    { details: { name: place.name, n: place.n } },
  );
}

/** `sluice` puts the warehouse's own words in the place of the first sentence: infra/cli/job-messages.ts. */
function refusal(job: string, reason: string): SluiceError {
  const message = `the warehouse refused the job ${job} (${reason}): \`bq show -j\` tells why`;
  const details = { job, reason };
  if (reason !== 'bytesBilledLimitExceeded') return terminal('JOB_FAILED', message, { details });
  return terminal(
    'COST_ABOVE_LIMIT',
    `${message}; max_cost sets that limit, and nothing was run: raise it, or read less`,
    {
      details,
    },
  );
}

const pauseBefore = (attempt: number): number => Math.min(FIRST_PAUSE_MS * 2 ** (attempt - 1), LONGEST_PAUSE_MS);

async function start(ports: Ports, id: string, configuration: object): Promise<JobInfo> {
  await ports.warehouse.startJob(id, configuration);
  return { state: 'PENDING', rows: 0, bytesBilled: 0 };
}

async function poll(ports: Ports, id: string, until: number): Promise<JobInfo | undefined> {
  for (let wait = FIRST_POLL_MS; ports.clock.now().getTime() < until; wait = Math.min(wait * 1.5, SLOWEST_POLL_MS)) {
    await ports.clock.sleep(wait);
    const job = await ports.warehouse.job(id);
    if (job?.state === 'DONE') return job;
  }
  return undefined;
}

/** The ended job of a place, for its figures. */
export async function endedJob(ports: Ports, place: JobPlace): Promise<(JobInfo & { id: string }) | undefined> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const id = jobId(place, attempt);
    const job = await ports.warehouse.job(id);
    if (!job) return undefined;
    if (job.state === 'DONE' && !job.error) return { ...job, id };
  }
  return undefined;
}

/** The rows of a query with a small result. Throws JOB_RUNNING or JOB_FAILED, both retryable, while they are not to be had. */
export async function queryRows(
  ports: Ports,
  place: JobPlace,
  configuration: object,
): Promise<{ rows: Record<string, string | null>[]; job: JobInfo }> {
  if ((await followJob(ports, place, configuration)) === 'running')
    throw retryable('JOB_RUNNING', `the warehouse is still at work on ${place.name}: ask again`);
  const job = await endedJob(ports, place);
  if (!job) throw retryable('JOB_FAILED', `the job of ${place.name} is not there any more: ask again`);
  return { rows: await ports.warehouse.rows(job.id), job };
}
