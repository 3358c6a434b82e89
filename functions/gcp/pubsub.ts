import { PubSub } from '@google-cloud/pubsub';
import { credentials } from '@grpc/grpc-js';
import { retryable, terminal } from '../errors.ts';
import type { EventBus } from '../ports.ts';
import { isTransient } from './transient.ts';

export interface EventOptions {
  project: string;
  endpoint?: string;
  topic: string;
}

export function createEventBus({ project, endpoint, topic }: EventOptions): EventBus {
  const client = new PubSub({
    projectId: project,
    ...(endpoint && { apiEndpoint: endpoint, emulatorMode: true, sslCreds: credentials.createInsecure() }),
  });
  // A step ends when its event is out, and a function does nothing after its answer: nothing may wait for a batch to fill.
  const publisher = client.topic(topic, { batching: { maxMessages: 1 } });
  return {
    async publish(event) {
      const attributes = {
        type: event.type,
        id: event.id,
        subject: event.subject,
        ...(event.run && { run: event.run }),
      };
      try {
        await publisher.publishMessage({ data: Buffer.from(JSON.stringify(event)), attributes });
      } catch (error) {
        const fail = isTransient(error) ? retryable : terminal;
        throw fail('EVENTS_FAILED', `the event ${event.type} was not published`, { cause: error, details: { topic } });
      }
    },
  };
}
