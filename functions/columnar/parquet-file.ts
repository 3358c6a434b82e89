import { open, truncate, writeFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { type SluiceError, terminal } from '../errors.ts';
import type { ReadRange } from '../ports.ts';
import { cutShort } from './byte-stream.ts';

const MAGIC = 'PAR1';
/** Footer length and magic number at the end of every Parquet file. */
const TRAILER_BYTES = 8;
const MAX_FOOTER_BYTES = 64 * 1024 * 1024;

/**
 * Makes a local file of a remote Parquet file's size that has its first bytes and its footer; the rest is a hole. Readers
 * look at the footer and at the row groups they want, so it reads like the whole once those are filled in.
 */
export async function writeParquetFooter(path: string, size: number, read: ReadRange): Promise<void> {
  if (size === 0) throw terminal('EMPTY_FILE', 'the file is empty (0 bytes)');
  const head = await bytesOf(read, 0, Math.min(MAGIC.length, size));
  if (head.toString('latin1') !== MAGIC)
    throw terminal('WRONG_FORMAT', 'the file is no Parquet, and the source declares parquet');
  if (size < TRAILER_BYTES + MAGIC.length) throw damaged('is too short for one');
  const trailer = await bytesOf(read, size - TRAILER_BYTES, size);
  if (trailer.toString('latin1', 4) !== MAGIC) throw damaged('does not end like one: it may be cut short');
  const footer = trailer.readUInt32LE(0);
  if (footer > MAX_FOOTER_BYTES || footer + TRAILER_BYTES > size) throw damaged('has a footer that does not fit it');
  await writeFile(path, head);
  await truncate(path, size);
  await fillParquet(path, read, [[size - TRAILER_BYTES - footer, size]]);
}

/** Fills byte ranges in, each where it belongs. */
export async function fillParquet(
  path: string,
  read: ReadRange,
  ranges: readonly (readonly [number, number])[],
): Promise<void> {
  const file = await open(path, 'r+');
  try {
    for (const [start, end] of ranges) {
      let position = start;
      for await (const chunk of await read(start, end)) {
        await file.write(chunk as Buffer, 0, (chunk as Buffer).length, position);
        position += (chunk as Buffer).length;
      }
      if (position !== end) throw cutShort(end - start, position - start);
    }
  } finally {
    await file.close();
  }
}

async function bytesOf(read: ReadRange, start: number, end: number): Promise<Buffer> {
  const bytes = await buffer(await read(start, end));
  if (bytes.length !== end - start) throw cutShort(end - start, bytes.length);
  return bytes;
}

const damaged = (what: string): SluiceError =>
  terminal('CORRUPT', `the file begins like Parquet and ${what}: upload it again`);
