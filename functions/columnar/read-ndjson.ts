import type { Column } from '../model/column.ts';
import type { Source } from '../model/source.ts';
import { castText, type Typed } from './cast.ts';
import { hasDuplicateKeys, jsonValue, pointer, withJsonRules } from './cast-json.ts';
import { MAX_RECORD_BYTES } from './csv-scanner.ts';
import type { Engine } from './duckdb.ts';
import { type Check, renderIngest } from './ingest-sql.ts';
import type { Ingested } from './ingested.ts';
import type { Cell } from './read-column.ts';
import { identifier, literal } from './sql-text.ts';
import { refuseUnknownKeys } from './unknown-keys.ts';

const SHAPE: readonly Check[] = [
  { column: '*', reason: 'NOT_AN_OBJECT', fails: 'NOT is_object' },
  { column: '*', reason: 'DUPLICATE_KEY', fails: `is_object AND ${hasDuplicateKeys('line')}` },
];

/**
 * Fills the table `rows`. The reader gives each line as it stands, NULL where it is no JSON; json_transform takes it apart
 * into texts, whose form is then judged as strictly as a CSV's.
 */
export async function ingestNdjson(engine: Engine, path: string, source: Source): Promise<Ingested> {
  await engine.run(
    `CREATE TABLE lines AS SELECT json AS line, coalesce(json_type(json) = 'OBJECT', false) AS is_object FROM read_ndjson_objects(${literal(path)}, ignore_errors = true, maximum_object_size = ${MAX_RECORD_BYTES})`,
  );
  if (source.onNewColumn === 'quarantine') await refuseUnknownKeys(engine, source.columns);

  const structure = JSON.stringify(
    Object.fromEntries(source.columns.map((column) => [column.from, isText(column) ? 'VARCHAR' : 'JSON'])),
  );
  const ingest = renderIngest(source, { cellOf, nestedOf }, SHAPE);
  await engine.run(
    `CREATE TABLE rows AS SELECT ${ingest.select.join(', ')} FROM (SELECT line, is_object, CASE WHEN is_object THEN json_transform(line, ${literal(structure)}) END AS j FROM lines)`,
  );
  await engine.run('DROP TABLE lines');
  return { ingest, broken: [], index: 'rows.rowid' };
}

/** Whether a column's value can be judged by its text; the others stay JSON. */
const isText = (column: Column): boolean =>
  column.mode !== 'repeated' && column.type !== 'RECORD' && column.type !== 'JSON';

const nestedOf = (column: Column) => jsonValue(`j.${identifier(column.from)}`);

function cellOf(column: Column): Cell {
  if (!isText(column)) return nestedOf(column).scalar(column);
  const value = `j.${identifier(column.from)}`;
  const kind = `json_type(line, ${literal(pointer(column.from))})`;
  const cast = (text: string): Typed => withJsonRules(column, castText(column, text), value, kind);
  return { text: value, typed: cast(value), cast };
}
