import type { State } from '../state.ts';
import type { ObjectResource } from './resource.ts';
import type { UploadSpec } from './uploads.ts';

/** What is remembered of a resumable upload besides its bytes. */
export interface Session {
  id: string;
  spec: UploadSpec;
  /** Size of the whole object in bytes, where the client has said it. */
  total: number | undefined;
  status: 'open' | 'done' | 'cancelled';
  /** Answer of the request that completed it, given again to a client that lost it. */
  result: ObjectResource | undefined;
}

export interface Sessions {
  insert(session: Pick<Session, 'id' | 'spec' | 'total'>): void;
  find(id: string): Session | undefined;
  complete(id: string, result: ObjectResource): void;
  cancel(id: string): void;
  delete(id: string): void;
  /** Ids of the open ones. */
  open(): Set<string>;
  /** Forgets those older than a week, which is how long Google keeps them. */
  expire(): void;
}

const LIFE_MS = 7 * 24 * 3600 * 1000;

const MIGRATIONS = [
  `CREATE TABLE storage_sessions (id TEXT PRIMARY KEY, spec TEXT NOT NULL, total INTEGER, created INTEGER NOT NULL,
     status TEXT NOT NULL, result TEXT) STRICT, WITHOUT ROWID`,
];

export function createSessions(state: State, now: () => number): Sessions {
  state.migrate('storage.sessions', MIGRATIONS);
  const { db } = state;
  const insert = db.prepare("INSERT INTO storage_sessions VALUES (?, ?, ?, ?, 'open', NULL)");
  const select = db.prepare('SELECT * FROM storage_sessions WHERE id = ?');
  const complete = db.prepare("UPDATE storage_sessions SET status = 'done', result = ? WHERE id = ?");
  const cancel = db.prepare("UPDATE storage_sessions SET status = 'cancelled' WHERE id = ?");
  const remove = db.prepare('DELETE FROM storage_sessions WHERE id = ?');
  const open = db.prepare("SELECT id FROM storage_sessions WHERE status = 'open'");
  const expire = db.prepare('DELETE FROM storage_sessions WHERE created < ?');

  return {
    insert: ({ id, spec, total }) => void insert.run(id, JSON.stringify(spec), total ?? null, now()),
    find(id) {
      const row = select.get(id);
      return (
        row && {
          id,
          spec: JSON.parse(String(row.spec)),
          total: row.total === null ? undefined : Number(row.total),
          status: row.status as Session['status'],
          result: row.result === null ? undefined : JSON.parse(String(row.result)),
        }
      );
    },
    complete: (id, result) => void complete.run(JSON.stringify(result), id),
    cancel: (id) => void cancel.run(id),
    delete: (id) => void remove.run(id),
    open: () => new Set(open.all().map((row) => String(row.id))),
    expire: () => void expire.run(now() - LIFE_MS),
  };
}
