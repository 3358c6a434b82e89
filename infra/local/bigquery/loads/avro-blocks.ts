import { type FileHandle, open } from 'node:fs/promises';

/** A block begins with two longs, of ten bytes at most each, and ends with the file's marker. */
const HEAD = 20;
const MARKER = 16;
const PIECE = 64 * 1024;

/**
 * How many rows an Avro file says that it holds; undefined where its blocks do not fill it to its end. The library's reader
 * takes a file that was cut off for one that ends there.
 */
export async function countAvroRows(path: string, marker: Buffer): Promise<number | undefined> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    let at = await headerEnd(file, marker, size);
    let rows = 0;
    while (at !== undefined && at < size) {
      const head = await readAt(file, at, HEAD);
      const count = readLong(head, 0);
      const length = count && readLong(head, count.end);
      if (!count || !length || count.value < 0 || length.value < 0) return undefined;
      const end: number = at + length.end + length.value;
      if (!(await readAt(file, end, MARKER)).equals(marker)) return undefined;
      rows += count.value;
      at = end + MARKER;
    }
    return at === size ? rows : undefined;
  } finally {
    await file.close();
  }
}

/** The first marker ends the header. */
async function headerEnd(file: FileHandle, marker: Buffer, size: number): Promise<number | undefined> {
  for (let at = 0; at < size; at += PIECE) {
    const found = (await readAt(file, at, PIECE + MARKER)).indexOf(marker);
    if (found >= 0) return at + found + MARKER;
  }
  return undefined;
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}

/** A zigzag varint. */
function readLong(bytes: Buffer, from: number): { value: number; end: number } | undefined {
  let bits = 0n;
  for (let at = from; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    bits |= BigInt(byte & 0x7f) << BigInt(7 * (at - from));
    if (byte < 0x80) return { value: Number((bits >> 1n) ^ -(bits & 1n)), end: at + 1 };
  }
  return undefined;
}
