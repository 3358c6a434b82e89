import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { BigQuery } from '@google-cloud/bigquery';
import { PassThroughClient } from 'google-auth-library';
import { createBigQuery, type Files } from '../../../../infra/local/bigquery/bigquery.ts';
import type { Clock } from '../../../../infra/local/bigquery/clock.ts';
import { createHttp, listen } from '../../../../infra/local/http.ts';
import { createMeter, type Meter } from '../../../../infra/local/meter.ts';
import { openState } from '../../../../infra/local/state.ts';

process.env.METADATA_SERVER_DETECTION = 'none';

export interface Testbed {
  dir: string;
  url: string;
  client: BigQuery;
  meter: Meter;
  /** Puts an object into the fake bucket `lake`; its URI is `gs://lake/NAME`. */
  put(name: string, content: string | Buffer): string;
  /** Writes a Parquet object from a DuckDB query. */
  putParquet(name: string, sql: string): Promise<string>;
  stop(): Promise<void>;
}

/** Objects as files of a folder: the `files` contract without a storage service. */
export function filesOf(root: string): Files {
  return {
    match(bucket, pattern) {
      const folder = join(root, bucket);
      const regex = new RegExp(
        `^${pattern
          .split('*')
          .map((part) => RegExp.escape(part))
          .join('.*')}$`,
      );
      return readdirSync(folder)
        .map((file) => decodeURIComponent(file))
        .filter((name) => regex.test(name))
        .sort()
        .map((name) => {
          const path = join(folder, encodeURIComponent(name));
          return { name, generation: '1', path, size: statSync(path).size };
        });
    },
    write: (bucket, name, path) => renameSync(path, join(root, bucket, encodeURIComponent(name))),
  };
}

/** `kept` = a folder that outlives the service; `memoryLimit` = DuckDB's. */
export async function startBigQuery(kept?: string, clock?: Clock, memoryLimit?: string): Promise<Testbed> {
  const dir = kept ?? mkdtempSync(join(tmpdir(), 'bigquery-'));
  const lake = join(dir, 'objects', 'lake');
  mkdirSync(lake, { recursive: true });
  const state = openState(dir);
  const meter = createMeter(state);
  const context = { dir, project: 'local', location: 'US', state, meter, seed: undefined };
  const files = filesOf(join(dir, 'objects'));
  const service = await createBigQuery(context, { files, memoryLimit, ...(clock && { clock }) });
  const app = createHttp({ bodies: 'json' });
  service.routes(app);
  const port = await listen(app, 0);
  service.start();
  const url = `http://127.0.0.1:${port}`;
  const put = (name: string, content: string | Buffer) => {
    writeFileSync(join(lake, encodeURIComponent(name)), content);
    return `gs://lake/${name}`;
  };
  return {
    dir,
    url,
    client: new BigQuery({ apiEndpoint: url, projectId: 'local', authClient: new PassThroughClient() as never }),
    meter,
    put,
    async putParquet(name, sql) {
      const instance = await DuckDBInstance.create(':memory:');
      const connection = await instance.connect();
      await connection.run("SET TimeZone = 'UTC'");
      await connection.run(`COPY (${sql}) TO '${join(lake, encodeURIComponent(name))}' (FORMAT parquet)`);
      connection.closeSync();
      instance.closeSync();
      return `gs://lake/${name}`;
    },
    async stop() {
      await app.close();
      await service.stop();
      state.close();
      if (kept === undefined) rmSync(dir, { recursive: true, force: true });
    },
  };
}

export interface Reply<T = Record<string, unknown>> {
  status: number;
  body: T;
}

/** A plain HTTP request, below `/bigquery/v2/projects/local`. */
export async function call<T = Record<string, unknown>>(
  bed: { url: string },
  method: string,
  path: string,
  body?: unknown,
): Promise<Reply<T>> {
  const response = await fetch(`${bed.url}/bigquery/v2/projects/local${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as T };
}

type Cell = string | null | { v: Cell }[] | { f: { v: Cell }[] };
type Plain = string | null | Plain[];

function plain(cell: Cell): Plain {
  if (cell === null || typeof cell === 'string') return cell;
  return Array.isArray(cell) ? cell.map((item) => plain(item.v)) : cell.f.map((item) => plain(item.v));
}

interface QueryReply {
  rows?: { f: { v: Cell }[] }[];
  numDmlAffectedRows?: string;
  error?: { code: number; message: string; errors: { reason: string }[] };
}

/** Runs a query over plain HTTP; cells are text, arrays and structs lists of it. A failure is `reason: message`. */
export async function run(
  bed: { url: string },
  query: string,
  more: Record<string, unknown> = {},
): Promise<Plain[][] | string> {
  const { body } = await call<QueryReply>(bed, 'POST', '/queries', {
    query,
    useLegacySql: false,
    formatOptions: { useInt64Timestamp: true },
    defaultDataset: { datasetId: 'shop' },
    ...more,
  });
  if (body.error) return `${body.error.errors[0]?.reason}: ${body.error.message}`;
  if (body.numDmlAffectedRows !== undefined) return `${body.numDmlAffectedRows} rows`;
  return (body.rows ?? []).map((row) => row.f.map((cell) => plain(cell.v)));
}

/** The job resource, as far as tests look at it. */
export interface JobBody {
  jobReference: { jobId: string; location: string };
  configuration: { labels?: Record<string, string>; jobType: string };
  status: {
    state: string;
    errorResult?: { reason: string; message: string; location?: string };
    errors?: { reason: string; message: string; location?: string }[];
  };
  statistics: {
    creationTime: string;
    startTime?: string;
    endTime?: string;
    totalBytesProcessed?: string;
    numChildJobs?: string;
    query?: Record<string, unknown>;
    load?: Record<string, string>;
  };
  error?: { code: number; message: string; errors: { reason: string }[] };
}

/** Inserts a job and follows it to its end; a refused request is thrown. */
export async function runJob(bed: { url: string }, configuration: object): Promise<JobBody> {
  const { body } = await call<JobBody>(bed, 'POST', '/jobs', { configuration });
  if (body.error) throw new Error(body.error.message);
  for (;;) {
    const job = (await call<JobBody>(bed, 'GET', `/jobs/${body.jobReference.jobId}`)).body;
    if (job.status.state === 'DONE') return job;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** A load into a table of the dataset `shop`. */
export const load = (bed: { url: string }, sourceUris: string[], tableId: string, more: object = {}) =>
  runJob(bed, { load: { sourceUris, destinationTable: { projectId: 'local', datasetId: 'shop', tableId }, ...more } });

/** `reason: message` of a job that failed. */
export const failureOf = ({ status: { errorResult } }: JobBody) =>
  errorResult && `${errorResult.reason}: ${errorResult.message}`;
