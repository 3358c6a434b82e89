import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { FunctionName } from '../../functions/model/deployment.ts';
import type { CloudPorts, Endpoints } from '../../infra/cli/endpoints.ts';
import { environmentOf } from '../../infra/cli/environment.ts';
import { createIdTokens } from '../../infra/cli/id-tokens.ts';
import { keysOf } from '../../infra/cli/keys/key-uses.ts';
import { localKeys } from '../../infra/cli/keys/local-keys.ts';
import { localEndpoints } from '../../infra/cli/local-names.ts';
import { startChild } from '../../infra/cli/processes.ts';
import { requireRelease } from '../../infra/cli/project.ts';
import { provision } from '../../infra/cli/provision.ts';
import { publishRelease } from '../../infra/cli/publish-release.ts';
import { uploadBytes } from '../../infra/cli/storage-objects.ts';
import { REPOSITORY, startFunction } from '../cold-function.ts';
import { type Measure, median } from './measure.ts';
import { cpuSeconds } from './process-usage.ts';

const PROJECT = fileURLToPath(new URL('./cold-project', import.meta.url));

/** From the start of a process to the answer of its first request: by the clock, and the process's own CPU time, ms. */
interface ColdStart {
  milliseconds: number;
  cpu: number;
}
export type ColdStarts = Map<FunctionName, ColdStart[]>;

/**
 * Files go through a local cloud whose functions begin anew for every request: each is a process of its own, under the
 * functions framework, which serves one real request and is ended. So each figure has the request's own work in it.
 */
export async function measureColdStarts(files: number, folder = REPOSITORY): Promise<ColdStarts> {
  const dir = mkdtempSync(join(tmpdir(), 'sluice-cold-'));
  const release = requireRelease(PROJECT);
  const place = { project: 'local', location: 'US' };
  const args = ['--data', join(dir, 'cloud'), '--project', place.project, '--location', place.location];
  const cloud = await startChild<{ ports: CloudPorts }>({ script: 'cloud', args, logs: join(dir, 'logs') });
  const found: ColdStarts = new Map();
  let env: Record<string, string> = {};
  const front = createFront(async (target, request) => {
    const began = performance.now();
    const one = await startFunction({ folder, target, env });
    try {
      const response = await fetch(one.url, { method: 'POST', ...request });
      const body = await response.text();
      if (!response.ok) throw new Error(`${target} answered ${response.status}: ${body}\n${one.output()}`);
      const milliseconds = performance.now() - began;
      const cpu = cpuSeconds(one.pid) * 1000;
      found.set(target, [...(found.get(target) ?? []), { milliseconds, cpu }]);
      return { status: response.status, body };
    } finally {
      await one.stop();
    }
  });
  try {
    const functions = await front.listen();
    const endpoints = localEndpoints({ ...place, ports: cloud.ready.ports, functions, sql: PROJECT });
    env = environmentOf(endpoints, await localKeys(dir, endpoints, keysOf(release)));
    await provision(endpoints);
    await publishRelease(endpoints, release, new Date());
    for (let file = 0; file < files; file++) await takeThrough(endpoints, front, file);
    return found;
  } finally {
    await front.close();
    await cloud.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}

/** A file, a question about it, then the night: each function has its turn. Asking how far it is would start a process a question. */
async function takeThrough(endpoints: Endpoints, front: Front, file: number): Promise<void> {
  const { storage, buckets, functions } = endpoints;
  const lines = Array.from({ length: 10 }, (_, n) => `${n},p${file}-${n}@example.com,write to p${n}@example.com`);
  const body = new TextEncoder().encode(`id,email,notes\n${lines.join('\n')}\n`);
  await uploadBytes({ storage }, buckets.raw, `bench/people/${file}.csv`, body);
  await front.served('transform');
  // No key has made this token, which DLP finds out.
  const token = `pii(24):${Buffer.alloc(18, 1).toString('base64')}`;
  const given = { source: 'bench.people', columns: ['email'], tokens: [token], reason: 'how long it takes' };
  await ask(`${functions}/reidentify`, createIdTokens(endpoints, endpoints.reidentifiers.me), given);
  await ask(`${functions}/adhoc`, createIdTokens(endpoints), { action: 'nightly' });
  await front.served('nightly');
}

async function ask(url: string, tokenFor: (audience: string) => Promise<string>, body: object): Promise<void> {
  const headers = { ...JSON_BODY, authorization: `Bearer ${await tokenFor(url)}` };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
}

const JSON_BODY = { 'content-type': 'application/json' };

interface Request {
  headers: Record<string, string>;
  body: string;
}

type Front = ReturnType<typeof createFront>;

const PATIENCE_MS = 60_000;

/** Listens where the functions would, and hands one request after the other on: processes that start together wait for each other. */
function createFront(serve: (target: FunctionName, request: Request) => Promise<{ status: number; body: string }>) {
  const waiting = new Map<FunctionName, () => void>();
  let failed: (error: unknown) => void = () => {};
  const failure = new Promise<never>((_, reject) => {
    failed = reject;
  });
  failure.catch(() => {});
  let turn: Promise<unknown> = Promise.resolve();

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const target = (request.url ?? '').split(/[/?]/)[1] as FunctionName;
    const body = (await buffer(request)).toString();
    const { host: _, connection: __, 'content-length': ___, ...headers } = request.headers;
    turn = turn
      .then(() => serve(target, { headers: headers as Record<string, string>, body }))
      .then((answered) => {
        response.writeHead(answered.status, JSON_BODY).end(answered.body || undefined);
        waiting.get(target)?.();
      })
      .catch((error: unknown) => {
        failed(error);
        response.writeHead(503).end();
      });
    await turn;
  }

  const server: Server = createServer((request, response) => void answer(request, response));
  return {
    listen: (): Promise<number> =>
      new Promise((resolve) => {
        server.listen(0, '127.0.0.1', () => {
          const address = server.address();
          resolve(address && typeof address === 'object' ? address.port : 0);
        });
      }),
    /** Resolves when the function has answered once more; rejects with the first failure of any. */
    async served(target: FunctionName): Promise<void> {
      const answered = new Promise<void>((resolve) => waiting.set(target, resolve));
      const late = new Promise<never>((_, reject) => {
        setTimeout(() => reject(new Error(`${target} was not called within ${PATIENCE_MS} ms`)), PATIENCE_MS).unref();
      });
      await Promise.race([answered, failure, late]);
    },
    async close(): Promise<void> {
      await turn;
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A process that does nothing: some 40 ms on a machine that nobody else uses, and the others are as much slower as this one. */
export function measureEmptyProcess(times: number): Measure {
  const all = Array.from({ length: times }, () => {
    const began = performance.now();
    spawnSync(process.execPath, ['-e', '0']);
    return performance.now() - began;
  });
  return { name: 'cold_start_of_nothing', value: median(all), unit: `ms (median of ${times})` };
}

const WITH_DUCKDB: readonly FunctionName[] = ['deidentify'];

/** CPU time beside the clock's: on a machine that others use too, only the first says what a process costs. */
export const coldStartMeasures = (found: ColdStarts): Measure[] =>
  [...found].sort().flatMap(([target, all]) => [
    {
      name: `cold_start_${target}`,
      value: median(all.map(({ milliseconds }) => milliseconds)),
      unit: `ms (median of ${all.length})`,
      goal: WITH_DUCKDB.includes(target) ? '<= 1200' : '<= 600',
    },
    { name: `cold_start_${target}_cpu`, value: median(all.map(({ cpu }) => cpu)), unit: 'ms of CPU' },
  ]);
