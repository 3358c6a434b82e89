import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { parse } from 'csv-parse';
import type { Files } from '../../storage/files.ts';
import type { Content } from '../content.ts';
import { utf8Length } from '../values/value-text.ts';
import type { FieldId, Row, Table } from '../wire/value.ts';
import { objectsOf } from './file-set.ts';
import type { BigQueryOptions, CloudStorageOptions } from './job.ts';
import type { TableReader } from './table-reader.ts';
import { isWithin, type TimespanConfig, timeReader } from './timespan.ts';

/** A piece of what a job inspects: small enough to hold, and where it stands. */
export interface Piece {
  content: Content;
  /** `gs://bucket/object`, or `project:dataset.table`. */
  container: string;
  /** Bytes of the container ahead of a text piece. */
  fileOffset?: number;
  /** Rows of the container ahead of a table piece. */
  firstRow?: number;
  bytes: number;
  rows: number;
}

/** Texts are cut at line ends into pieces of about this many bytes: a content request's size. */
const PIECE_BYTES = 256 * 1024;
const PIECE_ROWS = 1000;

export interface SourceNote {
  /** What could not be inspected, and why. */
  failed(container: string, reason: string): void;
}

/** The objects of a set that were written within the span, in order of name; text files by lines, CSV and TSV by rows under their header. */
export async function* piecesOfStorage(
  options: CloudStorageOptions,
  span: TimespanConfig | null,
  files: Files,
  note: SourceNote,
): AsyncGenerator<Piece> {
  const all = objectsOf(options.fileSet, files).filter(({ createdMs }) => isWithin(span, createdMs));
  const share = options.filesLimitPercent > 0 && options.filesLimitPercent < 100 ? options.filesLimitPercent / 100 : 1;
  for (const { bucket, name, path, size } of all.slice(0, Math.ceil(all.length * share))) {
    const container = `gs://${bucket}/${name}`;
    const limit = limitOf(options, size);
    const type = typeOf(name, options.fileTypes);
    if (type === undefined) continue;
    if (await isBinary(path)) {
      note.failed(container, 'is no UTF-8 text; the local cloud inspects text, CSV and TSV');
      continue;
    }
    yield* type === 'TEXT_FILE'
      ? textPieces(path, container, limit)
      : rowPieces(path, container, limit, type === 'TSV' ? '\t' : ',');
  }
}

function limitOf({ bytesLimitPerFile, bytesLimitPerFilePercent }: CloudStorageOptions, size: number): number {
  const bytes = Number(bytesLimitPerFile);
  if (bytes > 0) return Math.min(bytes, size);
  return bytesLimitPerFilePercent > 0 && bytesLimitPerFilePercent < 100
    ? Math.floor((size * bytesLimitPerFilePercent) / 100)
    : size;
}

/** undefined for a file of a type that was not asked for. */
function typeOf(name: string, wanted: readonly string[]): 'TEXT_FILE' | 'CSV' | 'TSV' | undefined {
  const type = /\.csv$/i.test(name) ? 'CSV' : /\.tsv$/i.test(name) ? 'TSV' : 'TEXT_FILE';
  return wanted.length === 0 || wanted.includes('FILE_TYPE_UNSPECIFIED') || wanted.includes(type) ? type : undefined;
}

async function isBinary(path: string): Promise<boolean> {
  for await (const chunk of createReadStream(path, { end: 8191 })) return (chunk as Buffer).includes(0);
  return false;
}

async function* textPieces(path: string, container: string, limit: number): AsyncGenerator<Piece> {
  if (limit === 0) return;
  let text = '';
  let fileOffset = 0;
  const piece = (): Piece => ({
    content: { kind: 'text', text },
    container,
    fileOffset,
    bytes: utf8Length(text),
    rows: 0,
  });
  for await (const line of createInterface({
    input: createReadStream(path, { end: limit - 1 }),
    crlfDelay: Number.POSITIVE_INFINITY,
  })) {
    text += `${line}\n`;
    if (text.length < PIECE_BYTES) continue;
    const full = piece();
    yield full;
    fileOffset += full.bytes;
    text = '';
  }
  if (text !== '') yield piece();
}

async function* rowPieces(path: string, container: string, limit: number, delimiter: string): AsyncGenerator<Piece> {
  if (limit === 0) return;
  const records = createReadStream(path, { end: limit - 1 }).pipe(
    parse({ delimiter, relax_column_count: true, relax_quotes: true, skip_records_with_error: true, bom: true }),
  );
  let headers: FieldId[] | undefined;
  let rows: Row[] = [];
  let firstRow = 0;
  for await (const record of records as AsyncIterable<string[]>) {
    if (!headers) {
      headers = record.map((name) => ({ name }));
      continue;
    }
    const cells = record.slice(0, headers.length);
    rows.push({
      values: headers.map((_, column) => (cells[column] === undefined ? {} : { stringValue: cells[column] })),
    });
    if (rows.length < PIECE_ROWS) continue;
    yield tablePiece({ headers, rows }, container, firstRow);
    firstRow += rows.length;
    rows = [];
  }
  if (headers && rows.length > 0) yield tablePiece({ headers, rows }, container, firstRow);
}

function tablePiece(table: Table, container: string, firstRow: number): Piece {
  const bytes = table.rows.reduce(
    (sum, { values }) =>
      sum + values.reduce((row, { stringValue }) => row + (stringValue ? utf8Length(stringValue) : 0), 0),
    0,
  );
  return { content: { kind: 'table', table }, container, firstRow, bytes, rows: table.rows.length };
}

/**
 * The rows of a table, without the fields that are left out: all of a table that was changed within the span, or those whose
 * timestamp field lies in it.
 */
export async function* piecesOfTable(
  options: BigQueryOptions,
  span: TimespanConfig | null,
  tables: TableReader,
): AsyncGenerator<Piece> {
  const reference = options.tableReference;
  if (!reference) return;
  const { projectId, datasetId, tableId } = reference;
  const container = `${projectId}:${datasetId}.${tableId}`;
  const excluded = new Set(options.excludedFields.map(({ name }) => name));
  const included = new Set(options.includedFields.map(({ name }) => name));
  const wanted = (name: string) => !excluded.has(name) && (included.size === 0 || included.has(name));
  const share = options.rowsLimitPercent > 0 && options.rowsLimitPercent < 100 ? options.rowsLimitPercent / 100 : 1;
  let left = Number(options.rowsLimit) || Number.POSITIVE_INFINITY;
  let firstRow = 0;
  const field = span?.timestampField?.name;
  const { types, modifiedMs } = await tables.describe(reference);
  if (field === undefined && !isWithin(span, modifiedMs)) return;
  const timeOf = field === undefined ? undefined : timeReader(field, types[field]);
  const isWanted = (headers: readonly FieldId[], { values }: Row): boolean => {
    if (!timeOf) return true;
    const time = timeOf(values[headers.findIndex(({ name }) => name === field)]?.stringValue);
    return time !== undefined && isWithin(span, time);
  };
  for await (const { headers, rows: read } of tables.read(reference)) {
    const page = { headers, rows: read.filter((row) => isWanted(headers, row)) };
    const columns = page.headers.flatMap(({ name }, column) => (wanted(name) ? [column] : []));
    const rows = page.rows.slice(0, Math.min(left, Math.ceil(page.rows.length * share)));
    for (let from = 0; from < rows.length; from += PIECE_ROWS) {
      const table: Table = {
        headers: columns.map((column) => page.headers[column] as FieldId),
        rows: rows
          .slice(from, from + PIECE_ROWS)
          .map(({ values }) => ({ values: columns.map((column) => values[column] ?? {}) })),
      };
      yield tablePiece(table, container, firstRow + from);
    }
    firstRow += page.rows.length;
    left -= rows.length;
    if (left <= 0) return;
  }
}
