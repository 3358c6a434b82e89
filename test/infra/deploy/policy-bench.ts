import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { createAdhoc } from '../../../functions/adhoc.ts';
import { createArrive } from '../../../functions/arrive.ts';
import { type Config, parseConfig } from '../../../functions/config.ts';
import { createDeidentify } from '../../../functions/deidentify.ts';
import { SluiceError } from '../../../functions/errors.ts';
import { createForget } from '../../../functions/forget.ts';
import { createLedger } from '../../../functions/gcp/ledger.ts';
import { createReleases } from '../../../functions/gcp/releases.ts';
import type { Handler } from '../../../functions/http.ts';
import { createLoad } from '../../../functions/load.ts';
import { createLog } from '../../../functions/log.ts';
import type { FunctionName } from '../../../functions/model/deployment.ts';
import type { LedgerEntry } from '../../../functions/model/run.ts';
import { createNightly } from '../../../functions/nightly.ts';
import type { ObjectInfo, Ports, Task } from '../../../functions/ports.ts';
import { createPrepare } from '../../../functions/prepare.ts';
import { createReidentify } from '../../../functions/reidentify.ts';
import { createTransform } from '../../../functions/transform.ts';
import { createWiring } from '../../../functions/wire.ts';
import type { Endpoints } from '../../../infra/cli/endpoints.ts';
import { environmentOf } from '../../../infra/cli/environment.ts';
import { keysOf } from '../../../infra/cli/keys/key-uses.ts';
import { localKeys } from '../../../infra/cli/keys/local-keys.ts';
import { localEndpoints } from '../../../infra/cli/local-names.ts';
import { compileProject } from '../../../infra/cli/project.ts';
import { provision } from '../../../infra/cli/provision.ts';
import { publishRelease } from '../../../infra/cli/publish-release.ts';
import { startCloud } from '../../../infra/local/cloud.ts';
import { type Observer, observe, type Seen } from './observe.ts';

const CREATE: Readonly<Record<FunctionName, (ports: Ports) => Handler>> = {
  arrive: createArrive,
  prepare: createPrepare,
  deidentify: createDeidentify,
  load: createLoad,
  transform: createTransform,
  nightly: createNightly,
  adhoc: createAdhoc,
  reidentify: createReidentify,
  forget: createForget,
};

/** All functions in this process, observed, against a local cloud of their own; tasks are carried out one at a time. */
export interface Bench {
  observer: Observer;
  endpoints: Endpoints;
  /** Unobserved, for the test itself. */
  ports: Ports;
  call<T = unknown>(name: FunctionName, body: object): Promise<T>;
  /** Puts an object into the raw bucket and tells `arrive` of it. */
  drop(name: string, body: string | Buffer): Promise<ObjectInfo>;
  /** Carries out tasks until there are none; jobs are slow while the first task of `slowly` for each table is under way. */
  drain(slowly?: FunctionName): Promise<void>;
  /** Carries out all tasks but those of this function, which are lost. */
  forget(lost: FunctionName): Promise<void>;
  /** Takes an object away in all its generations, as soon as this function wants to read it. */
  vanish(object: ObjectInfo, before?: FunctionName): Promise<void>;
  bigquery(method: string, path: string, body: object): Promise<void>;
  runs(): Promise<LedgerEntry[]>;
  seen(): Seen[];
  stop(): Promise<void>;
}

export async function startBench(): Promise<Bench> {
  const dir = mkdtempSync(join(tmpdir(), 'sluice-policy-'));
  const cloud = await startCloud({ dir: join(dir, 'cloud'), project: 'local', location: 'US' });
  const sql = fileURLToPath(new URL('./project', import.meta.url));
  // Nothing listens where tasks and pushes go: they are carried out here, one at a time.
  const endpoints = localEndpoints({ project: 'local', location: 'US', ports: cloud.ports, functions: 9, sql });
  await provision(endpoints);
  const { release, problems } = compileProject(sql, 'local');
  if (!release) throw new Error(problems.map(({ message }) => message).join('; '));
  await publishRelease(endpoints, release, new Date());
  const config = parseConfig({
    ...environmentOf(endpoints, await localKeys(dir, endpoints, keysOf(release))),
    SLUICE_SHARD_BYTES: '100',
    SLUICE_SCRATCH: join(dir, 'scratch'),
    SLUICE_THREADS: '1',
    SLUICE_MEMORY: '200MB',
  });
  const log = createLog({ write: () => undefined, now: () => new Date() });
  const wire = createWiring(config);
  const { ports, all } = await portsOf(wire, log);

  const seen = new Map<string, Seen>();
  const tasks: Task[] = [];
  const vanishing = new Map<string, { object: ObjectInfo; before: FunctionName }>();
  const observer: Observer = {
    note: (one) => void seen.set(`${one.function} ${one.scope} ${one.call}`, one),
    doubled: false,
    slow: false,
    ahead: 0,
    enqueue(task) {
      // A name is free again once its task was carried out: here that is at once, and not at the end of its window.
      if (tasks.some(({ function: target, name }) => target === task.function && name === task.name)) return 'exists';
      tasks.push(task);
      return 'created';
    },
    async beforeRead(name, object) {
      const waiting = vanishing.get(object);
      if (waiting?.before === name) await remove(waiting.object);
    },
  };

  async function remove({ bucket, name, generation }: ObjectInfo): Promise<void> {
    const url = `${endpoints.storage}/storage/v1/b/${bucket}/o/${encodeURIComponent(name)}?generation=${generation}`;
    await fetch(url, { method: 'DELETE' });
  }

  async function call<T>(name: FunctionName, body: object, retries = 0): Promise<T> {
    const handler = CREATE[name](observed(name, all[name], config, observer));
    const headers = { 'x-cloudtasks-taskretrycount': String(retries) };
    return (await handler({ method: 'POST', headers, body, caller: 'somebody@example.com' })) as T;
  }

  return {
    observer,
    endpoints,
    ports,
    call,
    async drop(name, body) {
      const object = await ports.objects.write(
        ports.buckets.raw,
        name,
        typeof body === 'string' ? body : Readable.from([body]),
      );
      if (!object) throw new Error(`${name} was not written`);
      const tell = async (): Promise<void> => {
        const attributes = {
          eventType: 'OBJECT_FINALIZE',
          bucketId: object.bucket,
          objectId: name,
          objectGeneration: object.generation,
        };
        await call('arrive', { message: { attributes, data: '' } });
      };
      // An event may come twice.
      await tell();
      await tell();
      return object;
    },
    async drain(slowly) {
      const tries = new Map<Task, number>();
      const slow = new Set<unknown>();
      for (let task = tasks.shift(); task; task = tasks.shift()) {
        const retries = tries.get(task) ?? 0;
        const { table, transform } = task.body;
        observer.slow = task.function === slowly && !slow.has(table ?? transform);
        if (observer.slow) slow.add(table ?? transform);
        try {
          await call(task.function, task.body, retries);
        } catch (error) {
          if (!(error instanceof SluiceError) || !error.retryable || retries > 5) throw error;
          tries.set(task, retries + 1);
          tasks.push(task);
        }
        observer.slow = false;
      }
    },
    async forget(lost) {
      for (let task = tasks.shift(); task; task = tasks.shift())
        if (task.function !== lost) await call(task.function, task.body);
    },
    async vanish(object, before) {
      if (before) vanishing.set(object.name, { object, before });
      else await remove(object);
    },
    async bigquery(method, path, body) {
      const response = await fetch(`${endpoints.bigquery}/bigquery/v2/projects/local/${path}`, {
        method,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      if (!response.ok && response.status !== 409)
        throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
    },
    runs: async () => Array.fromAsync(ports.ledger.runs()),
    seen: () => [...seen.values()],
    async stop() {
      await cloud.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

type Wire = ReturnType<typeof createWiring>;

async function portsOf(
  wire: Wire,
  log: Parameters<Wire>[1],
): Promise<{ ports: Ports; all: Record<FunctionName, Ports> }> {
  const names = Object.keys(CREATE) as FunctionName[];
  const wired = await Promise.all(names.map(async (name) => [name, await wire(name, log)] as const));
  const all = Object.fromEntries(wired) as Record<FunctionName, Ports>;
  return { ports: all.load, all };
}

/** The ledger and the releases are objects, so that they are observed as such. */
function observed(name: FunctionName, ports: Ports, config: Config, observer: Observer): Ports {
  const watched = observe(name, ports, observer);
  return {
    ...watched,
    ledger: createLedger(watched.objects, config.buckets.state),
    releases: createReleases(watched.objects, config.buckets.state),
  };
}
