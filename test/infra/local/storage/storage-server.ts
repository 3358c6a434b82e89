import { EventEmitter } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Storage as Client } from '@google-cloud/storage';
import { Agent, request } from 'undici';
import type { Context } from '../../../../infra/local/context.ts';
import { createHttp, listen } from '../../../../infra/local/http.ts';
import { createMeter } from '../../../../infra/local/meter.ts';
import { openState } from '../../../../infra/local/state.ts';
import type { FinalizeEvent } from '../../../../infra/local/storage/notifications.ts';
import { createStorage, type Storage } from '../../../../infra/local/storage/storage.ts';

process.env.METADATA_SERVER_DETECTION = 'none';
// Google's client hangs more than ten listeners on one download, and Node takes that for a leak.
EventEmitter.defaultMaxListeners = 30;

export interface Published {
  topic: string;
  attributes: Record<string, string>;
  data: Buffer;
}

export interface CallOptions {
  body?: string | Buffer;
  headers?: Record<string, string>;
}

/** An answer of the server, read to its end. */
export interface Reply {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  bytes: Buffer;
  text: string;
  json: ReplyJson;
}

/** The fields that tests look at by name. */
export interface ReplyJson {
  [field: string]: unknown;
  name: string;
  generation: string;
  contentType: string;
  nextPageToken?: string;
  items: ReplyJson[];
  error: { code: number; message: string; errors: { reason: string }[] };
}

export interface StorageServer {
  url: string;
  context: Context;
  service: Storage;
  /** Google's own client, pointed here. */
  client: Client;
  published: Published[];
  /** Plain HTTP below `url`; nothing is added to the headers, not even a content type. */
  call(method: string, path: string, options?: CallOptions): Promise<Reply>;
  /** Ends the server; `keep` leaves its folder for another one. */
  close(options?: { keep: boolean }): Promise<void>;
}

/** A server on a free port, with a folder of its own unless `dir` is one that an earlier server left. */
export async function startStorage(
  options: { dir?: string; publish?: (message: Published) => void; onFinalize?: (event: FinalizeEvent) => void } = {},
): Promise<StorageServer> {
  const dir = options.dir ?? mkdtempSync(join(tmpdir(), 'sluice-storage-'));
  const state = openState(dir);
  const context: Context = { dir, project: 'p', location: 'US', state, meter: createMeter(state), seed: undefined };
  const published: Published[] = [];
  const service = createStorage(context, {
    publish(topic, message) {
      options.publish?.({ topic, ...message });
      published.push({ topic, ...message });
      return String(published.length);
    },
  });
  if (options.onFinalize) service.onFinalize(options.onFinalize);
  const app = createHttp({ bodies: 'raw' });
  service.routes(app);
  const url = `http://127.0.0.1:${await listen(app, 0)}`;
  service.start();
  const agent = new Agent();
  return {
    url,
    context,
    service,
    client: new Client({ apiEndpoint: url, projectId: 'p', retryOptions: { autoRetry: false } }),
    published,
    async call(method, path, { body, headers } = {}) {
      const response = await request(`${url}${path}`, {
        method: method as 'GET',
        dispatcher: agent,
        ...(headers && { headers }),
        ...(body !== undefined && { body }),
      });
      const bytes = Buffer.from(await response.body.arrayBuffer());
      const text = bytes.toString();
      return {
        status: response.statusCode,
        headers: response.headers,
        bytes,
        text,
        get json() {
          return JSON.parse(text);
        },
      };
    },
    async close({ keep } = { keep: false }) {
      await agent.destroy();
      await app.close();
      await service.stop();
      state.close();
      if (!keep) rmSync(dir, { recursive: true });
    },
  };
}

/** The code that a rejected client call carries. */
export async function codeOf(call: Promise<unknown>): Promise<unknown> {
  try {
    await call;
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
  return undefined;
}
