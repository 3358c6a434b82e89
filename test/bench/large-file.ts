import { execFileSync } from 'node:child_process';
import { openAsBlob } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PRICES } from '../../infra/bill/bill.ts';
import type { Pipeline } from '../cases/pipeline.ts';
import { generateOrders } from './generate.ts';
import type { Measure } from './measure.ts';
import { cpuSeconds, peakRssMib, watchFolder } from './process-usage.ts';

const GIB = 2 ** 30;
const BASELINE = fileURLToPath(new URL('./baseline.ts', import.meta.url));

export interface LargeFile {
  cpuRatio: number;
  wallRatio: number;
  peakRssMib: number;
  scratchMib: number;
  dlpBytesShare: number;
  dlpPriceShare: number;
  dlpUsd: number;
}

/** Drops a generated file and follows it to its table, beside DuckDB's own CSV to Parquet pass over the same file. */
export async function measureLargeFile(pipeline: Pipeline, scratch: string, bytes: number): Promise<LargeFile> {
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
  const disk = watchFolder(scratch);
  await pipeline.drop(`bench/orders/${bytes}.csv`, await openAsBlob(path));
  const started = performance.now();
  const runs = await pipeline.settle(before.runs + 1);
  const wall = (performance.now() - started) / 1000;
  const scratchBytes = disk.stop();
  const run = runs.find(({ detail }) => detail.object.name === `bench/orders/${bytes}.csv`);
  if (run?.state !== 'DONE' || run.detail.rows !== file.rows)
    throw new Error(`the file of ${file.rows} rows ended ${run?.state} with ${run?.detail.rows} rows`);

  const bill = await readBill(endpoints.admin);
  const inspected = bill.inspect - before.bill.inspect;
  const transformed = bill.transform - before.bill.transform;
  const priceOf = (inspect: number, transform: number): number =>
    (inspect * inspectPrice + transform * transformPrice) / GIB;
  await rm(path);
  return {
    cpuRatio: (cpuSeconds(endpoints.pids.functions) - before.cpu) / baseline.cpu,
    wallRatio: wall / baseline.wall,
    peakRssMib: peakRssMib(endpoints.pids.functions),
    scratchMib: scratchBytes / 2 ** 20,
    dlpBytesShare: (inspected + transformed) / file.bytes,
    dlpPriceShare: priceOf(inspected, transformed) / priceOf(file.bytes, file.bytes),
    dlpUsd: priceOf(inspected, transformed),
  };
}

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

export function largeFileMeasures(result: LargeFile, more: LargeFile | undefined): Measure[] {
  return [
    { name: 'functions_cpu_ratio', value: result.cpuRatio, unit: '× DuckDB CSV→Parquet CPU', goal: '<= 6.5' },
    { name: 'wall_ratio', value: result.wallRatio, unit: '× DuckDB CSV→Parquet wall time' },
    { name: 'functions_peak_rss_mib', value: result.peakRssMib, unit: 'MiB' },
    { name: 'scratch_mib', value: result.scratchMib, unit: 'MiB', goal: '<= 1024' },
    { name: 'dlp_bytes_share', value: result.dlpBytesShare, unit: 'of raw bytes' },
    { name: 'dlp_price_share', value: result.dlpPriceShare, unit: 'of whole rows inspected and transformed' },
    { name: 'dlp_list_price', value: result.dlpUsd, unit: 'USD a file' },
    ...(more
      ? [
          { name: 'scratch_mib_1gb', value: more.scratchMib, unit: 'MiB', goal: '<= 1024' },
          { name: 'functions_peak_rss_mib_1gb', value: more.peakRssMib, unit: 'MiB' },
          { name: 'functions_cpu_ratio_1gb', value: more.cpuRatio, unit: '× DuckDB CSV→Parquet CPU', goal: '<= 6.5' },
        ]
      : []),
  ];
}
