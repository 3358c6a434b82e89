import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What goes wrong with one request between a client and its service. */
export type Fault =
  /** The service says so, and does nothing. */
  | { kind: 'status'; status: number }
  /** The connection breaks before anything is sent. */
  | { kind: 'drop' }
  /** The service does what it is asked, and the answer never arrives. */
  | { kind: 'lose_answer' }
  /** The connection breaks after so many bytes of the request's body, or of the answer's. */
  | { kind: 'cut_request'; after: number }
  | { kind: 'cut_answer'; after: number };

export interface FaultProxy {
  url: string;
  /** `METHOD /path?query` of every request, in order. */
  seen: string[];
  /** Strikes the next request whose `METHOD /path?query` has the pattern, once for each call. */
  strike(pattern: RegExp, fault: Fault): void;
  /** Faults that have not found their request. */
  pending(): number;
  close(): Promise<void>;
}

export async function createFaultProxy(target: string): Promise<FaultProxy> {
  const faults: { pattern: RegExp; fault: Fault }[] = [];
  const seen: string[] = [];
  const { hostname, port } = new URL(target);

  const server = createServer((incoming, outgoing) => {
    const line = `${incoming.method} ${incoming.url}`;
    seen.push(line);
    const at = faults.findIndex(({ pattern }) => pattern.test(line));
    const fault = at === -1 ? undefined : faults.splice(at, 1)[0]?.fault;
    if (fault?.kind === 'drop') incoming.socket.destroy();
    else if (fault?.kind === 'status') {
      incoming.resume();
      outgoing.writeHead(fault.status, { 'content-type': 'application/json' });
      outgoing.end(
        JSON.stringify({ error: { code: fault.status, message: 'struck', errors: [{ reason: 'struck' }] } }),
      );
    } else forward(incoming, outgoing, fault);
  });

  function forward(incoming: IncomingMessage, outgoing: ServerResponse, fault: Fault | undefined): void {
    const { method, url: path, headers } = incoming;
    const upstream = request({ hostname, port, method, path, headers }, (answer) => {
      let bytes = 0;
      if (fault?.kind === 'lose_answer') answer.on('end', () => incoming.socket.destroy()).resume();
      else {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          outgoing.write(chunk);
          if (fault?.kind === 'cut_answer' && bytes >= fault.after) incoming.socket.destroy();
        });
        answer.on('end', () => outgoing.end());
        answer.on('error', () => incoming.socket.destroy());
      }
    });
    upstream.on('error', () => incoming.socket.destroy());
    let bytes = 0;
    incoming.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      upstream.write(chunk);
      if (fault?.kind !== 'cut_request' || bytes < fault.after) return;
      incoming.socket.destroy();
      upstream.destroy();
    });
    incoming.on('end', () => upstream.end());
    incoming.on('error', () => upstream.destroy());
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    strike: (pattern, fault) => void faults.push({ pattern, fault }),
    pending: () => faults.length,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
