import { isUtf8 } from 'node:buffer';
import { createReadStream, createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { CsvFormat } from '../model/source.ts';
import type { CsvPiece } from './csv-pieces.ts';
import { createCsvScanner } from './csv-scanner.ts';
import { type BrokenRecord, MAX_REJECTS, tooManyRejects } from './ingested.ts';
import { BOM } from './sniff.ts';

const LF = 10;
const SPACE = 32;

/**
 * Copies the records of a piece that have `columns` fields, sound quotes and valid UTF-8, each behind its number within the
 * shard, and says what is wrong with the others. DuckDB's own `store_rejects` is not used: it keeps an error for each
 * missing field of each record (200 columns and 100,000 short records took more than 14 GB), and fails internally on bad
 * UTF-8 in columns that nobody reads.
 */
export async function siftCsv(
  { path, first }: Pick<CsvPiece, 'path' | 'first'>,
  target: string,
  columns: number,
  format: CsvFormat,
): Promise<BrokenRecord[]> {
  const broken: BrokenRecord[] = [];
  const faultOf = createRecordCheck(format, columns);
  let index = first;

  async function* good(): AsyncGenerator<Buffer> {
    let ends: number[] = [];
    const scanner = createCsvScanner({
      format,
      blankIsRecord: true,
      cutBytes: Number.POSITIVE_INFINITY,
      onRecord: (end) => ends.push(end),
    });
    let waiting: Buffer = Buffer.alloc(0);
    let position = 0;

    function* sift(bytes: Buffer): Generator<Buffer> {
      const kept: Buffer[] = [];
      let from = 0;
      for (const end of ends) {
        const record = bytes.subarray(from, end - position);
        from = end - position;
        const fault = faultOf(record.at(-1) === LF ? record.subarray(0, -1) : record);
        if (!fault) kept.push(Buffer.from(`${index}${format.delimiter}`), record);
        else if (broken.push({ index, ...fault }) > MAX_REJECTS) throw tooManyRejects();
        index++;
      }
      ends = [];
      position += from;
      waiting = bytes.subarray(from);
      if (kept.length > 0) yield Buffer.concat(kept);
    }

    for await (const chunk of createReadStream(path, { start: BOM.length, highWaterMark: 1 << 20 })) {
      scanner.push(chunk as Buffer);
      yield* sift(Buffer.concat([waiting, chunk as Buffer]));
    }
    scanner.end();
    yield* sift(waiting);
  }

  await pipeline(Readable.from(good(), { objectMode: false }), createWriteStream(target, { highWaterMark: 1 << 20 }));
  return broken;
}

type Fault = Omit<BrokenRecord, 'index'>;

/** Tells what is wrong with one record (without its line end), under the reader's strict rules. */
export function createRecordCheck(
  format: Pick<CsvFormat, 'delimiter' | 'quote' | 'escape'>,
  columns: number,
): (record: Buffer) => Fault | undefined {
  const delimiter = format.delimiter.charCodeAt(0);
  const quote = format.quote === '' ? -1 : format.quote.charCodeAt(0);
  const escaping = format.escape === '' ? quote : format.escape.charCodeAt(0);
  const skipped = delimiter === SPACE ? -1 : SPACE;

  return (record) => {
    const valid = isUtf8(record);
    const skipSpaces = (from: number, most: number): number => {
      let at = from;
      while (at < from + most && record[at] === skipped) at++;
      return at;
    };
    /** Just past a field's closing quote; -1 where there is none. */
    const afterQuoted = (from: number): number => {
      for (let i = from; i < record.length; i++) {
        const byte = record[i];
        if (byte === escaping && (escaping !== quote || record[i + 1] === quote)) i++;
        else if (byte === quote) return i + 1;
      }
      return -1;
    };

    let position = 0;
    for (let at = 0; ; position++) {
      const start = at;
      const first = skipSpaces(at, 1);
      if (record[first] === quote) {
        const closed = afterQuoted(first + 1);
        const next = closed === -1 ? -1 : skipSpaces(closed, record.length);
        if (next === -1 || (next < record.length && record[next] !== delimiter))
          return { position: Math.min(position, columns - 1), reason: 'BAD_QUOTING' };
        at = next;
      } else {
        const found = record.indexOf(delimiter, at);
        at = found === -1 ? record.length : found;
      }
      // The reader lets delimiters at the end pass: nothing stands between them.
      if (position >= columns && at > start) return { position, reason: 'TOO_MANY_COLUMNS' };
      if (!valid && !isUtf8(record.subarray(start, at))) return { position, reason: 'BAD_ENCODING' };
      if (at === record.length) break;
      at++;
    }
    return position + 1 < columns ? { position: position + 1, reason: 'MISSING_COLUMNS' } : undefined;
  };
}
