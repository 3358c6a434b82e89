import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { DuckDBInstance } from '@duckdb/node-api';
import { startKillable } from '../infra/local/bigquery/killable.ts';
import { call, load } from '../infra/local/bigquery/testbed.ts';
import { generateOrders } from './generate.ts';
import { type Measure, median } from './measure.ts';
import { watchMemory } from './process-usage.ts';

const LOAD_BYTES = 200e6;
const PAGED_ROWS = 5_000_000;
const ROUNDS = 3;

/** The benchmark's file, as one declares it for BigQuery and for DuckDB. */
const COLUMNS: readonly [name: string, type: string, duckType: string][] = [
  ['order_id', 'INTEGER', 'BIGINT'],
  ['email', 'STRING', 'VARCHAR'],
  ['phone', 'STRING', 'VARCHAR'],
  ['full_name', 'STRING', 'VARCHAR'],
  ['card', 'STRING', 'VARCHAR'],
  ['birthday', 'DATE', 'DATE'],
  ['notes', 'STRING', 'VARCHAR'],
  ['country', 'STRING', 'VARCHAR'],
  ['created_at', 'TIMESTAMP', 'TIMESTAMPTZ'],
  ['amount', 'NUMERIC', 'DECIMAL(38, 9)'],
];

export interface WarehouseResult {
  /** Speed of a load job against DuckDB's COPY of the same file into a database file: 1 = as fast. */
  load: number;
  /** The service's memory at its peak, in MiB, while a query made five million rows and a client read them to the end. */
  pagingMemory: number;
  /** Rows a second of that reading, by one client. */
  pagingRows: number;
}

/** A load job and DuckDB's COPY in turns, and a large result read page by page; the service is a process of its own. */
export async function measureWarehouse(scratch: string): Promise<WarehouseResult> {
  const dir = join(scratch, 'service');
  const lake = join(dir, 'objects', 'lake');
  mkdirSync(lake, { recursive: true });
  const csv = join(scratch, 'orders.csv');
  await generateOrders(csv, LOAD_BYTES);
  copyFileSync(csv, join(lake, 'orders.csv'));
  let service = await startKillable(dir);
  try {
    await call(service, 'POST', '/datasets', { datasetReference: { projectId: 'local', datasetId: 'shop' } });
    const speeds = await measureLoads(service, csv, scratch);
    // What the loads have left in memory is not the pages'.
    await service.kill();
    service = await startKillable(dir);
    return { load: median(speeds), ...(await measurePaging(service, service.pid, dir)) };
  } finally {
    await service.kill();
  }
}

async function measureLoads(service: { url: string }, csv: string, scratch: string): Promise<number[]> {
  const fields = COLUMNS.map(([name, type]) => ({ name, type }));
  const speeds: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const own = await seconds(async () => {
      const job = await load(service, ['gs://lake/orders.csv'], `orders_${round}`, {
        schema: { fields },
        skipLeadingRows: 1,
      });
      if (job.status.errorResult) throw new Error(job.status.errorResult.message);
    });
    const copied = await copyInto(join(scratch, `copy-${round}.duckdb`), csv);
    speeds.push(copied / own);
  }
  return speeds;
}

/** Seconds that DuckDB takes from the file to a database on disk that holds it. */
async function copyInto(database: string, csv: string): Promise<number> {
  const instance = await DuckDBInstance.create(database);
  const connection = await instance.connect();
  try {
    await connection.run("SET TimeZone = 'UTC'");
    await connection.run(`CREATE TABLE orders (${COLUMNS.map(([name, , type]) => `${name} ${type}`).join(', ')})`);
    return await seconds(async () => {
      await connection.run(`COPY orders FROM '${csv}' (HEADER)`);
    });
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

async function measurePaging(
  service: { url: string },
  pid: number,
  dir: string,
): Promise<Pick<WarehouseResult, 'pagingMemory' | 'pagingRows'>> {
  const watch = watchMemory(pid, dir);
  let rows = 0;
  const took = await seconds(async () => {
    const query = `SELECT n, CONCAT('customer', CAST(n AS STRING), '@example.com') AS email, n * 1.5 AS amount FROM UNNEST(GENERATE_ARRAY(1, ${PAGED_ROWS})) AS n`;
    type Page = { jobReference: { jobId: string }; jobComplete: boolean; rows?: unknown[]; pageToken?: string };
    let { body: page } = await call<Page>(service, 'POST', '/queries', { query, useLegacySql: false, maxResults: 0 });
    const { jobId } = page.jobReference;
    do {
      const token = page.pageToken ? `?pageToken=${encodeURIComponent(page.pageToken)}` : '';
      page = (await call<Page>(service, 'GET', `/queries/${jobId}${token}`)).body;
      rows += page.rows?.length ?? 0;
    } while (page.pageToken || !page.jobComplete);
  });
  const peak = watch.stop().rss;
  if (rows !== PAGED_ROWS) throw new Error(`${rows} of ${PAGED_ROWS} rows were read`);
  return { pagingMemory: peak, pagingRows: rows / took };
}

async function seconds(work: () => Promise<void>): Promise<number> {
  const begun = performance.now();
  await work();
  return (performance.now() - begun) / 1000;
}

export const warehouseMeasures = (result: WarehouseResult): Measure[] => [
  { name: 'csv_load_to_copy', value: result.load, unit: 'x', goal: '>= 0.4' },
  // DuckDB may take 1 GB; Node and a page of at most 10 MB come on top.
  { name: 'paging_memory_mib', value: result.pagingMemory, unit: 'MiB', goal: '<= 1280' },
  { name: 'paging_rows_per_second', value: result.pagingRows, unit: 'rows/s' },
];
