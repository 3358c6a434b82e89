import type { TableRecord, TableRef } from '../catalog.ts';
import { JobFailure } from '../errors.ts';
import { findSources } from '../loads/source.ts';
import { isIngestion, type Layout, partitionColumn } from '../partitions/layout.ts';
import type { LoadStatement } from '../sql/analyze/statement.ts';
import { readType } from '../sql/analyze/type-nodes.ts';
import type { Expr } from '../sql/parse/tree.ts';
import { SqlError, unsupported } from '../sql/sql-error.ts';
import { renderType } from '../sql/types.ts';
import type { Tx } from '../warehouse.ts';
import { type Caller, tableRef, temporaryRef } from './ddl-names.ts';
import { literal, readColumns, readOptions, type TableOptions } from './ddl-options.ts';
import { type Destination, readDestination } from './destination.ts';
import { type Engine, nameOf } from './engine.ts';
import type { LoadConfiguration, LoadStatistics } from './job.ts';
import { loadFiles } from './load-files.ts';
import { readPartitionBy } from './partition-by.ts';
import { loadFailure } from './run-load.ts';

/** What FROM FILES may say, and how a load job says it. Source: cloud.google.com/bigquery/docs/reference/standard-sql/load-statements#load_option_list */
const OPTIONS: Record<string, keyof LoadConfiguration> = {
  allow_jagged_rows: 'allowJaggedRows',
  allow_quoted_newlines: 'allowQuotedNewlines',
  enable_logical_types: 'useAvroLogicalTypes',
  encoding: 'encoding',
  field_delimiter: 'fieldDelimiter',
  format: 'sourceFormat',
  ignore_unknown_values: 'ignoreUnknownValues',
  max_bad_records: 'maxBadRecords',
  null_marker: 'nullMarker',
  quote: 'quote',
  skip_leading_rows: 'skipLeadingRows',
};

/** The table that the statement writes. */
export const loadTarget = (statement: LoadStatement, caller: Caller): TableRef =>
  statement.temp ? temporaryRef(statement.path, caller) : tableRef(statement.path, caller);

/** Carries out LOAD DATA in the job's transaction. Throws JobFailure and SqlError. */
export async function loadData(
  engine: Engine,
  tx: Tx,
  caller: Caller,
  statement: LoadStatement,
): Promise<LoadStatistics> {
  const ref = loadTarget(statement, caller);
  const existing = engine.catalog.table(ref);
  const load = readLoad(statement);
  const options = readOptions(statement.options);
  const { partition } = statement;
  const destination: Destination = {
    ...readDestination(ref, load, { write: 'WRITE_APPEND', onPartition: partition !== undefined }),
    requirePartitionFilter: options.requirePartitionFilter,
    isTemporary: statement.temp,
  };
  if (!existing) checkPartitionOptions(options, destination, statement.at);
  if (options.partitionExpirationMs !== undefined && destination.timePartitioning)
    destination.timePartitioning = { ...destination.timePartitioning, expirationMs: options.partitionExpirationMs };
  const decorator = partition && partitionId(partition, existing ?? destination);
  if (existing && statement.options.length > 0) checkOptions(existing, options);
  try {
    const files = findSources(engine, load, undefined);
    const { record, statistics } = await loadFiles(engine, tx, { load, destination, decorator, files });
    if (!existing && statement.options.length > 0) {
      const { rest, expirationTime = record.expirationTime } = options;
      await engine.catalog.putTable(tx, { ...record, rest: { ...record.rest, ...rest }, expirationTime });
    }
    return statistics;
  } catch (error) {
    throw loadFailure(error);
  }
}

function readLoad(statement: LoadStatement): LoadConfiguration {
  const { columns, partition, partitionBy, clusterBy, overwrite } = statement;
  const schema = columns && readColumns(columns);
  const load: LoadConfiguration = {
    ...(schema ? { schema: { fields: schema } } : { autodetect: true }),
    writeDisposition: overwrite || partition?.overwrite ? 'WRITE_TRUNCATE' : 'WRITE_APPEND',
    // The statement's own example divides by the pseudo-column itself.
    ...(isPartitionTime(partitionBy)
      ? { timePartitioning: { type: 'DAY' } }
      : readPartitionBy(partitionBy, schema ?? [])),
    ...(clusterBy.length > 0 && { clustering: { fields: clusterBy.map(({ name }) => name) } }),
  };
  const prefix = readFiles(statement, load);
  const keys = statement.partitionColumns;
  if (keys !== undefined) load.hivePartitioningOptions = hiveOptions(statement, keys, prefix);
  else if (prefix !== undefined)
    throw unsupported('option hive_partition_uri_prefix without WITH PARTITION COLUMNS', statement.at);
  return load;
}

const isPartitionTime = (expr: Expr | undefined) =>
  expr?.kind === 'path' && expr.names.length === 1 && expr.names[0]?.name.toUpperCase() === '_PARTITIONTIME';

/** FROM FILES as a load job has it; resolves to the prefix of folders that hold columns. */
function readFiles({ files, at }: LoadStatement, load: LoadConfiguration): string | undefined {
  let prefix: string | undefined;
  for (const { name, value } of files) {
    const option = name.name.toLowerCase();
    if (option === 'uris') load.sourceUris = listOf(value, option);
    else if (option === 'decimal_target_types') load.decimalTargetTypes = listOf(value, option);
    else if (option === 'hive_partition_uri_prefix') prefix = literal(value, option);
    else if (option === 'enable_list_inference')
      load.parquetOptions = { ...load.parquetOptions, enableListInference: literal(value, option) === 'true' };
    else if (option === 'enum_as_string')
      load.parquetOptions = { ...load.parquetOptions, enumAsString: literal(value, option) === 'true' };
    // Whether files are compressed is told by their content.
    else if (option === 'compression') {
      if (literal(value, option).toUpperCase() !== 'GZIP')
        throw unsupported('option compression other than GZIP', value.at);
    } else {
      const key = Object.hasOwn(OPTIONS, option) ? OPTIONS[option] : undefined;
      if (key === undefined) throw unsupported(`option ${name.name} of LOAD DATA`, name.at);
      const text = literal(value, option);
      Object.assign(load, { [key]: value.kind === 'literal' && value.type === 'BOOL' ? text === 'true' : text });
    }
  }
  if (load.sourceFormat === undefined) throw new SqlError('LOAD DATA needs the option format', at);
  if (!load.sourceUris) throw new SqlError('LOAD DATA needs the option uris', at);
  load.sourceFormat = load.sourceFormat.toUpperCase();
  if (load.sourceFormat === 'JSON') load.sourceFormat = 'NEWLINE_DELIMITED_JSON';
  return prefix;
}

function listOf(expr: Expr, option: string): string[] {
  if (expr.kind !== 'array') throw new SqlError(`Option ${option} must be an array of texts`, expr.at);
  return expr.elements.map((element) => literal(element, option));
}

function hiveOptions(
  { columns, at }: LoadStatement,
  keys: NonNullable<LoadStatement['partitionColumns']>,
  prefix: string | undefined,
): LoadConfiguration['hivePartitioningOptions'] {
  if (prefix === undefined) throw new SqlError('WITH PARTITION COLUMNS needs the option hive_partition_uri_prefix', at);
  if (keys === 'inferred') {
    if (columns)
      throw new SqlError('WITH PARTITION COLUMNS must list its columns where the statement lists the others', at);
    return { mode: 'AUTO', sourceUriPrefix: prefix };
  }
  const tail = keys.map(({ name, type }) => `/{${name.name}:${renderType(readType(type))}}`).join('');
  return { mode: 'CUSTOM', sourceUriPrefix: `${prefix.replace(/\/+$/, '')}${tail}` };
}

/** The id that PARTITIONS (column = literal) means. */
function partitionId({ column, value }: NonNullable<LoadStatement['partition']>, layout: Layout): string {
  const own = partitionColumn(layout);
  const isDate = isIngestion(layout) && column.name.toUpperCase() === '_PARTITIONDATE';
  if (own === undefined || (own.toLowerCase() !== column.name.toLowerCase() && !isDate))
    throw new SqlError(`The table is not partitioned by ${column.name}`, column.at);
  const text =
    value.kind === 'unary' && value.op === '-' ? `-${literal(value.of, 'PARTITIONS')}` : literal(value, 'PARTITIONS');
  if (/^__\w+__$/.test(text))
    throw new SqlError(`The special partition ${text} cannot be written to by name`, value.at);
  const type = layout.timePartitioning?.type;
  // Partition ids are digits; a date or time is written out.
  if (type === undefined || /^\d+$/.test(text)) return text;
  const time = new Date(
    `${text.replace(/ UTC$|\+00(:?00)?$/, '').replace(' ', 'T')}${text.includes(':') ? 'Z' : 'T00:00:00Z'}`,
  );
  if (Number.isNaN(time.getTime())) throw unsupported(`a partition named by ${JSON.stringify(text)}`, value.at);
  const digits = time.toISOString().replace(/\D/g, '');
  const length = { YEAR: 4, MONTH: 6, DAY: 8, HOUR: 10 }[type];
  const rest = `${digits.slice(0, length)}${'00000101000000000'.slice(length)}`;
  if (digits !== rest) throw new SqlError(`${text} is not where a partition by ${type} begins`, value.at);
  return digits.slice(0, length);
}

function checkPartitionOptions(options: TableOptions, layout: Layout, at: number): void {
  if (options.partitionExpirationMs !== undefined && !layout.timePartitioning)
    throw new SqlError('partition_expiration_days is set on a table that is not partitioned by time', at);
  if (options.requirePartitionFilter && !layout.timePartitioning && !layout.rangePartitioning)
    throw new SqlError('require_partition_filter is set on a table that is not partitioned', at);
}

/** The options of a table that is there already must be its own. */
function checkOptions(
  existing: TableRecord,
  { rest, expirationTime, requirePartitionFilter, partitionExpirationMs }: TableOptions,
): void {
  const differs =
    Object.entries(rest).some(([key, value]) => JSON.stringify(existing.rest[key]) !== JSON.stringify(value)) ||
    (expirationTime !== undefined && expirationTime !== existing.expirationTime) ||
    (requirePartitionFilter && !existing.requirePartitionFilter) ||
    (partitionExpirationMs !== undefined && partitionExpirationMs !== existing.timePartitioning?.expirationMs);
  if (differs)
    throw new JobFailure(
      'invalid',
      `The OPTIONS of LOAD DATA do not match those of the existing table ${nameOf(existing)}`,
    );
}
