import { execFileSync } from 'node:child_process';
import { openAsBlob } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EventType } from '../../functions/model/event.ts';
import { PRICES } from '../../infra/bill/bill.ts';
import type { Pipeline } from '../cases/pipeline.ts';
import { generateOrders } from './generate.ts';
import type { Measure } from './measure.ts';
import { cpuSeconds, type MemoryPeaks, watchMemory } from './process-usage.ts';

const GIB = 2 ** 30;
const BASELINE = fileURLToPath(new URL('./baseline.ts', import.meta.url));

export interface LargeFile {
  /** Of the functions. */
  cpuSeconds: number;
  cpuRatio: number;
  wallRatio: number;
  memory: MemoryPeaks;
  dlpBytesShare: number;
  dlpPriceShare: number;
  dlpUsd: number;
}

/** Drops a generated file and follows it to its table, beside DuckDB's own CSV to Parquet pass over the same file. */
export async function measureLargeFile(pipeline: Pipeline, scratch: string, bytes: number): Promise<LargeFile> {
  const object = `bench/orders/${bytes}.csv`;
  const { endpoints, dir } = pipeline;
  const path = join(dir, 'orders.csv');
  const file = await generateOrders(path, bytes);
  const baseline = JSON.parse(execFileSync(process.execPath, [BASELINE, path, dir], { encoding: 'utf8' })) as {
    cpu: number;
    wall: number;
  };

  const before = {
    cpu: cpuSeconds(endpoints.pids.functions),
    bill: await readBill(endpoints.admin),
    runs: (await pipeline.adhoc<{ runs: unknown[] }>({ action: 'runs' })).runs.length,
  };
  const watch = watchMemory(endpoints.pids.functions, scratch);
  await pipeline.drop(object, await openAsBlob(path));
  const started = performance.now();
  await awaitEnd(pipeline, object);
  const runs = await pipeline.settle(before.runs + 1);
  const wall = (performance.now() - started) / 1000;
  const cpu = cpuSeconds(endpoints.pids.functions) - before.cpu;
  const memory = watch.stop();
  const run = runs.find(({ detail }) => detail.object.name === object);
  if (run?.state !== 'DONE' || run.detail.rows !== file.rows)
    throw new Error(`the file of ${file.rows} rows ended ${run?.state} with ${run?.detail.rows} rows`);

  const bill = await readBill(endpoints.admin);
  const inspected = bill.inspect - before.bill.inspect;
  const transformed = bill.transform - before.bill.transform;
  const priceOf = (inspect: number, transform: number): number =>
    (inspect * inspectPrice + transform * transformPrice) / GIB;
  await rm(path);
  return {
    cpuSeconds: cpu,
    cpuRatio: cpu / baseline.cpu,
    wallRatio: wall / baseline.wall,
    memory,
    dlpBytesShare: (inspected + transformed) / file.bytes,
    dlpPriceShare: priceOf(inspected, transformed) / priceOf(file.bytes, file.bytes),
    dlpUsd: priceOf(inspected, transformed),
  };
}

const PATIENCE_MS = 900_000;

/** Waits by the events, which the local cloud serves: to ask the functions would be counted as their work. */
async function awaitEnd(pipeline: Pipeline, object: string): Promise<void> {
  const until = Date.now() + PATIENCE_MS;
  while (!(await pipeline.events()).some(({ type, detail }) => ENDS.includes(type) && detail.object === object)) {
    if (Date.now() > until) throw new Error(`${object} has not ended after ${PATIENCE_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const ENDS: readonly EventType[] = ['run.loaded', 'run.quarantined', 'run.vanished', 'run.superseded'];

/** USD a GiB, past the free one: the price of the tier that starts after it. */
const listPrice = (sku: 'dlp.inspect_bytes' | 'dlp.transform_bytes'): number =>
  Number(PRICES[sku].tiers[0]?.usd ?? Number.NaN);
const inspectPrice = listPrice('dlp.inspect_bytes');
const transformPrice = listPrice('dlp.transform_bytes');

async function readBill(admin: string): Promise<{ inspect: number; transform: number }> {
  const bill = (await (await fetch(`${admin}/bill`)).json()) as { lines: { sku: string; units: number }[] };
  const units = (sku: string): number => bill.lines.find((line) => line.sku === sku)?.units ?? 0;
  return { inspect: units('dlp.inspect_bytes'), transform: units('dlp.transform_bytes') };
}

export function largeFileMeasures(result: LargeFile, names: LargeFile, more: LargeFile | undefined): Measure[] {
  return [
    { name: 'functions_cpu_ratio', value: result.cpuRatio, unit: '× DuckDB CSV→Parquet CPU', goal: '<= 6.5' },
    { name: 'functions_cpu_seconds', value: result.cpuSeconds, unit: 's' },
    { name: 'wall_ratio', value: result.wallRatio, unit: '× DuckDB CSV→Parquet wall time' },
    {
      name: 'functions_peak_memory_mib',
      value: result.memory.both,
      unit: 'MiB, scratch disk counted',
      goal: '<= 1024',
    },
    { name: 'functions_peak_rss_mib', value: result.memory.rss, unit: 'MiB, the process alone', goal: '<= 1024' },
    { name: 'scratch_mib', value: result.memory.scratch, unit: 'MiB' },
    { name: 'dlp_bytes_share', value: result.dlpBytesShare, unit: 'of raw bytes' },
    {
      name: 'dlp_price_share',
      value: result.dlpPriceShare,
      unit: 'of whole rows inspected and transformed, shards of 200 MiB',
      goal: '<= 0.18',
    },
    {
      name: 'dlp_price_share_names',
      value: names.dlpPriceShare,
      unit: 'of the same, where the text asks for names',
      goal: '<= 0.55',
    },
    { name: 'dlp_list_price', value: result.dlpUsd, unit: 'USD a file' },
    ...(more
      ? [
          {
            name: 'functions_peak_memory_mib_1gb',
            value: more.memory.both,
            unit: 'MiB, scratch disk counted',
            goal: '<= 1024',
          },
          {
            name: 'functions_peak_rss_mib_1gb',
            value: more.memory.rss,
            unit: 'MiB, the process alone',
            goal: '<= 1024',
          },
          { name: 'scratch_mib_1gb', value: more.memory.scratch, unit: 'MiB' },
          {
            name: 'peak_memory_growth',
            value: more.memory.both / result.memory.both,
            unit: '× from 200 MB to 1 GB',
            goal: '<= 1.1',
          },
          { name: 'functions_cpu_ratio_1gb', value: more.cpuRatio, unit: '× DuckDB CSV→Parquet CPU', goal: '<= 6.5' },
        ]
      : []),
  ];
}
