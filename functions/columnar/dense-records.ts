import type { RecordScanner, ScanCut } from './csv-scanner.ts';

export interface DenseRecords {
  scanner: RecordScanner;
  /** Hands the bytes on, scanned, less what no record needs. */
  through(chunks: AsyncIterable<Buffer>): AsyncGenerator<DenseBytes>;
}

export interface DenseBytes {
  bytes: Buffer;
  /** The cut that ends with them; the last cut of all is told by the scanner's end alone. */
  cut?: ScanCut;
}

/**
 * Leaves out blank lines and the carriage returns of line ends, as the scanner finds them. So a reader's line numbers are
 * record numbers, and it meets LF alone: told of CRLF, DuckDB 1.5 joins the first two records without an error.
 */
export function createDenseRecords(
  createScanner: (onDrop: (start: number, end: number) => void) => RecordScanner,
): DenseRecords {
  let drops: [number, number][] = [];
  let position = 0;
  const scanner = createScanner((start, end) => drops.push([start, end]));

  function dense(bytes: Buffer): Buffer {
    const end = position + bytes.length;
    const later = drops.findIndex(([, dropEnd]) => dropEnd > end);
    const own = later === -1 ? drops : drops.slice(0, later);
    drops = later === -1 ? [] : drops.slice(later);
    const kept = own.length > 0 ? without(bytes, position, own) : bytes;
    position = end;
    return kept;
  }

  async function* through(chunks: AsyncIterable<Buffer>): AsyncGenerator<DenseBytes> {
    /** What is not settled yet waits for what follows it. */
    let waiting: Buffer = Buffer.alloc(0);
    let told = 0;
    for await (const chunk of chunks) {
      scanner.push(chunk);
      const all = waiting.length > 0 ? Buffer.concat([waiting, chunk]) : chunk;
      const start = position;
      const settled = scanner.settled() - start;
      for (const cut of scanner.cuts().slice(told)) {
        yield { bytes: dense(all.subarray(position - start, cut.end - start)), cut };
        told++;
      }
      yield { bytes: dense(all.subarray(position - start, settled)) };
      waiting = all.subarray(settled);
    }
    yield { bytes: waiting };
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
