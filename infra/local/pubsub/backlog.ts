import type { State } from '../state.ts';
import type { Message } from './message.ts';

/** A message on its way to a subscriber. */
export interface Lease {
  message: Message;
  /** Counts the messages of the subscription; ids follow the clock, so that the seed goes by this instead. */
  serial: number;
  /** 1 for the first delivery. */
  attempt: number;
}

/** What is known of a message that is due before it is read: it may weigh 10 MB. */
export interface Due {
  id: number;
  bytes: number;
  /** Deliveries that it has had. */
  attempts: number;
  serial: number;
  /** Empty unless the subscription orders its messages. */
  key: string;
}

/** Ordered messages wait like this for those before them with the same key. Past every time, and a safe integer. */
const BLOCKED_MS = Number.MAX_SAFE_INTEGER;

/**
 * What every subscription has still to deliver. `due_ms` is when a message may be delivered next: for one that is out,
 * the end of its lease (and of the backoff after it), so that a lease that nobody ends needs nobody to expire it.
 */
const SELECT_DUE = `SELECT m.id, LENGTH(m.data) + LENGTH(m.attributes) AS bytes, b.attempts, b.serial, b.ordering_key AS key
  FROM pubsub_backlog b JOIN pubsub_messages m ON m.id = b.message`;

export function createBacklog(state: State) {
  const { db } = state;
  state.migrate('pubsub-backlog', [
    `CREATE TABLE pubsub_messages (
      id INTEGER PRIMARY KEY, data BLOB NOT NULL, attributes TEXT NOT NULL, ordering_key TEXT NOT NULL
    ) STRICT`,
    `CREATE TABLE pubsub_backlog (
      subscription TEXT NOT NULL,
      message INTEGER NOT NULL,
      due_ms INTEGER NOT NULL,
      attempts INTEGER NOT NULL DEFAULT 0,
      leased INTEGER NOT NULL DEFAULT 0,
      serial INTEGER NOT NULL,
      ordering_key TEXT NOT NULL,
      PRIMARY KEY (subscription, message)
    ) STRICT, WITHOUT ROWID`,
    'CREATE INDEX pubsub_backlog_due ON pubsub_backlog (subscription, due_ms, message)',
    'CREATE INDEX pubsub_backlog_message ON pubsub_backlog (message)',
    `CREATE INDEX pubsub_backlog_key ON pubsub_backlog (subscription, ordering_key, message) WHERE ordering_key <> ''`,
  ]);

  const insertMessage = db.prepare(
    'INSERT INTO pubsub_messages (id, data, attributes, ordering_key) VALUES (?, ?, ?, ?)',
  );
  const insertEntry = db.prepare(
    'INSERT INTO pubsub_backlog (subscription, message, due_ms, serial, ordering_key) VALUES (?, ?, ?, ?, ?)',
  );
  const selectKey = db.prepare('SELECT 1 FROM pubsub_backlog WHERE subscription = ? AND ordering_key = ? LIMIT 1');
  const selectDue = db.prepare(
    `${SELECT_DUE} WHERE b.subscription = ? AND b.due_ms <= ? ORDER BY b.due_ms, b.message LIMIT ?`,
  );
  const selectFollowing = db.prepare(
    `${SELECT_DUE} WHERE b.subscription = ? AND b.ordering_key = ? AND b.message > ? AND b.due_ms = ${BLOCKED_MS}
     ORDER BY b.message LIMIT ?`,
  );
  const selectMessage = db.prepare('SELECT * FROM pubsub_messages WHERE id = ?');
  const selectHead = db.prepare(
    'SELECT MIN(message) AS message FROM pubsub_backlog WHERE subscription = ? AND ordering_key = ?',
  );
  const blockFrom = db.prepare(
    `UPDATE pubsub_backlog SET due_ms = ${BLOCKED_MS}, leased = 0 WHERE subscription = ? AND ordering_key = ? AND message >= ?`,
  );
  const selectEntry = db.prepare(
    'SELECT attempts, serial, ordering_key FROM pubsub_backlog WHERE subscription = ? AND message = ?',
  );
  const selectNext = db.prepare('SELECT MIN(due_ms) AS due FROM pubsub_backlog WHERE subscription = ?');
  const updateLease = db.prepare(
    'UPDATE pubsub_backlog SET leased = 1, attempts = attempts + 1, due_ms = ? WHERE subscription = ? AND message = ?',
  );
  const updateDue = db.prepare(
    `UPDATE pubsub_backlog SET leased = ?, due_ms = ?
     WHERE subscription = ? AND message = ? AND leased = 1 AND attempts = ?`,
  );
  const removeEntry = db.prepare(
    'DELETE FROM pubsub_backlog WHERE subscription = ? AND message = ? RETURNING ordering_key',
  );
  const unblockKey = db.prepare(
    `UPDATE pubsub_backlog SET due_ms = ? WHERE subscription = ? AND due_ms = ${BLOCKED_MS} AND message =
       (SELECT MIN(message) FROM pubsub_backlog WHERE subscription = ? AND ordering_key = ?)`,
  );
  const unblockHeads = db.prepare(
    `UPDATE pubsub_backlog SET due_ms = ? WHERE subscription = ? AND due_ms = ${BLOCKED_MS} AND message IN
       (SELECT MIN(message) FROM pubsub_backlog WHERE subscription = ? AND ordering_key <> '' GROUP BY ordering_key)`,
  );
  const removeMessage = db.prepare(
    'DELETE FROM pubsub_messages WHERE id = ? AND NOT EXISTS (SELECT 1 FROM pubsub_backlog WHERE message = pubsub_messages.id)',
  );
  const removeBefore = db.prepare('DELETE FROM pubsub_backlog WHERE subscription = ? AND message < ?');
  const removeAll = db.prepare('DELETE FROM pubsub_backlog WHERE subscription = ?');
  const sweep = db.prepare(
    'DELETE FROM pubsub_messages WHERE NOT EXISTS (SELECT 1 FROM pubsub_backlog WHERE message = pubsub_messages.id)',
  );
  const land = db.prepare(
    'UPDATE pubsub_backlog SET leased = 0, due_ms = ? WHERE subscription = ? AND leased = 1 AND due_ms > ?',
  );
  const selectLast = db.prepare('SELECT MAX(id) AS id FROM pubsub_messages');

  return {
    /** Newest message id that is kept, 0 for none. */
    lastId: (): number => Number(selectLast.get()?.id ?? 0),
    addMessage({ id, data, attributes, orderingKey }: Message): void {
      insertMessage.run(id, data, JSON.stringify(attributes), orderingKey);
    },
    /** `key` is empty unless the subscription orders its messages. */
    addEntry(subscription: string, entry: { message: number; serial: number; key: string; dueMs: number }): void {
      const { message, serial, key, dueMs } = entry;
      const blocked = key !== '' && selectKey.get(subscription, key) !== undefined;
      insertEntry.run(subscription, message, blocked ? BLOCKED_MS : dueMs, serial, key);
    },
    due: (subscription: string, nowMs: number, limit: number): Due[] =>
      selectDue.all(subscription, nowMs, limit).map(parseDue),
    read(id: number): Message {
      const row = selectMessage.get(id);
      if (!row) throw new Error(`the backlog names message ${id}, which is not stored`);
      return {
        id,
        data: row.data as Uint8Array,
        attributes: JSON.parse(String(row.attributes)) as Record<string, string>,
        orderingKey: String(row.ordering_key),
      };
    },
    /** Whether no earlier message of the key is left. */
    isHead: (subscription: string, key: string, message: number): boolean =>
      Number(selectHead.get(subscription, key)?.message) === message,
    /** Messages of the key that wait behind this one, in order. */
    following: (subscription: string, key: string, message: number, limit: number): Due[] =>
      selectFollowing.all(subscription, key, message, limit).map(parseDue),
    /** This message of the key and all later ones wait for those before them, even where they were out. */
    holdBack: (subscription: string, key: string, message: number): void =>
      void blockFrom.run(subscription, key, message),
    lease(subscription: string, message: number, untilMs: number): void {
      updateLease.run(untilMs, subscription, message);
    },
    /** Moves the end of a lease; false when it is not that attempt that is out. */
    extend: (subscription: string, message: number, attempt: number, untilMs: number): boolean =>
      Number(updateDue.run(1, untilMs, subscription, message, attempt).changes) > 0,
    /** Ends a lease without an acknowledgement. */
    release: (subscription: string, message: number, attempt: number, dueMs: number): boolean =>
      Number(updateDue.run(0, dueMs, subscription, message, attempt).changes) > 0,
    entry(subscription: string, message: number): { attempts: number; serial: number; key: string } | undefined {
      const row = selectEntry.get(subscription, message);
      if (!row) return undefined;
      return { attempts: Number(row.attempts), serial: Number(row.serial), key: String(row.ordering_key) };
    },
    /** Delivered, or handed on: the subscription is done with it. */
    remove(subscription: string, message: number, nowMs: number): void {
      state.transaction(() => {
        const row = removeEntry.get(subscription, message);
        if (!row) return;
        removeMessage.run(message);
        if (row.ordering_key !== '') unblockKey.run(nowMs, subscription, subscription, row.ordering_key as string);
      });
    },
    /** Drops what was published before, by message id; ids begin with the publish time. */
    expire(subscription: string, beforeId: number, nowMs: number): void {
      if (Number(removeBefore.run(subscription, beforeId).changes) === 0) return;
      unblockHeads.run(nowMs, subscription, subscription);
      sweep.run();
    },
    clear(subscription: string): void {
      if (Number(removeAll.run(subscription).changes) > 0) sweep.run();
    },
    nextDueMs(subscription: string): number | undefined {
      const due = selectNext.get(subscription)?.due;
      return due === null || due === undefined || due === BLOCKED_MS ? undefined : Number(due);
    },
    /** After a restart no push is under way: what was out is due. */
    land(subscription: string, nowMs: number): void {
      land.run(nowMs, subscription, nowMs);
    },
    transaction: state.transaction,
  };
}

export type Backlog = ReturnType<typeof createBacklog>;

const parseDue = (row: Record<string, unknown>): Due => ({
  id: Number(row.id),
  bytes: Number(row.bytes),
  attempts: Number(row.attempts),
  serial: Number(row.serial),
  key: String(row.key),
});
