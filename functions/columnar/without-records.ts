import type { RecordScanner } from './csv-scanner.ts';

/** Makes a scanner that tells of each record. */
export type ScanRecords = (onRecord: (end: number, start: number) => void) => RecordScanner;

/**
 * The bytes of a file's records less some of them, every other byte as it was: blank lines between records stay, and so
 * does how each is quoted. `isOut` is asked of each record in order, counted from 0, with its bytes.
 */
export async function* withoutRecords(
  chunks: AsyncIterable<Buffer>,
  scan: ScanRecords,
  isOut: (index: number, bytes: Buffer) => boolean,
): AsyncGenerator<Buffer> {
  let ends: [start: number, end: number][] = [];
  const scanner = scan((end, start) => ends.push([start, end]));
  /** Bytes that are not handed on yet; the first is at `position` of the stream. */
  let waiting: Buffer = Buffer.alloc(0);
  let position = 0;
  let index = 0;

  function* settle(): Generator<Buffer> {
    let from = position;
    let last = position;
    for (const [start, end] of ends) {
      last = end;
      if (!isOut(index++, waiting.subarray(start - position, end - position))) continue;
      if (start > from) yield waiting.subarray(from - position, start - position);
      from = end;
    }
    ends = [];
    if (last > from) yield waiting.subarray(from - position, last - position);
    waiting = waiting.subarray(last - position);
    position = last;
  }

  for await (const chunk of chunks) {
    scanner.push(chunk);
    waiting = waiting.length > 0 ? Buffer.concat([waiting, chunk]) : chunk;
    yield* settle();
  }
  scanner.end();
  yield* settle();
  if (waiting.length > 0) yield waiting;
}
