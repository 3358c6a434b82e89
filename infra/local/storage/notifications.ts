import { ApiError } from '../api-error.ts';
import type { State } from '../state.ts';
import { invalid, required } from './errors.ts';
import type { Outbox } from './outbox.ts';
import { isJson, type Json, type ObjectRecord } from './records.ts';
import { type ObjectResource, renderObject, renderTime } from './resource.ts';

const EVENT_TYPES = ['OBJECT_FINALIZE', 'OBJECT_DELETE', 'OBJECT_ARCHIVE', 'OBJECT_METADATA_UPDATE'] as const;
export type EventType = (typeof EVENT_TYPES)[number];

const PAYLOAD_FORMATS = ['JSON_API_V1', 'NONE'] as const;

interface NotificationConfig {
  topic: string;
  payload_format: (typeof PAYLOAD_FORMATS)[number];
  event_types?: EventType[];
  object_name_prefix?: string;
  custom_attributes?: Record<string, string>;
}

export interface FinalizeEvent {
  bucket: string;
  object: ObjectResource;
}

export interface Notifications {
  insert(bucket: string, body: Json): object;
  list(bucket: string): object[];
  get(bucket: string, id: string): object;
  delete(bucket: string, id: string): void;
  deleteAll(bucket: string): void;
  /** Writes down whom the change must be told to; call it in the change's transaction. */
  owe(type: EventType, record: ObjectRecord, generations: { overwrote?: number; overwrittenBy?: number }): void;
  /**
   * The listener runs after the commit, in the transaction that marks the event as told: what it writes to the state
   * is durable exactly when the event is done with. Without a listener at the time of the commit nothing is kept.
   */
  onFinalize(listener: (event: FinalizeEvent) => void): void;
  tellListeners(data: string): void;
}

/** gcloud leaves the service's name out. */
const TOPIC = /^(?:\/\/pubsub\.googleapis\.com\/)?(projects\/[^/]+\/topics\/[^/]+)$/;

const MIGRATIONS = [
  'CREATE TABLE storage_notifications (bucket TEXT NOT NULL, id INTEGER NOT NULL, config TEXT NOT NULL, PRIMARY KEY (bucket, id)) STRICT, WITHOUT ROWID',
];

export function createNotifications(state: State, outbox: Pick<Outbox, 'add'>, origin: () => string): Notifications {
  state.migrate('storage.notifications', MIGRATIONS);
  const { db } = state;
  const insert = db.prepare(
    'INSERT INTO storage_notifications SELECT ?1, coalesce(max(id), 0) + 1, ?2 FROM storage_notifications WHERE bucket = ?1 RETURNING id, config',
  );
  const selectAll = db.prepare('SELECT id, config FROM storage_notifications WHERE bucket = ? ORDER BY id');
  const select = db.prepare('SELECT id, config FROM storage_notifications WHERE bucket = ? AND id = ?');
  const remove = db.prepare('DELETE FROM storage_notifications WHERE bucket = ? AND id = ?');
  const removeAll = db.prepare('DELETE FROM storage_notifications WHERE bucket = ?');
  const listeners: ((event: FinalizeEvent) => void)[] = [];

  const parseRow = (row: Json) => ({
    id: Number(row.id),
    config: JSON.parse(String(row.config)) as NotificationConfig,
  });

  function render(bucket: string, row: Json): object {
    const { id, config } = parseRow(row);
    return {
      kind: 'storage#notification',
      id: String(id),
      selfLink: `${origin()}/storage/v1/b/${bucket}/notificationConfigs/${id}`,
      ...config,
      topic: `//pubsub.googleapis.com/${config.topic}`,
      etag: String(id),
    };
  }

  function find(bucket: string, id: string): Json {
    const row = /^\d{1,15}$/.test(id) ? select.get(bucket, Number(id)) : undefined;
    if (!row) throw new ApiError('NOT_FOUND', `notification ${id} not found.`);
    return row;
  }

  return {
    insert: (bucket, body) => render(bucket, insert.get(bucket, JSON.stringify(parseConfig(body))) as Json),
    list: (bucket) => selectAll.all(bucket).map((row) => render(bucket, row)),
    get: (bucket, id) => render(bucket, find(bucket, id)),
    delete: (bucket, id) => void remove.run(bucket, Number(find(bucket, id).id)),
    deleteAll: (bucket) => void removeAll.run(bucket),
    owe(type, record, { overwrote, overwrittenBy }) {
      const configs = selectAll.all(record.bucket).map(parseRow);
      if (configs.length === 0 && listeners.length === 0) return;
      const object = renderObject(record, origin());
      const eventTime = renderTime(type === 'OBJECT_FINALIZE' ? record.created : (record.deleted ?? record.updated));
      for (const { id, config } of configs) {
        if (config.event_types && !config.event_types.includes(type)) continue;
        if (!record.name.startsWith(config.object_name_prefix ?? '')) continue;
        const attributes = {
          ...config.custom_attributes,
          notificationConfig: `projects/_/buckets/${record.bucket}/notificationConfigs/${id}`,
          eventType: type,
          payloadFormat: config.payload_format,
          bucketId: record.bucket,
          objectId: record.name,
          objectGeneration: String(record.generation),
          // Google writes microseconds.
          eventTime: eventTime.replace('Z', '000Z'),
          ...(overwrote !== undefined && { overwroteGeneration: String(overwrote) }),
          ...(overwrittenBy !== undefined && { overwrittenByGeneration: String(overwrittenBy) }),
        };
        const data = config.payload_format === 'NONE' ? '' : JSON.stringify(object);
        outbox.add({ topic: config.topic, attributes, data });
      }
      if (type === 'OBJECT_FINALIZE' && listeners.length > 0)
        outbox.add({ topic: undefined, attributes: {}, data: JSON.stringify(object) });
    },
    onFinalize: (listener) => void listeners.push(listener),
    tellListeners(data) {
      const object: ObjectResource = JSON.parse(data);
      for (const listener of listeners) listener({ bucket: object.bucket, object });
    },
  };
}

function parseConfig(body: Json): NotificationConfig {
  const { topic, payload_format: format, event_types: types, object_name_prefix: prefix } = body;
  if (typeof topic !== 'string') throw required('topic');
  const name = TOPIC.exec(topic)?.[1];
  if (name === undefined)
    throw invalid(
      `Invalid Google Cloud Pub/Sub topic. It should look like '//pubsub.googleapis.com/projects/*/topics/*', not '${topic}'.`,
    );
  const payloadFormat = PAYLOAD_FORMATS.find((known) => known === format);
  if (!payloadFormat) throw invalid(`payload_format is JSON_API_V1 or NONE, not '${String(format)}'.`);
  const config: NotificationConfig = { topic: name, payload_format: payloadFormat };
  if (Array.isArray(types) && types.length > 0)
    config.event_types = types.map((type) => {
      const known = EVENT_TYPES.find((one) => one === type);
      if (!known) throw invalid(`event_types takes ${EVENT_TYPES.join(', ')}, not '${String(type)}'.`);
      return known;
    });
  if (typeof prefix === 'string' && prefix !== '') config.object_name_prefix = prefix;
  if (isJson(body.custom_attributes))
    config.custom_attributes = Object.fromEntries(
      Object.entries(body.custom_attributes).map(([key, value]) => [key, String(value)]),
    );
  return config;
}
