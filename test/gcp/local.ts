import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CloudPorts, startCloud } from '../../infra/local/cloud.ts';

process.env.METADATA_SERVER_DETECTION = 'none';

export const PROJECT = 'acme';

/** A local cloud of a test file's own, on free ports, over a temporary folder. */
export interface Local {
  dir: string;
  ports: CloudPorts;
  /** `http://127.0.0.1:PORT` */
  http(service: keyof CloudPorts): string;
  grpc: string;
  /** Calls a REST API; answers with its JSON. */
  call<T>(method: string, url: string, body?: unknown): Promise<T>;
  createBucket(name: string, options?: { versioned?: boolean }): Promise<string>;
  stop(): Promise<void>;
}

export async function startLocal(): Promise<Local> {
  const dir = mkdtempSync(join(tmpdir(), 'sluice-gcp-'));
  const cloud = await startCloud({ dir, project: PROJECT, location: 'US' });
  const http = (service: keyof CloudPorts): string => `http://127.0.0.1:${cloud.ports[service]}`;

  async function call<T>(method: string, url: string, body?: unknown): Promise<T> {
    const response = await fetch(url, {
      method,
      ...(body !== undefined && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${url} answered ${response.status}: ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }

  return {
    dir,
    ports: cloud.ports,
    http,
    grpc: `127.0.0.1:${cloud.ports.grpc}`,
    call,
    async createBucket(name, { versioned = false } = {}) {
      const bucket = { name, location: 'US', versioning: { enabled: versioned } };
      await call('POST', `${http('storage')}/storage/v1/b?project=${PROJECT}`, bucket);
      return name;
    },
    async stop() {
      await cloud.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
