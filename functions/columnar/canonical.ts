import type { Source } from '../model/source.ts';
import { castText } from './cast.ts';
import type { Engine } from './duckdb.ts';
import { readColumn } from './read-column.ts';

/** What a file's values are compared as, of values that somebody gives: normalized, and 007 and 7 the same number. */
export async function canonicalValues(
  engine: Engine,
  source: Source,
  values: Readonly<Record<string, string>>,
): Promise<Record<string, string> | undefined> {
  const columns = source.columns.filter(({ name }) => Object.hasOwn(values, name));
  await engine.run(`CREATE TABLE given (${columns.map((_, n) => `c${n} VARCHAR`).join(', ')})`);
  await engine.insert(
    `INSERT INTO given VALUES (${columns.map(() => '?').join(', ')})`,
    columns.map(({ name }) => values[name] ?? ''),
  );
  const selected = columns.map((column, n) => {
    const text = `c${n}`;
    const { typed, canonical } = readColumn(column, {
      text,
      typed: castText(column, text),
      cast: (normalized) => castText(column, normalized),
    });
    return typed.bad ? `CASE WHEN ${typed.bad} THEN NULL ELSE ${canonical} END AS v${n}` : `${canonical} AS v${n}`;
  });
  const [row] = await engine.rows(`SELECT ${selected.join(', ')} FROM given`);
  const found: Record<string, string> = {};
  for (const [n, { name }] of columns.entries()) {
    const value = row?.[`v${n}`];
    if (value === null || value === undefined || value === '') return undefined;
    found[name] = value;
  }
  return found;
}
