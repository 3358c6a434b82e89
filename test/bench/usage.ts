import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startMeteredPipeline } from './metered-pipeline.ts';
import { measureSteps } from './usage-of-steps.ts';
import { measureReads, measureVolume } from './usage-of-volume.ts';

/**
 * `npm run bench:usage [-- --write]`: what one file, load, transform, night and sweep use of Google's services, as the
 * local cloud meters it; `sluice bill --model` multiplies it. `--write` replaces infra/bill/usage.json.
 */
const { values } = parseArgs({ options: { write: { type: 'boolean', default: false } } });
const TARGET = fileURLToPath(new URL('../../infra/bill/usage.json', import.meta.url));
const BENCH_PROJECT = fileURLToPath(new URL('./project', import.meta.url));
const SHOP_PROJECT = fileURLToPath(new URL('../../sql', import.meta.url));
/** Busy months have files of 20 MB; equal values are sent once a file, so larger files send less. */
const FILE_BYTES = [2e6, 20e6, 200e6];

const say = (text: string): void => void process.stderr.write(`${text}\n`);
const scratch = mkdtempSync(join(tmpdir(), 'sluice-usage-'));
const write = (name: string, text: string): void => {
  mkdirSync(dirname(join(scratch, name)), { recursive: true });
  writeFileSync(join(scratch, name), text);
};

async function within<T>(
  project: string,
  measure: (pipeline: Awaited<ReturnType<typeof startMeteredPipeline>>) => Promise<T>,
) {
  const pipeline = await startMeteredPipeline(project);
  try {
    return await measure(pipeline);
  } finally {
    await pipeline.stop();
  }
}

try {
  say('steps: one file, a batch of files, shards, merges, nights, sweeps …');
  const steps = await measureSteps(scratch, write);
  say(JSON.stringify(steps));
  say('volume: files of 2, 20 and 200 MB …');
  const volumes = await within(BENCH_PROJECT, async (pipeline) => {
    const found = [];
    // The first file pays for starting, as an instance's first request does; it is not what a GB costs.
    await measureVolume(pipeline, 1e6);
    for (const bytes of FILE_BYTES) found.push(await measureVolume(pipeline, bytes));
    return found;
  });
  say('reads: the sample shop, built whole …');
  const reads = await within(SHOP_PROJECT, measureReads);
  const usage = { measuredBy: 'npm run bench:usage -- --write', ...steps, volumes, reads };
  const text = `${JSON.stringify(usage, undefined, 2)}\n`;
  if (values.write) writeFileSync(TARGET, text);
  else process.stdout.write(text);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
