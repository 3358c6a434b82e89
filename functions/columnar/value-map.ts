import { terminal } from '../errors.ts';
import { joinTexts, NULL_TEXT, type Texts } from '../model/texts.ts';
import type { DistinctValues } from '../ports.ts';
import type { Engine } from './duckdb.ts';
import { literal } from './sql-text.ts';

/** What DLP answered for one column: a table of raw value (and context) to replacement, to be joined back. */
export interface ValueMap {
  /** Throws DLP_INCOMPLETE (terminal) unless each value has its output; then nothing is kept of them. */
  add(values: DistinctValues, outputs: Texts): Promise<void>;
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
      const given = withContext ? [values, contexts ?? []] : [values];
      if ([outputs.starts, ...given].some(({ length }) => length !== values.length)) {
        throw terminal('DLP_INCOMPLETE', `${values.length} values were sent and ${outputs.starts.length} came back`);
      }
      if (values.length === 0) return;
      const separator = separatorOf(given, outputs);
      const none = outputs.starts.includes(NULL_TEXT) ? absentFrom(outputs, NONE) : undefined;
      await engine.insert(renderInsert(mapName(at), columns, separator, none), [
        ...given.map((one) => one.join(separator)),
        joinTexts(outputs, separator, none ?? ''),
      ]);
    },
  };
}

/** Literals, not parameters: what else DuckDB has to work out makes it fold the lists, at three times the cost. */
function renderInsert(table: string, columns: readonly string[], separator: string, none: string | undefined): string {
  const values = columns.map((name, index) => {
    const joined = name === 'output' ? `decode($${index + 1})` : `$${index + 1}`;
    const value = `unnest(string_split(${joined}, ${literal(separator)}))`;
    return name === 'output' && none !== undefined ? `nullif(${value}, ${literal(none)})` : value;
  });
  return `INSERT INTO ${table} SELECT ${values.join(', ')}`;
}

/** What stands between texts, and for NULL, as long as no text holds it: then it is made longer. */
const SEPARATOR = '\u001f\u001e';
const NONE = '\u001d\u001c';

function separatorOf(texts: readonly (readonly string[])[], outputs: Texts): string {
  let separator = absentFrom(outputs, SEPARATOR);
  while (texts.some((one) => one.some((text) => text.includes(separator))))
    separator = absentFrom(outputs, `${separator}\u001e`);
  return separator;
}

function absentFrom({ bytes }: Texts, shortest: string): string {
  let text = shortest;
  while (bytes.includes(text)) text += shortest.at(-1);
  return text;
}
