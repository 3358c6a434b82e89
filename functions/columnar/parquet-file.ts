import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { type SluiceError, terminal } from '../errors.ts';
import type { ReadRange } from '../ports.ts';

/** Footer length and magic number at the end of every Parquet file. */
const TRAILER_BYTES = 8;
const MAX_FOOTER_BYTES = 64 * 1024 * 1024;

/**
 * Builds a local file that has only the asked-for parts of a remote Parquet file, each where it belongs; the rest is a
 * hole. Readers look at the footer and at the row groups they want, so it reads like the whole.
 */
export async function writeSparseParquet(
  path: string,
  size: number,
  read: ReadRange,
  ranges: readonly (readonly [number, number])[] = [],
): Promise<void> {
  if (size < TRAILER_BYTES + 4) throw damaged('is too short for one');
  const trailer = await bytesOf(await read(size - TRAILER_BYTES, size));
  if (trailer.subarray(4).toString('latin1') !== 'PAR1') throw damaged('does not end like one: it may be cut short');
  const footer = trailer.readUInt32LE(0);
  if (footer > MAX_FOOTER_BYTES || footer + TRAILER_BYTES > size) throw damaged('has a footer that does not fit it');

  const file = await open(path, 'w');
  try {
    await file.truncate(size);
    for (const [start, end] of [[0, 4], ...ranges, [size - TRAILER_BYTES - footer, size]] as const) {
      let position = start;
      for await (const chunk of await read(start, end)) {
        await file.write(chunk as Buffer, 0, (chunk as Buffer).length, position);
        position += (chunk as Buffer).length;
      }
    }
  } finally {
    await file.close();
  }
}

async function bytesOf(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

const damaged = (what: string): SluiceError =>
  terminal('CORRUPT', `the file begins like Parquet and ${what}: upload it again`);
