import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Build } from '../../functions/model/build.ts';
import type { SluiceEvent } from '../../functions/model/event.ts';
import { isEnded, type LedgerEntry } from '../../functions/model/run.ts';
import { deploy } from '../../infra/cli/deployment.ts';
import type { Endpoints } from '../../infra/cli/endpoints.ts';
import { createIdTokens } from '../../infra/cli/id-tokens.ts';
import { compileProject } from '../../infra/cli/project.ts';

/** A whole Sluice over a temporary folder, for tests that drop files and look at what came of them. */
export interface Pipeline {
  endpoints: Endpoints;
  dir: string;
  drop(name: string, body: Buffer | string | Blob): Promise<void>;
  adhoc<T = Record<string, unknown>>(request: object): Promise<T>;
  /** Waits until this many runs exist and all of them, and all builds, have come to an end. */
  settle(runs: number): Promise<LedgerEntry[]>;
  query(sql: string): Promise<Record<string, unknown>[]>;
  names(bucket: string, prefix?: string): Promise<string[]>;
  read(bucket: string, name: string): Promise<Buffer>;
  events(): Promise<SluiceEvent[]>;
  logs(): string;
  /** Publishes the declarations of another folder as the current release. */
  release(project: string): Promise<void>;
  stop(): Promise<void>;
}

const PATIENCE_MS = 120_000;

export async function startPipeline(
  project: string,
  options: { seed?: number; env?: Record<string, string> } = {},
): Promise<Pipeline> {
  const dir = mkdtempSync(join(tmpdir(), 'sluice-case-'));
  const deployment = await deploy({ data: dir, sql: project, ...options }, compile(project));
  const { endpoints } = deployment;
  const { storage, bigquery, buckets, topics } = endpoints;
  const subscription = `projects/${endpoints.project}/subscriptions/test-events`;
  await call('PUT', `${endpoints.pubsub.rest}/v1/${subscription}`, { topic: topics.events });

  const objectUrl = (bucket: string, name: string): string =>
    `${storage}/storage/v1/b/${bucket}/o/${encodeURIComponent(name)}`;

  async function names(bucket: string, prefix = ''): Promise<string[]> {
    const found: string[] = [];
    let page = '';
    do {
      const query = `prefix=${encodeURIComponent(prefix)}${page && `&pageToken=${page}`}`;
      const list = await call<{ items?: { name: string }[]; nextPageToken?: string }>(
        'GET',
        `${storage}/storage/v1/b/${bucket}/o?${query}`,
      );
      found.push(...(list.items ?? []).map(({ name }) => name));
      page = list.nextPageToken ?? '';
    } while (page !== '');
    return found;
  }

  async function read(bucket: string, name: string): Promise<Buffer> {
    const response = await fetch(`${objectUrl(bucket, name)}?alt=media`);
    if (!response.ok) throw new Error(`${bucket}/${name} answered ${response.status}`);
    return Buffer.from(await response.arrayBuffer());
  }

  const idToken = createIdTokens(endpoints);
  const adhoc = async <T>(request: object): Promise<T> => {
    const url = `${endpoints.functions}/adhoc`;
    return call<T>('POST', url, request, { authorization: `Bearer ${await idToken(url)}` });
  };

  async function buildsEnded(): Promise<boolean> {
    const all = await names(buckets.state, 'builds/');
    const plans = all.filter((name) => name.endsWith('/plan.json'));
    for (const plan of plans) {
      const build = JSON.parse((await read(buckets.state, plan)).toString()) as Build;
      const done = all.filter((name) => name.startsWith(`builds/${build.id}/done/`));
      if (done.length < build.steps.length) return false;
    }
    return true;
  }

  return {
    endpoints,
    dir,
    names,
    read,
    adhoc,
    async drop(name, body) {
      const url = `${storage}/upload/storage/v1/b/${buckets.raw}/o?uploadType=media&name=${encodeURIComponent(name)}`;
      const response = await fetch(url, { method: 'POST', body: body as Blob });
      if (!response.ok) throw new Error(`the upload of ${JSON.stringify(name)} answered ${response.status}`);
    },
    async settle(wanted) {
      const until = Date.now() + PATIENCE_MS;
      for (;;) {
        const { runs } = await adhoc<{ runs: LedgerEntry[] }>({ action: 'runs' });
        if (runs.length >= wanted && runs.every(({ state }) => isEnded(state)) && (await buildsEnded())) return runs;
        if (Date.now() > until)
          throw new Error(
            `after ${PATIENCE_MS} ms: ${runs.map((run) => `${run.detail.object.name} ${run.state}`).join(', ')}\n${logs(dir).slice(-4000)}`,
          );
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    async query(sql) {
      const body = { query: sql, useLegacySql: false, timeoutMs: 30_000, maxResults: 100_000 };
      const answer = await call<QueryAnswer>(
        'POST',
        `${bigquery}/bigquery/v2/projects/${endpoints.project}/queries`,
        body,
      );
      return (answer.rows ?? []).map(({ f }) =>
        Object.fromEntries(f.map(({ v }, index) => [answer.schema.fields[index]?.name, v])),
      );
    },
    async events() {
      const found: SluiceEvent[] = [];
      for (;;) {
        const { receivedMessages = [] } = await call<PullAnswer>(
          'POST',
          `${endpoints.pubsub.rest}/v1/${subscription}:pull`,
          { maxMessages: 100, returnImmediately: true },
        );
        if (receivedMessages.length === 0) return found;
        found.push(
          ...receivedMessages.map(
            ({ message }) => JSON.parse(Buffer.from(message.data, 'base64').toString()) as SluiceEvent,
          ),
        );
        await call('POST', `${endpoints.pubsub.rest}/v1/${subscription}:acknowledge`, {
          ackIds: receivedMessages.map(({ ackId }) => ackId),
        });
      }
    },
    logs: () => logs(dir),
    release: (folder) => deployment.release(compile(folder)),
    async stop() {
      await deployment.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

interface QueryAnswer {
  schema: { fields: { name: string }[] };
  rows?: { f: { v: unknown }[] }[];
}

interface PullAnswer {
  receivedMessages?: { ackId: string; message: { data: string } }[];
}

function compile(project: string) {
  const { release, problems } = compileProject(project, 'local');
  if (!release)
    throw new Error(
      `the declarations of ${project} do not compile: ${problems.map(({ message }) => message).join('; ')}`,
    );
  return release;
}

function logs(dir: string): string {
  const folder = join(dir, 'logs');
  return readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n');
}

async function call<T = unknown>(
  method: string,
  url: string,
  body?: object,
  headers: Record<string, string> = {},
): Promise<T> {
  const response = await fetch(url, {
    method,
    ...(body && { headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${url} answered ${response.status}: ${text.slice(0, 500)}`);
  return (text === '' ? undefined : JSON.parse(text)) as T;
}
