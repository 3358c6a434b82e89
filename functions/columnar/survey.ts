import { type ErrorCode, SluiceError } from '../errors.ts';
import type { Compression, Reason } from '../model/run.ts';
import type { CsvFormat, Source } from '../model/source.ts';
import type { ReadRange, Survey, SurveyLimits } from '../ports.ts';
import {
  type CountedBytes,
  countBytes,
  cutShort,
  type Head,
  prepend,
  skip,
  toReadable,
  withHead,
} from './byte-stream.ts';
import { checkHeader } from './check-header.ts';
import { parseCsvRecord } from './csv-header.ts';
import { createCsvScanner, type RecordScanner } from './csv-scanner.ts';
import { decompress } from './decompress.ts';
import { createNdjsonScanner } from './ndjson-scanner.ts';
import { refuseBroken, scanOf } from './scan-problems.ts';
import { bomLength, type Content, SNIFF_BYTES, sniff } from './sniff.ts';

/** A header longer than this is no header. */
const MAX_HEADER_BYTES = 1 << 20;
/** A small file may well shrink a thousandfold; only what could fill a disk is a bomb. */
const RATIO_MATTERS_FROM = 64 * 1024 * 1024;

class Refused extends Error {
  readonly reasons: Reason[];
  constructor(code: ErrorCode, message: string) {
    super(message);
    this.reasons = [{ code, message }];
  }
}

/**
 * Looks at a text file (CSV, NDJSON; compressed or not) of `size` bytes. One that is plain and fits a shard is only looked
 * at from its start: its only shard scans it on the way to scratch. Any other is read once, from first byte to last.
 */
export async function surveyText(read: ReadRange, size: number, source: Source, limits: SurveyLimits): Promise<Survey> {
  const input = countBytes(headFirst(read, size));
  try {
    return await look(input, size, source, limits);
  } catch (error) {
    if (error instanceof Refused) return { ...NOTHING, reasons: error.reasons };
    if (!(error instanceof SluiceError) || error.retryable) throw error;
    if (error.code === 'TRUNCATED' && input.count() < size) throw cutShort(size, input.count());
    return { ...NOTHING, reasons: [{ code: error.code, message: error.message, ...rowOf(error) }] };
  } finally {
    // A download that nobody reads to its end would stay open.
    await input.chunks.return(undefined);
  }
}

const rowOf = ({ details }: SluiceError): Pick<Reason, 'row'> =>
  typeof details.row === 'number' ? { row: details.row } : {};

/** Enough for nearly every header. */
const HEAD_BYTES = 64 * 1024;

/**
 * The start of an object as a read of its own, taken whole, and the rest as another, made only if somebody goes on: most
 * files are judged by their start, and a download that is broken off costs its connection and the client's next call.
 */
async function* headFirst(read: ReadRange, size: number): AsyncGenerator<Buffer> {
  if (size === 0) return;
  const head: Buffer[] = [];
  for await (const chunk of await read(0, Math.min(size, HEAD_BYTES))) head.push(chunk as Buffer);
  yield Buffer.concat(head);
  if (size > HEAD_BYTES) yield* (await read(HEAD_BYTES, size)) as AsyncIterable<Buffer>;
}

const NOTHING: Survey = { compression: 'none', header: [], cuts: [], unknownColumns: [], reasons: [] };

async function look(raw: CountedBytes, size: number, source: Source, limits: SurveyLimits): Promise<Survey> {
  const packed = await withHead(raw.chunks, SNIFF_BYTES);
  if (packed.head.length === 0) throw new Refused('EMPTY_FILE', 'the file is empty (0 bytes)');
  const outer = sniff(packed.head);
  const compression: Compression = outer === 'gzip' || outer === 'zstd' ? outer : 'none';
  const plain =
    compression === 'none' ? packed : await withHead(decompress(toReadable(packed.chunks), compression), SNIFF_BYTES);
  refuseForeign(sniff(plain.head), source, compression);
  if (plain.head.length === 0) throw new Refused('EMPTY_FILE', 'the file holds no data once decompressed');

  const body =
    source.format.type === 'csv' ? await openCsv(plain, source, source.format, limits) : openNdjson(plain, limits);
  const found = { ...NOTHING, compression, header: body.header, unknownColumns: body.unknown };
  if (compression === 'none' && size <= limits.shardBytes) {
    return { ...found, cuts: body.offset < size ? [{ start: body.offset, end: size, firstRecord: 1 }] : [] };
  }
  let plainBytes = body.offset;
  for await (const chunk of body.chunks) {
    plainBytes += chunk.length;
    if (compression !== 'none') refuseBomb(plainBytes, raw.count(), limits);
    body.scanner.push(chunk);
  }
  if (compression === 'none' && raw.count() !== size) throw cutShort(size, raw.count());
  const result = body.scanner.end();
  refuseBroken(result);
  return {
    ...found,
    cuts: result.cuts.map((cut) => ({
      start: cut.start + body.offset,
      end: cut.end + body.offset,
      firstRecord: cut.firstRecord,
      scan: scanOf(result, cut.records),
    })),
  };
}

interface Body {
  header: string[];
  unknown: string[];
  /** Plain bytes before the first record: mark and header. */
  offset: number;
  chunks: AsyncIterable<Buffer>;
  scanner: RecordScanner;
}

async function openCsv(plain: Head, source: Source, format: CsvFormat, limits: SurveyLimits): Promise<Body> {
  const declared = source.columns.map((column) => column.from);
  const scanner = (columns: number) =>
    createCsvScanner({ format, blankIsRecord: columns === 1, cutBytes: limits.shardBytes });
  const mark = bomLength(plain.head);
  if (!format.header) {
    return {
      header: declared,
      unknown: [],
      offset: mark,
      chunks: skip(plain.chunks, mark),
      scanner: scanner(declared.length),
    };
  }
  const { record, end, rest } = await firstRecord(skip(plain.chunks, mark), format);
  if (record.length === 0) throw new Refused('EMPTY_FILE', 'the file holds no header and no records');
  const header = parseCsvRecord(decodeHeader(record), format);
  const check = checkHeader(header, source.columns, source.onNewColumn === 'hold');
  if (check.reasons.length > 0) {
    const refused = new Refused('BAD_HEADER', 'the header does not fit the declaration');
    refused.reasons.splice(0, 1, ...check.reasons);
    throw refused;
  }
  return {
    header,
    unknown: check.unknown.map((position) => header[position] ?? ''),
    offset: mark + end,
    chunks: rest,
    scanner: scanner(header.length),
  };
}

function openNdjson(plain: Head, limits: SurveyLimits): Body {
  const mark = bomLength(plain.head);
  const scanner = createNdjsonScanner({ cutBytes: limits.shardBytes });
  return { header: [], unknown: [], offset: mark, chunks: skip(plain.chunks, mark), scanner };
}

function decodeHeader(record: Buffer): string {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(record);
  } catch {
    throw new Refused('BAD_ENCODING', 'the header is not valid UTF-8: save the file as UTF-8');
  }
  if (text.includes('\0'))
    throw new Refused('BAD_ENCODING', 'the header holds NUL characters, as UTF-16 does: save the file as UTF-8');
  if (/\r(?!\n$)/.test(text))
    throw new Refused('MIXED_NEWLINES', 'lines end with a carriage return alone: use LF or CRLF');
  return text;
}

/** Reads until the first record ends, quoted line feeds respected and blank lines before it left out. */
async function firstRecord(
  chunks: AsyncIterable<Buffer>,
  format: CsvFormat,
): Promise<{ record: Buffer; end: number; rest: AsyncIterable<Buffer> }> {
  const iterator = chunks[Symbol.asyncIterator]();
  const scanner = createCsvScanner({ format, blankIsRecord: false, cutBytes: 1 });
  let read = Buffer.alloc(0);
  for (;;) {
    const { value, done } = await iterator.next();
    if (done) break;
    read = Buffer.concat([read, value]);
    scanner.push(value);
    const cut = scanner.cuts()[0];
    if (cut) {
      const rest = prepend(read.subarray(cut.end), iterator);
      return { record: read.subarray(cut.start, cut.end), end: cut.end, rest };
    }
    if (read.length > MAX_HEADER_BYTES)
      throw new Refused(
        'BAD_HEADER',
        'the first record is longer than 1 MiB: this is no header, or a quote is never closed',
      );
  }
  const { unterminatedAt, cuts } = scanner.end();
  if (unterminatedAt !== undefined)
    throw new Refused('UNTERMINATED_QUOTE', 'a quote that opens in the header is never closed');
  return {
    record: read.subarray(cuts[0]?.start ?? read.length),
    end: read.length,
    rest: prepend(Buffer.alloc(0), iterator),
  };
}

function refuseForeign(content: Content, source: Source, compression: Compression): void {
  const declared = source.format.type;
  const inside = compression === 'none' ? '' : ` inside ${compression}`;
  switch (content) {
    case 'text':
      return;
    case 'utf-16':
      throw new Refused('BAD_ENCODING', `the file is UTF-16${inside}: save it as UTF-8`);
    case 'parquet':
      throw new Refused('WRONG_FORMAT', `the file is Parquet${inside}, and the source declares ${declared}`);
    case 'zip':
      throw new Refused(
        'WRONG_FORMAT',
        `the file is a ZIP archive or an office document${inside}, and the source declares ${declared}: unpack or export it first`,
      );
    case 'gzip':
    case 'zstd':
      throw new Refused('WRONG_FORMAT', `the file is compressed twice (${content}${inside}): compress it once`);
  }
}

function refuseBomb(plainBytes: number, packedBytes: number, limits: SurveyLimits): void {
  if (plainBytes > limits.maxPlainBytes) {
    throw new Refused('TOO_LARGE', `the file is larger than ${limits.maxPlainBytes} bytes once decompressed: split it`);
  }
  if (plainBytes > RATIO_MATTERS_FROM && plainBytes / packedBytes > limits.maxRatio) {
    throw new Refused(
      'TOO_LARGE',
      `the file grows more than ${limits.maxRatio}-fold when decompressed, which no honest data does: upload it less compressed`,
    );
  }
}
