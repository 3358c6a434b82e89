import { JobFailure, notSupported } from '../errors.ts';
import type { LoadConfiguration } from '../jobs/job.ts';
import { type Field, parseFields } from '../schema.ts';
import { type CsvOptions, readCsvOptions } from './csv-options.ts';
import { readRecords } from './csv-records.ts';
import type { SourceFile } from './source.ts';

/** BigQuery looks at so many rows of one file. Source: cloud.google.com/bigquery/docs/schema-detect */
export const SAMPLE_ROWS = 500;
/** The delimiters that are looked for where the load names none. */
const DELIMITERS = [',', '|', '\t'];

const isInt64 = (value: bigint) => BigInt.asIntN(64, value) === value;

/** Where a value is of several of these types, the first counts. BEYOND: whole, and no INT64. */
const TYPES: [type: string, pattern: Pick<RegExp, 'test'>][] = [
  ['BOOLEAN', /^(true|false)$/i],
  ['INTEGER', { test: (text) => /^[+-]?\d{1,19}$/.test(text) && isInt64(BigInt(text.replace('+', ''))) }],
  ['BEYOND', /^[+-]?\d+$/],
  ['FLOAT', /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i],
  ['DATE', /^\d{4}-\d{1,2}-\d{1,2}$/],
  ['TIME', /^\d{1,2}:\d{2}:\d{2}(\.\d{1,6})?$/],
  [
    'TIMESTAMP',
    /^\d{4}(-\d{1,2}-|\/\d{1,2}\/)\d{1,2}[ T]\d{1,2}:\d{2}(:\d{2}(\.\d{1,6})?)?( ?(Z|UTC|[+-]\d{1,2}(:\d{2})?))?$/i,
  ],
];

/** What two types have in common, where that is not STRING. */
const WIDER: Record<string, string> = { 'FLOAT INTEGER': 'FLOAT', 'DATE TIMESTAMP': 'TIMESTAMP' };

/** Columns that have no name are called by what their type was called once. */
const GENERIC: Record<string, string> = { INTEGER: 'int64', FLOAT: 'double', BOOLEAN: 'bool' };

function typeOf(values: (string | null)[]): string | undefined {
  const found = new Set(
    values.filter((value) => value !== null).map((value) => TYPES.find(([, p]) => p.test(value))?.[0] ?? 'STRING'),
  );
  if (found.has('BEYOND')) found.delete(found.has('FLOAT') ? 'BEYOND' : 'INTEGER');
  const [only, other] = [...found].sort();
  if (found.size <= 1) return only;
  return found.size === 2 ? (WIDER[`${only} ${other}`] ?? 'STRING') : 'STRING';
}

/** A file's names and types, and how many of its rows are not data. */
export async function detectCsv(
  files: SourceFile[],
  load: LoadConfiguration,
): Promise<{ schema: Field[]; skip: number; delimiter: string }> {
  const [first] = files;
  if (!first) throw new JobFailure('invalid', 'There is no file to detect a schema from');
  const options = readCsvOptions(load);
  // skipLeadingRows says in which row to look for names: nowhere with 0, in the last of those that are skipped else.
  const before = Math.max(0, options.skip - 1);
  const delimiter = load.fieldDelimiter === undefined ? await findDelimiter(first, options, before) : options.delimiter;
  const [head = [], ...rest] = await readSample(first, { ...options, delimiter, skip: before }, SAMPLE_ROWS + 1);
  const isAsked = load.skipLeadingRows === undefined || options.skip > 0;
  const types = head.map((_, i) => typeOf(rest.map((row) => row[i] ?? null)));
  const hasHeader =
    isAsked &&
    head.every((name) => name !== null && typeOf([name]) === 'STRING') &&
    types.some((type) => type !== undefined && type !== 'STRING');
  const isSkipped = hasHeader || options.skip > 0;
  const fields = head.map((name, i) => {
    const type = (isSkipped ? types[i] : typeOf([head, ...rest].map((row) => row[i] ?? null))) ?? 'STRING';
    if (type === 'BEYOND')
      throw notSupported(
        `detecting the type of whole numbers beyond INT64, as in column ${i + 1} of ${first.uri}; give the schema in the load`,
      );
    return { name: hasHeader ? columnName(name ?? '') : `${GENERIC[type] ?? type.toLowerCase()}_field_${i}`, type };
  });
  return {
    schema: parseFields(fields),
    skip: isSkipped ? Math.max(1, options.skip) : 0,
    delimiter,
  };
}

/**
 * The delimiter that cuts the first row into most fields. That one alone has to read what is below: by another, quotes stand
 * anywhere. Throws JobFailure where none cuts it and the comma does not read it.
 */
async function findDelimiter(file: SourceFile, options: CsvOptions, skip: number): Promise<string> {
  let best = { delimiter: ',', width: 1 };
  let failure: JobFailure | undefined;
  for (const delimiter of DELIMITERS) {
    try {
      const [row = []] = await readSample(file, { ...options, delimiter, skip }, 1);
      if (row.length > best.width) best = { delimiter, width: row.length };
    } catch (error) {
      if (!(error instanceof JobFailure)) throw error;
      failure ??= error;
    }
  }
  if (best.width === 1 && failure) throw failure;
  return best.delimiter;
}

const columnName = (text: string) =>
  text
    .trim()
    .replace(/[^\p{L}\p{N}_]/gu, '_')
    .replace(/^(?=\d)/, '_');

/** The first rows below `skip`, as text in UTF-8; what is bad in them is for the load to say. */
async function readSample(file: SourceFile, options: CsvOptions, limit: number): Promise<(string | null)[][]> {
  const rows: (string | null)[][] = [];
  for await (const { number, fields } of readRecords(file, options)) {
    if (number <= options.skip) continue;
    rows.push(
      fields.map(({ text, isQuoted }) =>
        !isQuoted && options.nullMarkers.includes(text) ? null : Buffer.from(text, 'latin1').toString(),
      ),
    );
    if (rows.length === limit) break;
  }
  return rows;
}
