import { terminal } from '../errors.ts';
import type { Column } from '../model/column.ts';
import type { Source } from '../model/source.ts';
import { castNested, castText, type Typed, textStructure } from './cast.ts';
import type { Engine } from './duckdb.ts';
import { type Cell, type Check, renderIngest } from './ingest-sql.ts';
import { brokenRecords, type Ingested } from './read-csv.ts';
import { identifier, literal } from './sql-text.ts';

/** Raw control characters cannot stand in JSON, so these split nothing and mean nothing. */
const NO_DELIMITER = '\u0001';
const NO_NULL = '\u0002';

const SHAPE: readonly Check[] = [
  { column: '*', reason: 'NOT_AN_OBJECT', fails: 'NOT is_object' },
  {
    column: '*',
    reason: 'DUPLICATE_KEY',
    fails: 'is_object AND len(json_keys(line)) <> len(list_distinct(json_keys(line)))',
  },
];

/**
 * Fills the table `rows`. Lines are read as text; json_transform takes each apart into texts, whose form is then judged
 * as strictly as a CSV's: DuckDB's own JSON casts would turn 3.7 into the integer 4.
 */
export async function ingestNdjson(engine: Engine, path: string, source: Source): Promise<Ingested> {
  const reader = `read_csv(${literal(path)}, columns = {'line': 'VARCHAR'}, auto_detect = false, header = false, delim = ${literal(NO_DELIMITER)}, quote = '', escape = '', new_line = '\\n', nullstr = ${literal(NO_NULL)}, store_rejects = true)`;
  await engine.run(
    `CREATE TABLE lines AS SELECT line, coalesce(json_valid(line) AND json_type(line) = 'OBJECT', false) AS is_object FROM ${reader}`,
  );
  if (source.onNewColumn === 'quarantine') await refuseUnknownKeys(engine, source);

  const structure = JSON.stringify(
    Object.fromEntries(source.columns.map((column) => [column.from, textStructure(column)])),
  );
  const ingest = renderIngest(source, cellOf, SHAPE);
  await engine.run(
    `CREATE TABLE rows AS SELECT ${ingest.select.join(', ')} FROM (SELECT line, is_object, CASE WHEN is_object THEN json_transform(line, ${literal(structure)}) END AS j FROM lines)`,
  );
  await engine.run('DROP TABLE lines');
  return { ingest, broken: await brokenRecords(engine, () => '*') };
}

function cellOf(column: Column): Cell {
  const text = `j.${identifier(column.from)}`;
  if (column.type === 'RECORD' || column.mode === 'repeated') return { text, typed: castNested(column, text) };
  const kind = `json_type(line, ${literal(pointer(column.from))})`;
  const cast = (value: string): Typed => withJsonRules(column, castText(column, value), text, kind);
  return { text, typed: cast(text), cast };
}

/** What text alone does not show: an object under a STRING, and a number whose digits a double has already lost. */
function withJsonRules(column: Column, typed: Typed, text: string, kind: string): Typed {
  if (column.type === 'STRING') {
    return {
      value: typed.value,
      bad: `CASE WHEN starts_with(${text}, '{') OR starts_with(${text}, '[') THEN coalesce(${kind} IN ('OBJECT', 'ARRAY'), false) ELSE false END`,
    };
  }
  if (column.type === 'NUMERIC' || column.type === 'BIGNUMERIC') {
    // A double keeps 15 significant digits; more of them must be written as a string to arrive whole.
    const lossy = `CASE WHEN length(${text}) > 15 THEN ${kind} = 'DOUBLE' AND length(regexp_replace(${text}, '[^0-9]', '', 'g')) > 15 ELSE false END`;
    return { value: typed.value, bad: typed.bad ? `(${typed.bad} OR ${lossy})` : lossy };
  }
  return typed;
}

/** RFC 6901. */
const pointer = (key: string): string => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;

/** BigQuery ignores or refuses keys it does not know; here a new key stops the file, so that nothing is lost unseen. */
async function refuseUnknownKeys(engine: Engine, source: Source): Promise<void> {
  const unknown = await unknownKeys(engine, source.columns, 'SELECT line::JSON AS v FROM lines WHERE is_object', '');
  if (unknown.length === 0) return;
  const names = unknown.map((key) =>
    /^[A-Za-z_][A-Za-z0-9_.-]{0,63}$/.test(key) ? key : 'a key that is no plain name',
  );
  throw terminal(
    'UNKNOWN_COLUMN',
    `the file has ${names.length === 1 ? 'a key' : `${names.length} keys`} that the declaration lacks (${names.join(', ')}): declare with its privacy, or set on_new_column: hold to load without it; then replay`,
    { details: { columns: names } },
  );
}

async function unknownKeys(
  engine: Engine,
  columns: readonly Column[],
  objects: string,
  path: string,
): Promise<string[]> {
  const known = columns.map((column) => literal(column.from)).join(', ');
  const found = await engine.rows(
    `SELECT DISTINCT key FROM (SELECT unnest(json_keys(v)) AS key FROM (${objects}) WHERE json_type(v) = 'OBJECT') WHERE key NOT IN (${known}) ORDER BY key LIMIT 20`,
  );
  const unknown = found.map(({ key }) => path + key);
  for (const column of columns) {
    // A dropped RECORD need not say what is in it.
    if (!column.fields) continue;
    const at = literal(pointer(column.from));
    const nested =
      column.mode === 'repeated'
        ? `SELECT unnest(from_json(json_extract(v, ${at}), '["JSON"]')) AS v FROM (${objects}) WHERE json_type(v, ${at}) = 'ARRAY'`
        : `SELECT json_extract(v, ${at}) AS v FROM (${objects})`;
    unknown.push(...(await unknownKeys(engine, column.fields, nested, `${path}${column.from}.`)));
  }
  return unknown;
}
