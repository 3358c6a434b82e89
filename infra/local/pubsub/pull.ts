import { type Alarm, createAlarm } from '../alarm.ts';
import { ApiError } from '../api-error.ts';
import { wireOfMillis } from '../wire-time.ts';
import { renderAckId } from './ack-id.ts';
import type { Lease } from './backlog.ts';
import type { Broker } from './broker.ts';
import type { LiveSubscription, SubscriptionStore } from './subscriptions.ts';

/** Somebody who takes messages: a Pull that waits, or a StreamingPull. */
export interface Taker {
  leaseMs: number;
  /** How many messages it would take now. */
  room(): number;
  give(leases: Lease[]): void;
  /** The subscription can no longer be pulled from. */
  end(error: ApiError): void;
}

export interface Puller {
  /** Throws FAILED_PRECONDITION for a subscription that is pushed or detached. */
  check(subscription: LiveSubscription): void;
  /** Gives messages to the taker as they become due, until the returned function is called. */
  attach(subscription: LiveSubscription, taker: Taker): () => void;
  /** What is due now, or the first that becomes due within `waitMs`, or nothing. */
  pull(subscription: LiveSubscription, maxMessages: number, waitMs: number): Promise<Lease[]>;
  /** Room may have come about. */
  wake(name: string): void;
  stop(): void;
}

/** Messages read for one taker before the next one's turn. */
const TURN = 50;

/** Shares out what is due among those who pull; an alarm rings when the next message is due. */
export function createPuller(broker: Broker, subscriptions: SubscriptionStore, now: () => number): Puller {
  const lanes = new Map<string, { takers: Set<Taker>; alarm: Alarm; woken: boolean }>();
  let stopped = false;

  broker.onChange(({ config }) => wake(config.name));

  function wake(name: string): void {
    const lane = lanes.get(name);
    if (!lane || lane.woken || stopped) return;
    lane.woken = true;
    setImmediate(() => pump(name));
  }

  function check({ config, isPush }: LiveSubscription): void {
    if (config.detached) throw new ApiError('FAILED_PRECONDITION', 'The subscription is detached from its topic.');
    if (isPush) throw new ApiError('FAILED_PRECONDITION', 'This method is not supported for this subscription type.');
  }

  function pump(name: string): void {
    const lane = lanes.get(name);
    if (!lane || stopped) return;
    lane.woken = false;
    lane.alarm.set(undefined);
    const subscription = subscriptions.get(name);
    const refusal = refuse(name, subscription);
    if (!subscription || refusal) {
      for (const taker of [...lane.takers]) taker.end(refusal ?? new ApiError('NOT_FOUND', name));
      return;
    }
    let served = 0;
    for (const taker of [...lane.takers]) {
      const room = Math.min(TURN, taker.room());
      if (room <= 0) continue;
      const leases = broker.take(subscription, room, taker.leaseMs);
      if (leases.length > 0) taker.give(leases);
      served += leases.length;
    }
    const hungry = [...lane.takers].some((taker) => taker.room() > 0);
    if (served > 0 && hungry) wake(name);
    else if (hungry) lane.alarm.set(broker.nextDueMs(subscription));
  }

  function refuse(name: string, subscription: LiveSubscription | undefined): ApiError | undefined {
    if (!subscription) return new ApiError('NOT_FOUND', `Resource not found (resource=${name.split('/').at(-1)}).`);
    try {
      check(subscription);
      return undefined;
    } catch (error) {
      return error as ApiError;
    }
  }

  function attach(subscription: LiveSubscription, taker: Taker): () => void {
    const { name } = subscription.config;
    let lane = lanes.get(name);
    if (!lane) {
      lane = { takers: new Set(), alarm: createAlarm(() => pump(name), now), woken: false };
      lanes.set(name, lane);
    }
    const { takers, alarm } = lane;
    takers.add(taker);
    wake(name);
    return () => {
      takers.delete(taker);
      if (takers.size > 0) return;
      alarm.close();
      if (lanes.get(name)?.takers === takers) lanes.delete(name);
    };
  }

  function pull(subscription: LiveSubscription, maxMessages: number, waitMs: number): Promise<Lease[]> {
    const leaseMs = subscription.ackDeadlineMs;
    const due = broker.take(subscription, maxMessages, leaseMs);
    if (due.length > 0 || waitMs === 0) return Promise.resolve(due);
    return new Promise((resolve, reject) => {
      let answered = false;
      const answer = (settle: () => void) => {
        answered = true;
        clearTimeout(timer);
        detach();
        settle();
      };
      const timer = setTimeout(() => answer(() => resolve([])), waitMs);
      const detach = attach(subscription, {
        leaseMs,
        room: () => (answered ? 0 : maxMessages),
        give: (leases) => answer(() => resolve(leases)),
        end: (error) => answer(() => reject(error)),
      });
    });
  }

  return {
    check,
    attach,
    pull,
    wake,
    stop() {
      stopped = true;
      for (const { takers, alarm } of [...lanes.values()]) {
        alarm.close();
        for (const taker of [...takers])
          taker.end(new ApiError('UNAVAILABLE', 'The service was unable to fulfill your request. Please try again.'));
      }
    },
  };
}

/** google.pubsub.v1.ReceivedMessage; the attempt is told only where a dead letter policy counts it. */
export function renderReceived({ config }: LiveSubscription, { message, attempt }: Lease): object {
  return {
    ackId: renderAckId({ message: message.id, attempt }),
    message: {
      data: message.data,
      attributes: message.attributes,
      messageId: String(message.id),
      publishTime: wireOfMillis(Math.floor(message.id / 1_000)),
      orderingKey: message.orderingKey,
    },
    deliveryAttempt: config.deadLetterPolicy ? attempt : 0,
  };
}
