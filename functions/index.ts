import type { IncomingMessage, ServerResponse } from 'node:http';
import { http } from '@google-cloud/functions-framework';
import { type Admitted, createAdmission } from './admission.ts';
import { parseConfig } from './config.ts';
import { terminal } from './errors.ts';
import { standBeforeFramework } from './front-door.ts';
import { type Answer, answer, type FunctionResponse, type Handler } from './http.ts';
import { createLog, type Log, traceFields } from './log.ts';
import type { FunctionName } from './model/deployment.ts';
import type { Ports } from './ports.ts';
import { createVerifier, createWiring } from './wire.ts';

/** The only reader of the environment. FUNCTION_TARGET picks the function; `all` serves every one under its name's path. */

const FUNCTIONS: Readonly<Record<FunctionName, () => Promise<(ports: Ports) => Handler>>> = {
  arrive: async () => (await import('./arrive.ts')).createArrive,
  prepare: async () => (await import('./prepare.ts')).createPrepare,
  deidentify: async () => (await import('./deidentify.ts')).createDeidentify,
  load: async () => (await import('./load.ts')).createLoad,
  transform: async () => (await import('./transform.ts')).createTransform,
  nightly: async () => (await import('./nightly.ts')).createNightly,
  adhoc: async () => (await import('./adhoc.ts')).createAdhoc,
  reidentify: async () => (await import('./reidentify.ts')).createReidentify,
  forget: async () => (await import('./forget.ts')).createForget,
};

const config = parseConfig(process.env);
const log = createLog({ write: (line) => void process.stdout.write(`${line}\n`), now: () => new Date() });
const wire = createWiring(config);
const handlers = new Map<FunctionName, Promise<Handler>>();

function handlerOf(name: FunctionName): Promise<Handler> {
  const known =
    handlers.get(name) ??
    Promise.all([FUNCTIONS[name](), wire(name, log.with({ function: name }))]).then(([create, ports]) => create(ports));
  handlers.set(name, known);
  return known;
}

const isFunction = (name: string): name is FunctionName => Object.hasOwn(FUNCTIONS, name);
const target = process.env.FUNCTION_TARGET ?? '';
/** undefined = there is none of this name. */
function functionOf({ url = '' }: IncomingMessage): FunctionName | undefined {
  const name = isFunction(target) ? target : (/^\/(\w+)(?:[/?]|$)/.exec(url)?.[1] ?? '');
  return isFunction(name) ? name : undefined;
}

const admit = createAdmission({ ...config, verifier: createVerifier(config) });
const admitted = new WeakMap<IncomingMessage, Admitted & { name: FunctionName }>();

standBeforeFramework(async (request, response) => {
  const name = functionOf(request);
  const { status, body } = await answer(
    async () => {
      if (!name)
        throw terminal('NOT_FOUND', `there is no such function; there are: ${Object.keys(FUNCTIONS).join(', ')}`);
      // What it imports takes longer than to find out who calls; if it cannot be had, its first call says so.
      handlerOf(name).catch(() => {});
      admitted.set(request, { name, ...(await admit(name, request)) });
      return undefined;
    },
    linesOf(name, request),
  );
  if (admitted.has(request)) return true;
  send(response, { status, ...(body && { body }) });
  return false;
});

async function serve(
  name: FunctionName | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = '', headers } = request;
  const pass = admitted.get(request);
  const work = async (): Promise<FunctionResponse> => {
    if (!pass || pass.name !== name) throw terminal('UNAUTHENTICATED', 'the request did not come by the front door');
    return (await handlerOf(name))({ method, headers, body: pass.body, caller: pass.caller });
  };
  send(response, await answer(work, linesOf(name, request).with({ caller: pass?.caller })));
}

function linesOf(name: FunctionName | undefined, { headers }: IncomingMessage): Log {
  return log.with({ function: name, ...traceFields(config.project, headers) });
}

function send(response: ServerResponse, { status, body }: Answer): void {
  response.statusCode = status;
  // Some answers hold clear values, and none is worth keeping.
  response.setHeader('cache-control', 'no-store');
  if (status === 401) response.setHeader('www-authenticate', 'Bearer');
  if (body) response.setHeader('content-type', 'application/json; charset=utf-8');
  response.end(body && JSON.stringify(body));
}

for (const name of Object.keys(FUNCTIONS) as FunctionName[])
  http(name, (request, response) => serve(name, request, response));
/** On a laptop one process has them all, each under its name's path. */
http('all', (request, response) => serve(functionOf(request), request, response));
