import { rm } from 'node:fs/promises';
import { SluiceError } from '../errors.ts';
import type { Column } from '../model/column.ts';
import type { Scan } from '../model/run.ts';
import type { CsvFormat, Source } from '../model/source.ts';
import { castText } from './cast.ts';
import type { CsvPiece, CsvPieces } from './csv-pieces.ts';
import { MAX_RECORD_BYTES } from './csv-scanner.ts';
import type { Engine } from './duckdb.ts';
import { renderIngest } from './ingest-sql.ts';
import { type BrokenRecord, type Ingested, MAX_REJECTS, tooManyRejects } from './ingested.ts';
import type { Cell } from './read-column.ts';
import { siftCsv } from './sift-csv.ts';
import { literal } from './sql-text.ts';

/**
 * Fills the table `rows`. Everything is read as text, in the header's order (the reader binds by position), and cast by
 * us: the reader's own casts lose data without a reject (a TIMESTAMPTZ it cannot parse becomes NULL, 3.7 the integer 4).
 * A piece with a broken record is read again without it. `n` is each record's place within the shard, from 0. A shard
 * that is broken as a whole says so first, whatever its pieces met.
 */
export async function ingestCsv(
  engine: Engine,
  { pieces, end }: CsvPieces,
  header: readonly string[],
  source: Source,
  format: CsvFormat,
): Promise<Ingested & { scan: Scan }> {
  const cellOf = (column: Column): Cell => {
    const read = textAt(header.indexOf(column.from));
    const text = isEscaped(format) ? `nullif(${read}, ${literal(format.nullMarker)})` : read;
    return { text, typed: castText(column, text), cast: (normalized) => castText(column, normalized) };
  };
  const ingest = renderIngest(source, { cellOf });
  const selected = [...ingest.select, ...unread(header, source)].join(', ');
  const select = (n: string, path: string, before: readonly string[] = []): string =>
    `SELECT ${n} AS n, ${selected} FROM ${renderReader(path, header.length, format, before)}`;
  const broken: BrokenRecord[] = [];

  async function take(piece: CsvPiece): Promise<void> {
    const { path, first } = piece;
    const asItStands = select(`${first} + row_number() OVER () - 1`, path);
    if (first === 0) await engine.run(`CREATE TABLE rows AS ${asItStands} LIMIT 0`);
    if (piece.looseQuotes || !(await holds(engine, `INSERT INTO rows ${asItStands}`, piece))) {
      const sound = `${path}.sound`;
      for (const record of await siftCsv(piece, sound, header.length, format)) broken.push(record);
      if (broken.length > MAX_REJECTS) throw tooManyRejects();
      await engine.run(`INSERT INTO rows ${select('n', sound, ["'n': 'BIGINT'"])}`);
      await rm(sound);
    }
    await rm(path);
  }

  const errors: unknown[] = [];
  let taken: Promise<unknown> = Promise.resolve();
  for await (const piece of pieces) {
    // The next piece is on its way to scratch while DuckDB reads this one.
    await taken;
    taken = errors.length > 0 ? rm(piece.path) : take(piece).catch((error: unknown) => errors.push(error));
  }
  await taken;
  const scan = end();
  if (errors.length > 0) throw errors[0];
  return { ingest, broken, index: 'rows.n', scan };
}

/** Whether the reader finds as many records as the scan: broken quotes can make it lose some without an error. */
async function holds(engine: Engine, insert: string, { first, records }: CsvPiece): Promise<boolean> {
  try {
    await engine.run(insert);
  } catch (error) {
    if (error instanceof SluiceError && error.code === 'CORRUPT') return false;
    throw error;
  }
  const [counted] = await engine.rows(`SELECT count(*) AS n FROM rows WHERE n >= ${first}`);
  if (Number(counted?.n) === records) return true;
  await engine.run(`DELETE FROM rows WHERE n >= ${first}`);
  return false;
}

const textAt = (position: number): string => `c${position}`;

/** The reader fails internally (DuckDB 1.5) on bad UTF-8 in a column that nobody reads, so every column is read. */
function unread(header: readonly string[], source: Source): string[] {
  const read = new Set(source.columns.filter(({ privacy }) => privacy.kind !== 'drop').map(({ from }) => from));
  const nulls = header.flatMap((name, position) => (read.has(name) ? [] : [`${textAt(position)} IS NULL`]));
  return nulls.length > 0 ? [`(${nulls.join(' OR ')}) AS unread`] : [];
}

/**
 * `\\N`, as MySQL writes NULL. The reader takes no marker that holds the escape, so it is left to us, and counts as NULL
 * inside quotes as well; every other marker counts unquoted only.
 */
const isEscaped = ({ nullMarker, quote, escape: escaping }: CsvFormat): boolean =>
  escaping !== '' && escaping !== quote && nullMarker.includes(escaping);

/** No unquoted text holds a line feed. */
const NO_MARKER = '\n';

function renderReader(path: string, columns: number, format: CsvFormat, before: readonly string[] = []): string {
  const texts = Array.from({ length: columns }, (_, position) => `'${textAt(position)}': 'VARCHAR'`);
  const options = [
    `columns = {${[...before, ...texts].join(', ')}}`,
    'auto_detect = false',
    'header = false',
    `delim = ${literal(format.delimiter)}`,
    `quote = ${literal(format.quote)}`,
    `escape = ${literal(format.escape)}`,
    "new_line = '\\n'",
    `nullstr = ${literal(isEscaped(format) ? NO_MARKER : format.nullMarker)}`,
    'allow_quoted_nulls = false',
    'strict_mode = true',
    // Threads that start in the middle guess whether they stand in a quoted field, and a wrong guess invents records.
    'parallel = false',
    `max_line_size = ${MAX_RECORD_BYTES}`,
    `buffer_size = ${2 * MAX_RECORD_BYTES}`,
  ];
  return `read_csv(${literal(path)}, ${options.join(', ')})`;
}
