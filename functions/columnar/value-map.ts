import { type DuckDBAppender, DuckDBDataChunk, VARCHAR } from '@duckdb/node-api';
import { terminal } from '../errors.ts';
import type { DistinctValues } from '../ports.ts';
import type { Engine } from './duckdb.ts';

/** What DLP answered for one column: a table of raw value (and context) to replacement, to be joined back. */
export interface ValueMap {
  add(values: DistinctValues, outputs: readonly (string | null)[]): void;
  /** Ends the table; nothing may be added after. */
  close(): void;
}

export const mapName = (at: string): string => `map_${at}`;

/** DuckDB's vectors hold this many values; a chunk may hold no more. */
const VECTOR = 2048;

export async function createValueMap(engine: Engine, at: string, withContext: boolean): Promise<ValueMap> {
  await engine.run(
    `CREATE TABLE ${mapName(at)} (value VARCHAR, ${withContext ? 'context VARCHAR, ' : ''}output VARCHAR)`,
  );
  const appender: DuckDBAppender = await engine.connection.createAppender(mapName(at));
  const types = withContext ? [VARCHAR, VARCHAR, VARCHAR] : [VARCHAR, VARCHAR];
  let closed = false;
  return {
    add({ values, contexts }, outputs) {
      if (outputs.length !== values.length) {
        throw terminal('DLP_INCOMPLETE', `${values.length} values were sent and ${outputs.length} came back`);
      }
      for (let from = 0; from < values.length; from += VECTOR) {
        const to = Math.min(from + VECTOR, values.length);
        const chunk = DuckDBDataChunk.create(types, to - from);
        chunk.setColumnValues(0, values.slice(from, to));
        if (contexts) chunk.setColumnValues(1, contexts.slice(from, to));
        chunk.setColumnValues(types.length - 1, outputs.slice(from, to));
        appender.appendDataChunk(chunk);
      }
    },
    close() {
      if (closed) return;
      closed = true;
      appender.flushSync();
      appender.closeSync();
    },
  };
}
