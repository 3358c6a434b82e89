import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createAdhoc } from '../../functions/adhoc.ts';
import { createAdmission } from '../../functions/admission.ts';
import { createArrive } from '../../functions/arrive.ts';
import { type Config, parseConfig } from '../../functions/config.ts';
import { createDeidentify } from '../../functions/deidentify.ts';
import { createForget } from '../../functions/forget.ts';
import { createLedger } from '../../functions/gcp/ledger.ts';
import { createReleases } from '../../functions/gcp/releases.ts';
import { answer, type Handler } from '../../functions/http.ts';
import { createLoad } from '../../functions/load.ts';
import { createLog } from '../../functions/log.ts';
import type { FunctionName } from '../../functions/model/deployment.ts';
import { createNightly } from '../../functions/nightly.ts';
import type { Ports } from '../../functions/ports.ts';
import { createPrepare } from '../../functions/prepare.ts';
import { createReidentify } from '../../functions/reidentify.ts';
import { createTransform } from '../../functions/transform.ts';
import { ADAPTERS, createVerifier, createWiring } from '../../functions/wire.ts';
import type { Endpoints } from '../../infra/cli/endpoints.ts';
import { environmentOf } from '../../infra/cli/environment.ts';
import { keysOf } from '../../infra/cli/keys/key-uses.ts';
import { localKeys } from '../../infra/cli/keys/local-keys.ts';
import { localEndpoints } from '../../infra/cli/local-names.ts';
import { freePort } from '../../infra/cli/processes.ts';
import { compileProject } from '../../infra/cli/project.ts';
import { provision } from '../../infra/cli/provision.ts';
import { publishRelease } from '../../infra/cli/publish-release.ts';
import { startCloud } from '../../infra/local/cloud.ts';
import { Crashed, createInjector, type Injector, type Instance } from './faults.ts';
import { storePeople } from './stored-people.ts';

/** The functions in this process, against the real local cloud, with every call of theirs open to a fault. */
export interface FaultyPipeline {
  endpoints: Endpoints;
  injector: Injector;
  lines: string[];
  /** What tasks, messages and jobs have left behind in the local cloud: where, and its bytes. */
  services(): Promise<[string, string][]>;
  stop(): Promise<void>;
}

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

export async function startFaultyPipeline(seed?: number): Promise<FaultyPipeline> {
  const dir = mkdtempSync(join(tmpdir(), 'sluice-faults-'));
  const cloud = await startCloud({
    dir: join(dir, 'cloud'),
    project: 'local',
    location: 'US',
    ...(seed !== undefined && { seed }),
  });
  const functions = await freePort();
  const sql = fileURLToPath(new URL('./project', import.meta.url));
  const endpoints = localEndpoints({ project: 'local', location: 'US', ports: cloud.ports, functions, sql });
  await provision(endpoints);
  await hurry(endpoints);
  await storePeople(endpoints);
  const { release, problems } = compileProject(sql, 'local');
  if (!release) throw new Error(problems.map(({ message }) => message).join('; '));
  await publishRelease(endpoints, release, new Date());

  const keys = await localKeys(dir, endpoints, keysOf(release));
  // A shard a handful of rows: every file has several.
  const config = parseConfig({
    ...environmentOf(endpoints, keys),
    SLUICE_SHARD_BYTES: '150',
    SLUICE_SCRATCH: join(dir, 'scratch'),
    SLUICE_THREADS: '1',
    SLUICE_MEMORY: '200MB',
  });
  const injector = createInjector();
  const lines: string[] = [];
  const server = await serve(config, injector, lines, functions);
  return {
    endpoints,
    injector,
    lines,
    async services() {
      const state = readdirSync(join(dir, 'cloud')).filter((name) => name.includes('.sqlite'));
      if (state.length === 0) throw new Error('the local cloud keeps its state under another name');
      return state.map((name) => [name, readFileSync(join(dir, 'cloud', name), 'latin1')]);
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await cloud.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** Retries after milliseconds: a campaign has hundreds of them. */
async function hurry({ tasks, queues, pubsub, project }: Endpoints): Promise<void> {
  const patch = (url: string, body: object): Promise<Response> =>
    fetch(url, { method: 'PATCH', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  const retryConfig = { maxAttempts: 100, minBackoff: '0.01s', maxBackoff: '0.1s', maxDoublings: 3 };
  for (const name of Object.values(queues))
    await patch(`${tasks.rest}/v2/${name}?updateMask=retryConfig,rateLimits`, {
      name,
      retryConfig,
      rateLimits: { maxDispatchesPerSecond: 500, maxConcurrentDispatches: 6 },
    });
  const subscription = {
    name: `projects/${project}/subscriptions/arrive`,
    retryPolicy: { minimumBackoff: '0.01s', maximumBackoff: '0.1s' },
  };
  await patch(`${pubsub.rest}/v1/${subscription.name}`, { subscription, updateMask: 'retryPolicy' });
}

async function serve(config: Config, injector: Injector, lines: string[], port: number): Promise<Server> {
  const log = createLog({ write: (line) => void lines.push(line), now: () => new Date() });
  const wire = createWiring(config);
  const admit = createAdmission({ ...config, verifier: createVerifier(config) });
  const server = createServer((request, response) => void handle(request, response));

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const name = (request.url ?? '').slice(1) as FunctionName;
    const instance: Instance = { dead: false };
    const result = await answer(async () => {
      const { body, caller } = await admit(name, request);
      const ports = faulty(name, await wire(name, log), config, injector, instance);
      return CREATE[name](ports)({ method: request.method ?? '', headers: request.headers, body, caller });
    }, log);
    // A dead instance answers nothing; its caller sees the connection break.
    if (instance.dead) return void request.socket.destroy();
    response
      .writeHead(result.status, { 'content-type': 'application/json' })
      .end(result.body ? JSON.stringify(result.body) : undefined);
  }

  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return server;
}

/** Only what reaches the world is open to faults: the ledger and the releases are objects, the columnar engine is the instance itself. */
function faulty(name: FunctionName, ports: Ports, config: Config, injector: Injector, instance: Instance): Ports {
  const objects = injector.wrap(`${name}: objects`, ports.objects, instance);
  const wrapped: Ports = {
    ...ports,
    objects,
    ledger: createLedger(objects, config.buckets.state),
    releases: createReleases(objects, config.buckets.state),
  };
  if (ADAPTERS[name].includes('tasks')) wrapped.tasks = injector.wrap(`${name}: tasks`, ports.tasks, instance);
  if (ADAPTERS[name].includes('events')) wrapped.events = injector.wrap(`${name}: events`, ports.events, instance);
  if (ADAPTERS[name].includes('dlp')) wrapped.dlp = injector.wrap(`${name}: dlp`, ports.dlp, instance);
  if (ADAPTERS[name].includes('warehouse'))
    wrapped.warehouse = injector.wrap(`${name}: warehouse`, ports.warehouse, instance);
  return wrapped;
}

export { Crashed };
