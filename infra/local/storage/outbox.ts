import { createAlarm } from '../alarm.ts';
import { type Backoff, planBackoff } from '../backoff.ts';
import type { State } from '../state.ts';
import type { Json } from './records.ts';

/**
 * Messages that a committed change owes. They are written in the change's own transaction and taken out in the transaction
 * that hands them on, so a kill between the two delays them and never loses them.
 */
export interface Outbox {
  add(message: OwedMessage): void;
  /** Hands on all that is due; what fails is tried again later. */
  drain(): void;
  start(): void;
  stop(): void;
}

/** To a topic (`projects/P/topics/T`), or without one to the listeners inside this process. */
export interface OwedMessage {
  topic: string | undefined;
  attributes: Record<string, string>;
  data: string;
}

const BATCH = 100;
const BACKOFF: Backoff = { minMs: 1000, maxMs: 60_000, maxDoublings: 16 };
/** Cloud Storage drops a notification that could not be published for 7 days. */
const GIVE_UP_AFTER_MS = 7 * 24 * 3600 * 1000;

const MIGRATIONS = [
  `CREATE TABLE storage_outbox (id INTEGER PRIMARY KEY AUTOINCREMENT, topic TEXT, attributes TEXT NOT NULL,
     data TEXT NOT NULL, created INTEGER NOT NULL, due INTEGER NOT NULL, attempts INTEGER NOT NULL) STRICT`,
  'CREATE INDEX storage_outbox_due ON storage_outbox (due, id)',
];

export function createOutbox(state: State, now: () => number, handOn: (message: OwedMessage) => void): Outbox {
  state.migrate('storage.outbox', MIGRATIONS);
  const { db } = state;
  const insert = db.prepare(
    'INSERT INTO storage_outbox (topic, attributes, data, created, due, attempts) VALUES (?, ?, ?, ?, ?, 0)',
  );
  const due = db.prepare('SELECT * FROM storage_outbox WHERE due <= ? ORDER BY due, id LIMIT ?');
  const next = db.prepare('SELECT min(due) AS due FROM storage_outbox');
  const postpone = db.prepare('UPDATE storage_outbox SET attempts = ?, due = ? WHERE id = ?');
  const remove = db.prepare('DELETE FROM storage_outbox WHERE id = ?');
  const alarm = createAlarm(drain, now);
  /** Saves asking the table after each change that owes nothing. */
  let owing = true;

  function handOnRow(row: Json): void {
    const id = Number(row.id);
    const topic = row.topic === null ? undefined : String(row.topic);
    try {
      state.transaction(() => {
        handOn({ topic, attributes: JSON.parse(String(row.attributes)), data: String(row.data) });
        remove.run(id);
      });
    } catch (error) {
      const attempts = Number(row.attempts) + 1;
      const to = topic ?? 'the listeners';
      if (now() - Number(row.created) > GIVE_UP_AFTER_MS) {
        console.error(`storage: a notification for ${to} is dropped after 7 days: ${(error as Error).message}`);
        remove.run(id);
        return;
      }
      if (attempts === 1)
        console.error(`storage: a notification for ${to} waits, its publishing failed: ${(error as Error).message}`);
      postpone.run(attempts, now() + planBackoff(BACKOFF, attempts), id);
    }
  }

  function drain(): void {
    if (!owing) return;
    for (let rows = due.all(now(), BATCH); rows.length > 0; rows = due.all(now(), BATCH)) rows.forEach(handOnRow);
    const nextDue = next.get()?.due;
    owing = typeof nextDue === 'number';
    alarm.set(typeof nextDue === 'number' ? nextDue : undefined);
  }

  return {
    add(message) {
      const time = now();
      insert.run(message.topic ?? null, JSON.stringify(message.attributes), message.data, time, time);
      owing = true;
    },
    drain,
    start: drain,
    stop: alarm.close,
  };
}
