import { DuckDBBlobValue, type DuckDBDataChunk, DuckDBInstance, type DuckDBType } from '@duckdb/node-api';
import { retryable, SluiceError, terminal } from '../errors.ts';

/** One DuckDB in memory, for one shard; it spills to `scratch` past `memoryLimit`. */
export interface Engine {
  run(sql: string): Promise<void>;
  /** Runs a statement with parameters: texts, or bytes as BLOBs. */
  insert(sql: string, parameters: readonly (string | Uint8Array)[]): Promise<void>;
  /** Small results, as text. */
  rows(sql: string): Promise<Record<string, string | null>[]>;
  /** Names and types of a query's columns, in order. */
  types(sql: string): Promise<Map<string, DuckDBType>>;
  /** Large results, a chunk at a time; other statements may run meanwhile. */
  chunks(sql: string): AsyncIterable<DuckDBDataChunk>;
  close(): void;
}

export interface EngineOptions {
  scratch: string;
  threads: number;
  /** As DuckDB spells it, such as `1GB`. */
  memoryLimit: string;
}

export async function openEngine(options: EngineOptions): Promise<Engine> {
  const instance = await DuckDBInstance.create(':memory:', {
    threads: String(options.threads),
    memory_limit: options.memoryLimit,
    temp_directory: options.scratch,
    // Else what one of Node's threads has freed stays with it, and a statement on the next takes as much again: without all
    // three, a shard of 200 MB took 200 MB more.
    allocator_background_threads: 'true',
    allocator_flush_threshold: '1MB',
    allocator_bulk_deallocation_flush_threshold: '1MB',
    // Nothing may be fetched while personal data is at hand.
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
  const connection = await instance.connect();
  await connection.run("SET TimeZone = 'UTC'");
  return {
    run: async (sql) => {
      try {
        await connection.run(sql);
      } catch (error) {
        throw engineError(error);
      }
    },
    insert: async (sql, parameters) => {
      try {
        const values = parameters.map((one) => (typeof one === 'string' ? one : new DuckDBBlobValue(one)));
        await connection.run(sql, values);
      } catch (error) {
        throw engineError(error);
      }
    },
    rows: async (sql) => {
      try {
        const reader = await connection.runAndReadAll(sql);
        return reader.getRowObjectsJson() as Record<string, string | null>[];
      } catch (error) {
        throw engineError(error);
      }
    },
    types: async (sql) => {
      try {
        const result = await connection.run(sql);
        return new Map(result.columnNames().map((name, index) => [name, result.columnType(index)]));
      } catch (error) {
        throw engineError(error);
      }
    },
    async *chunks(sql) {
      // On the connection that streams, any other statement would end the stream early, without an error.
      const own = await instance.connect();
      try {
        yield* await own.stream(sql);
      } catch (error) {
        throw error instanceof SluiceError ? error : engineError(error);
      } finally {
        own.closeSync();
      }
    },
    close: () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

/** Text that our own `error(…)` calls raise inside a statement. */
export const UNLEARNT = 'SLUICE_UNLEARNT';

/**
 * DuckDB's messages quote values, so only their class is kept (`Conversion Error`, `Out of Memory Error`), and no cause.
 */
export function engineError(error: unknown): SluiceError {
  const message = error instanceof Error ? error.message : '';
  if (message.includes(UNLEARNT)) {
    return terminal('ROWS_DO_NOT_RECONCILE', 'a value was met that DLP had not answered for: nothing was written');
  }
  const kind = /^([A-Z][A-Za-z ]+) Error:/.exec(message)?.[1] ?? 'unknown';
  const details = { kind };
  // Our scratch copy is as long as the object says, so a read past its end follows a length that the file itself claims.
  const pastTheEnd = kind === 'IO' && message.includes('Could not read enough bytes');
  if (kind === 'Invalid Input' || kind === 'Invalid' || kind === 'Conversion' || pastTheEnd) {
    return terminal('CORRUPT', `the data cannot be read (${kind}): its form is not what the declaration says`, {
      details,
    });
  }
  if (/^(Binder|Catalog|Parser|Not implemented)$/.test(kind)) {
    return terminal('UNEXPECTED', `the columnar engine refused our statement (${kind}): no second try would help`, {
      details,
    });
  }
  return retryable('COLUMNAR_FAILED', `the columnar engine failed (${kind})`, { details });
}
