import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { TextDecoderStream } from 'node:stream/web';
import { createGunzip } from 'node:zlib';
import { JobFailure } from '../errors.ts';
import type { LoadConfiguration } from '../jobs/job.ts';
import type { SourceFile } from './source.ts';

/** Bytes of a file are no UTF-8: BigQuery reads them as U+FFFD, DuckDB not at all. */
export class BadEncoding extends Error {}

const ENCODINGS = ['UTF-8', 'ISO-8859-1', 'UTF-16LE', 'UTF-16BE'] as const;
type Encoding = (typeof ENCODINGS)[number];

/** Throws JobFailure `invalid` for what is not read here. */
function readEncoding(load: LoadConfiguration): Encoding {
  const name = (load.encoding || 'UTF-8').toUpperCase().replace('UTF8', 'UTF-8');
  const known = ENCODINGS.find((one) => one === name);
  if (!known) throw new JobFailure('invalid', `not supported by the embedded warehouse: encoding ${load.encoding}`);
  return known;
}

/**
 * Hands text files on as DuckDB reads them, in UTF-8 and packed alike: as they are, or rewritten in `folder`, which is
 * gone when `work` has ended. Files whose bytes prove to be no UTF-8 are read a second time.
 */
export async function withReadable<T>(
  files: SourceFile[],
  load: LoadConfiguration,
  folder: string,
  work: (files: SourceFile[]) => Promise<T>,
): Promise<T> {
  if (load.sourceFormat === 'PARQUET') return work(files);
  const encoding = readEncoding(load);
  const rewritten = async () => {
    const plain: SourceFile[] = [];
    for (const file of files) plain.push(await toUtf8(file, encoding, folder));
    return plain;
  };
  const isAlike = files.every((file) => file.gzip) || files.every((file) => !file.gzip);
  try {
    if (encoding !== 'UTF-8' || !isAlike) return await work(await rewritten());
    return await work(files).catch(async (error) => {
      if (!(error instanceof BadEncoding)) throw error;
      return work(await rewritten());
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The file as plain UTF-8, in `folder`; bytes that mean nothing in its encoding become U+FFFD. */
async function toUtf8(file: SourceFile, encoding: Encoding, folder: string): Promise<SourceFile> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, randomUUID());
  const bytes = createReadStream(file.path);
  const plain: Readable = file.gzip ? bytes.pipe(createGunzip()) : bytes;
  bytes.on('error', (error) => plain.destroy(error));
  await pipeline(decoded(plain, encoding), createWriteStream(path));
  return { ...file, path, gzip: false };
}

function decoded(bytes: Readable, encoding: Encoding): AsyncIterable<string> {
  // What the web calls ISO-8859-1 is Windows-1252, which differs from 0x80 to 0x9F.
  if (encoding === 'ISO-8859-1') return latin1(bytes);
  const decoder = new TextDecoderStream(encoding.toLowerCase());
  return Readable.toWeb(bytes).pipeThrough(decoder) as AsyncIterable<string>;
}

async function* latin1(bytes: Readable): AsyncIterable<string> {
  for await (const chunk of bytes) yield (chunk as Buffer).toString('latin1');
}
