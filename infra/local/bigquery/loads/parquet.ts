import { DuckDBDecimalType, DuckDBListType, DuckDBStructType, type DuckDBType, DuckDBTypeId } from '@duckdb/node-api';
import { JobFailure, notSupported } from '../errors.ts';
import type { LoadConfiguration } from '../jobs/job.ts';
import { type Field, parseFields, typeOfField } from '../schema.ts';
import { adoptParameters } from '../schema-change.ts';
import { constrain } from '../sql/type-parameters.ts';
import { quoteName, quoteText } from '../sql/types.ts';
import type { Tx } from '../warehouse.ts';
import type { SourceFile } from './source.ts';
import { readingError, type Staged } from './staged.ts';

const INTEGERS = new Set<DuckDBTypeId>([
  DuckDBTypeId.TINYINT,
  DuckDBTypeId.SMALLINT,
  DuckDBTypeId.INTEGER,
  DuckDBTypeId.BIGINT,
  DuckDBTypeId.UTINYINT,
  DuckDBTypeId.USMALLINT,
  DuckDBTypeId.UINTEGER,
  DuckDBTypeId.UBIGINT,
]);

interface Reading {
  load: LoadConfiguration;
  uri: string;
}

/** A Parquet column's type as BigQuery takes it. DuckDB's TIMESTAMP is the one that is not adjusted to UTC: a DATETIME. */
function fieldOf(name: string, type: DuckDBType, reading: Reading): Field {
  const plain = (spelled: string): Field => ({ name, type: spelled, mode: 'NULLABLE' });
  if (type instanceof DuckDBListType) {
    if (reading.load.parquetOptions?.enableListInference !== true)
      throw notSupported(`Parquet list ${name} without parquetOptions.enableListInference`);
    return { ...fieldOf(name, type.valueType, reading), mode: 'REPEATED' };
  }
  if (type instanceof DuckDBStructType) {
    return {
      name,
      type: 'RECORD',
      mode: 'NULLABLE',
      fields: type.entryNames.map((entry, i) => fieldOf(entry, type.entryTypes[i] as DuckDBType, reading)),
    };
  }
  if (type instanceof DuckDBDecimalType) return plain(decimalTarget(name, type, reading));
  if (INTEGERS.has(type.typeId)) return plain('INTEGER');
  switch (type.typeId) {
    case DuckDBTypeId.BOOLEAN:
      return plain('BOOLEAN');
    case DuckDBTypeId.FLOAT:
    case DuckDBTypeId.DOUBLE:
      return plain('FLOAT');
    case DuckDBTypeId.VARCHAR:
      return plain('STRING');
    case DuckDBTypeId.BLOB:
      return plain('BYTES');
    case DuckDBTypeId.DATE:
      return plain('DATE');
    case DuckDBTypeId.TIME:
      return plain('TIME');
    case DuckDBTypeId.TIMESTAMP_TZ:
      return plain('TIMESTAMP');
    case DuckDBTypeId.TIMESTAMP:
    case DuckDBTypeId.TIMESTAMP_MS:
    case DuckDBTypeId.TIMESTAMP_S:
      return plain('DATETIME');
    default:
      throw notSupported(`Parquet column ${name} of type ${type.toString()}`);
  }
}

/** The first target that holds the decimal's digits; by default NUMERIC alone. */
function decimalTarget(name: string, type: DuckDBDecimalType, reading: Reading): string {
  const targets = reading.load.decimalTargetTypes ?? ['NUMERIC'];
  const fits: Record<string, boolean> = {
    NUMERIC: type.scale <= 9 && type.width - type.scale <= 29,
    BIGNUMERIC: true,
    STRING: true,
  };
  for (const target of ['NUMERIC', 'BIGNUMERIC', 'STRING']) if (targets.includes(target) && fits[target]) return target;
  throw new JobFailure(
    'invalid',
    `Error while reading data, error message: Parquet column '${name}' of type DECIMAL(${type.width}, ${type.scale}) fits none of decimalTargetTypes ${targets.join(', ')}. File: ${reading.uri}`,
  );
}

const PARQUET_NAMES: Record<string, string> = {
  INTEGER: 'INT64',
  FLOAT: 'DOUBLE',
  STRING: 'BYTE_ARRAY',
  BYTES: 'BYTE_ARRAY',
  BOOLEAN: 'BOOLEAN',
  DATE: 'INT32',
  TIMESTAMP: 'INT64',
  DATETIME: 'INT64',
  TIME: 'INT64',
  NUMERIC: 'FIXED_LEN_BYTE_ARRAY',
  BIGNUMERIC: 'FIXED_LEN_BYTE_ARRAY',
  RECORD: 'GROUP',
};
const CPP_NAMES: Record<string, string> = {
  INTEGER: 'INT64',
  FLOAT: 'DOUBLE',
  STRING: 'STRING',
  BYTES: 'STRING',
  BOOLEAN: 'BOOL',
  DATE: 'DATE',
  RECORD: 'MESSAGE',
};

/** Whether a file's column may be read into a column of the table; strict, as BigQuery is. */
export function accepts(column: Field, file: Field): boolean {
  if ((column.mode === 'REPEATED') !== (file.mode === 'REPEATED')) return false;
  if (column.type === 'RECORD' || file.type === 'RECORD') {
    return (
      column.type === file.type &&
      (column.fields ?? []).every((field) => {
        const other = file.fields?.find((one) => one.name.toLowerCase() === field.name.toLowerCase());
        return other ? accepts(field, other) : field.mode !== 'REQUIRED';
      })
    );
  }
  if (column.type === file.type) return true;
  return column.type === 'BIGNUMERIC' && file.type === 'NUMERIC';
}

function project(x: string, column: Field, file: Field): string {
  if (column.mode === 'REPEATED') {
    const inner = project('e', { ...column, mode: 'NULLABLE' }, { ...file, mode: 'NULLABLE' });
    return `coalesce(bq_no_null(${inner === 'e' ? x : `list_transform(${x}, lambda e: ${inner})`}, ${quoteText(column.name)}), [])`;
  }
  const range = RANGES[column.type];
  if (range) return `${range}(${x})`;
  if (column.type === 'BIGNUMERIC') return `bq_text_bignumeric(CAST(${x} AS VARCHAR))`;
  if (column.type !== 'RECORD')
    return column.type === 'NUMERIC' || column.type === 'INTEGER' || column.type === 'FLOAT'
      ? `CAST(${x} AS ${DUCK[column.type]})`
      : column.type === 'STRING'
        ? `CAST(${x} AS VARCHAR)`
        : x;
  const parts = (column.fields ?? []).map((field) => {
    const other = file.fields?.find((one) => one.name.toLowerCase() === field.name.toLowerCase());
    return `${quoteName(field.name)} := ${other ? project(`struct_extract(${x}, ${quoteText(other.name)})`, field, other) : 'NULL'}`;
  });
  return `CASE WHEN ${x} IS NOT NULL THEN struct_pack(${parts.join(', ')}) END`;
}

const DUCK: Record<string, string> = {
  NUMERIC: 'DECIMAL(38,9)',
  INTEGER: 'BIGINT',
  FLOAT: 'DOUBLE',
};
/** Files may hold years that BigQuery has not, infinities, and a clock that shows 24. */
const RANGES: Record<string, string> = {
  DATE: 'bq_date_range',
  DATETIME: 'bq_load_datetime_range',
  TIMESTAMP: 'bq_timestamp_range',
  TIME: 'bq_load_time_range',
};

/**
 * Parquet, by column name. `wanted` is the load's schema or the table's; without one the file's own is taken.
 * `strict` = a column of the file that `wanted` lacks is passed over only with ignoreUnknownValues.
 */
export async function stageParquet(
  tx: Tx,
  files: SourceFile[],
  load: LoadConfiguration,
  wanted: Field[] | undefined,
  explicit: boolean,
): Promise<Staged> {
  const list = files.map((file) => quoteText(file.path)).join(', ');
  const reader = `read_parquet([${list}])`;
  const uri = files[0]?.uri ?? '';
  let result: Awaited<ReturnType<Tx['connection']['run']>>;
  try {
    result = await tx.connection.run(`SELECT * FROM ${reader} LIMIT 0`);
  } catch (error) {
    const detail = /schema mismatch|different/i.test((error as Error).message)
      ? 'the files differ in their schemas'
      : 'Input file is not in Parquet format.';
    throw new JobFailure('invalid', readingError(detail, uri).message, { location: uri });
  }
  await refuseDoubtful(tx, list, load);
  const columns = await topColumns(tx, files[0]);
  const twin = result.columnNames().findIndex((name, i) => name !== columns[i]?.name);
  if (twin >= 0)
    throw new JobFailure('invalid', readingError(`Duplicate column name ${columns[twin]?.name}`, uri).message, {
      location: uri,
    });
  const required = new Set(explicit ? [] : columns.filter(({ isRequired }) => isRequired).map(({ name }) => name));
  const inFile = result.columnNames().map((name, i): Field => {
    const field = fieldOf(name, result.columnTypes()[i] as DuckDBType, { load, uri });
    return required.has(name) && field.mode === 'NULLABLE' ? { ...field, mode: 'REQUIRED' } : field;
  });
  const schema = wanted && explicit ? wanted : parseFields(adoptAll(inFile, wanted, load));
  const parts = schema.map((column) => {
    const file = inFile.find((field) => field.name.toLowerCase() === column.name.toLowerCase());
    if (!file) {
      if (column.mode === 'REQUIRED')
        throw new JobFailure(
          'invalid',
          readingError(`Required field ${column.name} is missing in the file`, uri).message,
          { location: uri },
        );
      return { column, sql: column.mode === 'REPEATED' ? '[]' : 'NULL' };
    }
    if (!accepts(column, file))
      throw new JobFailure(
        'invalid',
        readingError(
          `Parquet column '${column.name}' has type ${PARQUET_NAMES[file.type] ?? file.type} which does not match the target cpp_type ${CPP_NAMES[column.type] ?? column.type}. File: ${uri}`,
          uri,
        ).message,
        { location: uri },
      );
    return { column, sql: constrain(project(quoteName(file.name), column, file), typeOfField(column), column.name) };
  });
  if (load.ignoreUnknownValues !== true) refuseExtra(schema, inFile, uri);
  await refuseNulls(tx, reader, schema, inFile, uri);
  const source = `(SELECT ${parts.map(({ column, sql }) => `${sql} AS ${quoteName(column.name)}`).join(', ')} FROM ${reader})`;
  return { source, temporary: [], schema, badRecords: 0, errors: [] };
}

/** What DuckDB reads as something else than BigQuery, each as a condition on an element of the file's schema. */
const DOUBTFUL: { sql: string; what: string; unless?: (load: LoadConfiguration) => boolean }[] = [
  // It would round them, as doubles.
  { sql: 'precision > 38', what: 'a decimal of more than 38 digits' },
  { sql: "type = 'INT96'", what: 'of type INT96' },
  { sql: "converted_type = 'JSON'", what: 'of type JSON' },
  {
    sql: "converted_type = 'ENUM' OR logical_type LIKE 'Enum%'",
    what: 'an enum without parquetOptions.enumAsString',
    // BigQuery makes BYTES of them else.
    unless: (load) => load.parquetOptions?.enumAsString === true,
  },
];

async function refuseDoubtful(tx: Tx, list: string, load: LoadConfiguration): Promise<void> {
  for (const { sql, what, unless } of DOUBTFUL) {
    if (unless?.(load)) continue;
    const [one] = await tx.rows(`SELECT name FROM parquet_schema([${list}]) WHERE ${sql} LIMIT 1`);
    if (one) throw notSupported(`Parquet column ${one.name}, ${what}`);
  }
}

/** The file's own columns, as it names them: DuckDB gives a second one of a name another. */
async function topColumns(tx: Tx, file: SourceFile | undefined): Promise<{ name: string; isRequired: boolean }[]> {
  if (!file) return [];
  const elements = await tx.rows(
    `SELECT name, repetition_type AS repetition, num_children AS children FROM parquet_schema(${quoteText(file.path)})`,
  );
  const columns: { name: string; isRequired: boolean }[] = [];
  // The elements are a tree, each before its children; the first is the root.
  const open: number[] = [];
  for (const { name, repetition, children } of elements) {
    if (open.length === 1) columns.push({ name: String(name), isRequired: repetition === 'REQUIRED' });
    if (open.length > 0) open.push((open.pop() as number) - 1);
    if (children !== null) open.push(Number(children));
    while (open.at(-1) === 0) open.pop();
  }
  return columns;
}

/** A file's columns for a table; those that it lacks are passed over where the load says so, and does not add them. */
export function adoptAll(inFile: Field[], table: Field[] | undefined, load: LoadConfiguration): Field[] {
  const drops = load.ignoreUnknownValues === true && !load.schemaUpdateOptions?.includes('ALLOW_FIELD_ADDITION');
  const isKnown = ({ name }: Field) => table?.some((one) => one.name.toLowerCase() === name.toLowerCase()) ?? true;
  return inFile.filter((field) => !drops || isKnown(field)).map((field) => adopt(field, table));
}

/** Throws JobFailure for a field of the file that the schema lacks, at any depth. */
export function refuseExtra(schema: readonly Field[], inFile: readonly Field[], uri: string, path = ''): void {
  for (const field of inFile) {
    const column = schema.find((one) => one.name.toLowerCase() === field.name.toLowerCase());
    if (!column)
      throw new JobFailure(
        'invalid',
        `Provided Schema does not match the file. Cannot add fields (field: ${path}${field.name}). File: ${uri}`,
      );
    refuseExtra(column.fields ?? [], field.fields ?? [], uri, `${path}${field.name}.`);
  }
}

/** The table's own spelling and parameters, where it has the column. Whether it may be NULL is for the file to say. */
function adopt(field: Field, table: Field[] | undefined): Field {
  const known = table?.find((one) => one.name.toLowerCase() === field.name.toLowerCase());
  if (!known) return field;
  const widens = known.type === 'BIGNUMERIC' && field.type === 'NUMERIC';
  const named: Field = {
    ...field,
    name: known.name,
    ...(widens && { type: known.type }),
    ...(known.fields && { fields: known.fields }),
  };
  return adoptParameters([named], [known])[0] ?? named;
}

async function refuseNulls(tx: Tx, reader: string, schema: Field[], inFile: Field[], uri: string): Promise<void> {
  const required = schema.filter(
    (field) => field.mode === 'REQUIRED' && inFile.some((one) => one.name.toLowerCase() === field.name.toLowerCase()),
  );
  if (required.length === 0) return;
  const [row = {}] = await tx.rows(
    `SELECT ${required.map((field, i) => `count(*) FILTER (WHERE ${quoteName(field.name)} IS NULL) AS n${i}`).join(', ')} FROM ${reader}`,
  );
  for (const [i, field] of required.entries()) {
    if (Number(row[`n${i}`]) > 0)
      throw new JobFailure(
        'invalid',
        readingError(`Required column '${field.name}' has NULL values. File: ${uri}`, uri).message,
        { location: uri },
      );
  }
}
