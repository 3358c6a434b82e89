import { PubSub, v1 } from '@google-cloud/pubsub';
import { credentials } from '@grpc/grpc-js';
import { PassThroughClient } from 'google-auth-library';
import type { Context } from '../../../../infra/local/context.ts';
import { createDeliveries } from '../../../../infra/local/delivery.ts';
import { createHttp, listen } from '../../../../infra/local/http.ts';
import { createIdentity } from '../../../../infra/local/identity.ts';
import { createPubSub, type PubSub as LocalPubSub } from '../../../../infra/local/pubsub/pubsub.ts';
import { serveGrpc, serveRest } from '../../../../infra/local/rpc.ts';

process.env.METADATA_SERVER_DETECTION = 'none';

export interface PubSubCloud {
  local: LocalPubSub;
  /** The client that applications use. */
  client: PubSub;
  publisher: v1.PublisherClient;
  subscriber: v1.SubscriberClient;
  restPublisher: v1.PublisherClient;
  restSubscriber: v1.SubscriberClient;
  restUrl: string;
  stop(): Promise<void>;
}

/** Pub/Sub on free ports, with Google's clients for each transport. */
export async function servePubSub(context: Context, now?: () => number): Promise<PubSubCloud> {
  const deliveries = createDeliveries(context, { identity: createIdentity(context) });
  const local = createPubSub(context, { deliveries, ...(now ? { now } : {}) });
  const grpc = await serveGrpc(local.rpc, 0);
  const app = createHttp({ bodies: 'json' });
  serveRest(app, local.rpc);
  const restPort = await listen(app, 0);
  local.start();
  const projectId = 'test';
  const grpcOptions = {
    apiEndpoint: '127.0.0.1',
    port: grpc.port,
    sslCreds: credentials.createInsecure(),
    projectId,
  };
  const restOptions = {
    apiEndpoint: '127.0.0.1',
    port: restPort,
    protocol: 'http',
    fallback: 'rest',
    authClient: new PassThroughClient(),
    projectId,
  } as never;
  const publisher = new v1.PublisherClient(grpcOptions);
  const subscriber = new v1.SubscriberClient(grpcOptions);
  const restPublisher = new v1.PublisherClient(restOptions);
  const restSubscriber = new v1.SubscriberClient(restOptions);
  const client = new PubSub({ projectId, apiEndpoint: `127.0.0.1:${grpc.port}` });
  return {
    local,
    client,
    publisher,
    subscriber,
    restPublisher,
    restSubscriber,
    restUrl: `http://127.0.0.1:${restPort}`,
    async stop() {
      await local.stop();
      await client.close();
      for (const each of [publisher, subscriber, restPublisher, restSubscriber]) await each.close();
      grpc.close();
      await app.close();
      await deliveries.close();
    },
  };
}

export const topicName = (id: string): string => `projects/test/topics/${id}`;
export const subscriptionName = (id: string): string => `projects/test/subscriptions/${id}`;
