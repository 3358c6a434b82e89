import { Readable } from 'node:stream';
import { retryable, type SluiceError } from '../errors.ts';

/** Small steps over a stream of bytes; each hands chunks on as they come. */

export interface Head {
  /** The first bytes, which `chunks` repeats. */
  head: Buffer;
  chunks: AsyncIterable<Buffer>;
}

export interface CountedBytes {
  chunks: AsyncGenerator<Buffer>;
  /** Bytes that have come so far. */
  count(): number;
}

export function countBytes(input: AsyncIterable<Buffer>): CountedBytes {
  let bytes = 0;
  async function* counted(): AsyncGenerator<Buffer> {
    for await (const chunk of input) {
      bytes += chunk.length;
      yield chunk;
    }
  }
  return { chunks: counted(), count: () => bytes };
}

export async function withHead(chunks: AsyncIterable<Buffer>, bytes: number): Promise<Head> {
  const iterator = chunks[Symbol.asyncIterator]();
  let head = Buffer.alloc(0);
  while (head.length < bytes) {
    const { value, done } = await iterator.next();
    if (done) break;
    head = Buffer.concat([head, value]);
  }
  return { head, chunks: prepend(head, iterator) };
}

export async function* prepend(head: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  try {
    if (head.length > 0) yield head;
    for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
  } finally {
    // Whoever stops early must not leave the download behind.
    await rest.return?.();
  }
}

export async function* skip(chunks: AsyncIterable<Buffer>, bytes: number): AsyncGenerator<Buffer> {
  let left = bytes;
  for await (const chunk of chunks) {
    if (left < chunk.length) yield left > 0 ? chunk.subarray(left) : chunk;
    left = Math.max(0, left - chunk.length);
  }
}

/** Bytes [start, end) of a stream. */
export async function* slice(chunks: AsyncIterable<Buffer>, start: number, end: number): AsyncGenerator<Buffer> {
  let position = 0;
  for await (const chunk of chunks) {
    const from = Math.max(start - position, 0);
    const to = Math.min(end - position, chunk.length);
    if (from < to) yield from === 0 && to === chunk.length ? chunk : chunk.subarray(from, to);
    position += chunk.length;
    if (position >= end) return;
  }
}

export const toReadable = (chunks: AsyncIterable<Buffer>): Readable => Readable.from(chunks, { objectMode: false });

/** A read that ends early without an error must not pass for the end of the file. */
export const cutShort = (expected: number, came: number): SluiceError =>
  retryable('STORAGE_FAILED', `${expected} bytes were asked for and ${came} came: the download ended early`);
