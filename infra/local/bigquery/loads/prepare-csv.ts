import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import type { JobError } from '../errors.ts';
import { tooManyErrors } from './checks.ts';
import type { CsvOptions } from './csv-options.ts';
import { type CsvRecord, readRecords } from './csv-records.ts';
import { countPlainRecords } from './csv-scan.ts';
import type { SourceFile } from './source.ts';
import { MAX_ERRORS, readingError } from './staged.ts';

/** Where a row stands: its file, and its number from 1 with those that are skipped. */
export interface RowPlace {
  uri: string;
  row: number;
}

/** CSV that DuckDB reads as BigQuery does. */
export interface PreparedCsv {
  paths: string[];
  skip: number;
  lineEnd: string;
  /** How many records are to be found in `paths`. */
  rows: number;
  /** Records that are bad whatever the schema, and are not in `paths`. */
  faulty: number;
  errors: JobError[];
  /** Of the n-th record in `paths`, from 1. */
  locate(n: number): RowPlace;
}

/** One file's part of `paths`. */
interface Part {
  uri: string;
  rows: number;
  /** Numbers of the records that were left out, ascending. */
  left: number[];
}

/**
 * The files as they are where DuckDB reads them right, else all of them rewritten as one in `folder`: DuckDB drops spaces
 * beside quotes, empty columns at a row's end, blank lines, and all that follows a quote that nothing closes.
 */
export async function prepareCsv(
  files: SourceFile[],
  options: CsvOptions,
  width: number,
  folder: string,
): Promise<PreparedCsv> {
  const parts: Part[] = [];
  const lineEnds = new Set<string>();
  for (const file of files) {
    const plain = await countPlainRecords(file, options, width);
    if (!plain) break;
    parts.push({ uri: file.uri, rows: plain.records, left: [] });
    if (plain.lineEnd !== '') lineEnds.add(plain.lineEnd);
  }
  const [lineEnd = '\n'] = lineEnds;
  if (parts.length < files.length || lineEnds.size > 1) return rewrite(files, options, width, folder);
  return {
    paths: files.map(({ path }) => path),
    skip: options.skip,
    lineEnd,
    faulty: 0,
    errors: [],
    ...placesOf(parts, options),
  };
}

async function rewrite(files: SourceFile[], options: CsvOptions, width: number, folder: string): Promise<PreparedCsv> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, 'rows.csv');
  const target = createWriteStream(path);
  const parts: Part[] = [];
  const errors: JobError[] = [];
  let faulty = 0;
  let rows = 0;
  let piece = '';
  const flush = async () => {
    if (!target.write(piece, 'latin1')) await once(target, 'drain');
    piece = '';
  };
  try {
    for (const file of files) {
      const part: Part = { uri: file.uri, rows: 0, left: [] };
      parts.push(part);
      for await (const record of readRecords(file, options)) {
        if (record.number <= options.skip) continue;
        const fault = record.fault ?? widthFault(record, options, width);
        if (fault === undefined) {
          part.rows++;
          rows++;
          piece += renderRecord(record, options, width);
          if (piece.length > 256 * 1024) await flush();
          continue;
        }
        part.left.push(record.number);
        if (errors.length < MAX_ERRORS) errors.push(readingError(`${fault}; line: ${record.number}`, file.uri));
        if (++faulty > options.maxBad) throw tooManyErrors('CSV', errors, { rows: rows + faulty, bad: faulty });
      }
    }
    await flush();
  } finally {
    target.end();
    await finished(target);
  }
  return { paths: [path], skip: 0, lineEnd: '\n', faulty, errors, ...placesOf(parts, options) };
}

function widthFault({ fields }: CsvRecord, { jagged, ignoreUnknown }: CsvOptions, width: number): string | undefined {
  if (fields.length > width && !ignoreUnknown) return 'Too many values in row';
  if (fields.length < width && !jagged)
    return `CSV table references column position ${fields.length}, but the row contains only ${fields.length} columns`;
  return undefined;
}

function renderRecord({ fields }: CsvRecord, { delimiter, quote, nullMarkers }: CsvOptions, width: number): string {
  const cells = fields
    .slice(0, width)
    .map(({ text, isQuoted }) => (isQuoted ? `${quote}${text.replaceAll(quote, quote + quote)}${quote}` : text));
  while (cells.length < width) cells.push(nullMarkers[0] ?? '');
  return `${cells.join(delimiter)}\n`;
}

function placesOf(parts: readonly Part[], { skip }: CsvOptions): Pick<PreparedCsv, 'rows' | 'locate'> {
  return {
    rows: parts.reduce((sum, part) => sum + part.rows, 0),
    locate(n) {
      let before = 0;
      for (const { uri, rows, left } of parts) {
        if (n > before + rows) {
          before += rows;
          continue;
        }
        let row = skip + n - before;
        for (const number of left) if (number <= row) row++;
        return { uri, row };
      }
      throw new RangeError(`there is no row ${n}`);
    },
  };
}
