import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import {
  type DuckDBConnection,
  DuckDBInstance,
  DuckDBListType,
  DuckDBStructType,
  type DuckDBType,
} from '@duckdb/node-api';
import { FailedError, UsageError } from '../errors.ts';
import { type FileLeaf, leavesOf, rowsOf } from './leaves.ts';

export interface FileColumn {
  name: string;
  /** As BigQuery names it; absent where BigQuery has nothing like it. */
  type: string | undefined;
  repeated: boolean;
  fields: readonly FileColumn[];
}

export interface ReadFile {
  format: { type: 'csv'; header: boolean; delimiter: string; quote: string } | { type: 'ndjson' | 'parquet' };
  columns: readonly FileColumn[];
  /** Of the whole file. */
  records: number;
  /** What holds values: columns, and fields of records. */
  leaves: readonly FileLeaf[];
  /** Records evenly over the file; each leaf's value as text. Of lists, further elements follow under the same number. */
  sample: readonly { row: number; values: readonly (string | null)[] }[];
  /** Records that the sample is from. */
  sampled: number;
}

/** Looks at a file as a person would who is about to declare it. Throws UsageError if it is none that Sluice loads. */
export async function readFile(path: string, sampleRecords: number): Promise<ReadFile> {
  if (!existsSync(path) || !statSync(path).isFile()) throw new UsageError(`there is no file ${path}`);
  if (statSync(path).size === 0) throw new UsageError(`${path} is empty: there is nothing to propose`);
  const instance = await DuckDBInstance.create(':memory:', {
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
  const connection = await instance.connect();
  try {
    await connection.run("SET TimeZone = 'UTC'");
    return await readWith(connection, path, sampleRecords);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    // DuckDB's messages quote values.
    const kind = /^([A-Z][A-Za-z ]+) Error:/.exec((error as Error).message)?.[1] ?? 'unknown';
    throw new FailedError(`${path} cannot be read (${kind}): is it a CSV, NDJSON or Parquet file?`);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

async function readWith(connection: DuckDBConnection, path: string, sampleRecords: number): Promise<ReadFile> {
  const { format, relation } = await findFormat(connection, path);
  await connection.run(`CREATE VIEW typed AS SELECT * FROM ${relation}`);
  const described = await connection.run('SELECT * FROM typed LIMIT 0');
  const columns = described.columnNames().map((name, at) => describeColumn(name, described.columnType(at)));
  const counted = await rows(connection, 'SELECT count(*) AS n FROM typed');
  const records = Number(counted[0]?.n ?? 0);
  const step = Math.max(1, Math.ceil(records / sampleRecords));
  const leaves = leavesOf(columns);
  const texts = leaves.map(({ text }, at) => `${text} AS c${at}`);
  const numbered = 'SELECT *, row_number() OVER () AS sluice_row FROM typed';
  const found = await rows(
    connection,
    `SELECT ${['sluice_row', ...texts].join(', ')} FROM (${numbered}) WHERE (sluice_row - 1) % ${step} = 0 ORDER BY sluice_row`,
  );
  const sample = found.flatMap((row) =>
    rowsOf(
      leaves,
      Number(row.sluice_row),
      leaves.map((_, at) => row[`c${at}`] ?? null),
    ),
  );
  return { format, columns, records, leaves, sample, sampled: found.length };
}

type Row = Record<string, string | null>;
const rows = async (connection: DuckDBConnection, sql: string): Promise<Row[]> =>
  (await connection.runAndReadAll(sql)).getRowObjectsJson() as Row[];

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** By the content, as the pipeline does. */
async function findFormat(
  connection: DuckDBConnection,
  path: string,
): Promise<{ format: ReadFile['format']; relation: string }> {
  const file = literal(path);
  const head = firstBytes(path, 4);
  if (head.toString('latin1') === 'PAR1') return { format: { type: 'parquet' }, relation: `read_parquet(${file})` };
  const compression =
    head.readUInt16BE(0) === 0x1f8b ? 'gzip' : head.readUInt32LE(0) === 0xfd2fb528 ? 'zstd' : 'uncompressed';
  const read = `compression = ${literal(compression)}`;
  const [begin] = await rows(
    connection,
    `SELECT ltrim(line)[1] AS c FROM read_csv(${file}, ${read}, columns = {'line': 'VARCHAR'}, auto_detect = false, header = false, delim = '\x01', quote = '', escape = '', strict_mode = false, ignore_errors = true) WHERE line <> '' LIMIT 1`,
  );
  if (begin?.c === '{')
    return {
      format: { type: 'ndjson' },
      relation: `read_json(${file}, format = 'newline_delimited', sample_size = -1, ${read})`,
    };
  const [dialect] = await rows(
    connection,
    `SELECT Delimiter AS delimiter, Quote AS quote, HasHeader AS header FROM sniff_csv(${file}, ${read})`,
  );
  if (!dialect?.delimiter) throw new UsageError(`${path} is no CSV whose delimiter could be told`);
  const { delimiter } = dialect;
  const quote = dialect.quote && dialect.quote !== '(empty)' ? dialect.quote : '"';
  const header = String(dialect.header) === 'true';
  return {
    format: { type: 'csv', header, delimiter, quote },
    relation: `read_csv(${file}, ${read}, delim = ${literal(delimiter)}, quote = ${literal(quote)}, header = ${header}, sample_size = -1)`,
  };
}

function firstBytes(path: string, count: number): Buffer {
  const handle = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(count);
    readSync(handle, bytes, 0, count, 0);
    return bytes;
  } finally {
    closeSync(handle);
  }
}

function describeColumn(name: string, type: DuckDBType): FileColumn {
  if (type instanceof DuckDBListType) {
    const element = describeColumn(name, type.valueType);
    return { ...element, type: element.repeated ? 'JSON' : element.type, repeated: !element.repeated };
  }
  if (!(type instanceof DuckDBStructType))
    return { name, type: warehouseType(String(type)), repeated: false, fields: [] };
  const fields = type.entryNames.map((field, at) => describeColumn(field, type.entryTypes[at] as DuckDBType));
  return { name, type: 'RECORD', repeated: false, fields };
}

/** Times are UTC, so a time without a zone is a TIMESTAMP. */
function warehouseType(type: string): string | undefined {
  if (/^U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?$/.test(type)) return 'INT64';
  if (/^(FLOAT|DOUBLE)$/.test(type)) return 'FLOAT64';
  if (/^TIMESTAMP/.test(type)) return 'TIMESTAMP';
  if (/^TIME/.test(type)) return 'TIME';
  const decimal = /^DECIMAL\((\d+),(\d+)\)$/.exec(type);
  if (decimal) return `NUMERIC(${decimal[1]},${decimal[2]})`;
  return { VARCHAR: 'STRING', UUID: 'STRING', BOOLEAN: 'BOOL', DATE: 'DATE', BLOB: 'BYTES', JSON: 'JSON' }[type];
}
