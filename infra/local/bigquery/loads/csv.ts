import { type JobError, JobFailure } from '../errors.ts';
import type { LoadConfiguration } from '../jobs/job.ts';
import { type Field, typeOfField } from '../schema.ts';
import { quoteText } from '../sql/types.ts';
import type { Tx } from '../warehouse.ts';
import { BAD, badField, conversionOf, describeBadRows, projectionOf, RECORD, tooManyErrors } from './checks.ts';
import { BadEncoding } from './encodings.ts';
import type { SourceFile } from './source.ts';
import { MAX_ERRORS, readingError, type Staged } from './staged.ts';
import { fromText } from './text-values.ts';

/** The longest row that is read. BigQuery takes 100 MB; DuckDB holds two rows' worth of buffer, so this bounds memory. */
export const MAX_LINE = 16 * 1024 * 1024;

const DELIMITERS: Record<string, string> = { tab: '\t', '\\t': '\t' };

interface CsvOptions {
  delimiter: string;
  quote: string;
  skip: number;
  nullMarkers: string[];
  jagged: boolean;
  quotedNewlines: boolean;
  ignoreUnknown: boolean;
  keepsNul: boolean;
  maxBad: number;
}

/** Throws JobFailure for options that contradict each other. */
export function readCsvOptions(load: LoadConfiguration): CsvOptions {
  if (load.nullMarker && (load.nullMarkers?.length ?? 0) > 0)
    throw new JobFailure('invalid', 'Only one of nullMarker and nullMarkers can be set');
  const delimiter = load.fieldDelimiter ?? ',';
  return {
    delimiter: DELIMITERS[delimiter.toLowerCase()] ?? delimiter,
    quote: load.quote ?? '"',
    skip: Number(load.skipLeadingRows ?? 0),
    nullMarkers: load.nullMarkers?.length ? load.nullMarkers : [load.nullMarker ?? ''],
    jagged: load.allowJaggedRows === true,
    quotedNewlines: load.allowQuotedNewlines === true,
    ignoreUnknown: load.ignoreUnknownValues === true,
    keepsNul: load.preserveAsciiControlCharacters === true,
    maxBad: Number(load.maxBadRecords ?? 0),
  };
}

function readCsv(files: SourceFile[], options: CsvOptions, columns: string): string {
  const parts = [
    `[${files.map((file) => quoteText(file.path)).join(', ')}]`,
    'auto_detect = false',
    'header = false',
    `columns = {${columns}}`,
    `delim = ${quoteText(options.delimiter)}`,
    `quote = ${quoteText(options.quote)}`,
    `escape = ${quoteText(options.quote)}`,
    `skip = ${options.skip}`,
    `nullstr = [${options.nullMarkers.map(quoteText).join(', ')}]`,
    'allow_quoted_nulls = false',
    `compression = ${files.every((file) => file.gzip) ? "'gzip'" : "'none'"}`,
    `max_line_size = ${MAX_LINE}`,
    `buffer_size = ${2 * MAX_LINE}`,
    // One thread: record numbers are counted in file order, and quoted line ends are read right.
    'parallel = false',
    ...(options.jagged ? ['null_padding = true'] : []),
    ...(options.ignoreUnknown ? ['strict_mode = false'] : []),
  ];
  return parts.join(', ');
}

/** CSV → rows of the schema's types. Every cell is read as text and converted by BigQuery's own rules. */
export async function stageCsv(
  tx: Tx,
  files: SourceFile[],
  load: LoadConfiguration,
  schema: Field[],
  fresh: (prefix: string) => string,
): Promise<Staged> {
  const nested = schema.find((field) => field.type === 'RECORD' || field.mode === 'REPEATED');
  if (nested)
    throw new JobFailure(
      'invalid',
      `Invalid schema: CSV cannot hold nested or repeated fields, such as ${nested.name}`,
    );
  const options = readCsvOptions(load);
  const columns = schema.map((_, i) => `'c${i}': 'VARCHAR'`).join(', ');
  const [raw, scans, rejects, staged] = ['raw', 'scans', 'rejects', 'staged'].map(fresh) as [
    string,
    string,
    string,
    string,
  ];
  let structural = 0;
  const errors: JobError[] = [];
  const uri = files.length === 1 ? files[0]?.uri : undefined;
  const scan = `read_csv(${readCsv(files, options, columns)}, store_rejects = true, rejects_scan = '${scans}', rejects_table = '${rejects}')`;
  const conversions = schema.map((field, i) =>
    conversionOf(field, fromText(`c${i}`, typeOfField(field)), `c${i} IS NULL`),
  );
  await tx.run(`CREATE TEMP TABLE ${raw} AS SELECT *, row_number() OVER () AS n FROM ${scan}`);
  for (const row of await tx.rows(`SELECT line, error_type FROM ${rejects} ORDER BY line`)) {
    if (row.error_type === 'INVALID ENCODING') throw new BadEncoding();
    structural++;
    if (errors.length < MAX_ERRORS)
      errors.push(readingError(`${structuralMessage(String(row.error_type))}; line: ${row.line}`, uri));
  }
  const newline = options.quotedNewlines ? [] : schema.map((_, i) => `c${i} LIKE '%' || chr(10) || '%'`);
  const nul = options.keepsNul ? [] : schema.map((_, i) => `contains(c${i}, chr(0))`);
  const whens = [
    ...when(newline, 'Quoted section contains a line break, which allowQuotedNewlines does not allow'),
    ...when(nul, 'Bad character (ASCII 0) encountered'),
  ];
  const bad = whens.length > 0 ? `CASE ${whens.join(' ')} ELSE ${badField(conversions)} END` : badField(conversions);
  await tx.run(
    `CREATE TEMP TABLE ${staged} AS SELECT n AS ${RECORD}, ${bad} AS ${BAD}, ${projectionOf(conversions)} FROM ${raw}`,
  );
  const [count] = await tx.rows(`SELECT count(*) AS n, count(${BAD}) AS bad FROM ${staged}`);
  const badRecords = structural + Number(count?.bad ?? 0);
  if (badRecords > structural) errors.push(...(await describeBadRows(tx, staged, schema, uri)));
  if (badRecords > options.maxBad) {
    const rows = structural + Number(count?.n ?? 0);
    throw tooManyErrors('CSV', errors.slice(0, MAX_ERRORS), { rows, bad: badRecords });
  }
  const names = schema.map((field) => `"${field.name}"`).join(', ');
  return {
    source: `(SELECT ${names} FROM ${staged} WHERE ${BAD} IS NULL ORDER BY ${RECORD})`,
    temporary: [raw, staged, scans, rejects],
    schema,
    badRecords,
    errors: errors.slice(0, MAX_ERRORS),
  };
}

const when = (conditions: string[], text: string) =>
  conditions.length > 0 ? [`WHEN ${conditions.join(' OR ')} THEN '${text}'`] : [];

function structuralMessage(type: string): string {
  switch (type) {
    case 'TOO MANY COLUMNS':
      return 'Too many values in row';
    case 'MISSING COLUMNS':
      return 'CSV table references a column position that the row does not have';
    case 'UNQUOTED VALUE':
      return 'Data between close double quote (") and field separator, or missing close double quote (") character';
    default:
      return `CSV row could not be read (${type.toLowerCase()})`;
  }
}

/** What BigQuery makes of the types that DuckDB finds. */
export const DETECTED: Record<string, string> = {
  BOOLEAN: 'BOOLEAN',
  BIGINT: 'INTEGER',
  INTEGER: 'INTEGER',
  DOUBLE: 'FLOAT',
  DATE: 'DATE',
  TIME: 'TIME',
  TIMESTAMP: 'TIMESTAMP',
  'TIMESTAMP WITH TIME ZONE': 'TIMESTAMP',
};
