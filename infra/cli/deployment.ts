import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Release } from '../../functions/model/release.ts';
import { type CloudPorts, type Endpoints, isAlive, lastEndpoints, writeEndpoints } from './endpoints.ts';
import { environmentOf } from './environment.ts';
import { UsageError } from './errors.ts';
import { localKeys } from './keys.ts';
import { type Child, freePort, startChild } from './processes.ts';
import { provision } from './provision.ts';
import { keysOf, publishRelease } from './publish-release.ts';

/** A local cloud and the functions beside it, as two processes. */
export interface Deployment {
  endpoints: Endpoints;
  /** Makes a release current; the functions start anew if it needs keys that they do not have. */
  release(release: Release): Promise<void>;
  stop(): Promise<void>;
}

export interface DeploymentOptions {
  data: string;
  /** Folder of the declarations. */
  sql: string;
  /** First of ten consecutive ports; absent = free ones. */
  port?: number;
  seed?: number;
  /** Further settings of the functions. */
  env?: Readonly<Record<string, string>>;
  /** Told when one of the two had ended by itself and runs again. */
  onRestart?: (what: 'local cloud' | 'functions') => void;
}

const PROJECT = 'local';
const LOCATION = 'US';
/** The functions' port comes after the cloud's nine. */
const FUNCTIONS_OFFSET = 9;

/** Starts both over one data folder and makes `first` the current release. Throws UsageError if the folder is in use. */
export async function deploy(options: DeploymentOptions, first: Release): Promise<Deployment> {
  const dir = resolve(options.data);
  const before = lastEndpoints(dir);
  if (before && isAlive(before.pids.cloud)) {
    throw new UsageError(
      `the local cloud of ${options.data} is running already (process ${before.pids.up}): end that one, or name another folder with --data`,
    );
  }
  mkdirSync(dir, { recursive: true });
  const logs = join(dir, 'logs');
  const startCloud = (port: number | CloudPorts | undefined): Promise<Child<{ ports: CloudPorts }>> =>
    startChild({
      script: 'cloud',
      args: [
        '--data',
        join(dir, 'cloud'),
        '--project',
        PROJECT,
        '--location',
        LOCATION,
        ...flag('port', port),
        ...flag('seed', options.seed),
      ],
      logs,
    });

  let cloud = await startCloud(options.port);
  const { ports } = cloud.ready;
  const endpoints = endpointsOf(ports, await functionsPort(options, before), resolve(options.sql));
  await provision(endpoints);
  await publishRelease(endpoints, first, new Date());

  let keys = localKeys(dir, keysOf(first));
  const startFunctions = (): Promise<Child<object>> =>
    startChild({
      script: 'functions',
      args: ['--port', new URL(endpoints.functions).port],
      env: { ...environmentOf(endpoints, keys), ...options.env },
      logs,
    });
  let functions = await startFunctions();
  record();

  function record(): void {
    endpoints.pids = { up: process.pid, cloud: cloud.pid, functions: functions.pid };
    writeEndpoints(dir, endpoints);
  }

  let stopping = false;
  // Either may be killed: the cloud loses nothing that it acknowledged, the functions have nothing to lose.
  const watchCloud = async (): Promise<void> => {
    await cloud.ended;
    if (stopping) return;
    cloud = await startCloud(ports);
    record();
    options.onRestart?.('local cloud');
    await watchCloud();
  };
  let replacing = false;
  const watchFunctions = async (): Promise<void> => {
    await functions.ended;
    if (stopping) return;
    functions = await startFunctions();
    record();
    if (!replacing) options.onRestart?.('functions');
    replacing = false;
    await watchFunctions();
  };
  void watchCloud();
  void watchFunctions();

  return {
    endpoints,
    async release(release) {
      const wanted = keysOf(release);
      if (wanted.some((name) => !keys[name])) {
        keys = localKeys(dir, wanted);
        replacing = true;
        await functions.stop();
      }
      await publishRelease(endpoints, release, new Date());
    },
    async stop() {
      stopping = true;
      await functions.stop();
      await cloud.stop();
    },
  };
}

const flag = (name: string, value: unknown): string[] =>
  value === undefined ? [] : [`--${name}`, JSON.stringify(value)];

/** Tasks that are waiting know the functions by their address, so it stays what it was. */
async function functionsPort({ port }: DeploymentOptions, before: Endpoints | undefined): Promise<number> {
  if (port !== undefined) return port + FUNCTIONS_OFFSET;
  return before ? Number(new URL(before.functions).port) : freePort();
}

function endpointsOf(ports: CloudPorts, functions: number, sql: string): Endpoints {
  const http = (port: number): string => `http://127.0.0.1:${port}`;
  const grpc = `127.0.0.1:${ports.grpc}`;
  const role = (name: string): string => `${PROJECT}-${name}`;
  const queue = (name: string): string => `projects/${PROJECT}/locations/us-central1/queues/${name}`;
  return {
    project: PROJECT,
    location: LOCATION,
    sql,
    buckets: {
      raw: role('raw'),
      staging: role('staging'),
      curated: role('curated'),
      quarantine: role('quarantine'),
      state: role('state'),
    },
    queues: Object.fromEntries(
      ['prepare', 'deidentify', 'load', 'transform', 'nightly'].map((name) => [name, queue(name)]),
    ),
    topics: { events: `projects/${PROJECT}/topics/events`, arrivals: `projects/${PROJECT}/topics/arrivals` },
    storage: http(ports.storage),
    bigquery: http(ports.bigquery),
    functions: http(functions),
    dlp: { grpc, rest: http(ports.dlp) },
    tasks: { grpc, rest: http(ports.tasks) },
    pubsub: { grpc, rest: http(ports.pubsub) },
    scheduler: { grpc, rest: http(ports.scheduler) },
    eventarc: http(ports.eventarc),
    admin: http(ports.admin),
    pids: { up: process.pid, cloud: 0, functions: 0 },
  };
}
