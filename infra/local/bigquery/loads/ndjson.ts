import { DuckDBListType, DuckDBMapType, DuckDBStructType, type DuckDBType } from '@duckdb/node-api';
import { JobFailure, notSupported } from '../errors.ts';
import type { LoadConfiguration } from '../jobs/job.ts';
import { type Field, parseFields } from '../schema.ts';
import { quoteText } from '../sql/types.ts';
import type { Tx } from '../warehouse.ts';
import { BAD, badField, describeBadRows, projectionOf, RECORD, tooManyErrors } from './checks.ts';
import { DETECTED } from './csv.ts';
import { readCount } from './csv-options.ts';
import { MAX_LINE } from './csv-records.ts';
import { SAMPLE_ROWS } from './detect-csv.ts';
import { jsonConversions, takeFields } from './json-columns.ts';
import { doubtsOf, hasMore, withoutTexts } from './json-doubts.ts';
import type { SourceFile } from './source.ts';
import type { Staged } from './staged.ts';
import { unknownKeys } from './text-values.ts';

/**
 * One JSON object a line, each line as text: a line that is no JSON is a bad row, not the end of the load. Columns are told
 * apart by NUL, which no JSON holds: `rest` is what stands behind one.
 */
function readLines(files: SourceFile[]): string {
  const gzip = files.every((file) => file.gzip);
  const parts = [
    `[${files.map((file) => quoteText(file.path)).join(', ')}]`,
    "columns = {'line': 'VARCHAR', 'rest': 'VARCHAR'}",
    "auto_detect = false, header = false, delim = '\\x00', quote = '', escape = '', null_padding = true, strict_mode = false",
    `compression = ${gzip ? "'gzip'" : "'none'"}, max_line_size = ${MAX_LINE}, buffer_size = ${2 * MAX_LINE}, parallel = false`,
  ];
  return `read_csv(${parts.join(', ')})`;
}

/** Marks of rows of which BigQuery documents no meaning: the load is refused. */
const REFUSED = 'not supported by the embedded warehouse: ';

/** What DuckDB's parser takes for JSON and is none. Texts are emptied first: they may hold anything. */
const LENIENT = String.raw`,\s*[}\]]|[:,\[]\s*[-+]?(nan|inf)|/[/*]`;
const isStrict = `NOT (regexp_matches(line, ${quoteText(LENIENT)}, 'i') AND regexp_matches(${withoutTexts('line')}, ${quoteText(LENIENT)}, 'i'))`;

export async function stageJson(
  tx: Tx,
  files: SourceFile[],
  load: LoadConfiguration,
  schema: Field[],
  fresh: (prefix: string) => string,
  format = 'JSON',
): Promise<Staged> {
  const maxBad = readCount('maxBadRecords', load.maxBadRecords);
  const uri = files.length === 1 ? files[0]?.uri || undefined : undefined;
  const [raw, staged] = ['raw', 'staged'].map(fresh) as [string, string];
  const conversions = jsonConversions(schema);
  const doubts = doubtsOf(schema).map(({ sql, what }) => `WHEN ${sql} THEN ${quoteText(REFUSED + what)}`);
  const unknown = load.ignoreUnknownValues
    ? []
    : [`WHEN ${unknownKeys('j', schema, hasMore(schema))} THEN 'No such field'`];
  const bad = `CASE WHEN j IS NULL THEN 'JSON parsing error in row: the line is no JSON object' ${[...doubts, ...unknown].join(' ')} ELSE ${badField(conversions)} END`;
  const numbered = `SELECT line, rest, row_number() OVER () AS n FROM ${readLines(files)}`;
  const lines = `SELECT CASE WHEN rest IS NULL AND json_valid(line) AND json_type(line) = 'OBJECT' AND ${isStrict} THEN CAST(line AS JSON) END AS j, n FROM (${numbered}) WHERE trim(line, ' \t\r') <> '' OR rest IS NOT NULL`;
  await tx.run(`CREATE TEMP TABLE ${raw} AS ${takeFields(lines, schema)}`).catch((error) => {
    if (/invalid unicode|not utf-8/i.test(String(error)))
      throw new JobFailure('invalid', `${REFUSED}JSON whose bytes are no UTF-8`);
    throw error;
  });
  await tx.run(
    `CREATE TEMP TABLE ${staged} AS SELECT n AS ${RECORD}, ${bad} AS ${BAD}, ${projectionOf(conversions)} FROM ${raw}`,
  );
  const [count] = await tx.rows(
    `SELECT count(*) AS n, count(${BAD}) AS bad, min(${BAD}) FILTER (starts_with(${BAD}, ${quoteText(REFUSED)})) AS refused FROM ${staged}`,
  );
  if (typeof count?.refused === 'string') throw new JobFailure('invalid', count.refused);
  const badRecords = Number(count?.bad ?? 0);
  const errors = badRecords > 0 ? await describeBadRows(tx, staged, schema, (row) => ({ uri, row })) : [];
  if (badRecords > maxBad) throw tooManyErrors(format, errors, { rows: Number(count?.n ?? 0), bad: badRecords });
  const names = schema.map((field) => `"${field.name}"`).join(', ');
  return {
    source: `(SELECT ${names} FROM ${staged} WHERE ${BAD} IS NULL ORDER BY ${RECORD})`,
    temporary: [raw, staged],
    schema,
    badRecords,
    errors,
  };
}

/** Names and types from the first rows of the first file. Source: cloud.google.com/bigquery/docs/schema-detect */
export async function detectJson(tx: Tx, files: SourceFile[]): Promise<Field[]> {
  const [first] = files;
  if (!first) throw new JobFailure('invalid', 'There is no file to detect a schema from');
  const compression = first.gzip ? 'gzip' : 'uncompressed';
  const found = await tx.stream(
    `SELECT * FROM read_json(${quoteText(first.path)}, format = 'newline_delimited', compression = '${compression}', sample_size = ${SAMPLE_ROWS}) LIMIT 0`,
  );
  const types = found.columnTypes();
  return parseFields(found.columnNames().map((name, i) => detected(name, types[i])));
}

/** What BigQuery makes of the types that DuckDB finds in JSON. */
function detected(name: string, type: DuckDBType | undefined): object {
  if (type instanceof DuckDBListType) {
    if (type.valueType instanceof DuckDBListType)
      throw new JobFailure('invalid', `Nested arrays are not allowed: field ${name} holds arrays of arrays`);
    return { ...detected(name, type.valueType), mode: 'REPEATED' };
  }
  // DuckDB takes an object of many keys for a map; which keys are fields is then for the schema to say.
  if (type instanceof DuckDBMapType)
    throw notSupported(`detecting the schema of field ${name}, whose keys vary; give the schema in the load`);
  if (!(type instanceof DuckDBStructType)) return { name, type: DETECTED[String(type)] ?? 'STRING' };
  const fields = type.entryNames.map((entry, i) => detected(entry, type.entryTypes[i]));
  return { name, type: 'RECORD', fields };
}
