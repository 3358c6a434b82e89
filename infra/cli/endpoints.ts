import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from './errors.ts';

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
  tasks: { grpc: string; rest: string };
  pubsub: { grpc: string; rest: string };
  scheduler: { grpc: string; rest: string };
  eventarc: string;
  admin: string;
  pids: { up: number; cloud: number; functions: number };
}

/** Ports of a local cloud's services, as it says them when it is ready. */
export type CloudPorts = Record<
  'storage' | 'bigquery' | 'dlp' | 'tasks' | 'pubsub' | 'scheduler' | 'eventarc' | 'admin' | 'grpc',
  number
>;

export const DEFAULT_DATA = '.sluice';

const fileIn = (dir: string): string => join(dir, 'endpoints.json');

export function writeEndpoints(dir: string, endpoints: Endpoints): void {
  writeFileSync(fileIn(dir), `${JSON.stringify(endpoints, undefined, 2)}\n`);
}

/** What the folder's last `sluice up` wrote, whether it still runs or not. */
export function lastEndpoints(dir: string): Endpoints | undefined {
  return existsSync(fileIn(dir)) ? (JSON.parse(readFileSync(fileIn(dir), 'utf8')) as Endpoints) : undefined;
}

/** The endpoints of a local cloud that runs. Throws UsageError, with what to do, if none does. */
export function readEndpoints(dir: string): Endpoints {
  const endpoints = lastEndpoints(dir);
  const start = `start one with \`npx sluice up${dir === DEFAULT_DATA ? '' : ` --data ${dir}`}\``;
  if (!endpoints)
    throw new UsageError(`no local cloud has its data in ${dir}: ${start}, or name another folder with --data`);
  if (!isAlive(endpoints.pids.cloud)) throw new UsageError(`the local cloud of ${dir} is not running: ${start}`);
  return endpoints;
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
