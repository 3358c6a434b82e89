import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Release } from '../../functions/model/release.ts';
import {
  type CloudPorts,
  dataFlag,
  type Endpoints,
  isAlive,
  isRunning,
  lastEndpoints,
  writeEndpoints,
} from './endpoints.ts';
import { environmentOf } from './environment.ts';
import { FailedError } from './errors.ts';
import { keysOf } from './keys/key-uses.ts';
import { type LocalKeys, localKeys } from './keys/local-keys.ts';
import { NewTokensError, refuseNewTokens } from './keys/token-changes.ts';
import { localEndpoints } from './local-names.ts';
import { type Child, freePort, startChild } from './processes.ts';
import { provision } from './provision.ts';
import { currentRelease, publishRelease } from './publish-release.ts';
import { type Supervised, supervise } from './supervise.ts';

/** A local cloud and the functions beside it, as two processes. */
export interface Deployment {
  endpoints: Endpoints;
  /**
   * Makes a release current; the functions start anew if it needs keys that they do not have. Rejects if it would bring
   * other tokens than those that are loaded.
   */
  release(release: Release): Promise<void>;
  /** Why the first release is not current, but the one that was when it ran last. */
  held?: string;
  /** Rejects when one of the two cannot be kept running; never resolves. */
  broken: Promise<never>;
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
  onRestart?: (what: Part) => void;
}

type Part = 'local cloud' | 'functions';

const PROJECT = 'local';
const LOCATION = 'US';
/** The functions' port comes after the cloud's nine. */
const FUNCTIONS_OFFSET = 9;

/** Starts both over one data folder and makes `first` the current release. Throws FailedError if the folder is in use. */
export async function deploy(options: DeploymentOptions, first: Release): Promise<Deployment> {
  const dir = resolve(options.data);
  await awaitUnused(options.data);
  const before = lastEndpoints(dir);
  mkdirSync(dir, { recursive: true });
  const logs = join(dir, 'logs');
  const running: Supervised<unknown>[] = [];
  const broken = Promise.withResolvers<never>();
  // It may break while nobody waits for it.
  broken.promise.catch(() => {});

  async function keep<Ready>(what: Part, starting: Promise<Child<Ready>>, start: () => Promise<Child<Ready>>) {
    const supervised = supervise(await starting, {
      start,
      onRestart() {
        record();
        options.onRestart?.(what);
      },
      onGiveUp: (cause) =>
        broken.reject(new FailedError(`the ${what} cannot be kept running: ${(cause as Error).message}`, { cause })),
    });
    running.push(supervised);
    return supervised;
  }

  const startCloud = (port: number | CloudPorts | undefined): Promise<Child<{ ports: CloudPorts }>> =>
    startChild({
      script: 'cloud',
      args: [
        ...['--data', join(dir, 'cloud'), '--project', PROJECT, '--location', LOCATION],
        ...flag('port', port),
        ...flag('seed', options.seed),
      ],
      logs,
    });
  const firstCloud = await startCloud(options.port);
  const { ports } = firstCloud.ready;
  const cloud = await keep('local cloud', Promise.resolve(firstCloud), () => startCloud(ports));

  const functionsAt = await functionsPort(options, before);
  const endpoints = localEndpoints({
    project: PROJECT,
    location: LOCATION,
    ports,
    functions: functionsAt,
    sql: resolve(options.sql),
  });
  let keys: LocalKeys = {};
  const startFunctions = (): Promise<Child<object>> =>
    startChild({
      script: 'functions',
      args: ['--port', String(functionsAt)],
      env: { ...environmentOf(endpoints, keys), ...options.env },
      logs,
    });

  let starting: Promise<Supervised<object>> | undefined;

  function record(): void {
    endpoints.pids = { up: process.pid, cloud: cloud.current().pid, functions: running[1]?.current().pid ?? 0 };
    writeEndpoints(dir, endpoints);
  }

  async function stop(): Promise<void> {
    await starting?.catch(() => {});
    // The functions first: they end what is under way, and that needs the cloud.
    for (const one of [...running].reverse()) await one.stop();
    endpoints.pids = { up: 0, cloud: 0, functions: 0 };
    writeEndpoints(dir, endpoints);
  }

  const publish = async (release: Release): Promise<void> => {
    await refuseNewTokens(endpoints, release, dataFlag(options.data));
    await publishRelease(endpoints, release, new Date());
  };
  let held: string | undefined;
  async function publishFirst(): Promise<void> {
    try {
      await publish(first);
    } catch (error) {
      const current = error instanceof NewTokensError ? await currentRelease(endpoints) : undefined;
      if (!current) throw error;
      held = `release ${current.id} stays current: ${(error as Error).message}`;
    }
  }

  try {
    keys = await localKeys(dir, endpoints, keysOf(first));
    starting = keep('functions', startFunctions(), startFunctions);
    await Promise.all([starting, provision(endpoints).then(() => publishFirst())]);
    record();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    endpoints,
    async release(release) {
      const wanted = keysOf(release);
      if (wanted.some((name) => !keys[name])) {
        keys = await localKeys(dir, endpoints, wanted);
        await (await starting)?.restart();
        record();
      }
      await publish(release);
    },
    ...(held !== undefined && { held }),
    broken: broken.promise,
    stop,
  };
}

const flag = (name: string, value: unknown): string[] =>
  value === undefined ? [] : [`--${name}`, JSON.stringify(value)];

/** Processes of an `up` that was killed end by themselves, as soon as what they have under way allows. */
const ENDING_MS = 12_000;

/** Waits for such processes. Throws FailedError if the folder's local cloud is up, or does not end. */
export async function awaitUnused(data: string): Promise<void> {
  for (const until = Date.now() + ENDING_MS; ; await sleep(100)) {
    const before = lastEndpoints(resolve(data));
    if (!before || !(isAlive(before.pids.cloud) || isAlive(before.pids.functions))) return;
    const { up, cloud } = before.pids;
    const answers = await isRunning(before);
    if (answers && isAlive(up)) {
      throw new FailedError(
        `the local cloud of ${data} is up already (process ${up}): end that one, or name another folder with --data`,
      );
    }
    if (Date.now() < until) continue;
    // Nobody listens there: the process ids are somebody else's by now.
    if (!answers) return;
    throw new FailedError(
      `the local cloud of ${data} still runs (process ${cloud}) though what started it is gone: end that process`,
    );
  }
}

/** Tasks that are waiting know the functions by their address, so it stays what it was. */
async function functionsPort({ port }: DeploymentOptions, before: Endpoints | undefined): Promise<number> {
  if (port !== undefined) return port + FUNCTIONS_OFFSET;
  return before ? Number(new URL(before.functions).port) : freePort();
}
