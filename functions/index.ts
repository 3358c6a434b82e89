import { http, type Request, type Response } from '@google-cloud/functions-framework';
import { parseConfig } from './config.ts';
import { answer, type Handler } from './http.ts';
import { createLog, traceFields } from './log.ts';
import type { FunctionName } from './model/deployment.ts';
import type { Ports } from './ports.ts';
import { createWiring } from './wire.ts';

/** The only reader of the environment. FUNCTION_TARGET picks the function; `all` serves every one under its name's path. */

const FUNCTIONS: Readonly<Record<FunctionName, () => Promise<(ports: Ports) => Handler>>> = {
  arrive: async () => (await import('./arrive.ts')).createArrive,
  prepare: async () => (await import('./prepare.ts')).createPrepare,
  deidentify: async () => (await import('./deidentify.ts')).createDeidentify,
  load: async () => (await import('./load.ts')).createLoad,
  transform: async () => (await import('./transform.ts')).createTransform,
  nightly: async () => (await import('./nightly.ts')).createNightly,
  adhoc: async () => (await import('./adhoc.ts')).createAdhoc,
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

async function serve(name: FunctionName, request: Request, response: Response): Promise<void> {
  const { method, headers, body } = request;
  const lines = log.with({ function: name, ...traceFields(config.project, headers) });
  const handler: Handler = async (one) => (await handlerOf(name))(one);
  const { status, body: reply } = await answer(handler, { method, headers, body: body as unknown }, lines);
  if (reply) response.status(status).json(reply);
  else response.status(status).end();
}

const isFunction = (name: string): name is FunctionName => name in FUNCTIONS;

for (const name of Object.keys(FUNCTIONS) as FunctionName[])
  http(name, (request, response) => serve(name, request, response));

http('all', async (request, response) => {
  const name = request.path.split('/')[1] ?? '';
  if (isFunction(name)) await serve(name, request, response);
  else
    response.status(404).json({
      error: {
        code: 'NOT_FOUND',
        message: `there is no function ${JSON.stringify(name)}; there are: ${Object.keys(FUNCTIONS).join(', ')}`,
      },
    });
});
