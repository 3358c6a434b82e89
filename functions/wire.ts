import { randomUUID } from 'node:crypto';
import type { Config } from './config.ts';
import { terminal } from './errors.ts';
import type { FunctionName } from './model/deployment.ts';
import type { CallerVerifier, Deidentifier, EventBus, Log, Ports, TaskQueue } from './ports.ts';

type Adapter = 'objects' | 'tasks' | 'events' | 'dlp' | 'warehouse' | 'columnar';

/** What each function touches: it imports and connects to this and nothing else. */
export const ADAPTERS: Readonly<Record<FunctionName, readonly Adapter[]>> = {
  arrive: ['objects', 'tasks'],
  prepare: ['objects', 'tasks', 'events', 'columnar'],
  deidentify: ['objects', 'tasks', 'events', 'columnar', 'dlp'],
  load: ['objects', 'tasks', 'events', 'warehouse'],
  transform: ['objects', 'tasks', 'events', 'warehouse'],
  nightly: ['objects', 'tasks', 'events', 'dlp', 'warehouse'],
  adhoc: ['objects', 'tasks'],
  reidentify: ['objects', 'events', 'dlp', 'warehouse'],
  forget: ['objects', 'tasks', 'events', 'dlp', 'warehouse', 'columnar'],
};

/** The library is imported at the start, before anybody calls: every first request needs it. */
export function createVerifier({ endpoints, tokenSignatures: signatures }: Config): CallerVerifier {
  const made = import('./gcp/oidc.ts').then(({ createCallerVerifier }) =>
    createCallerVerifier({ signatures, ...(endpoints.identity && { endpoint: endpoints.identity }) }),
  );
  return { verify: async (authorization, expected) => (await made).verify(authorization, expected) };
}

/** Makes adapters when a function first asks for them, and shares them between the functions of one process. */
export function createWiring(config: Config): (name: FunctionName, log: Log) => Promise<Ports> {
  const made = new Map<Adapter, Promise<unknown>>();
  const adapter = <T>(name: Adapter, make: () => Promise<T>): Promise<T> => {
    const known = (made.get(name) as Promise<T> | undefined) ?? make();
    made.set(name, known);
    return known;
  };
  const { project, endpoints, limits } = config;

  const tasks = (): Promise<TaskQueue> =>
    adapter('tasks', async () => {
      const { createTaskQueue } = await import('./gcp/tasks.ts');
      const { queues, urls, taskServiceAccount } = config;
      return createTaskQueue({
        project,
        queues,
        urls,
        serviceAccount: taskServiceAccount,
        ...(endpoints.tasks && { endpoint: endpoints.tasks }),
      });
    });
  const events = (): Promise<EventBus> =>
    adapter('events', async () => {
      const { createEventBus } = await import('./gcp/pubsub.ts');
      return createEventBus({
        project,
        topic: config.topicEvents,
        ...(endpoints.pubsub && { endpoint: endpoints.pubsub }),
      });
    });
  const dlp = (): Promise<Deidentifier> =>
    adapter('dlp', async () => {
      const { createDeidentifier } = await import('./gcp/dlp.ts');
      return createDeidentifier({
        project,
        location: config.dlpLocation,
        keys: config.keys,
        ...(endpoints.dlp && { endpoint: endpoints.dlp }),
      });
    });

  return async (name, log) => {
    const uses = (one: Adapter): boolean => ADAPTERS[name].includes(one);
    const objects = await adapter('objects', async () => {
      const { createObjectStore } = await import('./gcp/storage.ts');
      return createObjectStore({ project, ...(endpoints.storage && { endpoint: endpoints.storage }) });
    });
    const [{ createLedger }, { createReleases }] = await Promise.all([
      import('./gcp/ledger.ts'),
      import('./gcp/releases.ts'),
    ]);
    const absent = (what: Adapter): never => {
      throw terminal('CONFIG_INVALID', `the function ${name} is not wired to ${what}: add it to ADAPTERS`);
    };
    const missing = (what: Adapter): never => new Proxy({}, { get: () => absent(what) }) as never;

    return {
      objects,
      ledger: createLedger(objects, config.buckets.state),
      releases: createReleases(objects, config.buckets.state),
      clock: {
        now: () => new Date(),
        sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
        unique: () => randomUUID(),
      },
      log,
      buckets: config.buckets,
      limits,
      // Most requests of most functions use none of these three, and a client takes some 100 ms to load.
      tasks: !uses('tasks') ? missing('tasks') : { enqueue: async (task) => (await tasks()).enqueue(task) },
      events: !uses('events') ? missing('events') : { publish: async (event) => (await events()).publish(event) },
      dlp: !uses('dlp')
        ? missing('dlp')
        : {
            deidentify: async (request) => (await dlp()).deidentify(request),
            template: async (name) => (await dlp()).template(name),
            inspect: async (request) => (await dlp()).inspect(request),
            reidentify: async (request) => (await dlp()).reidentify(request),
          },
      warehouse: !uses('warehouse')
        ? missing('warehouse')
        : await adapter('warehouse', async () => {
            const { createWarehouse } = await import('./gcp/bigquery.ts');
            return createWarehouse({
              project,
              location: config.location,
              ...(endpoints.bigquery && { endpoint: endpoints.bigquery }),
            });
          }),
      columnar: !uses('columnar')
        ? missing('columnar')
        : await adapter('columnar', async () => {
            const { createColumnar } = await import('./columnar/columnar.ts');
            return createColumnar({
              threads: limits.threads,
              memoryLimit: limits.memory,
              ...(limits.scratch && { scratch: limits.scratch }),
            });
          }),
    };
  };
}
