import { createReadStream, createWriteStream } from 'node:fs';
import { rename } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Scan, Shard } from '../model/run.ts';
import type { Source } from '../model/source.ts';
import type { ReadRange } from '../ports.ts';
import { dropBlankLines } from './blank-lines.ts';
import { slice } from './byte-stream.ts';
import { createCsvScanner, type RecordScanner, type ScanOptions } from './csv-scanner.ts';
import { decompress } from './decompress.ts';
import { createNdjsonScanner } from './ndjson-scanner.ts';
import { refuseBroken } from './scan-problems.ts';

type CreateScanner = (options: Pick<ScanOptions, 'cutBytes' | 'onBlankLine'>) => RecordScanner;

/** Brings a text shard's plain bytes to `path`, blank lines left out; a shard that is the whole file is scanned on the way. */
export async function copyToScratch(path: string, shard: Shard, source: Source, read: ReadRange): Promise<Scan> {
  const { format } = source;
  const createScanner: CreateScanner = (options) =>
    format.type === 'csv'
      ? createCsvScanner({ format, blankIsRecord: shard.header.length === 1, ...options })
      : createNdjsonScanner(options);
  const bytes = await plainBytes(shard, read);
  if (shard.scan) {
    await write(path, shard.scan.blankLines ? dropBlankLines(bytes, createScanner) : bytes);
    return shard.scan;
  }
  const scanner = createScanner({ cutBytes: Number.POSITIVE_INFINITY });
  await write(path, scanned(bytes, scanner));
  const result = scanner.end();
  refuseBroken(result);
  if (result.blankLines) {
    await write(`${path}.dense`, dropBlankLines(createReadStream(path), createScanner));
    await rename(`${path}.dense`, path);
  }
  return { records: result.records, blankLines: result.blankLines, ...(result.newline && { newline: result.newline }) };
}

async function plainBytes(shard: Shard, read: ReadRange): Promise<AsyncIterable<Buffer>> {
  if (shard.compression === 'none') return await read(shard.start, shard.end);
  return slice(decompress(await read(0, Number.POSITIVE_INFINITY), shard.compression), shard.start, shard.end);
}

async function* scanned(bytes: AsyncIterable<Buffer>, scanner: RecordScanner): AsyncGenerator<Buffer> {
  for await (const chunk of bytes) {
    scanner.push(chunk);
    yield chunk;
  }
}

const write = (path: string, bytes: AsyncIterable<Buffer>): Promise<void> =>
  pipeline(Readable.from(bytes, { objectMode: false }), createWriteStream(path, { highWaterMark: 1 << 20 }));
