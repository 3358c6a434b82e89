import { setTimeout as sleep } from 'node:timers/promises';
import { type Alarm, createAlarm } from '../alarm.ts';
import type { Deliveries, DeliveryResult } from '../delivery.ts';
import type { Meter } from '../meter.ts';
import type { Backlog, Lease } from './backlog.ts';
import type { Broker } from './broker.ts';
import { billedRequest, type Message } from './message.ts';
import type { LiveSubscription, SubscriptionStore } from './subscriptions.ts';

/** Source: cloud.google.com/pubsub/docs/push, "To acknowledge the message, return one of these status codes". */
const ACKNOWLEDGING = new Set([102, 200, 201, 202, 204]);
/** Pushes under way for a subscription. Google's window grows to thousands; two cores are the measure here. */
const MAX_UNDER_WAY = 100;
/** A push times out before its lease ends, even one that the seed delays. */
const LEASE_MARGIN_MS = 5_000;

interface Lane {
  alarm: Alarm;
  underWay: number;
  woken: boolean;
}

/** Pushes what is due to the endpoints; an alarm rings when the next message is due. */
export function createPusher(options: {
  broker: Broker;
  subscriptions: SubscriptionStore;
  backlog: Backlog;
  deliveries: Deliveries;
  meter: Meter;
  now: () => number;
}): { start(): void; stop(): Promise<void> } {
  const { broker, subscriptions, backlog, deliveries, meter, now } = options;
  const lanes = new Map<string, Lane>();
  const pushes = new Set<Promise<void>>();
  const abort = new AbortController();
  let started = false;

  broker.onChange(wake);

  function laneOf(name: string): Lane {
    let lane = lanes.get(name);
    if (!lane) {
      lane = { alarm: createAlarm(() => pump(name), now), underWay: 0, woken: false };
      lanes.set(name, lane);
    }
    return lane;
  }

  function wake({ config, isPush }: LiveSubscription): void {
    if (!started || !isPush || abort.signal.aborted) return;
    const lane = laneOf(config.name);
    if (lane.woken) return;
    lane.woken = true;
    setImmediate(() => pump(config.name));
  }

  function pump(name: string): void {
    const lane = laneOf(name);
    lane.woken = false;
    lane.alarm.set(undefined);
    const subscription = subscriptions.get(name);
    if (!subscription?.isPush) lanes.delete(name);
    if (!subscription?.isPush || abort.signal.aborted) return;
    const room = MAX_UNDER_WAY - lane.underWay;
    if (room <= 0) return;
    const leases = broker.take(subscription, room, subscription.ackDeadlineMs + LEASE_MARGIN_MS);
    for (const lease of leases) launch(subscription, lease, lane);
    if (leases.length < room) lane.alarm.set(broker.nextDueMs(subscription));
  }

  function launch(subscription: LiveSubscription, lease: Lease, lane: Lane): void {
    lane.underWay++;
    const { name } = subscription.config;
    const push = send(subscription, lease)
      .then((result) => {
        const current = abort.signal.aborted ? undefined : subscriptions.get(name);
        if (!current) return;
        const acknowledged = 'status' in result && ACKNOWLEDGING.has(result.status);
        if (acknowledged) broker.acknowledge(current, lease.message.id, lease.attempt);
        else broker.reject(current, lease.message.id, lease.attempt);
      })
      .finally(() => {
        pushes.delete(push);
        lane.underWay--;
        wake(subscription);
      });
    pushes.add(push);
  }

  /** All copies that the seed makes of this attempt are sent; the first one's result counts. */
  async function send(subscription: LiveSubscription, lease: Lease): Promise<DeliveryResult> {
    const { config } = subscription;
    const { delaysMs } = deliveries.disturb(`${config.name}#${lease.serial}#${lease.attempt}`);
    // A second copy could overtake the next message of its key.
    const ordered = config.enableMessageOrdering && lease.message.orderingKey !== '';
    const copies = ordered ? delaysMs.slice(0, 1) : delaysMs;
    const [first, ...others] = copies.map(async (delayMs): Promise<DeliveryResult> => {
      if (delayMs > 0) await sleep(delayMs, undefined, { signal: abort.signal }).catch(() => {});
      if (abort.signal.aborted) return { error: 'the local cloud is stopping', timedOut: false };
      meter.add('pubsub.bytes', billedRequest([lease.message]));
      return deliveries.send({
        url: config.pushConfig.pushEndpoint,
        method: 'POST',
        headers: { 'Content-Type': 'application/json', Accept: 'application/json', 'User-Agent': 'CloudPubSub-Google' },
        body: Buffer.from(JSON.stringify(renderPushBody(subscription, lease))),
        deadlineMs: subscription.ackDeadlineMs,
        signal: abort.signal,
        ...renderToken(subscription),
      });
    });
    for (const other of others) {
      const copy = other.then(() => void pushes.delete(copy));
      pushes.add(copy);
    }
    return first ?? { error: 'no copy was sent', timedOut: false };
  }

  return {
    start() {
      started = true;
      for (const subscription of subscriptions.all()) {
        if (subscription.isPush) backlog.land(subscription.config.name, now());
        wake(subscription);
      }
    },
    async stop() {
      abort.abort();
      for (const lane of lanes.values()) lane.alarm.close();
      await Promise.allSettled(pushes);
    },
  };
}

/** Google's wrapped body, with both spellings of the id and the time; what is empty is left out, as in any proto's JSON. */
function renderPushBody({ config }: LiveSubscription, { message, attempt }: Lease): object {
  return {
    ...(config.deadLetterPolicy ? { deliveryAttempt: attempt } : {}),
    message: renderPushMessage(message),
    subscription: config.name,
  };
}

function renderPushMessage({ id, data, attributes, orderingKey }: Message): object {
  const publishTime = new Date(Math.floor(id / 1_000)).toISOString();
  return {
    ...(Object.keys(attributes).length > 0 ? { attributes } : {}),
    ...(data.length > 0 ? { data: Buffer.from(data).toString('base64') } : {}),
    messageId: String(id),
    message_id: String(id),
    ...(orderingKey === '' ? {} : { orderingKey }),
    publishTime,
    publish_time: publishTime,
  };
}

function renderToken({ config }: LiveSubscription): { serviceAccount?: string; audience?: string } {
  const { oidcToken, pushEndpoint } = config.pushConfig;
  if (!oidcToken) return {};
  return { serviceAccount: oidcToken.serviceAccountEmail, audience: oidcToken.audience || pushEndpoint };
}
