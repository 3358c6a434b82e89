import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { TextDecoderStream } from 'node:stream/web';
import { JobFailure, notSupported } from '../errors.ts';
import type { LoadConfiguration } from '../jobs/job.ts';
import { bytesOf } from './csv-records.ts';
import type { SourceFile } from './source.ts';

/** Bytes of a file are no UTF-8: BigQuery reads them as U+FFFD, DuckDB not at all. */
export class BadEncoding extends Error {}

const ENCODINGS = ['UTF-8', 'ISO-8859-1', 'UTF-16LE', 'UTF-16BE', 'UTF-32LE', 'UTF-32BE'] as const;
type Encoding = (typeof ENCODINGS)[number];

/** Throws JobFailure `invalid` for what is not read here. Of formats other than texts there is but one. */
function readEncoding(load: LoadConfiguration): Encoding {
  const format = load.sourceFormat ?? 'CSV';
  if (format !== 'CSV' && format !== 'NEWLINE_DELIMITED_JSON') return 'UTF-8';
  const name = (load.encoding || 'UTF-8').toUpperCase().replace('UTF8', 'UTF-8');
  const known = ENCODINGS.find((one) => one === name);
  if (!known) throw notSupported(`encoding ${load.encoding}`);
  if (format !== 'CSV' && known !== 'UTF-8') throw notSupported(`encoding ${known} of ${format}`);
  return known;
}

/**
 * Hands text files on in UTF-8, as DuckDB reads them: as they are, or rewritten in `folder`, which is gone when `work` has
 * ended. Files whose bytes prove to be no UTF-8 are read a second time. Throws JobFailure for files that are packed unlike
 * each other. Source: cloud.google.com/bigquery/docs/loading-data-cloud-storage-csv#limitations
 */
export async function withReadable<T>(
  files: SourceFile[],
  load: LoadConfiguration,
  folder: string,
  work: (files: SourceFile[]) => Promise<T>,
): Promise<T> {
  if (new Set(files.map((file) => file.gzip)).size > 1)
    throw new JobFailure('invalid', 'You cannot include both compressed and uncompressed files in the same load job');
  const encoding = readEncoding(load);
  const rewritten = async () => {
    const plain: SourceFile[] = [];
    for (const file of files) plain.push(await toUtf8(file, encoding, folder));
    return plain;
  };
  try {
    if (encoding !== 'UTF-8') return await work(await rewritten());
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
  await pipeline(decoded(bytesOf(file), encoding), createWriteStream(path));
  return { ...file, path, gzip: false };
}

function decoded(bytes: AsyncIterable<Buffer>, encoding: Encoding): AsyncIterable<string> {
  // What the web calls ISO-8859-1 is Windows-1252, which differs from 0x80 to 0x9F.
  if (encoding === 'ISO-8859-1') return latin1(bytes);
  if (encoding === 'UTF-32LE' || encoding === 'UTF-32BE') return utf32(bytes, encoding);
  // A byte order mark is kept: whoever reads on has to know that it was there.
  const decoder = new TextDecoderStream(encoding.toLowerCase(), { ignoreBOM: true });
  return Readable.toWeb(Readable.from(bytes)).pipeThrough(decoder) as AsyncIterable<string>;
}

async function* latin1(bytes: AsyncIterable<Buffer>): AsyncIterable<string> {
  for await (const chunk of bytes) yield chunk.toString('latin1');
}

async function* utf32(bytes: AsyncIterable<Buffer>, encoding: 'UTF-32LE' | 'UTF-32BE'): AsyncIterable<string> {
  let rest = Buffer.alloc(0);
  for await (const chunk of bytes) {
    const all = Buffer.concat([rest, chunk]);
    const whole = all.length - (all.length % 4);
    const parts: string[] = [];
    for (let at = 0; at < whole; at += 4)
      parts.push(character(encoding === 'UTF-32LE' ? all.readUInt32LE(at) : all.readUInt32BE(at)));
    yield parts.join('');
    rest = all.subarray(whole);
  }
  if (rest.length > 0) yield '\ufffd';
}

const character = (code: number): string =>
  code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff) ? '\ufffd' : String.fromCodePoint(code);
