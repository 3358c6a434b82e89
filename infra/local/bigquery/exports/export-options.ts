import { JobFailure, notSupported } from '../errors.ts';
import type { ExtractConfiguration } from '../jobs/job.ts';

export interface ExportOptions {
  format: 'CSV' | 'NEWLINE_DELIMITED_JSON' | 'PARQUET' | 'AVRO';
  compression: 'NONE' | 'DEFLATE' | 'GZIP' | 'SNAPPY' | 'ZSTD';
  delimiter: string;
  header: boolean;
  /** Of Avro: DATE and TIME by logical types, else as texts. */
  logicalTypes: boolean;
  target: Target;
}

/** Where files go: with `sharded`, their number stands in the place of the name's star. */
export interface Target {
  bucket: string;
  name: string;
  sharded: boolean;
}

/** What Google writes in each format. Source: cloud.google.com/bigquery/docs/exporting-data#export_formats_and_compression_types */
const COMPRESSIONS: Record<ExportOptions['format'], readonly ExportOptions['compression'][]> = {
  CSV: ['NONE', 'GZIP'],
  NEWLINE_DELIMITED_JSON: ['NONE', 'GZIP'],
  PARQUET: ['NONE', 'SNAPPY', 'GZIP', 'ZSTD'],
  AVRO: ['NONE', 'DEFLATE', 'SNAPPY'],
};

/** Throws JobFailure for what Google refuses, and for what is not written here. */
export function readExportOptions(extract: ExtractConfiguration): ExportOptions {
  if (extract.sourceModel !== undefined) throw notSupported('extracting a model');
  const format = (extract.destinationFormat || 'CSV').toUpperCase();
  if (format === 'ML_TF_SAVED_MODEL' || format === 'ML_XGBOOST_BOOSTER')
    throw notSupported(`destination format ${format}`);
  if (!isFormat(format)) throw new JobFailure('invalid', `Invalid value for destinationFormat: ${format}`);
  const compression = (extract.compression || 'NONE').toUpperCase() as ExportOptions['compression'];
  if (!COMPRESSIONS[format].includes(compression))
    throw new JobFailure(
      'invalid',
      `Invalid compression ${compression} for ${format}: it takes ${COMPRESSIONS[format].join(', ')}`,
    );
  const uris = extract.destinationUris ?? (extract.destinationUri ? [extract.destinationUri] : []);
  if (uris.length === 0) throw new JobFailure('invalid', 'Required parameter is missing: destinationUris');
  if (uris.length > 1) throw notSupported('more than one destination URI');
  return {
    format,
    compression,
    delimiter: readDelimiter(extract.fieldDelimiter),
    header: extract.printHeader !== false,
    logicalTypes: extract.useAvroLogicalTypes === true,
    target: readTarget(uris[0] ?? ''),
  };
}

const isFormat = (text: string): text is ExportOptions['format'] => text in COMPRESSIONS;

function readDelimiter(text: string | undefined): string {
  if (text === undefined || text === '') return ',';
  if (/^(\\t|tab)$/i.test(text)) return '\t';
  if (text.length !== 1) throw new JobFailure('invalid', `Invalid field delimiter: ${JSON.stringify(text)}`);
  return text;
}

function readTarget(uri: string): Target {
  const [, bucket, name] = /^gs:\/\/([^/]+)\/(.+)$/s.exec(uri) ?? [];
  if (bucket === undefined || name === undefined)
    throw new JobFailure('invalid', `Invalid destination URI: ${uri}: it must be gs://bucket/object`);
  const stars = name.split('*').length - 1;
  if (stars > 1) throw new JobFailure('invalid', `Invalid destination URI: ${uri}: only one '*' wildcard is allowed`);
  return { bucket, name, sharded: stars === 1 };
}

/** `part-*.csv` → `part-000000000000.csv`, as Google numbers its files. */
export const nameOfFile = (target: Target, at: number): string =>
  target.sharded ? target.name.replace('*', String(at).padStart(12, '0')) : target.name;
