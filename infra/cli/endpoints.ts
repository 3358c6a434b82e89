import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { FailedError, UsageError } from './errors.ts';

/** `DIR/endpoints.json`: where a local cloud listens and what its parts are called. Everything that is not `sluice up` starts here. */
export interface Endpoints {
  project: string;
  location: string;
  /** Folder of the declarations, absolute. */
  sql: string;
  buckets: Record<'raw' | 'staging' | 'curated' | 'quarantine' | 'state', string>;
  queues: Record<string, string>;
  topics: { events: string; arrivals: string };
  storage: string;
  bigquery: string;
  functions: string;
  dlp: { grpc: string; rest: string };
  kms: string;
  tasks: { grpc: string; rest: string };
  pubsub: { grpc: string; rest: string };
  scheduler: { grpc: string; rest: string };
  eventarc: string;
  admin: string;
  /** Service accounts that call the functions; `operator` is whom a person's requests come from. */
  accounts: Record<'push' | 'tasks' | 'scheduler' | 'operator', string>;
  /** Service accounts that may ask for clear values, by the name of who acts as each. */
  reidentifiers: Readonly<Record<string, string>>;
  /** Service accounts that may have a person forgotten, likewise. */
  forgetters: Readonly<Record<string, string>>;
  /** Where IAM gives out tokens, and the certificates that verify them. */
  identity: string;
  pids: { up: number; cloud: number; functions: number };
}

/** Ports of a local cloud's services, as it says them when it is ready. */
export type CloudPorts = Record<
  'storage' | 'bigquery' | 'dlp' | 'tasks' | 'pubsub' | 'scheduler' | 'eventarc' | 'admin' | 'grpc',
  number
>;

export const DEFAULT_DATA = '.sluice';
/** Where `sluice start` (`npm start`) keeps its own. */
export const START_DATA = '.sluice-start';

const fileIn = (dir: string): string => join(dir, 'endpoints.json');

/** Renamed into place, so that nobody reads half of it. */
export function writeEndpoints(dir: string, endpoints: Endpoints): void {
  const draft = `${fileIn(dir)}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(endpoints, undefined, 2)}\n`);
  renameSync(draft, fileIn(dir));
}

/** What the folder's last `sluice up` wrote, whether it still runs or not. */
export function lastEndpoints(dir: string): Endpoints | undefined {
  if (!existsSync(fileIn(dir))) return undefined;
  try {
    return JSON.parse(readFileSync(fileIn(dir), 'utf8')) as Endpoints;
  } catch (cause) {
    throw new FailedError(`${fileIn(dir)} cannot be read: remove it, and \`sluice up\` writes it anew`, { cause });
  }
}

/** The endpoints of a local cloud that runs. Throws UsageError, with what to do, if none does. */
export async function readEndpoints(dir: string): Promise<Endpoints> {
  const endpoints = lastEndpoints(dir);
  if (endpoints && (await isRunning(endpoints))) return endpoints;
  const what = endpoints ? `the local cloud of ${dir} is not running` : `no local cloud has its data in ${dir}`;
  const other = [DEFAULT_DATA, START_DATA].find((one) => one !== dir && lastEndpoints(one));
  if (other && (await isRunning(lastEndpoints(other))))
    throw new UsageError(`${what}, but that of ${other} is: add --data ${other}`);
  throw new UsageError(`${what}: start one with \`npx sluice up${dataFlag(dir)}\`, or name another folder with --data`);
}

/** ` --data DIR` or ` --env NAME` where it has to be said. */
export function dataFlag(place: string | { data: string; env?: string }): string {
  const { data, env } = typeof place === 'string' ? { data: place } : place;
  if (env !== undefined) return ` --env ${env}`;
  return data === DEFAULT_DATA ? '' : ` --data ${data}`;
}

/** A process id alone proves nothing: after a restart of the machine it is somebody else's. */
export async function isRunning(endpoints: Endpoints | undefined): Promise<boolean> {
  return endpoints !== undefined && isAlive(endpoints.pids.cloud) && (await accepts(endpoints.admin));
}

export function isAlive(pid: number): boolean {
  if (pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function accepts(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port) });
    const end = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });
}
