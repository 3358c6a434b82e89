import { terminal } from '../errors.ts';
import type { DistinctValues } from '../ports.ts';
import type { Engine } from './duckdb.ts';
import { literal } from './sql-text.ts';

/** What DLP answered for one column: a table of raw value (and context) to replacement, to be joined back. */
export interface ValueMap {
  /** Throws DLP_INCOMPLETE (terminal) unless each value has its output; then nothing is kept of them. */
  add(values: DistinctValues, outputs: readonly (string | null)[]): Promise<void>;
}

export const mapName = (at: string): string => `map_${at}`;

/**
 * A table that is handed texts joined, and splits them itself: that costs about half of what as many values do, each
 * handed over in a call of its own.
 */
export async function createValueMap(engine: Engine, at: string, withContext: boolean): Promise<ValueMap> {
  const columns = withContext ? ['value', 'context', 'output'] : ['value', 'output'];
  await engine.run(`CREATE TABLE ${mapName(at)} (${columns.map((name) => `${name} VARCHAR`).join(', ')})`);
  return {
    async add({ values, contexts }, outputs) {
      const given = withContext ? [values, contexts ?? [], outputs] : [values, outputs];
      if (given.some(({ length }) => length !== values.length)) {
        throw terminal('DLP_INCOMPLETE', `${values.length} values were sent and ${outputs.length} came back`);
      }
      if (values.length === 0) return;
      const none = outputs.includes(null) ? unlike(outputs) : undefined;
      const texts = given.map((one) => (none === undefined ? (one as string[]) : one.map((text) => text ?? none)));
      const separator = separatorOf(texts);
      await engine.insert(
        renderInsert(mapName(at), columns, separator, none),
        texts.map((one) => one.join(separator)),
      );
    },
  };
}

/** Literals, not parameters: what else DuckDB has to work out makes it fold the lists, at three times the cost. */
function renderInsert(table: string, columns: readonly string[], separator: string, none: string | undefined): string {
  const values = columns.map((name, index) => {
    const value = `unnest(string_split($${index + 1}, ${literal(separator)}))`;
    return name === 'output' && none !== undefined ? `nullif(${value}, ${literal(none)})` : value;
  });
  return `INSERT INTO ${table} SELECT ${values.join(', ')}`;
}

function separatorOf(texts: readonly (readonly string[])[]): string {
  let separator = '\u001f';
  while (texts.some((one) => one.some((text) => text.includes(separator)))) separator += '\u001e';
  return separator;
}

/** A text that is none of these, to stand for NULL. */
function unlike(texts: readonly (string | null)[]): string {
  let text = '\u001d';
  while (texts.includes(text)) text += '\u001d';
  return text;
}
