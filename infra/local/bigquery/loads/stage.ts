import { join } from 'node:path';
import { JobFailure, notSupported } from '../errors.ts';
import type { LoadConfiguration } from '../jobs/job.ts';
import { type Field, parseFields } from '../schema.ts';
import { adoptParameters } from '../schema-change.ts';
import type { Tx } from '../warehouse.ts';
import { stageAvro } from './avro.ts';
import { stageCsv } from './csv.ts';
import { detectCsv } from './detect-csv.ts';
import { detectJson, stageJson } from './ndjson.ts';
import { stageParquet } from './parquet.ts';
import type { SourceFile } from './source.ts';
import type { Staged } from './staged.ts';

/** The table that a load's rows go to, as far as their shape is concerned. */
export interface Target {
  /** Its schema, where it has one. */
  table: readonly Field[] | undefined;
  /** Its schema gives way to the load's. */
  isReplaced: boolean;
}

/** How files are read: all that the load says or the files tell. */
export interface Shape {
  load: LoadConfiguration;
  format: 'CSV' | 'NEWLINE_DELIMITED_JSON' | 'PARQUET' | 'AVRO';
  /** The columns of the files; Parquet and Avro may be without. */
  schema: Field[] | undefined;
  /** The load gave them. */
  isExplicit: boolean;
  /** For what is rewritten on the way; gone when the load has ended. */
  folder: string;
}

let counter = 0;
/** Temporary tables are per connection, but a pooled connection may still hold those of a load that failed. */
const fresh = (prefix: string) => `${prefix}_${process.pid}_${++counter}`;

/** Throws JobFailure where no one tells the columns. */
export async function shapeOf(
  tx: Tx,
  files: SourceFile[],
  load: LoadConfiguration,
  { table, isReplaced }: Target,
  folder: string,
): Promise<Shape> {
  const kept = isReplaced ? undefined : table;
  const given = load.schema?.fields !== undefined ? parseFields(load.schema.fields) : undefined;
  const explicit = given && adoptParameters(given, [...(kept ?? [])]);
  const known = explicit ?? (isReplaced && load.autodetect ? undefined : table && [...table]);
  const format = load.sourceFormat ?? 'CSV';
  const isExplicit = explicit !== undefined;
  if (format !== 'CSV') refuseRanges(known, format);
  switch (format) {
    case 'PARQUET':
    case 'AVRO':
      return { load, format, schema: explicit ?? (kept && [...kept]), isExplicit, folder };
    case 'CSV': {
      if (known && !(load.autodetect && !explicit)) return { load, format, schema: known, isExplicit, folder };
      if (!load.autodetect) throw noSchema();
      const found = await detectCsv(files, load);
      const { skip: skipLeadingRows, delimiter: fieldDelimiter, schema } = found;
      return { load: { ...load, skipLeadingRows, fieldDelimiter }, format, schema, isExplicit, folder };
    }
    case 'NEWLINE_DELIMITED_JSON': {
      if (known) return { load, format, schema: known, isExplicit, folder };
      if (!load.autodetect) throw noSchema();
      return { load, format, schema: await detectJson(tx, files), isExplicit, folder };
    }
    default:
      throw notSupported(`source format ${format}`);
  }
}

/** Reads and converts the rows of files. */
export async function stage(
  tx: Tx,
  files: SourceFile[],
  { load, format, schema, isExplicit, folder }: Shape,
): Promise<Staged> {
  if (format === 'PARQUET') return stageParquet(tx, files, load, schema, isExplicit);
  if (format === 'AVRO') {
    const own = join(folder, fresh('avro'));
    return stageAvro(tx, files, load, { wanted: schema, isExplicit, folder: own }, fresh);
  }
  if (!schema) throw noSchema();
  return format === 'CSV'
    ? stageCsv(tx, files, load, schema, join(folder, fresh('csv')), fresh)
    : stageJson(tx, files, load, schema, fresh);
}

/** BigQuery documents how CSV holds ranges, and of no other format. */
function refuseRanges(schema: readonly Field[] | undefined, format: string): void {
  for (const { type, name, fields } of schema ?? []) {
    if (type === 'RANGE')
      throw notSupported(`loading RANGE column ${name} from ${format}; load CSV, or insert the rows`);
    refuseRanges(fields, format);
  }
}

const noSchema = () => new JobFailure('invalid', 'No schema specified on job or table.');
