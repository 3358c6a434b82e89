import { openAsBlob } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DuckDBInstance } from '@duckdb/node-api';
import { readShopFiles } from '../../infra/cli/start/shop.ts';
import { generateOrders } from './generate.ts';
import type { MeteredPipeline } from './metered-pipeline.ts';
import { cpuSeconds } from './process-usage.ts';

/** What a byte becomes, of a file of this size; each is a share of the raw bytes unless it says otherwise. */
export interface VolumeUsage {
  fileBytes: number;
  /** Raw bytes that stand in protected columns. */
  sensitive: number;
  /** Bytes that DLP inspects and transforms, of the sensitive ones. */
  inspectedOfSensitive: number;
  transformedOfSensitive: number;
  /** Requests to DLP, a raw GB. */
  dlpRequestsPerGb: number;
  /** Bytes in the curated bucket. */
  curated: number;
  /** Logical bytes in BigQuery. */
  table: number;
  /** CPU seconds of the functions, a raw GB, on the machine that measured. */
  cpuSecondsPerGb: number;
}

const SENSITIVE = ['email', 'phone', 'full_name', 'card', 'birthday', 'notes'];

export async function measureVolume(pipeline: MeteredPipeline, bytes: number): Promise<VolumeUsage> {
  const { endpoints, dir } = pipeline;
  const path = join(dir, `orders-${bytes}.csv`);
  const file = await generateOrders(path, bytes);
  const sensitiveBytes = await sensitiveBytesOf(path);
  const before = await sizes(pipeline);
  const cpuBefore = cpuSeconds(endpoints.pids.functions);
  const used = await pipeline.used(async () => {
    await pipeline.drop(`bench/orders/${bytes}.csv`, await openAsBlob(path));
    // A large shard is worked on for longer than the meter has to be quiet.
    while ((await tableOf(pipeline)).rows < before.rows + file.rows) await sleep(250);
  });
  const cpu = cpuSeconds(endpoints.pids.functions) - cpuBefore;
  const after = await sizes(pipeline);
  if (after.rows - before.rows !== file.rows) throw new Error(`of ${file.rows} rows ${after.rows - before.rows} came`);
  await rm(path);

  const gb = file.bytes / 1e9;
  return {
    fileBytes: bytes,
    sensitive: share(sensitiveBytes / file.bytes),
    inspectedOfSensitive: share(used['dlp.inspect_bytes'] / sensitiveBytes),
    transformedOfSensitive: share(used['dlp.transform_bytes'] / sensitiveBytes),
    dlpRequestsPerGb: Math.round((after.requests - before.requests) / gb),
    curated: share((after.curated - before.curated) / file.bytes),
    table: share((after.table - before.table) / file.bytes),
    cpuSecondsPerGb: share(cpu / gb),
  };
}

async function tableOf({ endpoints }: Pick<MeteredPipeline, 'endpoints'>): Promise<{ rows: number; table: number }> {
  const { bigquery, project } = endpoints;
  const table = await json<{ numBytes?: string; numRows?: string }>(
    `${bigquery}/bigquery/v2/projects/${project}/datasets/bench/tables/orders`,
  );
  return { rows: Number(table?.numRows ?? 0), table: Number(table?.numBytes ?? 0) };
}

async function sizes({ endpoints, names, read }: MeteredPipeline) {
  const list = await json<{ items?: { size: string }[] }>(
    `${endpoints.storage}/storage/v1/b/${endpoints.buckets.curated}/o`,
  );
  const marks = await Promise.all(
    (await names(endpoints.buckets.state, 'shards/')).map((name) => read(endpoints.buckets.state, name)),
  );
  const requestsOf = (mark: Buffer): number =>
    (JSON.parse(mark.toString()) as { dlp: { requests: number } }).dlp.requests;
  return {
    ...(await tableOf({ endpoints })),
    curated: (list?.items ?? []).reduce((sum, { size }) => sum + Number(size), 0),
    requests: marks.reduce((sum, mark) => sum + requestsOf(mark), 0),
  };
}

/** How often a night's transforms read a byte that was loaded: bytes that all jobs processed, of the bytes of the sources. */
export async function measureReads(pipeline: MeteredPipeline): Promise<number> {
  const files = await readShopFiles();
  await pipeline.used(async () => {
    for (const { name, body } of files) await pipeline.drop(name, Buffer.from(body));
  });
  const { bigquery, project } = pipeline.endpoints;
  const processed = async (): Promise<number> => {
    let bytes = 0;
    let page = '';
    do {
      const list = await json<{
        jobs?: { statistics: { query?: { totalBytesProcessed?: string } } }[];
        nextPageToken?: string;
      }>(
        `${bigquery}/bigquery/v2/projects/${project}/jobs?projection=full&maxResults=1000${page && `&pageToken=${page}`}`,
      );
      for (const { statistics } of list?.jobs ?? []) bytes += Number(statistics.query?.totalBytesProcessed ?? 0);
      page = list?.nextPageToken ?? '';
    } while (page !== '');
    return bytes;
  };
  const before = await processed();
  await pipeline.used(
    async () => void (await pipeline.adhoc({ action: 'run', selector: 'shop.*', fullRefresh: true })),
  );
  const read = (await processed()) - before;
  let loaded = 0;
  for (const table of ['customers', 'orders', 'payments', 'tickets']) {
    const { numBytes = '0' } =
      (await json<{ numBytes?: string }>(
        `${bigquery}/bigquery/v2/projects/${project}/datasets/shop/tables/${table}`,
      )) ?? {};
    loaded += Number(numBytes);
  }
  return share(read / loaded);
}

async function sensitiveBytesOf(path: string): Promise<number> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const lengths = SENSITIVE.map((column) => `strlen("${column}")`).join(' + ');
  const reader = await connection.runAndReadAll(
    `SELECT SUM(${lengths})::DOUBLE FROM read_csv('${path}', all_varchar = true, header = true)`,
  );
  const bytes = Number(reader.getRows()[0]?.[0]);
  connection.closeSync();
  instance.closeSync();
  return bytes;
}

const share = (value: number): number => Number(value.toPrecision(4));

async function json<T>(url: string): Promise<T | undefined> {
  const response = await fetch(url);
  if (response.status === 404) return undefined;
  if (!response.ok) throw new Error(`GET ${url} answered ${response.status}`);
  return (await response.json()) as T;
}
