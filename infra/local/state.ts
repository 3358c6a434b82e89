import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/**
 * What the local cloud remembers besides object bytes and warehouse tables: one SQLite file.
 * WAL with synchronous=NORMAL: a killed process loses nothing that was committed (only a power cut could).
 */
export interface State {
  readonly db: DatabaseSync;
  /** Applies the statements that this service has not seen yet; order is their version, so only ever append. */
  migrate(service: string, statements: readonly string[]): void;
  /** Runs `work` in one transaction; nested calls join the outer one. */
  transaction<T>(work: () => T): T;
  close(): void;
}

export function openState(dir: string): State {
  mkdirSync(dir, { recursive: true });
  const db = new DatabaseSync(join(dir, 'state.sqlite'));
  db.exec(
    'PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000; PRAGMA foreign_keys = ON',
  );
  db.exec('CREATE TABLE IF NOT EXISTS migrations (service TEXT PRIMARY KEY, version INTEGER NOT NULL) STRICT');

  let depth = 0;
  function transaction<T>(work: () => T): T {
    if (depth > 0) return work();
    db.exec('BEGIN IMMEDIATE');
    depth++;
    try {
      const result = work();
      db.exec('COMMIT');
      return result;
    } catch (error) {
      db.exec('ROLLBACK');
      throw error;
    } finally {
      depth--;
    }
  }

  return {
    db,
    migrate(service, statements) {
      transaction(() => {
        const row = db.prepare('SELECT version FROM migrations WHERE service = ?').get(service);
        const version = Number(row?.version ?? 0);
        for (const statement of statements.slice(version)) db.exec(statement);
        db.prepare(
          'INSERT INTO migrations (service, version) VALUES (?, ?) ON CONFLICT (service) DO UPDATE SET version = excluded.version',
        ).run(service, statements.length);
      });
    },
    transaction,
    close: () => db.close(),
  };
}
