import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { MeasuredFile } from '../../../../functions/model/dlp-charge.ts';
import type { LedgerEntry } from '../../../../functions/model/run.ts';
import { estimateFile } from '../../../../infra/cli/cost/estimate.ts';
import { findSources, type PlacedFile } from '../../../../infra/cli/cost/find-source.ts';
import { measureFiles } from '../../../../infra/cli/cost/measure-files.ts';
import { requireRelease } from '../../../../infra/cli/project.ts';
import { readShopFiles, SHOP_PROJECT } from '../../../../infra/cli/start/shop.ts';
import type { SampleFile } from '../../../../infra/sample/generate.ts';
import { type Pipeline, startPipeline } from '../../../cases/pipeline.ts';

/** CSV, gzipped NDJSON and Parquet of the sample shop: what is said to go to DLP is what the local cloud's bill then counts. */
const release = requireRelease(SHOP_PROJECT);
let pipeline: Pipeline;
let files: SampleFile[];
let placed: PlacedFile[];

beforeAll(async () => {
  pipeline = await startPipeline(SHOP_PROJECT);
  // The first day's: one of each source.
  files = (await readShopFiles()).slice(0, 4);
  placed = findSources(release, files.map(writeFile), {});
});
afterAll(() => pipeline?.stop());

function writeFile({ name, body }: Pick<SampleFile, 'name' | 'body'>): string {
  const path = join(pipeline.dir, 'files', name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, body);
  return path;
}

async function metered(): Promise<object> {
  const response = await fetch(`${pipeline.endpoints.admin}/bill`);
  const { lines } = (await response.json()) as { lines: { sku: string; units: number }[] };
  return Object.fromEntries(lines.filter(({ sku }) => sku.startsWith('dlp.')).map(({ sku, units }) => [sku, units]));
}

test('DLP counts the bytes that were said, to the byte', async () => {
  const measured = await measureFiles({ files: placed });
  const estimates = await Promise.all(
    placed.map((file, at) => estimateFile(release, file, measured[at] as MeasuredFile, undefined)),
  );
  for (const { name, body } of files) await pipeline.drop(name, Buffer.from(body));
  // Loads come later, and send nothing.
  for (let under = files.length; under > 0; await sleep(50)) {
    const { runs } = await pipeline.adhoc<{ runs: LedgerEntry[] }>({ action: 'runs' });
    under = files.length - runs.filter(({ state }) => state !== 'CLAIMED' && state !== 'PREPARED').length;
  }
  const sum = (of: (estimate: (typeof estimates)[number]) => number): number =>
    estimates.reduce((total, estimate) => total + of(estimate), 0);
  expect(sum(({ charge }) => charge.findings)).toBe(0);
  expect(await metered()).toEqual({
    'dlp.inspect_bytes': sum(({ charge }) => charge.inspected),
    'dlp.transform_bytes': sum(({ charge }) => charge.transformed),
  });
}, 120_000);

describe('a file in several shards', { timeout: 120_000 }, () => {
  const shardBytes = 40_000;
  const charges = ({ inspection, transformation, columns, records }: MeasuredFile): object => ({
    inspection,
    transformation,
    columns,
    records,
  });

  test('sends repeated values once a shard, so more of them than in one', async () => {
    const customers = placed.slice(0, 1);
    const [whole] = await measureFiles({ files: customers });
    const [cut] = await measureFiles({ shardBytes, files: customers });
    expect(cut?.shards).toBeGreaterThan(3);
    expect(cut?.records).toBe(whole?.records);
    expect(cut?.transformation.transformed).toBeGreaterThan(whole?.transformation.transformed ?? Number.NaN);
  });

  test('is measured the same where it has to be decompressed first, but for its cuts, which nobody knew before', async () => {
    const [file] = placed;
    const [sample] = files;
    if (!file || !sample) throw new Error('the sample has no files');
    const packed = writeFile({ name: `packed/${sample.name}.gz`, body: gzipSync(sample.body) });
    const one = { ...file, path: packed };
    const [plain] = await measureFiles({ files: [file] });
    const [whole] = await measureFiles({ files: [one] });
    expect(whole && charges(whole)).toEqual(plain && charges(plain));
    const [cut] = await measureFiles({ shardBytes, files: [one] });
    expect(cut?.shards).toBeGreaterThan(3);
    expect(cut?.records).toBe(plain?.records);
    expect(cut?.plainBytes).toBe(plain?.plainBytes);
  });
});
