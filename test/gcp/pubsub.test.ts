import { createEventBus } from '../../functions/gcp/pubsub.ts';
import { eventBusContract } from '../contract/event-bus.ts';
import { PROJECT, startLocal } from './local.ts';

interface Pulled {
  receivedMessages?: { ackId: string; message: { data: string; attributes: Record<string, string> } }[];
}

eventBusContract('Pub/Sub', async () => {
  const local = await startLocal();
  const rest = `${local.http('pubsub')}/v1`;
  const topic = `projects/${PROJECT}/topics/events`;
  const subscription = `projects/${PROJECT}/subscriptions/reader`;
  await local.call('PUT', `${rest}/${topic}`, {});
  await local.call('PUT', `${rest}/${subscription}`, { topic });
  const options = { project: PROJECT, endpoint: local.grpc };

  return {
    bus: createEventBus({ ...options, topic }),
    elsewhere: createEventBus({ ...options, topic: `projects/${PROJECT}/topics/none` }),
    async published() {
      const all: { data: unknown; attributes: Record<string, string> }[] = [];
      for (;;) {
        const body = { maxMessages: 100, returnImmediately: true };
        const { receivedMessages = [] } = await local.call<Pulled>('POST', `${rest}/${subscription}:pull`, body);
        if (receivedMessages.length === 0) return all;
        for (const { message } of receivedMessages)
          all.push({
            data: JSON.parse(Buffer.from(message.data, 'base64').toString()),
            attributes: message.attributes,
          });
        await local.call('POST', `${rest}/${subscription}:acknowledge`, {
          ackIds: receivedMessages.map(({ ackId }) => ackId),
        });
      }
    },
    stop: local.stop,
  };
});
