import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  path: string;
  method: string;
  headers: IncomingHttpHeaders;
  body: string;
  atMs: number;
  /** Tells one connection from another. */
  remotePort: number | undefined;
}

export type Answer = number | { status?: number; headers?: Record<string, string>; body?: string; afterMs?: number };

export interface Receiver {
  url: string;
  received: Received[];
  /** The answer to every request from now on; it may depend on the request and on how many came before it. */
  answer(next: Answer | ((request: Received, index: number) => Answer)): void;
  /** Resolves once so many requests have come in; rejects after `withinMs`. */
  until(count: number, withinMs?: number): Promise<Received[]>;
  close(): Promise<void>;
}

/** A worker that writes down what reaches it. */
export async function createReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const waiting = new Set<() => void>();
  let decide: (request: Received, index: number) => Answer = () => 200;

  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const entry: Received = {
      path: request.url ?? '',
      method: request.method ?? '',
      headers: request.headers,
      body: Buffer.concat(chunks).toString(),
      atMs: Date.now(),
      remotePort: request.socket.remotePort,
    };
    received.push(entry);
    for (const check of waiting) check();
    const chosen = decide(entry, received.length - 1);
    const { status = 200, headers = {}, body, afterMs = 0 } = typeof chosen === 'number' ? { status: chosen } : chosen;
    setTimeout(() => {
      response.writeHead(status, headers);
      response.end(body);
    }, afterMs);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}`,
    received,
    answer(next) {
      decide = typeof next === 'function' ? next : () => next;
    },
    until(count, withinMs = 5_000) {
      return new Promise((resolve, reject) => {
        const check = () => {
          if (received.length < count) return;
          clearTimeout(timer);
          waiting.delete(check);
          resolve(received);
        };
        const timer = setTimeout(() => {
          waiting.delete(check);
          reject(new Error(`${received.length} of ${count} requests came within ${withinMs} ms`));
        }, withinMs);
        waiting.add(check);
        check();
      });
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** For what must not happen: as long as a few dispatches would take. */
export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
