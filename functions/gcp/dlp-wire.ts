import { retryable } from '../errors.ts';
import type { Cell } from '../model/dlp.ts';
import { NULL_TEXT, type Texts } from '../model/texts.ts';

/**
 * DLP's tables as protobuf. The client makes some ten objects of each cell, on its way there and back, which live until the
 * request is answered: a million values took 4.4 CPU seconds, half of them garbage collection, where this takes 0.6. Only
 * what there is one of for each cell is written and read here; all else is the work of the client's own classes.
 */

/** A field's number and how it is written. Source: google/privacy/dlp/v2/dlp.proto, google/type/date.proto. */
const number = (field: number): number => field << 3;
const sized = (field: number): number => (field << 3) | 2;
const REQUEST_ITEM = sized(4);
const RESPONSE_ITEM = sized(1);
const RESPONSE_OVERVIEW = sized(2);
const ITEM_TABLE = sized(4);
const TABLE_ROWS = sized(2);
const ROW_VALUES = sized(1);
const VALUE_STRING = sized(3);
const VALUE_DATE = sized(7);
const DATE_YEAR = number(1);
const DATE_MONTH = number(2);
const DATE_DAY = number(3);

export interface TableRequest {
  /** A DeidentifyContentRequest without its item. */
  request: Uint8Array;
  /** A Table without rows. */
  table: Uint8Array;
  rows: readonly { values: readonly Cell[] }[];
  /** A Value, for cells that are neither a text nor a date. */
  encodeValue(cell: Cell): Uint8Array;
}

/** A DeidentifyContentRequest of one table. */
export function encodeRequest({ request, table, rows, encodeValue }: TableRequest): Buffer {
  const cells = encodeRows(rows, encodeValue);
  const tableHead = headOf(ITEM_TABLE, table.length + cells.length);
  const itemHead = headOf(REQUEST_ITEM, tableHead.length + table.length + cells.length);
  return Buffer.concat([request, itemHead, tableHead, table, cells]);
}

/** The most that a tag and a length take. */
const HEAD_BYTES = 6;
/** Texts up to this take 123 bytes at most: their length and that of the Value around them are one byte. */
const SHORT_TEXT = 41;
/** Of a request, which DLP takes up to 0.5 MB. */
const USUAL_BYTES = 1 << 19;

function encodeRows(rows: TableRequest['rows'], encodeValue: TableRequest['encodeValue']): Buffer {
  let bytes = Buffer.allocUnsafe(USUAL_BYTES);
  let at = 0;

  function reserve(count: number): void {
    if (at + count <= bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(2 * bytes.length, at + count));
    bytes.copy(larger, 0, 0, at);
    bytes = larger;
  }
  function writeHead(tag: number, length: number): void {
    bytes[at++] = tag;
    at = writeVarint(bytes, at, length);
  }
  function writeString(text: string): void {
    reserve(text.length * 3 + 2 * HEAD_BYTES);
    const isShort = text.length <= SHORT_TEXT;
    // A short one is written first, behind its two heads, so that its length need not be counted beforehand.
    const length = isShort ? writeText(bytes, text, at + 4) : Buffer.byteLength(text);
    writeHead(ROW_VALUES, 1 + varintSize(length) + length);
    writeHead(VALUE_STRING, length);
    at += isShort ? length : bytes.write(text, at);
  }
  function writeDate({ year, month, day }: { year: number; month: number; day: number }): void {
    reserve(4 * HEAD_BYTES);
    const parts = 1 + varintSize(year) + 4;
    writeHead(ROW_VALUES, parts + 2);
    writeHead(VALUE_DATE, parts);
    writeHead(DATE_YEAR, year);
    writeHead(DATE_MONTH, month);
    writeHead(DATE_DAY, day);
  }
  function writeOther(cell: Cell): void {
    const value = encodeValue(cell);
    reserve(value.length + HEAD_BYTES);
    writeHead(ROW_VALUES, value.length);
    bytes.set(value, at);
    at += value.length;
  }

  for (const { values } of rows) {
    reserve(HEAD_BYTES);
    const start = at + HEAD_BYTES;
    const rowAt = at;
    at = start;
    for (const cell of values) {
      if ('stringValue' in cell) writeString(cell.stringValue);
      else if ('dateValue' in cell) writeDate(cell.dateValue);
      else writeOther(cell);
    }
    // Its length is known only now, and its head is seldom as long as it may be.
    const length = at - start;
    at = rowAt;
    writeHead(TABLE_ROWS, length);
    bytes.copyWithin(at, start, start + length);
    at += length;
  }
  return bytes.subarray(0, at);
}

/** Returns how many bytes it took; there must be room for three a UTF-16 unit. */
function writeText(bytes: Buffer, text: string, at: number): number {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 0x80) return bytes.write(text, at);
    bytes[at + i] = code;
  }
  return text.length;
}

function headOf(tag: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(HEAD_BYTES);
  bytes[0] = tag;
  return bytes.subarray(0, writeVarint(bytes, 1, length));
}

/** Returns where it ends. */
function writeVarint(bytes: Buffer, at: number, value: number): number {
  let end = at;
  let left = value;
  for (; left >= 0x80; left >>>= 7) bytes[end++] = (left & 0x7f) | 0x80;
  bytes[end++] = left;
  return end;
}

function varintSize(value: number): number {
  let size = 1;
  for (let left = value; left >= 0x80; left >>>= 7) size++;
  return size;
}

export interface TableAnswer {
  /** Row by row; NULL = a Value without a value. */
  cells: Texts;
  /** Cells of each row. */
  widths: number[];
  /** A TransformationOverview; no bytes are one as well, of nothing. */
  overview: Buffer;
}

/**
 * Of a DeidentifyContentResponse that is to hold as many cells; one without a table has no rows. `textOf` reads a Value that
 * is neither a text nor a date. Throws DLP_INCOMPLETE (retryable) where the answer breaks off or holds more.
 */
export function decodeAnswer(bytes: Buffer, expected: number, textOf: (value: Buffer) => string | null): TableAnswer {
  const starts = new Uint32Array(expected);
  const ends = new Uint32Array(expected);
  const widths: number[] = [];
  let overview: Buffer = Buffer.alloc(0);
  let cells = 0;
  /** What is no text on the wire; it is laid down behind the answer's own bytes. */
  const written: string[] = [];
  let writtenTo = bytes.length;
  let at = 0;

  function readVarint(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 0x80) {
      const byte = bytes[at++];
      if (byte === undefined) throw incomplete('breaks off');
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
  }
  /** Where what follows its own length ends. */
  function readEnd(): number {
    const length = readVarint();
    if (at + length > bytes.length) throw incomplete('breaks off');
    return at + length;
  }
  /** Goes over the fields up to `end`; those of these tags are read, the others skipped. */
  function readFields(end: number, fields: Readonly<Record<number, (end: number) => void>>): void {
    while (at < end) {
      const tag = readVarint();
      if ((tag & 7) === 2) {
        const fieldEnd = readEnd();
        fields[tag]?.(fieldEnd);
        at = fieldEnd;
      } else if ((tag & 7) === 0) readVarint();
      else at += (tag & 7) === 1 ? 8 : 4;
    }
  }
  function readValue(end: number): void {
    if (cells === expected) throw incomplete('holds more than was sent');
    const start = at;
    const tag = bytes[at++];
    const isWhole = start < end && (tag === VALUE_STRING || tag === VALUE_DATE) && readEnd() === end;
    if (isWhole && tag === VALUE_STRING) {
      starts[cells] = at;
      ends[cells++] = end;
      return;
    }
    const text = isWhole ? readDate(end) : textOf(bytes.subarray(start, end));
    starts[cells] = text === null ? NULL_TEXT : writtenTo;
    if (text !== null) {
      written.push(text);
      writtenTo += Buffer.byteLength(text);
    }
    ends[cells++] = writtenTo;
  }
  function readDate(end: number): string {
    const date = { year: 0, month: 0, day: 0 };
    while (at < end) {
      const tag = readVarint();
      const part = readVarint();
      if (tag === DATE_YEAR) date.year = part;
      else if (tag === DATE_MONTH) date.month = part;
      else if (tag === DATE_DAY) date.day = part;
    }
    return dateText(date);
  }
  function readRow(end: number): void {
    const before = cells;
    readFields(end, { [ROW_VALUES]: readValue });
    widths.push(cells - before);
  }

  readFields(bytes.length, {
    [RESPONSE_ITEM]: (itemEnd) =>
      readFields(itemEnd, { [ITEM_TABLE]: (tableEnd) => readFields(tableEnd, { [TABLE_ROWS]: readRow }) }),
    [RESPONSE_OVERVIEW]: (end) => {
      overview = bytes.subarray(at, end);
    },
  });
  const texts = written.length > 0 ? Buffer.concat([bytes, Buffer.from(written.join(''))]) : bytes;
  return { cells: { bytes: texts, starts, ends }, widths, overview };
}

const incomplete = (what: string) => retryable('DLP_INCOMPLETE', `the answer of DLP ${what}`);

/** Parts that are 0 are not on the wire. */
export const dateText = ({ year, month, day }: { [part in 'year' | 'month' | 'day']?: number | null }): string =>
  `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`;

const pad = (value: number | null | undefined, width: number): string => String(value ?? 0).padStart(width, '0');
