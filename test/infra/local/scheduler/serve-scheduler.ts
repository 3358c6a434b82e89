import { CloudSchedulerClient } from '@google-cloud/scheduler';
import { credentials } from '@grpc/grpc-js';
import { PassThroughClient } from 'google-auth-library';
import type { Context } from '../../../../infra/local/context.ts';
import { createDeliveries } from '../../../../infra/local/delivery.ts';
import { createHttp, listen } from '../../../../infra/local/http.ts';
import { createIdentity } from '../../../../infra/local/identity.ts';
import { serveGrpc, serveRest } from '../../../../infra/local/rpc.ts';
import type { Publish } from '../../../../infra/local/scheduler/firing.ts';
import { createScheduler } from '../../../../infra/local/scheduler/scheduler.ts';

process.env.METADATA_SERVER_DETECTION = 'none';

export interface SchedulerCloud {
  client: CloudSchedulerClient;
  rest: CloudSchedulerClient;
  stop(): Promise<void>;
}

/** Cloud Scheduler on free ports, with Google's client for each transport. */
export async function serveScheduler(context: Context, publish: Publish, now: () => number): Promise<SchedulerCloud> {
  const deliveries = createDeliveries(context, { identity: createIdentity(context) });
  const scheduler = createScheduler(context, { deliveries, publish, now });
  const grpc = await serveGrpc([scheduler.rpc], 0);
  const app = createHttp({ bodies: 'json' });
  serveRest(app, [scheduler.rpc]);
  const restPort = await listen(app, 0);
  scheduler.start();
  const projectId = 'test';
  const client = new CloudSchedulerClient({
    apiEndpoint: '127.0.0.1',
    port: grpc.port,
    sslCreds: credentials.createInsecure(),
    projectId,
  });
  const rest = new CloudSchedulerClient({
    apiEndpoint: '127.0.0.1',
    port: restPort,
    protocol: 'http',
    fallback: 'rest',
    authClient: new PassThroughClient(),
    projectId,
  } as never);
  return {
    client,
    rest,
    async stop() {
      await scheduler.stop();
      await client.close();
      await rest.close();
      grpc.close();
      await app.close();
      await deliveries.close();
    },
  };
}
