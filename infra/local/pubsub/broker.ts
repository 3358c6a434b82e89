import type { Deliveries } from '../delivery.ts';
import type { Meter } from '../meter.ts';
import type { Backlog, Due, Lease } from './backlog.ts';
import { billedBytes, billedRequest, checkMessages, type Message, type NewMessage } from './message.ts';
import { idOf, notFound, projectOf } from './names.ts';
import type { LiveSubscription, SubscriptionStore } from './subscriptions.ts';
import type { TopicStore } from './topics.ts';

export interface Broker {
  /** Message ids, once all messages are durable. Throws NOT_FOUND and INVALID_ARGUMENT. */
  publish(topic: string, messages: readonly NewMessage[]): string[];
  /**
   * Leases up to `limit` messages that are due, and up to 4 MB of them, until `leaseMs` from now; those that have used up
   * their attempts go to the dead letter topic instead.
   */
  take(subscription: LiveSubscription, limit: number, leaseMs: number): Lease[];
  acknowledge(subscription: LiveSubscription, message: number, attempt: number): void;
  /** Delivered again after the backoff. */
  reject(subscription: LiveSubscription, message: number, attempt: number): void;
  /** The lease ends so many milliseconds from now. */
  extend(subscription: LiveSubscription, message: number, attempt: number, leaseMs: number): void;
  /** The subscription's configuration has changed. */
  touch(subscription: LiveSubscription): void;
  /** When the next message can be due. */
  nextDueMs(subscription: LiveSubscription): number | undefined;
  /** Called with every subscription in which something may have become due. */
  onChange(listener: (subscription: LiveSubscription) => void): void;
  /** Called when a delivery is over for its subscriber: acknowledged, rejected, or delivered anew. */
  onSettled(listener: (subscription: string, message: number, attempt: number) => void): void;
}

/** Of messages handed over at once, a single larger one aside: a gRPC response holds 16 MB at most. */
const MAX_TAKE_BYTES = 4_000_000;

/** Messages read from disk at once. */
const BATCH = 50;

export function createBroker(options: {
  topics: TopicStore;
  subscriptions: SubscriptionStore;
  backlog: Backlog;
  deliveries: Deliveries;
  meter: Meter;
  now: () => number;
}): Broker {
  const { topics, subscriptions, backlog, deliveries, meter, now } = options;
  const listeners: ((subscription: LiveSubscription) => void)[] = [];
  const settled: ((subscription: string, message: number, attempt: number) => void)[] = [];
  const serials = new Map<string, number>();
  let lastId = backlog.lastId();

  const changed = (subscription: LiveSubscription): void => {
    for (const listener of listeners) listener(subscription);
  };
  const settle = (subscription: LiveSubscription, message: number, attempt: number): void => {
    for (const listener of settled) listener(subscription.config.name, message, attempt);
  };

  function publish(topic: string, messages: readonly NewMessage[]): string[] {
    if (!topics.has(topic)) throw notFound(topic);
    checkMessages(topic, messages);
    const takers = subscriptions.ofTopic(topic);
    const published = backlog.transaction(() => messages.map((message) => store(message, takers)));
    meter.add('pubsub.bytes', billedRequest(published));
    for (const taker of takers) changed(taker);
    return published.map(({ id }) => String(id));
  }

  function store({ data, attributes, orderingKey = '' }: NewMessage, takers: readonly LiveSubscription[]): Message {
    lastId = Math.max(lastId + 1, now() * 1_000);
    const message = { id: lastId, data, attributes, orderingKey };
    const wanted = takers.filter(({ filter }) => filter(attributes));
    if (wanted.length > 0) backlog.addMessage(message);
    for (const subscription of wanted) addTo(subscription, message);
    // Google delivers what a filter drops to itself, and bills it: "You incur message delivery fees … for these messages."
    const dropped = takers.length - wanted.length;
    if (dropped > 0) meter.add('pubsub.bytes', dropped * billedBytes(message));
    return message;
  }

  function addTo(subscription: LiveSubscription, message: Message): void {
    const { name, enableMessageOrdering } = subscription.config;
    const serial = (serials.get(name) ?? 0) + 1;
    serials.set(name, serial);
    const key = enableMessageOrdering ? message.orderingKey : '';
    // A push is disturbed when it is sent; a message that waits to be pulled comes late.
    const lateMs = !subscription.isPush && key === '' ? disturbance(name, serial).delaysMs[0] : 0;
    backlog.addEntry(name, { message: message.id, serial, key, dueMs: now() + (lateMs ?? 0) });
  }

  const disturbance = (name: string, serial: number) => deliveries.disturb(`${name}#${serial}`);

  function take(subscription: LiveSubscription, limit: number, leaseMs: number): Lease[] {
    const { name, detached } = subscription.config;
    if (detached) return [];
    const nowMs = now();
    const leases = new Map<number, Lease>();
    let bytes = 0;

    /** False when the hands are full. */
    function hand(due: Due): boolean {
      bytes += due.bytes;
      if (leases.size >= limit || (bytes > MAX_TAKE_BYTES && leases.size > 0)) return false;
      if (due.attempts > 0) settle(subscription, due.id, due.attempts);
      const attempt = due.attempts + 1;
      backlog.lease(name, due.id, nowMs + leaseMs + waitAfter(subscription, attempt));
      leases.set(due.id, { message: backlog.read(due.id), serial: due.serial, attempt });
      return true;
    }

    backlog.transaction(() => {
      backlog.expire(name, (nowMs - subscription.retentionMs) * 1_000, nowMs);
      for (;;) {
        const batch = backlog.due(name, nowMs, Math.min(BATCH, limit - leases.size));
        if (batch.length === 0) return;
        for (const due of batch) {
          const { id, key } = due;
          if (leases.has(id)) continue;
          if (isExhausted(subscription, due.attempts)) forward(subscription, backlog.read(id), due.attempts);
          else if (key !== '' && !backlog.isHead(name, key, id)) backlog.holdBack(name, key, id);
          else if (!(key === '' ? hand(due) : handOrdered(due))) return;
        }
      }
    });
    return [...leases.values()];

    /**
     * A puller gets a message with those behind it of the same key, which its client works off in order; a push waits for
     * the answer. What comes again brings all that came after it again.
     */
    function handOrdered(head: Due): boolean {
      if (head.attempts > 0) backlog.holdBack(name, head.key, head.id);
      if (!hand(head)) return false;
      if (subscription.isPush) return true;
      return backlog.following(name, head.key, head.id, Math.min(BATCH, limit - leases.size)).every(hand);
    }
  }

  /** Not when the dead letter topic is gone: the message then stays, and is delivered further. */
  function isExhausted({ config }: LiveSubscription, attempts: number): boolean {
    const policy = config.deadLetterPolicy;
    return policy !== null && attempts >= policy.maxDeliveryAttempts && topics.has(policy.deadLetterTopic);
  }

  /** What has used up its attempts is not made to wait: it is not delivered again, it is forwarded. */
  const waitAfter = (subscription: LiveSubscription, attempt: number): number =>
    isExhausted(subscription, attempt) ? 0 : subscription.backoffMs(attempt);

  function forward(subscription: LiveSubscription, message: Message, attempts: number): void {
    const { name, deadLetterPolicy } = subscription.config;
    const takers = subscriptions.ofTopic(deadLetterPolicy?.deadLetterTopic ?? '');
    const forwarded = store(renderDeadLetter(message, name, attempts), takers);
    meter.add('pubsub.bytes', billedRequest([forwarded]));
    backlog.remove(name, message.id, now());
    for (const taker of takers) changed(taker);
  }

  return {
    publish,
    take,
    acknowledge(subscription, message, attempt) {
      const { name } = subscription.config;
      settle(subscription, message, attempt);
      const entry = backlog.entry(name, message);
      if (!entry) return;
      const { copies, delaysMs } = disturbance(name, entry.serial);
      // The seed's duplicate of a pulled message: its first acknowledgement is as if it had been lost.
      const lost = copies === 2 && entry.attempts === 1 && !subscription.isPush && entry.key === '';
      if (lost) backlog.release(name, message, attempt, now() + (delaysMs[1] ?? 0));
      else backlog.remove(name, message, now());
      changed(subscription);
    },
    reject(subscription, message, attempt) {
      const { name } = subscription.config;
      settle(subscription, message, attempt);
      backlog.release(name, message, attempt, now() + waitAfter(subscription, attempt));
      changed(subscription);
    },
    extend(subscription, message, attempt, leaseMs) {
      const untilMs = now() + leaseMs + waitAfter(subscription, attempt);
      if (backlog.extend(subscription.config.name, message, attempt, untilMs)) changed(subscription);
    },
    touch: changed,
    nextDueMs: (subscription) => backlog.nextDueMs(subscription.config.name),
    onChange: (listener) => void listeners.push(listener),
    onSettled: (listener) => void settled.push(listener),
  };
}

/** The message with Google's attributes about where it came from. */
function renderDeadLetter(message: Message, subscription: string, attempts: number): NewMessage {
  const published = new Date(Math.floor(message.id / 1_000)).toISOString().replace('Z', '+00:00');
  return {
    data: message.data,
    orderingKey: message.orderingKey,
    attributes: {
      ...message.attributes,
      CloudPubSubDeadLetterSourceSubscription: idOf(subscription),
      CloudPubSubDeadLetterSourceSubscriptionProject: projectOf(subscription),
      CloudPubSubDeadLetterSourceTopicPublishTime: published,
      CloudPubSubDeadLetterSourceDeliveryCount: String(attempts),
    },
  };
}
