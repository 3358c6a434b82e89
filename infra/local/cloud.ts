import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { FastifyInstance } from 'fastify';
import { computeBill, PRICES } from '../bill/bill.ts';
import { createBigQuery } from './bigquery/bigquery.ts';
import type { Context } from './context.ts';
import { createDeliveries } from './delivery.ts';
import { createDlp } from './dlp/dlp.ts';
import { createEventarc } from './eventarc.ts';
import { createHttp, listen } from './http.ts';
import { createIdentity } from './identity.ts';
import { createKms } from './kms/kms.ts';
import { createMeter } from './meter.ts';
import { createPubSub } from './pubsub/pubsub.ts';
import { type RpcService, serveGrpc, serveRest } from './rpc.ts';
import { createScheduler } from './scheduler/scheduler.ts';
import { createServiceAccounts } from './service-accounts.ts';
import { openState } from './state.ts';
import { createStorage } from './storage/storage.ts';
import { createTasks } from './tasks/tasks.ts';
import { parseUnits } from './units.ts';

/** Where each service listens, as ports on loopback; `cloud.ts` prints it as one JSON line when all are open. */
export interface CloudPorts {
  storage: number;
  bigquery: number;
  dlp: number;
  tasks: number;
  pubsub: number;
  scheduler: number;
  eventarc: number;
  /** Service accounts, their identity tokens and what verifies those, and the bill. */
  admin: number;
  grpc: number;
}

/** In the order that `--port` numbers them. */
const PORTS: readonly (keyof CloudPorts)[] = [
  'storage',
  'bigquery',
  'dlp',
  'tasks',
  'pubsub',
  'scheduler',
  'eventarc',
  'admin',
  'grpc',
];

export interface CloudOptions {
  dir: string;
  project: string;
  location: string;
  /** First of nine consecutive ports, or all nine; absent = free ones. */
  port?: number | CloudPorts;
  seed?: number;
}

/** The local cloud: every service over one folder, on loopback only. */
export async function startCloud(options: CloudOptions): Promise<{ ports: CloudPorts; stop(): Promise<void> }> {
  const { dir, project, location, seed } = options;
  const state = openState(dir);
  const meter = createMeter(state);
  const context: Context = { dir, project, location, state, meter, seed };

  const identity = createIdentity(context);
  const accounts = createServiceAccounts(context, { identity });
  const deliveries = createDeliveries(context, { identity });
  const pubsub = createPubSub(context, { deliveries });
  const storage = createStorage(context, { publish: pubsub.publish });
  const eventarc = createEventarc(context, { deliveries, storage });
  const tasks = createTasks(context, { deliveries });
  const scheduler = createScheduler(context, { deliveries, publish: pubsub.publish });
  const kms = createKms(context);
  let bigqueryPort: number | undefined;
  const dlp = createDlp(context, {
    beside: {
      unwrap: kms.unwrap,
      files: storage.files,
      bigquery: () => (bigqueryPort === undefined ? undefined : `http://127.0.0.1:${bigqueryPort}`),
      publish: (topic, { attributes }) =>
        void pubsub.publish(topic, { data: Buffer.alloc(0), attributes, orderingKey: '' }),
    },
  });
  const bigquery = await createBigQuery(context, { files: storage.files });

  const apps: FastifyInstance[] = [];
  const portOf = (name: keyof CloudPorts): number => {
    if (options.port === undefined) return 0;
    return typeof options.port === 'number' ? options.port + PORTS.indexOf(name) : options.port[name];
  };
  type Routes = (app: FastifyInstance) => void;
  const open = async (name: keyof CloudPorts, routes: Routes, bodies: 'json' | 'raw' = 'json'): Promise<number> => {
    const app = createHttp({ bodies });
    apps.push(app);
    routes(app);
    return listen(app, portOf(name));
  };
  const rest = (name: keyof CloudPorts, services: readonly RpcService[]): Promise<number> =>
    open(name, (app) => serveRest(app, services));

  const rpcs = {
    // The key service shares DLP's port: their paths differ, and clients are told of nine ports.
    dlp: [dlp.rpc, kms.rpc],
    tasks: [tasks.rpc],
    pubsub: pubsub.rpc,
    scheduler: [scheduler.rpc],
  };
  const grpc = await serveGrpc(Object.values(rpcs).flat(), portOf('grpc'));
  const ports: CloudPorts = {
    storage: await open('storage', storage.routes, 'raw'),
    bigquery: await open('bigquery', bigquery.routes),
    dlp: await rest('dlp', rpcs.dlp),
    tasks: await rest('tasks', rpcs.tasks),
    pubsub: await rest('pubsub', rpcs.pubsub),
    scheduler: await rest('scheduler', rpcs.scheduler),
    eventarc: await open('eventarc', eventarc.routes),
    admin: await open('admin', (app) => {
      identity.routes(app);
      accounts.routes(app);
      app.get('/bill', () => computeBill(meter.read(), PRICES));
      // What would be paid for units that nothing meters, such as storage by the month.
      app.get<{ Querystring: Record<string, unknown> }>('/quote', ({ query }) =>
        computeBill(parseUnits(query), PRICES),
      );
      app.get('/prices', () => PRICES);
    }),
    grpc: grpc.port,
  };
  bigqueryPort = ports.bigquery;
  // Ports first: what goes on from where it stopped may call back at once.
  const services = [pubsub, eventarc, tasks, scheduler, dlp, bigquery, storage];
  for (const service of services) service.start();

  return {
    ports,
    async stop() {
      grpc.close();
      await Promise.all(apps.map((app) => app.close()));
      for (const service of services) await service.stop();
      await deliveries.close();
      state.close();
    },
  };
}

/** `node cloud.ts --data DIR …`: runs until SIGTERM, SIGINT, or the end of the process that started it. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      data: { type: 'string' },
      project: { type: 'string', default: 'local' },
      location: { type: 'string', default: 'US' },
      port: { type: 'string' },
      seed: { type: 'string' },
    },
  });
  if (!values.data) throw new Error('--data DIR is missing: the folder that holds everything the local cloud keeps');
  let cloud: Awaited<ReturnType<typeof startCloud>> | undefined;
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    // Not up yet: nothing was acknowledged to anybody.
    if (!cloud) process.exit(0);
    void cloud.stop().then(() => process.exit(0));
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  process.on('disconnect', stop);
  // The channel may have closed before anybody listened.
  if (process.connected === false) stop();
  cloud = await startCloud({
    dir: resolve(values.data),
    project: values.project,
    location: values.location,
    ...(values.port && { port: JSON.parse(values.port) as number | CloudPorts }),
    ...(values.seed && { seed: Number(values.seed) }),
  });
  process.stdout.write(`${JSON.stringify({ ready: true, ports: cloud.ports })}\n`);
}

if (import.meta.main) await main();
