import { subscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * Has every request pass `admit` before functions-framework sees it. The framework has no hook of its own there, and what it
 * does first is read up to 1 GiB of whatever anybody sends and parse it. Node tells of a request before its server does: the
 * framework's application (Express) is then taken off the server and called only for what is admitted.
 *
 * `admit` answers what it refuses, and resolves to whether the request may go on. Should the hook ever not be called, no
 * request is admitted, and functions refuse what is not.
 */
export function standBeforeFramework(
  admit: (request: IncomingMessage, response: ServerResponse) => Promise<boolean>,
): void {
  subscribe('http.server.request.start', (message) => {
    const { server } = message as { server: Server };
    for (const application of server.listeners('request').filter(isExpress)) {
      server.off('request', application);
      server.on('request', (request, response) => {
        void admit(request, response).then((admitted) => {
          if (admitted) application.call(server, request, response);
        });
      });
    }
  });
}

/** No other server of this process has one, and an application of Express is a function that is mounted somewhere. */
const isExpress = (listener: unknown): listener is Listener =>
  typeof listener === 'function' && 'mountpath' in listener;
