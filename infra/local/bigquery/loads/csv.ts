import { JobFailure } from '../errors.ts';
import type { LoadConfiguration } from '../jobs/job.ts';
import { type Field, typeOfField } from '../schema.ts';
import { quoteText } from '../sql/types.ts';
import type { Tx } from '../warehouse.ts';
import { BAD, badField, conversionOf, describeBadRows, projectionOf, RECORD, tooManyErrors } from './checks.ts';
import { type CsvOptions, readCsvOptions } from './csv-options.ts';
import { MAX_LINE } from './csv-records.ts';
import { BadEncoding } from './encodings.ts';
import { type PreparedCsv, prepareCsv } from './prepare-csv.ts';
import type { SourceFile } from './source.ts';
import { MAX_ERRORS, type Staged } from './staged.ts';
import { fromText } from './text-values.ts';

/** The scanner and the rewriter have left nothing to chance: DuckDB has to find what they counted. */
export function readCsv(
  { paths, skip, lineEnd }: PreparedCsv,
  options: CsvOptions,
  columns: string,
  isGzip: boolean,
): string {
  const parts = [
    `[${paths.map(quoteText).join(', ')}]`,
    'auto_detect = false',
    'header = false',
    `columns = {${columns}}`,
    `delim = ${quoteText(options.delimiter)}`,
    `quote = ${quoteText(options.quote)}`,
    `escape = ${quoteText(options.quote)}`,
    `new_line = ${lineEnd === '\r\n' ? "'\\r\\n'" : "'\\n'"}`,
    `skip = ${skip}`,
    `nullstr = [${options.nullMarkers.map(quoteText).join(', ')}]`,
    'allow_quoted_nulls = false',
    `compression = ${isGzip ? "'gzip'" : "'none'"}`,
    `max_line_size = ${MAX_LINE}`,
    `buffer_size = ${2 * MAX_LINE}`,
    // One thread: record numbers are counted in file order, and quoted line ends are read right.
    'parallel = false',
  ];
  return parts.join(', ');
}

/** CSV → rows of the schema's types. Every cell is read as text and converted by BigQuery's own rules. */
export async function stageCsv(
  tx: Tx,
  files: SourceFile[],
  load: LoadConfiguration,
  schema: Field[],
  folder: string,
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
  const prepared = await prepareCsv(files, options, schema.length, folder);
  const isGzip = prepared.paths[0] === files[0]?.path && files[0]?.gzip === true;
  const read = readCsv(prepared, options, columns, isGzip);
  const scan = `read_csv(${read}, store_rejects = true, rejects_scan = '${scans}', rejects_table = '${rejects}')`;
  const conversions = schema.map((field, i) =>
    conversionOf(field, fromText(`c${i}`, typeOfField(field)), `c${i} IS NULL`),
  );
  await tx.run(`CREATE TEMP TABLE ${raw} AS SELECT *, row_number() OVER () AS n FROM ${scan}`);
  const [rejected] = await tx.rows(
    `SELECT error_type FROM ${rejects} ORDER BY error_type = 'INVALID ENCODING' DESC LIMIT 1`,
  );
  if (rejected?.error_type === 'INVALID ENCODING') throw new BadEncoding();
  const [found] = await tx.rows(`SELECT count(*) AS n FROM ${raw}`);
  if (rejected || Number(found?.n) !== prepared.rows)
    throw new JobFailure(
      'internalError',
      `The embedded warehouse read ${found?.n} of ${prepared.rows} rows of a CSV file; nothing is loaded`,
    );
  const nul = options.keepsControls ? [] : schema.map((_, i) => `contains(c${i}, chr(0))`);
  const rule = badField(conversions);
  const bad =
    nul.length > 0 ? `CASE WHEN ${nul.join(' OR ')} THEN 'Bad character (ASCII 0) encountered' ELSE ${rule} END` : rule;
  await tx.run(
    `CREATE TEMP TABLE ${staged} AS SELECT n AS ${RECORD}, ${bad} AS ${BAD}, ${projectionOf(conversions)} FROM ${raw}`,
  );
  const [count] = await tx.rows(`SELECT count(${BAD}) AS bad FROM ${staged}`);
  const badRecords = prepared.faulty + Number(count?.bad ?? 0);
  const errors = [
    ...prepared.errors,
    ...(Number(count?.bad) > 0 ? await describeBadRows(tx, staged, schema, prepared.locate) : []),
  ].slice(0, MAX_ERRORS);
  if (badRecords > options.maxBad)
    throw tooManyErrors('CSV', errors, { rows: prepared.rows + prepared.faulty, bad: badRecords });
  const names = schema.map((field) => `"${field.name}"`).join(', ');
  return {
    source: `(SELECT ${names} FROM ${staged} WHERE ${BAD} IS NULL ORDER BY ${RECORD})`,
    temporary: [raw, staged, scans, rejects],
    schema,
    badRecords,
    errors,
  };
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
