import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { JobFailure, notSupported } from '../errors.ts';
import type { LoadConfiguration } from '../jobs/job.ts';
import { type Field, parseFields } from '../schema.ts';
import type { Tx } from '../warehouse.ts';
import { countAvroRows } from './avro-blocks.ts';
import { type AvroField, fieldOfAvro, readAvroSchema } from './avro-schema.ts';
import { stageJson } from './ndjson.ts';
import { accepts, adoptAll, refuseExtra } from './parquet.ts';
import type { SourceFile } from './source.ts';
import { readingError, type Staged } from './staged.ts';

interface AvroFile {
  file: SourceFile;
  columns: AvroField[];
  rows: number;
}

const fails = (detail: string, { uri }: SourceFile) =>
  new JobFailure('invalid', readingError(detail, uri).message, { location: uri });

/**
 * Avro, by column name: its rows become lines of JSON in `folder`, in which each value is written out in full, and these are
 * read as such. `wanted` is the load's schema or the table's; without one the file's own is taken.
 */
export async function stageAvro(
  tx: Tx,
  files: SourceFile[],
  load: LoadConfiguration,
  { wanted, isExplicit, folder }: { wanted: Field[] | undefined; isExplicit: boolean; folder: string },
  fresh: (prefix: string) => string,
): Promise<Staged> {
  const read: AvroFile[] = [];
  for (const file of files) read.push({ file, ...(await readHead(file, load)) });
  // BigQuery takes the schema of the file whose name is last, and of the others what Avro's rules make of them.
  const last = read.reduce((a, b) => (a.file.uri > b.file.uri ? a : b));
  const inFile = last.columns.map(fieldOfAvro);
  for (const { file, columns } of read)
    if (JSON.stringify(columns.map(fieldOfAvro)) !== JSON.stringify(inFile))
      throw notSupported(`Avro files that differ in their schemas, such as ${file.uri}`);
  const schema = wanted && isExplicit ? wanted : parseFields(adoptAll(inFile, wanted, load));
  checkColumns(schema, inFile, load, last.file);
  await mkdir(folder, { recursive: true });
  const path = join(folder, 'rows.json');
  const target = createWriteStream(path);
  try {
    for (const one of read)
      for await (const piece of linesOf(one, schema)) if (!target.write(piece)) await once(target, 'drain');
  } finally {
    target.end();
    await finished(target);
  }
  const lines = { uri: files.length === 1 ? (files[0]?.uri ?? '') : '', path, size: 0, gzip: false };
  // Bad records are for texts alone to have.
  return stageJson(tx, [lines], { ...load, maxBadRecords: 0, ignoreUnknownValues: false }, schema, fresh, 'Avro');
}

function checkColumns(schema: Field[], inFile: Field[], load: LoadConfiguration, file: SourceFile): void {
  const named = (fields: Field[], name: string) => fields.find((one) => one.name.toLowerCase() === name.toLowerCase());
  for (const column of schema) {
    const own = named(inFile, column.name);
    if (!own && column.mode === 'REQUIRED') throw fails(`Required field ${column.name} is missing in the file`, file);
    if (own && !accepts(column, own))
      throw fails(
        `Avro field '${column.name}' of type ${own.type} does not match the column's type ${column.type}`,
        file,
      );
  }
  if (load.ignoreUnknownValues !== true) refuseExtra(schema, inFile, file.uri);
}

async function readHead(file: SourceFile, load: LoadConfiguration): Promise<Omit<AvroFile, 'file'>> {
  if (file.size === 0) throw fails('The Apache Avro library failed to parse the header: the file is empty', file);
  const { extractFileHeader } = (await import('avsc')).default;
  let head: { meta: Record<string, Buffer | undefined>; sync: Buffer } | null;
  try {
    head = extractFileHeader(file.path, { decode: false });
  } catch {
    head = null;
  }
  if (head === null) {
    throw fails('The Apache Avro library failed to parse the header', file);
  }
  const { meta, sync } = head;
  const codec = meta['avro.codec']?.toString() ?? 'null';
  const { CODECS } = await import('../avro/codecs.ts');
  if (!CODECS.includes(codec)) throw notSupported(`Avro compressed by ${codec}`);
  const rows = await countAvroRows(file.path, sync);
  if (rows === undefined)
    throw fails('The Apache Avro library failed to read data: the file is cut off or damaged', file);
  return { columns: readAvroSchema(meta['avro.schema']?.toString() ?? '""', load), rows };
}

async function* linesOf({ file, columns, rows: count }: AvroFile, schema: Field[]): AsyncGenerator<string> {
  const { createFileDecoder } = (await import('avsc')).default;
  const { typeOfAvro } = await import('../avro/long.ts');
  const { readers: codecs } = await import('../avro/codecs.ts');
  const rows = createFileDecoder(file.path, { parseHook: typeOfAvro, codecs });
  const render = recordRenderer(columns, schema);
  let piece = '';
  let read = 0;
  try {
    for await (const row of rows) {
      read++;
      piece += `${render(row)}\n`;
      if (piece.length < 64 * 1024) continue;
      yield piece;
      piece = '';
    }
  } catch (error) {
    if (error instanceof JobFailure) throw error;
    throw fails('The Apache Avro library failed to read data', file);
  }
  if (read !== count) throw fails(`The Apache Avro library failed to read data: ${read} of ${count} rows`, file);
  if (piece !== '') yield piece;
}

/** A record → an object of those fields that the schema has, by the schema's spelling. */
function recordRenderer(fields: AvroField[], schema: readonly Field[]): (row: Record<string, unknown>) => string {
  const members = fields.flatMap(({ name, mode, node }) => {
    const column = schema.find((one) => one.name.toLowerCase() === name.toLowerCase());
    if (!column) return [];
    const one = (node.kind === 'record' ? recordRenderer(node.fields, column.fields ?? []) : node.render) as (
      value: unknown,
    ) => string;
    const value = (item: unknown) => (item === null ? 'null' : one(item));
    const all = (items: unknown) => (items === null ? 'null' : `[${(items as unknown[]).map(value).join(',')}]`);
    return [{ key: JSON.stringify(column.name), name, render: mode === 'REPEATED' ? all : value }];
  });
  return (row) => `{${members.map(({ key, name, render }) => `${key}:${render(row[name])}`).join(',')}}`;
}
