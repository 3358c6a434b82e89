import { terminal } from '../errors.ts';
import type { Column } from '../model/column.ts';
import { pointer } from './cast-json.ts';
import type { Engine } from './duckdb.ts';
import { literal } from './sql-text.ts';

/**
 * BigQuery ignores or refuses keys it does not know; here a new key stops the file, so that nothing is lost unseen.
 * Looks into the table `lines`. Throws UNKNOWN_COLUMN (terminal).
 */
export async function refuseUnknownKeys(engine: Engine, columns: readonly Column[]): Promise<void> {
  const unknown = await unknownKeys(engine, columns, 'SELECT line AS v FROM lines WHERE is_object', '');
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
  // Few shapes serve many objects, so shapes are told apart before keys are.
  const found = await engine.rows(
    `SELECT DISTINCT key FROM (SELECT unnest(shape) AS key FROM (SELECT DISTINCT json_keys(v) AS shape FROM (${objects}) WHERE json_type(v) = 'OBJECT')) WHERE key NOT IN (${known}) ORDER BY key LIMIT 20`,
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
