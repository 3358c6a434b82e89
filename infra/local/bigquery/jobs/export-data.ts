import { JobFailure } from '../errors.ts';
import { type ExportOptions, readExportOptions, type Target } from '../exports/export-options.ts';
import { exportRows } from '../exports/export-rows.ts';
import { fieldOfType } from '../schema.ts';
import type { ExportPlan } from '../sql/analyze/statement.ts';
import type { Options } from '../sql/parse/statement-tree.ts';
import { SqlError, unsupported } from '../sql/sql-error.ts';
import type { Tx } from '../warehouse.ts';
import { literal } from './ddl-options.ts';
import type { Engine } from './engine.ts';
import type { QueryStatistics } from './job.ts';

interface ExportRequest {
  options: ExportOptions;
  overwrite: boolean;
}

/** Source: cloud.google.com/bigquery/docs/reference/standard-sql/export-statements#gcs_s3_export_option */
const KNOWN = new Set([
  'uri',
  'format',
  'overwrite',
  'header',
  'field_delimiter',
  'compression',
  'use_avro_logical_types',
]);

export function readExport({ options, at }: Pick<ExportPlan, 'options' | 'at'>): ExportRequest {
  const given = valuesOf(options);
  const { uri, format } = given;
  if (uri === undefined || format === undefined)
    throw new SqlError(`EXPORT DATA needs the option ${uri === undefined ? 'uri' : 'format'}`, at);
  const spelled = format.toUpperCase();
  const read = readExportOptions({
    destinationUri: uri,
    destinationFormat: spelled === 'JSON' ? 'NEWLINE_DELIMITED_JSON' : spelled,
    ...(given.compression !== undefined && { compression: given.compression }),
    ...(given.field_delimiter !== undefined && { fieldDelimiter: given.field_delimiter }),
    printHeader: given.header === 'true',
    useAvroLogicalTypes: given.use_avro_logical_types === 'true',
  });
  if (!read.target.sharded)
    throw new JobFailure('invalid', `Option 'uri' value must be a wildcard URI, with one '*': ${uri}`);
  return { options: read, overwrite: given.overwrite === 'true' };
}

function valuesOf(options: Options): Record<string, string | undefined> {
  const values: Record<string, string> = {};
  for (const { name, value } of options) {
    const key = name.name.toLowerCase();
    if (!KNOWN.has(key)) throw unsupported(`option ${name.name} of EXPORT DATA`, name.at);
    values[key] = literal(value, name.name);
  }
  return values;
}

/** Without `overwrite`, nothing may lie where files would go. Throws JobFailure. */
export function checkFree(engine: Engine, { bucket, name }: Target): void {
  if (engine.files.match(bucket, name).length > 0)
    throw new JobFailure(
      'invalid',
      `Invalid value: files match gs://${bucket}/${name} already; set overwrite=true to replace those of the same names`,
    );
}

/** Carries out EXPORT DATA: files that it makes replace those of their names. */
export async function exportData(engine: Engine, tx: Tx, plan: ExportPlan): Promise<QueryStatistics['exported']> {
  const { options } = readExport(plan);
  const schema = plan.query.columns.map((column) => fieldOfType(column.name, column.type));
  return { files: await exportRows(engine, tx, plan.query.sql, schema, options) };
}
