import type { ServerDuplexStream } from '@grpc/grpc-js';
import { ApiError } from '../api-error.ts';
import type { Context } from '../context.ts';
import type { Deliveries } from '../delivery.ts';
import type { RpcService } from '../rpc.ts';
import { type PageRequest, readPage } from '../wire-page.ts';
import { parseAckId } from './ack-id.ts';
import { createBacklog } from './backlog.ts';
import { createBroker } from './broker.ts';
import { billedRequest, type NewMessage } from './message.ts';
import { checkName, checkProject, DELETED_TOPIC, idOf, notFound } from './names.ts';
import { createPuller, renderReceived } from './pull.ts';
import { createPusher } from './push.ts';
import { createStreamingPull, modifyDeadlines } from './streaming-pull.ts';
import {
  parsePushConfig,
  parseSubscription,
  planSubscriptionUpdate,
  renderSubscription,
  type Subscription,
  type WirePushConfig,
  type WireSubscription,
} from './subscription-config.ts';
import { createSubscriptionStore } from './subscriptions.ts';
import { createTopicStore, parseTopic, planTopicUpdate, renderTopic, type WireTopic } from './topics.ts';

export interface PubSub {
  /** Publisher and Subscriber. */
  rpc: readonly RpcService[];
  /** In-process publish; the message is durable when the id is returned. Throws NOT_FOUND. */
  publish(topic: string, message: NewMessage): string;
  start(): void;
  stop(): Promise<void>;
}

const MAX_PAGE = 1_000;
/** A Pull on an empty subscription answers after so long; Google's wait is bounded too, by an amount it does not tell. */
const PULL_WAIT_MS = 10_000;

/**
 * Pub/Sub: topics and push and pull subscriptions, in SQLite before they are acknowledged, delivered at least once.
 * Not supported, and refused by name: schemas, transforms, ingestion, exports, exactly-once delivery, bodies without
 * a wrapper, snapshots and seek.
 */
export function createPubSub(context: Context, dependencies: { deliveries: Deliveries; now?: () => number }): PubSub {
  const { meter, state } = context;
  const { deliveries } = dependencies;
  const now = dependencies.now ?? Date.now;
  const topics = createTopicStore(state);
  const subscriptions = createSubscriptionStore(state);
  const backlog = createBacklog(state);
  const broker = createBroker({ topics, subscriptions, backlog, deliveries, meter, now });
  const pusher = createPusher({ broker, subscriptions, backlog, deliveries, meter, now });
  const puller = createPuller(broker, subscriptions, now);

  function checkTopics({ topic, deadLetterPolicy }: Subscription): void {
    if (topic !== DELETED_TOPIC) topics.getOrThrow(topic);
    if (deadLetterPolicy) topics.getOrThrow(deadLetterPolicy.deadLetterTopic);
  }

  function update(name: string, plan: (current: Subscription) => Subscription): object {
    const config = plan(subscriptions.getOrThrow(name).config);
    checkTopics(config);
    broker.touch(subscriptions.update(config));
    return renderSubscription(config);
  }

  const publisher = {
    CreateTopic(wire: WireTopic) {
      const topic = parseTopic(wire);
      topics.insert(topic);
      return renderTopic(topic);
    },
    UpdateTopic({ topic, updateMask }: { topic: WireTopic | null; updateMask: { paths: string[] } | null }) {
      if (!topic) throw new ApiError('INVALID_ARGUMENT', 'UpdateTopicRequest.topic is required.');
      const updated = planTopicUpdate(topics.getOrThrow(topic.name), topic, updateMask?.paths ?? []);
      topics.update(updated);
      return renderTopic(updated);
    },
    GetTopic: ({ topic }: { topic: string }) => renderTopic(topics.getOrThrow(topic)),
    ListTopics(request: PageRequest & { project: string }) {
      checkProject(request.project);
      const page = readPage(request, `${request.project}/topics/`, MAX_PAGE, topics.list, ({ name }) => name);
      return { topics: page.items.map(renderTopic), nextPageToken: page.nextPageToken };
    },
    ListTopicSubscriptions(request: PageRequest & { topic: string }) {
      const topic = topics.getOrThrow(request.topic).name;
      const page = readPage(
        request,
        'projects/',
        MAX_PAGE,
        (range) => subscriptions.list(range, (config) => config.topic === topic && !config.detached),
        ({ name }) => name,
      );
      return { subscriptions: page.items.map(({ name }) => name), nextPageToken: page.nextPageToken };
    },
    DeleteTopic({ topic }: { topic: string }) {
      topics.getOrThrow(topic);
      state.transaction(() => {
        topics.remove(topic);
        subscriptions.orphan(topic);
      });
      return {};
    },
    Publish({ topic, messages }: { topic: string; messages: NewMessage[] }) {
      checkName(topic, 'topics');
      return { messageIds: broker.publish(topic, messages) };
    },
    DetachSubscription({ subscription }: { subscription: string }) {
      update(subscription, (current) => ({ ...current, detached: true }));
      backlog.clear(subscription);
      return {};
    },
    ListTopicSnapshots: refuseSnapshots,
  };

  const subscriber = {
    CreateSubscription(wire: WireSubscription) {
      const config = parseSubscription({ ...wire, detached: false });
      checkTopics(config);
      subscriptions.insert(config);
      return renderSubscription(config);
    },
    GetSubscription: ({ subscription }: { subscription: string }) =>
      renderSubscription(subscriptions.getOrThrow(subscription).config),
    UpdateSubscription(request: { subscription: WireSubscription | null; updateMask: { paths: string[] } | null }) {
      const { subscription: change, updateMask } = request;
      if (!change) throw new ApiError('INVALID_ARGUMENT', 'UpdateSubscriptionRequest.subscription is required.');
      return update(change.name, (current) => planSubscriptionUpdate(current, change, updateMask?.paths ?? []));
    },
    ListSubscriptions(request: PageRequest & { project: string }) {
      checkProject(request.project);
      const prefix = `${request.project}/subscriptions/`;
      const page = readPage(
        request,
        prefix,
        MAX_PAGE,
        (range) => subscriptions.list(range, () => true),
        ({ name }) => name,
      );
      return { subscriptions: page.items.map(renderSubscription), nextPageToken: page.nextPageToken };
    },
    DeleteSubscription({ subscription }: { subscription: string }) {
      subscriptions.getOrThrow(subscription);
      state.transaction(() => {
        subscriptions.remove(subscription);
        backlog.clear(subscription);
      });
      puller.wake(subscription);
      return {};
    },
    ModifyPushConfig({ subscription, pushConfig }: { subscription: string; pushConfig: WirePushConfig | null }) {
      update(subscription, (current) => ({ ...current, pushConfig: parsePushConfig(pushConfig) }));
      return {};
    },

    async Pull(request: { subscription: string; maxMessages: number; returnImmediately: boolean }) {
      const subscription = subscriptions.getOrThrow(request.subscription);
      puller.check(subscription);
      const { maxMessages, returnImmediately } = request;
      if (maxMessages <= 0)
        throw new ApiError(
          'INVALID_ARGUMENT',
          'You have passed an invalid argument to the service (argument=max_messages).',
        );
      const waitMs = returnImmediately ? 0 : PULL_WAIT_MS;
      const leases = await puller.pull(subscription, Math.min(maxMessages, MAX_PAGE), waitMs);
      const messages = leases.map(({ message }) => message);
      meter.add('pubsub.bytes', billedRequest(messages));
      return { receivedMessages: leases.map((lease) => renderReceived(subscription, lease)) };
    },
    Acknowledge({ subscription, ackIds }: { subscription: string; ackIds: string[] }) {
      const live = subscriptions.getOrThrow(subscription);
      checkAckIds(ackIds);
      const parsed = ackIds.map(parseAckId);
      state.transaction(() => {
        for (const { message, attempt } of parsed) broker.acknowledge(live, message, attempt);
      });
      return {};
    },
    ModifyAckDeadline(request: { subscription: string; ackIds: string[]; ackDeadlineSeconds: number }) {
      const live = subscriptions.getOrThrow(request.subscription);
      checkAckIds(request.ackIds);
      const seconds = request.ackIds.map(() => request.ackDeadlineSeconds);
      state.transaction(() => modifyDeadlines(broker, live, request.ackIds, seconds));
      return {};
    },

    GetSnapshot: refuseSnapshots,
    ListSnapshots: refuseSnapshots,
    CreateSnapshot: refuseSnapshots,
    UpdateSnapshot: refuseSnapshots,
    DeleteSnapshot: refuseSnapshots,
    Seek: refuseSnapshots,
  };

  const streams = {
    StreamingPull: createStreamingPull({ broker, puller, subscriptions, meter }) as (
      call: ServerDuplexStream<never, object>,
    ) => void,
  };
  const protosFrom = '@google-cloud/pubsub';
  return {
    rpc: [
      { name: 'google.pubsub.v1.Publisher', protosFrom, methods: publisher },
      { name: 'google.pubsub.v1.Subscriber', protosFrom, methods: subscriber, streams },
    ],
    publish(topic, message) {
      const [id] = broker.publish(topic, [message]);
      if (id === undefined) throw notFound(topic);
      return id;
    },
    start: pusher.start,
    async stop() {
      puller.stop();
      await pusher.stop();
    },
  };
}

function checkAckIds(ackIds: readonly string[]): void {
  if (ackIds.length === 0) throw new ApiError('INVALID_ARGUMENT', 'You have not specified an ack ID in the request.');
}

function refuseSnapshots(request: { subscription?: string; snapshot?: string }): never {
  const name = request.snapshot ?? request.subscription ?? '';
  throw new ApiError(
    'UNIMPLEMENTED',
    `Snapshots and seek are not supported by the local cloud${name === '' ? '' : ` (resource=${idOf(name)})`}.`,
  );
}
