import { createReadStream, createWriteStream, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { json } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { createColumnar } from '../../../functions/columnar/columnar.ts';
import { SETTINGS } from '../../../functions/config.ts';
import { toSluiceError } from '../../../functions/errors.ts';
import type { MeasuredFile } from '../../../functions/model/dlp-charge.ts';
import type { Source } from '../../../functions/model/source.ts';
import type { ReadRange, SurveyLimits } from '../../../functions/ports.ts';
import { measureFile } from '../../../functions/steps/measure-file.ts';

/** Reads files as the functions do, in a process that ends with it. Files in on stdin, what they would send out on stdout. */

export interface Asked {
  /** As the deployment cuts; absent = as functions do that nobody has told. */
  shardBytes?: number;
  files: { path: string; source: Source }[];
}
export type Told = { files: MeasuredFile[] } | { error: string };

/** Past its end is its end, as in a bucket. */
const readerOf =
  (path: string): ReadRange =>
  async (start, end) =>
    start >= end ? Readable.from([]) : createReadStream(path, { start, ...(Number.isFinite(end) && { end: end - 1 }) });

const fallback = (name: string): string => SETTINGS.find((setting) => setting.name === name)?.default ?? '';
/** Only where a file is cut, and what is refused, changes what it costs. */
const limitsOf = ({ shardBytes }: Asked): SurveyLimits => ({
  shardBytes: shardBytes ?? Number(fallback('SLUICE_SHARD_BYTES')),
  maxPlainBytes: Number(fallback('SLUICE_MAX_PLAIN_BYTES')),
  maxRatio: Number(fallback('SLUICE_MAX_RATIO')),
});

async function measure(asked: Asked, scratch: string): Promise<MeasuredFile[]> {
  const limits = limitsOf(asked);
  const threads = Number(fallback('SLUICE_THREADS'));
  const memoryLimit = fallback('SLUICE_MEMORY');
  const columnar = createColumnar({ threads, memoryLimit, scratch });
  const measured: MeasuredFile[] = [];
  for (const { path, source } of asked.files) {
    const plain = join(scratch, 'plain');
    const file = {
      size: statSync(path).size,
      read: readerOf(path),
      async readPlain(compression: 'gzip' | 'zstd') {
        await pipeline(columnar.decompress(createReadStream(path), compression), createWriteStream(plain));
        return readerOf(plain);
      },
    };
    measured.push(await measureFile(columnar, file, source, limits));
    rmSync(plain, { force: true });
  }
  return measured;
}

const scratch = mkdtempSync(join(tmpdir(), 'sluice-cost-'));
const stop = (): never => {
  rmSync(scratch, { recursive: true, force: true });
  process.exit(1);
};
process.on('SIGTERM', stop);
process.on('SIGINT', stop);
const told = await measure((await json(process.stdin)) as Asked, scratch)
  .then((files): Told => ({ files }))
  // Its message names columns and counts; a cause may quote a value, and stays here.
  .catch((error): Told => ({ error: toSluiceError(error).message }))
  .finally(() => rmSync(scratch, { recursive: true, force: true }));
process.stdout.write(JSON.stringify(told));
