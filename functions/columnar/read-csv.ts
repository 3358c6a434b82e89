import type { RejectReason } from '../model/run.ts';
import type { CsvFormat, Source } from '../model/source.ts';
import { castText } from './cast.ts';
import type { Engine } from './duckdb.ts';
import { type Ingest, renderIngest } from './ingest-sql.ts';
import { literal } from './sql-text.ts';

/** A record that the reader could not take apart; its number counts from 0 within the shard. */
export interface BrokenRecord {
  index: number;
  column: string;
  reason: RejectReason;
}

export interface Ingested {
  ingest: Ingest;
  broken: BrokenRecord[];
}

const READER_ERRORS: Readonly<Record<string, RejectReason>> = {
  'MISSING COLUMNS': 'MISSING_COLUMNS',
  'TOO MANY COLUMNS': 'TOO_MANY_COLUMNS',
  'UNQUOTED VALUE': 'BAD_QUOTING',
  'INVALID ENCODING': 'BAD_ENCODING',
  'LINE SIZE OVER MAXIMUM': 'LINE_TOO_LONG',
};

/**
 * Fills the table `rows`. Everything is read as text, in the header's order (the reader binds by position), and cast by
 * us: the reader's own casts lose data without a reject (a TIMESTAMPTZ it cannot parse becomes NULL, 3.7 the integer 4).
 */
export async function ingestCsv(
  engine: Engine,
  path: string,
  header: readonly string[],
  newline: '\n' | '\r\n',
  source: Source,
  format: CsvFormat,
): Promise<Ingested> {
  const columns = header.map((_, index) => `'c${index}': 'VARCHAR'`).join(', ');
  const ingest = renderIngest(source, (column) => {
    const text = `c${header.indexOf(column.from)}`;
    return { text, typed: castText(column, text), cast: (normalized) => castText(column, normalized) };
  });
  const options = [
    `columns = {${columns}}`,
    'auto_detect = false',
    'header = false',
    `delim = ${literal(format.delimiter)}`,
    `quote = ${literal(format.quote)}`,
    `escape = ${literal(format.escape)}`,
    `new_line = ${newline === '\r\n' ? "'\\r\\n'" : "'\\n'"}`,
    `nullstr = ${literal(format.nullMarker)}`,
    'allow_quoted_nulls = false',
    'strict_mode = true',
    'store_rejects = true',
  ];
  await engine.run(
    `CREATE TABLE rows AS SELECT ${ingest.select.join(', ')} FROM read_csv(${literal(path)}, ${options.join(', ')})`,
  );
  return { ingest, broken: await brokenRecords(engine, (position) => header[position]) };
}

/** What the reader put into `reject_errors`: one a record, its messages (which quote values) left behind. */
export async function brokenRecords(
  engine: Engine,
  nameAt: (position: number) => string | undefined,
): Promise<BrokenRecord[]> {
  const errors = await engine.rows(
    'SELECT line, min(column_idx) AS position, arg_min(error_type::VARCHAR, column_idx) AS kind FROM reject_errors GROUP BY line ORDER BY line',
  );
  return errors.map(({ line, position, kind }) => ({
    index: Number(line) - 1,
    column: nameAt(Number(position) - 1) ?? `#${position}`,
    reason: READER_ERRORS[kind ?? ''] ?? 'BAD_QUOTING',
  }));
}
