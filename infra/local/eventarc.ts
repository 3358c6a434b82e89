import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { createAlarm } from './alarm.ts';
import { ApiError } from './api-error.ts';
import { type Backoff, planBackoff } from './backoff.ts';
import type { Context } from './context.ts';
import type { Deliveries } from './delivery.ts';
import { FINALIZED, serveTriggers, type Trigger } from './eventarc-triggers.ts';

/** Eventarc: tells an HTTP endpoint of each finalized object of a bucket, as a CloudEvent in binary mode, at least once. */
export interface Eventarc {
  /** Throws ALREADY_EXISTS for a name that is taken. */
  createTrigger(trigger: Trigger): void;
  deleteTrigger(name: string): void;
  triggers(): Trigger[];
  /** The triggers of the Eventarc API v1, for a server of `createHttp({ bodies: 'json' })`. */
  routes(app: FastifyInstance): void;
  start(): void;
  stop(): Promise<void>;
}

export interface EventarcDependencies {
  deliveries: Pick<Deliveries, 'send' | 'disturb'>;
  storage: { onFinalize(listener: (event: { bucket: string; object: FinalizedObject }) => void): void };
  /** Milliseconds since the epoch. */
  now?: () => number;
  newId?: () => string;
  backoff?: Backoff;
}

/** The fields of the object resource that the event's own attributes are made of; all of it is the event's data. */
interface FinalizedObject {
  name: string;
  generation: string;
  timeCreated: string;
}

/** Source: cloud.google.com/eventarc/docs/retry-events; after it the event is dropped, there is no dead letter. */
const LIFE_MS = 24 * 3600 * 1000;
const DEADLINE_MS = 600_000;
const MAX_IN_FLIGHT = 32;
/** Google's: 10 s, doubling up to 10 min. Source: cloud.google.com/eventarc/docs/retry-events. */
const BACKOFF: Backoff = { minMs: 10_000, maxMs: 600_000, maxDoublings: 16 };

const MIGRATIONS = [
  'CREATE TABLE eventarc_triggers (name TEXT PRIMARY KEY, bucket TEXT NOT NULL, config TEXT NOT NULL) STRICT',
  `CREATE TABLE eventarc_deliveries (id INTEGER PRIMARY KEY AUTOINCREMENT, trigger_name TEXT NOT NULL, headers TEXT NOT NULL,
     body TEXT NOT NULL, created INTEGER NOT NULL, due INTEGER NOT NULL, attempts INTEGER NOT NULL) STRICT`,
  'CREATE INDEX eventarc_due ON eventarc_deliveries (due)',
];

export function createEventarc(context: Context, dependencies: EventarcDependencies): Eventarc {
  const { deliveries, storage, now = Date.now, newId = randomUUID, backoff = BACKOFF } = dependencies;
  const { db } = context.state;
  context.state.migrate('eventarc', MIGRATIONS);
  const insertTrigger = db.prepare('INSERT OR IGNORE INTO eventarc_triggers VALUES (?, ?, ?)');
  const selectTriggers = db.prepare('SELECT config FROM eventarc_triggers ORDER BY name');
  const triggersOf = db.prepare('SELECT name, config FROM eventarc_triggers WHERE bucket = ?');
  const selectTrigger = db.prepare('SELECT config FROM eventarc_triggers WHERE name = ?');
  const removeTrigger = db.prepare('DELETE FROM eventarc_triggers WHERE name = ?');
  const insert = db.prepare(
    'INSERT INTO eventarc_deliveries (trigger_name, headers, body, created, due, attempts) VALUES (?, ?, ?, ?, ?, 0)',
  );
  const selectDue = db.prepare('SELECT * FROM eventarc_deliveries WHERE due <= ? ORDER BY due, id LIMIT ?');
  const selectNext = db.prepare('SELECT due FROM eventarc_deliveries ORDER BY due LIMIT 1 OFFSET ?');
  const postpone = db.prepare('UPDATE eventarc_deliveries SET attempts = ?, due = ? WHERE id = ?');
  const remove = db.prepare('DELETE FROM eventarc_deliveries WHERE id = ?');
  const removeOf = db.prepare('DELETE FROM eventarc_deliveries WHERE trigger_name = ?');

  const inFlight = new Map<number, Promise<void>>();
  const alarm = createAlarm(pump, now);
  const stopping = new AbortController();
  let running = false;

  storage.onFinalize(({ bucket, object }) => {
    const time = now();
    for (const { name } of triggersOf.all(bucket)) {
      const { copies, delaysMs } = deliveries.disturb(`${name}/${object.name}#${object.generation}`);
      const body = JSON.stringify(object);
      for (let copy = 0; copy < copies; copy++)
        // Each copy has its own id: one change can come as several events that only their data shows to be the same.
        insert.run(
          String(name),
          JSON.stringify(renderHeaders(bucket, object, newId())),
          body,
          time,
          time + (delaysMs[copy] ?? 0),
        );
    }
    if (running) alarm.set(time);
  });

  function pump(): void {
    for (const row of selectDue.all(now(), MAX_IN_FLIGHT + inFlight.size)) {
      const id = Number(row.id);
      if (inFlight.has(id) || inFlight.size >= MAX_IN_FLIGHT) continue;
      const attempt = deliver(id, row).finally(() => {
        inFlight.delete(id);
        alarm.set(now());
      });
      inFlight.set(id, attempt);
    }
    // Those in flight are due before all others, and each sets the alarm when it ends.
    const next = inFlight.size < MAX_IN_FLIGHT ? selectNext.get(inFlight.size)?.due : undefined;
    alarm.set(typeof next === 'number' ? next : undefined);
  }

  async function deliver(id: number, row: Record<string, unknown>): Promise<void> {
    const { destinationUrl, serviceAccount } = findTrigger(String(row.trigger_name));
    const answer = await deliveries.send({
      url: destinationUrl,
      method: 'POST',
      headers: JSON.parse(String(row.headers)),
      body: Buffer.from(String(row.body)),
      deadlineMs: DEADLINE_MS,
      signal: stopping.signal,
      ...(serviceAccount !== undefined && { serviceAccount, audience: destinationUrl }),
    });
    // What was under way when the service stopped is sent again at the next start.
    if (!running) return;
    const delivered = 'status' in answer && answer.status >= 200 && answer.status < 300;
    const outcome = 'status' in answer ? `answered ${answer.status}` : answer.error;
    const expired = now() - Number(row.created) > LIFE_MS;
    if (delivered || expired) {
      if (!delivered) console.error(`eventarc: an event for ${destinationUrl} is dropped after 24 hours: ${outcome}`);
      remove.run(id);
      return;
    }
    const attempts = Number(row.attempts) + 1;
    const asked = 'status' in answer ? (answer.retryAfterMs ?? 0) : 0;
    postpone.run(attempts, now() + Math.max(planBackoff(backoff, attempts), asked), id);
  }

  function findTrigger(name: string): Trigger {
    const row = selectTrigger.get(name);
    if (!row) throw new ApiError('NOT_FOUND', `Resource '${name}' was not found`);
    return JSON.parse(String(row.config));
  }

  const eventarc: Eventarc = {
    createTrigger(trigger) {
      const { changes } = insertTrigger.run(trigger.name, trigger.bucket, JSON.stringify(trigger));
      if (changes === 0) throw new ApiError('ALREADY_EXISTS', `Resource '${trigger.name}' already exists`);
    },
    deleteTrigger(name) {
      context.state.transaction(() => {
        findTrigger(name);
        removeTrigger.run(name);
        removeOf.run(name);
      });
    },
    triggers: () => selectTriggers.all().map((row) => JSON.parse(String(row.config))),
    routes: (app) => serveTriggers(app, eventarc),
    start() {
      running = true;
      alarm.set(now());
    },
    async stop() {
      running = false;
      alarm.close();
      stopping.abort();
      await Promise.allSettled(inFlight.values());
    },
  };
  return eventarc;
}

/** Source: cloud.google.com/eventarc/docs/cloudevents, and the HTTP binding of CloudEvents 1.0 for the encoding. */
function renderHeaders(bucket: string, object: FinalizedObject, id: string): Record<string, string> {
  return {
    'content-type': 'application/json',
    'ce-specversion': '1.0',
    'ce-id': id,
    'ce-type': FINALIZED,
    'ce-source': `//storage.googleapis.com/projects/_/buckets/${bucket}`,
    'ce-subject': encodeHeader(`objects/${object.name}`),
    'ce-time': object.timeCreated,
    'ce-bucket': bucket,
  };
}

/** Percent-encodes what a header cannot carry: spaces, quotes, percent signs, controls and all beyond ASCII. */
function encodeHeader(value: string): string {
  return value.replace(/[^!#-$&-~]/gu, (character) => encodeURIComponent(character));
}
