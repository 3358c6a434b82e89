import { createWriteStream } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { JobFailure, notSupported } from '../errors.ts';
import { encodeRow, rowsOf } from '../rows.ts';
import { type Field, typeOfField } from '../schema.ts';
import { quoteName, quoteText } from '../sql/types.ts';
import type { Tx } from '../warehouse.ts';
import { type Export, tooLarge } from './export.ts';
import type { ExportOptions } from './export-options.ts';
import { parquetValue } from './parquet-values.ts';
import { quoteCsv, renderCsvLine, renderJsonLine } from './text-rows.ts';

/** What one file may hold. Source: cloud.google.com/bigquery/quotas#export_jobs */
const MAX_FILE_BYTES = 1_000_000_000;
const PIECE = 64 * 1024;

/** Writes the query's rows as files into `dir`; resolves to their paths in order. Memory is bounded by a chunk of rows. */
export async function writeFiles({ limit = MAX_FILE_BYTES, ...what }: Export): Promise<string[]> {
  refuseRanges(what.schema);
  await mkdir(what.dir, { recursive: true });
  switch (what.options.format) {
    case 'PARQUET':
      return writeParquet({ ...what, limit });
    case 'AVRO':
      return (await import('./write-avro.ts')).writeAvro({ ...what, limit });
    default:
      return writeText({ ...what, limit });
  }
}

/** BigQuery documents no form that exported ranges have. */
function refuseRanges(schema: readonly Field[]): void {
  for (const { type, name, fields } of schema) {
    if (type === 'RANGE') throw notSupported(`extracting RANGE column ${name}`);
    refuseRanges(fields ?? []);
  }
}

async function writeText({ tx, query, schema, options, dir, limit }: Required<Export>): Promise<string[]> {
  if (options.format === 'CSV') refuseNested(schema);
  const lines = linesOf(tx, query, schema, options);
  const paths: string[] = [];
  let next = await lines.next();
  do {
    const path = join(dir, String(paths.length));
    const file = async function* () {
      let bytes = 0;
      let piece = options.format === 'CSV' && options.header ? headerOf(schema, options) : '';
      while (!next.done && bytes < limit) {
        piece += next.value;
        if (piece.length >= PIECE) {
          bytes += Buffer.byteLength(piece);
          yield piece;
          piece = '';
        }
        next = await lines.next();
      }
      if (piece !== '') yield piece;
    };
    const target = createWriteStream(path);
    await (options.compression === 'GZIP'
      ? pipeline(Readable.from(file()), createGzip(), target)
      : pipeline(Readable.from(file()), target));
    paths.push(path);
    if (!next.done && !options.target.sharded) throw tooLarge();
  } while (!next.done);
  return paths;
}

async function* linesOf(
  tx: Tx,
  query: string,
  schema: readonly Field[],
  options: ExportOptions,
): AsyncGenerator<string> {
  const types = schema.map(typeOfField);
  const result = await tx.stream(query);
  for await (const chunk of result)
    for (const values of rowsOf(chunk)) {
      const { f } = encodeRow(values, types, { useInt64Timestamp: true });
      yield options.format === 'CSV' ? renderCsvLine(f, schema, options.delimiter) : renderJsonLine(f, schema);
    }
}

const headerOf = (schema: readonly Field[], { delimiter }: ExportOptions): string =>
  `${schema.map(({ name }) => quoteCsv(name, delimiter)).join(delimiter)}\n`;

function refuseNested(schema: readonly Field[]): void {
  const nested = schema.find((field) => field.type === 'RECORD' || field.mode === 'REPEATED');
  if (nested)
    throw new JobFailure('invalid', `Operation cannot be performed on a nested schema. Field: ${nested.name}`);
}

async function writeParquet({ tx, query, schema, options, dir, limit }: Required<Export>): Promise<string[]> {
  if (schema.length === 0) throw new JobFailure('invalid', 'A Parquet file needs at least one column');
  const columns = schema
    .map((field, i) => `${parquetValue(`c${i + 1}`, typeOfField(field))} AS ${quoteName(field.name)}`)
    .join(', ');
  const named = `SELECT ${columns} FROM (${query}) AS rows(${schema.map((_, i) => `c${i + 1}`).join(', ')})`;
  const compression = options.compression === 'NONE' ? 'uncompressed' : options.compression.toLowerCase();
  const folder = join(dir, 'parquet');
  await tx.run(
    `COPY (${named}) TO ${quoteText(folder)} (FORMAT parquet, COMPRESSION ${compression}, FILE_SIZE_BYTES ${limit})`,
  );
  // DuckDB numbers its files `data_0.parquet`, `data_1.parquet`, …
  const names = (await readdir(folder)).sort((a, b) => numberIn(a) - numberIn(b));
  const paths = names.map((name) => join(folder, name));
  if (paths.length === 0) throw new Error('DuckDB wrote no file');
  if (paths.length > 1 && !options.target.sharded) throw tooLarge();
  return paths;
}

const numberIn = (name: string): number => Number(/\d+/.exec(name)?.[0] ?? 0);
