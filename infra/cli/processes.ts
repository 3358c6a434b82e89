import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { FailedError } from './errors.ts';

/** A process of ours that says on its first line of output that it is ready. */
export interface Child<Ready> {
  pid: number;
  ready: Ready;
  /** Resolves when it has ended, whoever ended it. */
  ended: Promise<void>;
  /** SIGTERM, then SIGKILL after ten seconds, as Cloud Run does. */
  stop(): Promise<void>;
}

export interface ChildOptions {
  script: 'cloud' | 'functions';
  args: readonly string[];
  env?: Readonly<Record<string, string>>;
  /** Folder of its log, `<script>.log`. */
  logs: string;
}

const SCRIPTS = {
  cloud: fileURLToPath(new URL('../local/cloud.ts', import.meta.url)),
  functions: fileURLToPath(new URL('./functions-host.ts', import.meta.url)),
};
const KILL_AFTER_MS = 10_000;

export async function startChild<Ready>({ script, args, env = {}, logs }: ChildOptions): Promise<Child<Ready>> {
  mkdirSync(logs, { recursive: true });
  const log = createWriteStream(join(logs, `${script}.log`), { flags: 'a' });
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', SCRIPTS[script], ...args], {
    env: { ...process.env, ...env, METADATA_SERVER_DETECTION: 'none' },
    // The channel closes when this process ends, however it ends, and takes the child with it.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  child.stderr?.pipe(log, { end: false });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const ready = await firstLine<Ready>(child, script, log);
  return {
    pid: child.pid ?? 0,
    ready,
    ended,
    async stop() {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS);
      await ended;
      clearTimeout(timer);
    },
  };
}

function firstLine<Ready>(child: ChildProcess, script: string, log: NodeJS.WritableStream): Promise<Ready> {
  return new Promise((resolve, reject) => {
    if (!child.stdout) return reject(new FailedError(`${script} has no output`));
    const lines = createInterface({ input: child.stdout });
    let isReady = false;
    lines.on('line', (line) => {
      log.write(`${line}\n`);
      if (isReady || !line.startsWith('{"ready"')) return;
      isReady = true;
      resolve(JSON.parse(line) as Ready);
    });
    child.once('exit', (code, signal) => {
      if (!isReady)
        reject(
          new FailedError(
            `${script} ended before it was ready (${signal ?? code}): see ${script}.log in the data folder's logs`,
          ),
        );
    });
  });
}

/** A loopback port that is free now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      const port = address && typeof address === 'object' ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}
