import { Metadata, type ServerDuplexStream } from '@grpc/grpc-js';
import { ApiError } from '../api-error.ts';
import type { Meter } from '../meter.ts';
import { grpcError } from '../rpc.ts';
import { parseAckId } from './ack-id.ts';
import type { Broker } from './broker.ts';
import { billedBytes, billedRequest } from './message.ts';
import { checkName } from './names.ts';
import { type Puller, renderReceived, type Taker } from './pull.ts';
import type { LiveSubscription, SubscriptionStore } from './subscriptions.ts';

export interface StreamingPullRequest {
  subscription: string;
  ackIds: string[];
  modifyDeadlineSeconds: number[];
  modifyDeadlineAckIds: string[];
  streamAckDeadlineSeconds: number;
  maxOutstandingMessages: string;
  maxOutstandingBytes: string;
}

type Call = ServerDuplexStream<StreamingPullRequest, object>;

interface Stream {
  subscription: LiveSubscription;
  /** Billed bytes of what is out on this stream, by message and attempt. */
  outstanding: Map<string, number>;
  bytes: number;
}

/** Serves StreamingPull: messages as they become due, within the flow control that the client asks for. */
export function createStreamingPull(options: {
  broker: Broker;
  puller: Puller;
  subscriptions: SubscriptionStore;
  meter: Meter;
}): (call: Call) => void {
  const { broker, puller, subscriptions, meter } = options;
  const streams = new Set<Stream>();

  broker.onSettled((name, message, attempt) => {
    const key = `${message}:${attempt}`;
    for (const stream of streams) {
      const bytes = stream.outstanding.get(key);
      if (bytes === undefined || stream.subscription.config.name !== name) continue;
      stream.outstanding.delete(key);
      stream.bytes -= bytes;
      puller.wake(name);
    }
  });

  function open(
    call: Call,
    first: StreamingPullRequest,
  ): { onRequest(request: StreamingPullRequest): void; close(): void } {
    checkName(first.subscription, 'subscriptions');
    const subscription = subscriptions.getOrThrow(first.subscription);
    puller.check(subscription);
    const stream: Stream = { subscription, outstanding: new Map(), bytes: 0 };
    const maxMessages = Number(first.maxOutstandingMessages);
    const maxBytes = Number(first.maxOutstandingBytes);
    const taker: Taker = {
      leaseMs: parseDeadline(first.streamAckDeadlineSeconds),
      room() {
        if (maxBytes > 0 && stream.bytes >= maxBytes) return 0;
        return maxMessages > 0 ? maxMessages - stream.outstanding.size : Number.MAX_SAFE_INTEGER;
      },
      give(leases) {
        for (const { message, attempt } of leases) {
          const bytes = billedBytes(message);
          stream.outstanding.set(`${message.id}:${attempt}`, bytes);
          stream.bytes += bytes;
        }
        meter.add('pubsub.bytes', billedRequest(leases.map(({ message }) => message)));
        call.write({
          receivedMessages: leases.map((lease) => renderReceived(stream.subscription, lease)),
          subscriptionProperties: renderProperties(stream.subscription),
        });
      },
      end: (error) => call.emit('error', grpcError(error)),
    };
    streams.add(stream);
    const detach = puller.attach(subscription, taker);
    // The client takes the headers as the sign that its stream stands.
    call.sendMetadata(new Metadata());

    return {
      onRequest(request) {
        if (request !== first && request.subscription !== '')
          throw new ApiError('INVALID_ARGUMENT', 'The subscription must be set in the first request of a stream only.');
        stream.subscription = subscriptions.getOrThrow(first.subscription);
        if (request.streamAckDeadlineSeconds !== 0) taker.leaseMs = parseDeadline(request.streamAckDeadlineSeconds);
        for (const ackId of request.ackIds) {
          const { message, attempt } = parseAckId(ackId);
          broker.acknowledge(stream.subscription, message, attempt);
        }
        modifyDeadlines(broker, stream.subscription, request.modifyDeadlineAckIds, request.modifyDeadlineSeconds);
      },
      close() {
        streams.delete(stream);
        detach();
      },
    };
  }

  return (call) => {
    let opened: ReturnType<typeof open> | undefined;
    const close = () => opened?.close();
    call.on('data', (request: StreamingPullRequest) => {
      try {
        opened ??= open(call, request);
        opened.onRequest(request);
      } catch (error) {
        close();
        call.emit('error', grpcError(error));
      }
    });
    call.on('end', () => {
      close();
      call.end();
    });
    call.on('cancelled', close);
    call.on('error', close);
  };
}

/** A deadline of 0 rejects the message. The two lists run in parallel. */
export function modifyDeadlines(
  broker: Broker,
  subscription: LiveSubscription,
  ackIds: readonly string[],
  seconds: readonly number[],
): void {
  if (ackIds.length !== seconds.length)
    throw new ApiError(
      'INVALID_ARGUMENT',
      `modify_deadline_seconds and modify_deadline_ack_ids must have the same length; they have ${seconds.length} and ${ackIds.length}.`,
    );
  ackIds.forEach((ackId, index) => {
    const deadline = seconds[index] ?? 0;
    if (deadline < 0 || deadline > 600)
      throw new ApiError(
        'INVALID_ARGUMENT',
        `Invalid ack deadline given (ack_deadline=${deadline}). The ack deadline must be between 0 and 600 seconds.`,
      );
    const { message, attempt } = parseAckId(ackId);
    if (deadline === 0) broker.reject(subscription, message, attempt);
    else broker.extend(subscription, message, attempt, deadline * 1_000);
  });
}

function parseDeadline(seconds: number): number {
  if (seconds < 10 || seconds > 600)
    throw new ApiError(
      'INVALID_ARGUMENT',
      `Invalid ack deadline given (ack_deadline=${seconds}). The ack deadline must be between 10 and 600 seconds.`,
    );
  return seconds * 1_000;
}

const renderProperties = ({ config }: LiveSubscription) => ({
  exactlyOnceDeliveryEnabled: false,
  messageOrderingEnabled: config.enableMessageOrdering,
});
