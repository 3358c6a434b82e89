import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Scan, Shard } from '../model/run.ts';
import type { ReadRange } from '../ports.ts';
import { createNdjsonScanner } from './ndjson-scanner.ts';
import { refuseBroken, scanOf } from './scan-problems.ts';
import { shardBytes } from './shard-bytes.ts';

/** Brings an NDJSON shard's plain bytes to `path`; a shard that is the whole file is scanned on the way. */
export async function copyToScratch(path: string, shard: Shard, read: ReadRange): Promise<Scan> {
  const scanner = createNdjsonScanner({ cutBytes: Number.POSITIVE_INFINITY });
  async function* scanned(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      scanner.push(chunk);
      yield chunk;
    }
  }
  const bytes = shardBytes(shard, read);
  await pipeline(
    Readable.from(shard.scan ? bytes : scanned(bytes), { objectMode: false }),
    createWriteStream(path, { highWaterMark: 1 << 20 }),
  );
  if (shard.scan) return shard.scan;
  const result = scanner.end();
  refuseBroken(result);
  return scanOf(result, result.records);
}
