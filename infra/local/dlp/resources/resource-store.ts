import { deserialize, serialize } from 'node:v8';
import { ApiError } from '../../api-error.ts';
import type { State } from '../../state.ts';
import type { NameRange } from '../../wire-page.ts';

/** A resource of the service as it is kept: its name, its message without name and times, and when it was made and changed. */
export interface Resource<T> {
  name: string;
  body: T;
  createMs: number;
  updateMs: number;
}

export interface ResourceStore<T> {
  /** @throws ApiError ALREADY_EXISTS */
  insert(resource: Resource<T>): void;
  find(name: string): Resource<T> | undefined;
  /** @throws ApiError NOT_FOUND */
  get(name: string): Resource<T>;
  update(resource: Resource<T>): void;
  /** @throws ApiError NOT_FOUND */
  remove(name: string): void;
  list(range: NameRange): Resource<T>[];
}

/** Bodies are kept as V8 serializes them: they hold bytes (keys), which JSON does not. */
export function createResourceStore<T>(state: State, kind: string): ResourceStore<T> {
  const { db } = state;
  state.migrate('dlp', [
    `CREATE TABLE dlp_resources (
      kind TEXT NOT NULL, name TEXT NOT NULL, body BLOB NOT NULL, create_ms INTEGER NOT NULL, update_ms INTEGER NOT NULL,
      PRIMARY KEY (kind, name)
    ) STRICT`,
  ]);
  const insert = db.prepare(
    'INSERT OR IGNORE INTO dlp_resources (kind, name, body, create_ms, update_ms) VALUES (?, ?, ?, ?, ?)',
  );
  const select = db.prepare('SELECT * FROM dlp_resources WHERE kind = ? AND name = ?');
  const selectRange = db.prepare(
    'SELECT * FROM dlp_resources WHERE kind = ? AND name > ? AND name < ? ORDER BY name LIMIT ?',
  );
  const update = db.prepare('UPDATE dlp_resources SET body = ?, update_ms = ? WHERE kind = ? AND name = ?');
  const remove = db.prepare('DELETE FROM dlp_resources WHERE kind = ? AND name = ?');
  const read = (row: Record<string, unknown>): Resource<T> => ({
    name: row.name as string,
    body: deserialize(row.body as Uint8Array) as T,
    createMs: Number(row.create_ms),
    updateMs: Number(row.update_ms),
  });
  const missing = (name: string) => new ApiError('NOT_FOUND', `Requested entity was not found: ${name}`);
  const find: ResourceStore<T>['find'] = (name) => {
    const row = select.get(kind, canonicalName(name));
    return row && read(row);
  };
  return {
    insert({ name, body, createMs, updateMs }) {
      const { changes } = insert.run(kind, canonicalName(name), serialize(body), createMs, updateMs);
      if (changes === 0) throw new ApiError('ALREADY_EXISTS', `Requested entity already exists: ${name}`);
    },
    find,
    get(name) {
      const found = find(name);
      if (!found) throw missing(name);
      return found;
    },
    update: ({ name, body, updateMs }) => void update.run(serialize(body), updateMs, kind, canonicalName(name)),
    remove(name) {
      if (remove.run(kind, canonicalName(name)).changes === 0) throw missing(name);
    },
    list: ({ after, before, limit }) => selectRange.all(kind, after, before, limit).map(read),
  };
}

/** `projects/p/inspectTemplates/t` lies in the global location: Google takes either name for it. */
export function canonicalName(name: string): string {
  return name.replace(/^((?:projects|organizations)\/[^/]+)\/(?!locations\/)/, '$1/locations/global/');
}

/** `projects/p` → `projects/p/locations/global`. */
export const canonicalParent = (parent: string): string => canonicalName(`${parent}/`).slice(0, -1);

/** Checks an id that the caller chose, or makes one. Source: the requests' `template_id` and `job_id` in dlp.proto. */
export function resourceId(given: string, field: string, newId: () => string): string {
  if (given === '') return newId();
  if (!/^[\w-]{1,100}$/.test(given)) {
    throw new ApiError(
      'INVALID_ARGUMENT',
      `${field} may hold letters, digits, hyphens and underscores and at most 100 of them, but it is ${JSON.stringify(given)}`,
    );
  }
  return given;
}

export function checkOrder(orderBy: string): void {
  if (!/^(?:name(?: asc)?)?$/.test(orderBy)) {
    throw new ApiError('UNIMPLEMENTED', `order_by ${orderBy}: the local cloud lists by name`);
  }
}
