import type { RecordScanner } from './csv-scanner.ts';

export interface DenseRecords {
  scanner: RecordScanner;
  /** Hands the bytes on, scanned, less what no record needs. */
  through(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer>;
}

/**
 * Leaves out blank lines and the carriage returns of line ends, as the scanner finds them. So a reader's line numbers are
 * record numbers, and it meets LF alone: told of CRLF, DuckDB 1.5 joins the first two records without an error.
 */
export function createDenseRecords(
  createScanner: (onDrop: (start: number, end: number) => void) => RecordScanner,
): DenseRecords {
  let drops: [number, number][] = [];
  const scanner = createScanner((start, end) => drops.push([start, end]));

  async function* through(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    /** What is not settled yet waits for what follows it. */
    let waiting: Buffer = Buffer.alloc(0);
    let position = 0;
    for await (const chunk of chunks) {
      scanner.push(chunk);
      const all = waiting.length > 0 ? Buffer.concat([waiting, chunk]) : chunk;
      const settled = all.subarray(0, scanner.settled() - position);
      waiting = all.subarray(settled.length);
      const kept = drops.length > 0 ? without(settled, position, drops) : settled;
      drops = [];
      position += settled.length;
      if (kept.length > 0) yield kept;
    }
    if (waiting.length > 0) yield waiting;
  }

  return { scanner, through };
}

/** The bytes, which begin at `position` of the stream, less the dropped ranges; packed into one buffer, since they are many. */
function without(bytes: Buffer, position: number, drops: readonly (readonly [number, number])[]): Buffer {
  const packed = Buffer.allocUnsafe(bytes.length);
  let length = 0;
  let from = 0;
  for (const [start, end] of drops) {
    length += bytes.copy(packed, length, from, start - position);
    from = end - position;
  }
  length += bytes.copy(packed, length, from);
  return packed.subarray(0, length);
}
