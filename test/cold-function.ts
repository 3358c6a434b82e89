import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { freePort } from '../infra/cli/processes.ts';

/** One function in a process of its own, started as Google's buildpack starts it. */
export interface ColdFunction {
  url: string;
  pid: number;
  /** What it has written so far. */
  output(): string;
  stop(): Promise<void>;
}

export interface ColdOptions {
  /** Folder with package.json and node_modules, as deployed. */
  folder: string;
  target: string;
  env: Readonly<Record<string, string>>;
}

const LOOPBACK = new URL('./loopback.mjs', import.meta.url).href;
export const REPOSITORY = fileURLToPath(new URL('..', import.meta.url));
const PATIENCE_MS = 20_000;

/** Resolves as soon as it accepts connections. */
export async function startFunction({ folder, target, env }: ColdOptions): Promise<ColdFunction> {
  const port = await freePort();
  const child = spawn(process.execPath, ['--import', LOOPBACK, 'node_modules/.bin/functions-framework'], {
    cwd: folder,
    env: {
      // A laptop that is none of Google's machines is not asked whether it is one.
      METADATA_SERVER_DETECTION: 'none',
      ...env,
      PATH: process.env.PATH,
      FUNCTION_TARGET: target,
      PORT: String(port),
      NODE_ENV: 'production',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  const ended = once(child, 'close');
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
  };
  const until = performance.now() + PATIENCE_MS;
  while (!(await accepts(port))) {
    if (child.exitCode !== null) throw new Error(`the function ${target} ended before it listened: ${output}`);
    if (performance.now() > until) {
      await stop();
      throw new Error(`the function ${target} did not listen within ${PATIENCE_MS} ms: ${output}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  return { url: `http://127.0.0.1:${port}`, pid: child.pid ?? 0, output: () => output, stop };
}

function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  return new Promise((resolve) => {
    const end = (answer: boolean) => () => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', end(true));
    socket.once('error', end(false));
  });
}
