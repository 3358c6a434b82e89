import { CloudTasksClient } from '@google-cloud/tasks';
import { credentials } from '@grpc/grpc-js';
import { PassThroughClient } from 'google-auth-library';
import type { Context } from '../../../../infra/local/context.ts';
import { createDeliveries } from '../../../../infra/local/delivery.ts';
import { createHttp, listen } from '../../../../infra/local/http.ts';
import { createIdentity } from '../../../../infra/local/identity.ts';
import { serveGrpc, serveRest } from '../../../../infra/local/rpc.ts';
import { createTasks } from '../../../../infra/local/tasks/tasks.ts';

process.env.METADATA_SERVER_DETECTION = 'none';

export interface TasksCloud {
  client: CloudTasksClient;
  rest: CloudTasksClient;
  grpcPort: number;
  restUrl: string;
  stop(): Promise<void>;
}

/** Cloud Tasks on free ports, with Google's client for each transport. */
export async function serveTasks(context: Context, now?: () => number): Promise<TasksCloud> {
  const deliveries = createDeliveries(context, { identity: createIdentity(context) });
  const tasks = createTasks(context, { deliveries, ...(now ? { now } : {}) });
  const grpc = await serveGrpc([tasks.rpc], 0);
  const app = createHttp({ bodies: 'json' });
  serveRest(app, [tasks.rpc]);
  const restPort = await listen(app, 0);
  tasks.start();
  const projectId = 'test';
  const client = new CloudTasksClient({
    apiEndpoint: '127.0.0.1',
    port: grpc.port,
    sslCreds: credentials.createInsecure(),
    projectId,
  });
  const rest = new CloudTasksClient({
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
    grpcPort: grpc.port,
    restUrl: `http://127.0.0.1:${restPort}`,
    async stop() {
      await tasks.stop();
      await client.close();
      await rest.close();
      grpc.close();
      await app.close();
      await deliveries.close();
    },
  };
}

export const LOCATION = 'projects/test/locations/us-central1';
