import { mkdirSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance, type DuckDBResult, type DuckDBValue } from '@duckdb/node-api';
import { MACROS } from './sql/macros/macros.ts';
import { readied, registerJavaScript } from './sql/scalars/javascript.ts';
import { registerScalars } from './sql/scalars/scalar.ts';
import { SCALARS } from './sql/scalars/scalars.ts';

/** Rows of a small answer, as DuckDB's JavaScript values by column name. */
export type Row = Record<string, DuckDBValue>;

/**
 * One DuckDB transaction. What `afterCommit` is given runs once the transaction is durable, in order; what `afterRollback` is
 * given, where it is undone, the last first.
 */
export interface Tx {
  run(sql: string, params?: Record<string, DuckDBValue>): Promise<number>;
  rows(sql: string, params?: Record<string, DuckDBValue>): Promise<Row[]>;
  stream(sql: string): Promise<DuckDBResult>;
  connection: DuckDBConnection;
  afterCommit(work: () => void): void;
  afterRollback(work: () => void): void;
}

/** A transaction that outlives the call which began it. */
export interface OpenTransaction {
  tx: Tx;
  commit(): Promise<void>;
  rollback(): Promise<void>;
}

export interface Warehouse {
  begin(): Promise<OpenTransaction>;
  transaction<T>(
    work: (tx: Tx) => Promise<T>,
    options?: { onConnection?: (connection: DuckDBConnection) => void },
  ): Promise<T>;
  /** A read outside of any transaction. */
  rows(
    sql: string,
    params?: Record<string, DuckDBValue>,
    onConnection?: (connection: DuckDBConnection) => void,
  ): Promise<Row[]>;
  stop(): Promise<void>;
}

/** Bounds what queries hold in memory at once; larger ones spill into the database's folder. */
const MEMORY_LIMIT = '1GB';
/** Connections kept for the next job; more are opened while more jobs run at once. */
const POOL_SIZE = 8;

const SETUP = [
  "SET TimeZone = 'UTC'",
  "SET default_null_order = 'nulls_first_on_asc_last_on_desc'",
  // It lifts subexpressions out of TRY and CASE, where their errors are no longer held back.
  "SET disabled_optimizers = 'common_subexpressions'",
  'SET scalar_subquery_error_on_multiple_rows = true',
];

/** Opens the database file in `dir`; a killed process's acknowledged commits are in it. */
export async function openWarehouse(dir: string, memoryLimit = MEMORY_LIMIT): Promise<Warehouse> {
  mkdirSync(dir, { recursive: true });
  const instance = await DuckDBInstance.create(join(dir, 'warehouse.duckdb'), {
    memory_limit: memoryLimit,
    threads: String(Math.max(2, cpus().length)),
    temp_directory: join(dir, 'spill'),
  });
  const idle: DuckDBConnection[] = [];
  async function take(): Promise<DuckDBConnection> {
    const kept = idle.pop();
    if (kept) return kept;
    const connection = await instance.connect();
    for (const sql of SETUP) await connection.run(sql);
    return connection;
  }
  function give(connection: DuckDBConnection): void {
    if (idle.length < POOL_SIZE) idle.push(connection);
    else connection.closeSync();
  }

  const first = await take();
  registerScalars(first, SCALARS);
  registerJavaScript(first);
  for (const schema of ['meta', 'data', 'anon']) await first.run(`CREATE SCHEMA IF NOT EXISTS ${schema}`);
  await createMacros(first);
  give(first);

  return {
    async begin() {
      const connection = await take();
      const ends = createEnds();
      await connection.run('BEGIN TRANSACTION');
      return {
        tx: txOf(connection, ends),
        async commit() {
          try {
            await connection.run('COMMIT');
          } catch (error) {
            connection.closeSync();
            ends.undone();
            throw error;
          }
          give(connection);
          ends.done();
        },
        // A connection that is closed undoes what it has not committed.
        async rollback() {
          connection.closeSync();
          ends.undone();
        },
      };
    },
    async transaction(work, options) {
      const connection = await take();
      options?.onConnection?.(connection);
      const ends = createEnds();
      let broken = false;
      try {
        await connection.run('BEGIN TRANSACTION');
        const result = await work(txOf(connection, ends));
        await connection.run('COMMIT');
        ends.done();
        return result;
      } catch (error) {
        try {
          await connection.run('ROLLBACK');
        } catch {
          // A failed COMMIT has already ended the transaction.
          broken = true;
        }
        ends.undone();
        throw error;
      } finally {
        if (broken) connection.closeSync();
        else give(connection);
      }
    },
    async rows(sql, params, onConnection) {
      await readied(sql);
      const connection = await take();
      onConnection?.(connection);
      try {
        return (await connection.runAndReadAll(sql, params)).getRowObjects();
      } finally {
        give(connection);
      }
    },
    async stop() {
      for (const connection of idle.splice(0)) connection.closeSync();
      instance.closeSync();
    },
  };
}

interface Ends extends Pick<Tx, 'afterCommit' | 'afterRollback'> {
  done(): void;
  undone(): void;
}

function createEnds(): Ends {
  const [after, before]: [(() => void)[], (() => void)[]] = [[], []];
  return {
    afterCommit: (work) => void after.push(work),
    afterRollback: (work) => void before.push(work),
    done() {
      // Whatever fails from here on is undone no more.
      before.length = 0;
      for (const one of after) one();
    },
    undone() {
      for (const one of before.splice(0).reverse()) one();
    },
  };
}

function txOf(connection: DuckDBConnection, { afterCommit, afterRollback }: Ends): Tx {
  return {
    connection,
    async run(sql, params) {
      await readied(sql);
      const result = await connection.run(sql, params);
      return result.rowsChanged;
    },
    async rows(sql, params) {
      await readied(sql);
      return (await connection.runAndReadAll(sql, params)).getRowObjects();
    },
    async stream(sql) {
      await readied(sql);
      return connection.stream(sql);
    },
    afterCommit,
    afterRollback,
  };
}

/** The macros live in the database; they are made anew only when their text has changed. */
async function createMacros(connection: DuckDBConnection): Promise<void> {
  const text = MACROS.map(([head, body]) => `CREATE OR REPLACE MACRO ${head} AS ${body};`).join('\n');
  await connection.run('CREATE TABLE IF NOT EXISTS meta.macros (text VARCHAR)');
  const [kept] = (await connection.runAndReadAll('SELECT text FROM meta.macros')).getRowObjects();
  if (kept?.text === text) return;
  await connection.run('BEGIN TRANSACTION');
  await connection.run(text);
  await connection.run('DELETE FROM meta.macros');
  await connection.run('INSERT INTO meta.macros VALUES ($text)', { text });
  await connection.run('COMMIT');
}
