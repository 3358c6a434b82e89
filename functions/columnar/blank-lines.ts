import type { RecordScanner, ScanOptions } from './csv-scanner.ts';

const LF = 10;
const isSpace = (byte: number): boolean => byte === 32 || byte === 9 || byte === 13;

/** Leaves blank lines out, so that a reader's line numbers are record numbers. */
export async function* dropBlankLines(
  chunks: AsyncIterable<Buffer>,
  createScanner: (options: Required<Pick<ScanOptions, 'cutBytes' | 'onBlankLine'>>) => RecordScanner,
): AsyncGenerator<Buffer> {
  let blanks: [number, number][] = [];
  const scanner = createScanner({
    cutBytes: Number.POSITIVE_INFINITY,
    onBlankLine: (start, end) => blanks.push([start, end]),
  });
  let position = 0;
  let carried: Buffer = Buffer.alloc(0);

  function* without(chunk: Buffer): Generator<Buffer> {
    let from = 0;
    for (const [start, end] of blanks) {
      if (start - position > from) yield chunk.subarray(from, start - position);
      from = end - position;
    }
    if (from < chunk.length) yield chunk.subarray(from);
    blanks = [];
    position += chunk.length;
  }

  for await (const next of chunks) {
    // White space after the last line feed may be the start of a blank line: it waits for the rest.
    const whole = carried.length > 0 ? Buffer.concat([carried, next]) : next;
    const tail = whole.lastIndexOf(LF) + 1;
    const keep = whole.subarray(tail).every(isSpace) ? tail : whole.length;
    carried = whole.subarray(keep);
    const chunk = whole.subarray(0, keep);
    scanner.push(chunk);
    yield* without(chunk);
  }
  scanner.push(carried);
  scanner.end();
  yield* without(carried);
}
