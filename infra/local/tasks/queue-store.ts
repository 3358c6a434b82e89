import { ApiError } from '../api-error.ts';
import type { State } from '../state.ts';
import type { NameRange } from '../wire-page.ts';
import type { QueueConfig } from './queue-config.ts';

export interface StoredQueue {
  name: string;
  config: QueueConfig;
  state: 'RUNNING' | 'PAUSED';
  purgedMs: number | undefined;
}

/** "If you delete a queue, a queue with the same name can't be created for 7 days." (cloudtasks.proto, DeleteQueue) */
const NAME_BLOCKED_MS = 7 * 24 * 3_600_000;

export function createQueueStore(state: State) {
  const { db } = state;
  state.migrate('tasks-queues', [
    `CREATE TABLE tasks_queues (name TEXT PRIMARY KEY, config TEXT NOT NULL, state TEXT NOT NULL, purged_ms INTEGER) STRICT`,
    'CREATE TABLE tasks_queues_gone (name TEXT PRIMARY KEY, until_ms INTEGER NOT NULL) STRICT',
  ]);
  const select = db.prepare('SELECT * FROM tasks_queues WHERE name = ?');
  const selectRange = db.prepare('SELECT * FROM tasks_queues WHERE name > ? AND name < ? ORDER BY name LIMIT ?');
  const selectNames = db.prepare('SELECT name FROM tasks_queues');
  const upsert = db.prepare(
    `INSERT INTO tasks_queues (name, config, state, purged_ms) VALUES (?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET
       config = excluded.config, state = excluded.state, purged_ms = excluded.purged_ms`,
  );
  const remove = db.prepare('DELETE FROM tasks_queues WHERE name = ?');
  const block = db.prepare('INSERT OR REPLACE INTO tasks_queues_gone (name, until_ms) VALUES (?, ?)');
  const selectGone = db.prepare('SELECT 1 FROM tasks_queues_gone WHERE name = ? AND until_ms > ?');

  const get = (name: string): StoredQueue | undefined => {
    const row = select.get(name);
    return row ? parseRow(row) : undefined;
  };

  return {
    get,
    getOrThrow(name: string): StoredQueue {
      const queue = get(name);
      if (queue) return queue;
      throw new ApiError(
        'NOT_FOUND',
        'Queue does not exist. If you just created the queue, wait at least a minute for the queue to initialize.',
      );
    },
    names: (): string[] => selectNames.all().map((row) => String(row.name)),
    list: ({ after, before, limit }: NameRange): StoredQueue[] => selectRange.all(after, before, limit).map(parseRow),
    /** Throws ALREADY_EXISTS, or FAILED_PRECONDITION for the name of a queue deleted within the last 7 days. */
    insert(queue: StoredQueue, nowMs: number): void {
      if (get(queue.name)) throw new ApiError('ALREADY_EXISTS', 'Queue already exists');
      if (selectGone.get(queue.name, nowMs))
        throw new ApiError(
          'FAILED_PRECONDITION',
          'The queue cannot be created because a queue with this name existed too recently.',
        );
      upsert.run(queue.name, JSON.stringify(queue.config), queue.state, queue.purgedMs ?? null);
    },
    update: (queue: StoredQueue): void =>
      void upsert.run(queue.name, JSON.stringify(queue.config), queue.state, queue.purgedMs ?? null),
    remove(name: string, nowMs: number): void {
      remove.run(name);
      block.run(name, nowMs + NAME_BLOCKED_MS);
    },
  };
}

export type QueueStore = ReturnType<typeof createQueueStore>;

function parseRow(row: Record<string, unknown>): StoredQueue {
  return {
    name: String(row.name),
    config: JSON.parse(String(row.config)) as QueueConfig,
    state: row.state === 'PAUSED' ? 'PAUSED' : 'RUNNING',
    purgedMs: row.purged_ms === null ? undefined : Number(row.purged_ms),
  };
}
