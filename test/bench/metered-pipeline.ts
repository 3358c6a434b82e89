import { setTimeout as sleep } from 'node:timers/promises';
import { type Pipeline, startPipeline } from '../cases/pipeline.ts';

/** What was metered while something went on. Operations and requests are counts, bytes are bytes, seconds are of requests. */
export interface Used {
  'storage.class_a': number;
  'storage.class_b': number;
  'pubsub.bytes': number;
  'tasks.operations': number;
  'run.requests': number;
  'run.seconds': number;
  'dlp.inspect_bytes': number;
  'dlp.transform_bytes': number;
  'bigquery.query_bytes': number;
  /** Load, query and copy jobs that were started. */
  'bigquery.jobs': number;
  'logging.lines': number;
  'logging.bytes': number;
}

export interface MeteredPipeline extends Pipeline {
  /** Runs it, waits until nothing is metered any more, and tells what was. Asking the meter is not metered. */
  used(work: () => Promise<void>): Promise<Used>;
  /** Fires a job of the scheduler now. */
  fire(job: 'nightly' | 'sweep'): Promise<void>;
  /** Runs the load tasks that wait for their window; resolves to how many operations of Cloud Tasks this took itself. */
  loadNow(): Promise<number>;
}

/** A request that waits for a job looks at it at least so often, and each look may be followed by something metered. */
const QUIET_MS = 3000;
const PATIENCE_MS = 600_000;

export async function startMeteredPipeline(
  project: string,
  { quietMs = QUIET_MS, ...options }: { env?: Record<string, string>; quietMs?: number } = {},
): Promise<MeteredPipeline> {
  const pipeline = await startPipeline(project, options);
  const { endpoints } = pipeline;
  const jobs = `${endpoints.scheduler.rest}/v1/projects/${endpoints.project}/locations/us-central1/jobs`;
  // A sweep that fires by itself would be counted for whatever goes on meanwhile.
  for (const job of ['nightly', 'sweep']) await post(`${jobs}/${job}:pause`);

  const read = async (): Promise<Used> => {
    const bill = await get<{ lines: { sku: string; units: number }[] }>(`${endpoints.admin}/bill`);
    const units = (sku: string): number => bill.lines.find((line) => line.sku === sku)?.units ?? 0;
    const lines = pipeline
      .logs()
      .split('\n')
      .filter((line) => line.startsWith('{"severity"'));
    return {
      'storage.class_a': units('storage.class_a'),
      'storage.class_b': units('storage.class_b'),
      'pubsub.bytes': units('pubsub.bytes'),
      'tasks.operations': units('tasks.operations'),
      'run.requests': units('run.requests'),
      'run.seconds': units('run.vcpu_seconds'),
      'dlp.inspect_bytes': units('dlp.inspect_bytes'),
      'dlp.transform_bytes': units('dlp.transform_bytes'),
      'bigquery.query_bytes': units('bigquery.query_bytes'),
      'bigquery.jobs': await countJobs(endpoints),
      'logging.lines': lines.length,
      'logging.bytes': lines.reduce((sum, line) => sum + line.length, 0),
    };
  };

  async function settled(): Promise<Used> {
    const until = Date.now() + PATIENCE_MS;
    for (let last = JSON.stringify(await read()); Date.now() < until; ) {
      await sleep(quietMs);
      const now = await read();
      if (JSON.stringify(now) === last) return now;
      last = JSON.stringify(now);
    }
    throw new Error(`after ${PATIENCE_MS} ms something is still metered`);
  }

  return {
    ...pipeline,
    async used(work) {
      const before = await settled();
      await work();
      return difference(await settled(), before);
    },
    fire: (job) => post(`${jobs}/${job}:run`),
    async loadNow() {
      // Until the pending marks stand, no load task does.
      await settled();
      const { tasks = [] } = await get<{ tasks?: { name: string }[] }>(
        `${endpoints.tasks.rest}/v2/${endpoints.queues.load}/tasks`,
      );
      for (const { name } of tasks) await post(`${endpoints.tasks.rest}/v2/${name}:run`);
      return Math.max(1, tasks.length) + tasks.length;
    },
  };
}

export const difference = (after: Used, before: Used): Used =>
  Object.fromEntries(
    Object.entries(after).map(([what, units]) => [what, Number((units - before[what as keyof Used]).toFixed(2))]),
  ) as unknown as Used;

async function countJobs({ bigquery, project }: Pipeline['endpoints']): Promise<number> {
  let count = 0;
  let page = '';
  do {
    const list = await get<{ jobs?: object[]; nextPageToken?: string }>(
      `${bigquery}/bigquery/v2/projects/${project}/jobs?maxResults=1000${page && `&pageToken=${page}`}`,
    );
    count += list.jobs?.length ?? 0;
    page = list.nextPageToken ?? '';
  } while (page !== '');
  return count;
}

async function get<T>(url: string): Promise<T> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`GET ${url} answered ${response.status}`);
  return (await response.json()) as T;
}

async function post(url: string): Promise<void> {
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' });
  if (!response.ok) throw new Error(`POST ${url} answered ${response.status}: ${await response.text()}`);
}
