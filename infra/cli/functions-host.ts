import type { Server } from 'node:http';
import { parseArgs } from 'node:util';
import { getTestServer } from '@google-cloud/functions-framework/testing';

/** All functions in one process, on loopback (the framework's own command would listen on every interface). */
const { values } = parseArgs({ options: { port: { type: 'string' } } });

let server: Server | undefined;
let stopping = false;
const stop = (): void => {
  if (stopping) return;
  stopping = true;
  if (!server) process.exit(0);
  // What is under way may end; its caller tries again what does not.
  server.close(() => process.exit(0));
  server.closeIdleConnections();
  setTimeout(() => process.exit(0), 5000).unref();
};
process.on('SIGTERM', stop);
process.on('SIGINT', stop);
process.on('disconnect', stop);
// The channel may have closed before anybody listened.
if (process.connected === false) stop();

await import('../../functions/index.ts');
server = getTestServer('all');
server.listen(Number(values.port), '127.0.0.1', () => process.stdout.write(`${JSON.stringify({ ready: true })}\n`));
