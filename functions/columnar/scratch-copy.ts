import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Scan, Shard } from '../model/run.ts';
import type { Source } from '../model/source.ts';
import type { ReadRange } from '../ports.ts';
import { countBytes, cutShort, slice } from './byte-stream.ts';
import { createCsvScanner } from './csv-scanner.ts';
import { decompress } from './decompress.ts';
import { createDenseRecords } from './dense-records.ts';
import { createNdjsonScanner } from './ndjson-scanner.ts';
import { refuseBroken, scanOf } from './scan-problems.ts';
import { BOM } from './sniff.ts';

/**
 * Brings a text shard's plain bytes to `path`, records dense and ended by LF, a CSV behind a byte order mark; a shard that is the whole file is scanned on
 * the way. Throws STORAGE_FAILED (retryable) when fewer bytes come than the shard has.
 */
export async function copyToScratch(path: string, shard: Shard, source: Source, read: ReadRange): Promise<Scan> {
  const { format } = source;
  const bytes = countBytes(await plainBytes(shard, read));
  const dense = createDenseRecords((onDrop) =>
    format.type === 'csv'
      ? createCsvScanner({
          format,
          blankIsRecord: shard.header.length === 1,
          cutBytes: Number.POSITIVE_INFINITY,
          onDrop,
        })
      : createNdjsonScanner({ cutBytes: Number.POSITIVE_INFINITY }),
  );
  const isDense = shard.scan && (format.type !== 'csv' || (!shard.scan.blankLines && shard.scan.newline !== '\r\n'));
  const copied = isDense ? bytes.chunks : dense.through(bytes.chunks);
  await pipeline(
    Readable.from(format.type === 'csv' ? marked(copied) : copied, { objectMode: false }),
    createWriteStream(path, { highWaterMark: 1 << 20 }),
  );
  if (bytes.count() !== shard.end - shard.start) throw cutShort(shard.end - shard.start, bytes.count());
  if (shard.scan) return shard.scan;
  const result = dense.scanner.end();
  refuseBroken(result);
  return scanOf(result, result.records);
}

/** The CSV reader takes a mark at the start off. One of ours keeps it from a first value that begins with the same character. */
async function* marked(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield BOM;
  yield* bytes;
}

async function plainBytes(shard: Shard, read: ReadRange): Promise<AsyncIterable<Buffer>> {
  if (shard.compression === 'none') return await read(shard.start, shard.end);
  return slice(decompress(await read(0, Number.POSITIVE_INFINITY), shard.compression), shard.start, shard.end);
}
