import type { State } from '../state.ts';
import type { NameRange } from '../wire-page.ts';
import { millisOf } from '../wire-time.ts';
import { type Filter, parseFilter } from './filter.ts';
import { alreadyExists, checkName, DELETED_TOPIC, notFound } from './names.ts';
import type { Subscription } from './subscription-config.ts';

/** A subscription with what its deliveries need, worked out once. */
export interface LiveSubscription {
  config: Subscription;
  filter: Filter;
  ackDeadlineMs: number;
  retentionMs: number;
  isPush: boolean;
  /** Milliseconds until a message is delivered again after attempt number `attempt` failed. */
  backoffMs(attempt: number): number;
}

/** Without a retry policy Google pushes again after 100 ms to 60 s, and hands a message to the next pull at once. */
const PUSH_BACKOFF = { minMs: 100, maxMs: 60_000 };

function planLive(config: Subscription): LiveSubscription {
  const isPush = config.pushConfig.pushEndpoint !== '';
  const policy = config.retryPolicy;
  const range = policy
    ? { minMs: millisOf(policy.minimumBackoff), maxMs: millisOf(policy.maximumBackoff) }
    : isPush
      ? PUSH_BACKOFF
      : { minMs: 0, maxMs: 0 };
  return {
    config,
    filter: parseFilter(config.filter),
    ackDeadlineMs: config.ackDeadlineSeconds * 1_000,
    retentionMs: millisOf(config.messageRetentionDuration),
    isPush,
    backoffMs: (attempt) => Math.min(range.maxMs, range.minMs * 2 ** Math.min(attempt - 1, 30)),
  };
}

/** Subscriptions in SQLite, and in memory: every publish asks for those of its topic. */
export function createSubscriptionStore(state: State) {
  const { db } = state;
  state.migrate('pubsub-subscriptions', [
    'CREATE TABLE pubsub_subscriptions (name TEXT PRIMARY KEY, config TEXT NOT NULL) STRICT',
  ]);
  const upsert = db.prepare(
    'INSERT INTO pubsub_subscriptions (name, config) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET config = excluded.config',
  );
  const remove = db.prepare('DELETE FROM pubsub_subscriptions WHERE name = ?');
  const live = new Map<string, LiveSubscription>();
  for (const row of db.prepare('SELECT config FROM pubsub_subscriptions').all()) {
    const config = JSON.parse(String(row.config)) as Subscription;
    live.set(config.name, planLive(config));
  }

  function write(config: Subscription): LiveSubscription {
    upsert.run(config.name, JSON.stringify(config));
    const planned = planLive(config);
    live.set(config.name, planned);
    return planned;
  }

  return {
    get: (name: string): LiveSubscription | undefined => live.get(name),
    getOrThrow(name: string): LiveSubscription {
      checkName(name, 'subscriptions');
      const found = live.get(name);
      if (!found) throw notFound(name);
      return found;
    },
    all: (): LiveSubscription[] => [...live.values()],
    ofTopic: (topic: string): LiveSubscription[] =>
      [...live.values()].filter(({ config }) => config.topic === topic && !config.detached),
    list: ({ after, before, limit }: NameRange, keep: (config: Subscription) => boolean): Subscription[] =>
      [...live.values()]
        .map(({ config }) => config)
        .filter((config) => config.name > after && config.name < before && keep(config))
        .sort((a, b) => (a.name < b.name ? -1 : 1))
        .slice(0, limit),
    insert(config: Subscription): LiveSubscription {
      if (live.has(config.name)) throw alreadyExists(config.name);
      return write(config);
    },
    update: write,
    /** "Existing subscriptions to this topic are not deleted, but their topic field is set to _deleted-topic_." */
    orphan(topic: string): void {
      for (const { config } of [...live.values()])
        if (config.topic === topic) write({ ...config, topic: DELETED_TOPIC });
    },
    remove(name: string): void {
      remove.run(name);
      live.delete(name);
    },
  };
}

export type SubscriptionStore = ReturnType<typeof createSubscriptionStore>;
