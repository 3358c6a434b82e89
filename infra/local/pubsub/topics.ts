import { ApiError } from '../api-error.ts';
import type { State } from '../state.ts';
import { applyMask } from '../wire-mask.ts';
import type { NameRange } from '../wire-page.ts';
import type { WireTime } from '../wire-time.ts';
import { checkLabels } from './labels.ts';
import { alreadyExists, checkName, notFound } from './names.ts';
import { checkRetention } from './retention.ts';

/** google.pubsub.v1.Topic, as far as it is kept. */
export interface Topic {
  name: string;
  labels: Record<string, string>;
  messageStoragePolicy: object | null;
  kmsKeyName: string;
  messageRetentionDuration: WireTime | null;
}

export type WireTopic = Topic & {
  schemaSettings: object | null;
  ingestionDataSourceSettings: object | null;
  messageTransforms: object[];
  tags: Record<string, string>;
};

/** What a topic may ask for that would change its messages; none of it is here. */
const UNSUPPORTED = ['schemaSettings', 'ingestionDataSourceSettings', 'messageTransforms', 'tags'] as const;

/**
 * Retention on a topic, its storage policy and its key are kept and shown, and do nothing: there is no seek that could
 * bring a message back, one region, and no encryption at rest.
 */
export function parseTopic(topic: WireTopic): Topic {
  checkName(topic.name, 'topics');
  for (const field of UNSUPPORTED)
    if (Object.keys(topic[field] ?? {}).length > 0)
      throw new ApiError('UNIMPLEMENTED', `Topic.${field} is not supported by the local cloud.`);
  checkLabels(topic.labels);
  if (topic.messageRetentionDuration) checkRetention(topic.messageRetentionDuration);
  const { name, labels, messageStoragePolicy, kmsKeyName, messageRetentionDuration } = topic;
  return { name, labels, messageStoragePolicy, kmsKeyName, messageRetentionDuration };
}

const UPDATABLE = new Set([
  'labels',
  'message_storage_policy',
  'message_retention_duration',
  'kms_key_name',
  'schema_settings',
  'ingestion_data_source_settings',
  'message_transforms',
]);

export function planTopicUpdate(current: Topic, change: WireTopic, paths: readonly string[]): Topic {
  if (paths.length === 0)
    throw new ApiError(
      'INVALID_ARGUMENT',
      'The update_mask in the UpdateTopicRequest must be set, and must contain a non-empty paths list.',
    );
  const whole: WireTopic = {
    ...current,
    schemaSettings: null,
    ingestionDataSourceSettings: null,
    messageTransforms: [],
    tags: {},
  };
  return parseTopic(
    applyMask(whole, change, paths, (path) => {
      if (path === 'name') throw immutable(path);
      if (!UPDATABLE.has(path.split('.')[0] ?? '')) throw unknown(path);
    }),
  );
}

const immutable = (path: string) =>
  new ApiError(
    'INVALID_ARGUMENT',
    `Invalid update_mask provided in the UpdateTopicRequest: the '${path}' field in the Topic is not mutable.`,
  );
const unknown = (path: string) =>
  new ApiError(
    'INVALID_ARGUMENT',
    `Invalid update_mask provided in the UpdateTopicRequest: '${path}' is not a known Topic field.`,
  );

export const renderTopic = (topic: Topic): object => ({ ...topic, state: 'ACTIVE' });

export function createTopicStore(state: State) {
  const { db } = state;
  state.migrate('pubsub-topics', ['CREATE TABLE pubsub_topics (name TEXT PRIMARY KEY, config TEXT NOT NULL) STRICT']);
  const select = db.prepare('SELECT config FROM pubsub_topics WHERE name = ?');
  const selectRange = db.prepare('SELECT config FROM pubsub_topics WHERE name > ? AND name < ? ORDER BY name LIMIT ?');
  const upsert = db.prepare(
    'INSERT INTO pubsub_topics (name, config) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET config = excluded.config',
  );
  const remove = db.prepare('DELETE FROM pubsub_topics WHERE name = ?');
  const parse = (row: Record<string, unknown>): Topic => JSON.parse(String(row.config));

  const has = (name: string): boolean => select.get(name) !== undefined;
  return {
    has,
    getOrThrow(name: string): Topic {
      checkName(name, 'topics');
      const row = select.get(name);
      if (!row) throw notFound(name);
      return parse(row);
    },
    list: ({ after, before, limit }: NameRange): Topic[] => selectRange.all(after, before, limit).map(parse),
    insert(topic: Topic): void {
      if (has(topic.name)) throw alreadyExists(topic.name);
      upsert.run(topic.name, JSON.stringify(topic));
    },
    update: (topic: Topic): void => void upsert.run(topic.name, JSON.stringify(topic)),
    remove: (name: string): void => void remove.run(name),
  };
}

export type TopicStore = ReturnType<typeof createTopicStore>;
