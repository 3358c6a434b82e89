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
const QUIET = '--disable-warning=ExperimentalWarning';
/**
 * What waits for DLP outlives V8's young generation whatever its size, and glibc keeps a heap a thread and what those have
 * freed: by their defaults a CSV of 200 MB took 150 MiB more at its peak, and no less CPU. Half of these 16 MiB cost a
 * second of CPU more in collecting. On Cloud Run the same could be NODE_OPTIONS and environment variables.
 */
const RUNTIME = {
  cloud: { flags: [QUIET], env: {} },
  functions: {
    flags: [QUIET, '--max-semi-space-size=16', '--v8-pool-size=1'],
    env: { MALLOC_ARENA_MAX: '2', MALLOC_TRIM_THRESHOLD_: String(128 * 1024) },
  },
};

export async function startChild<Ready>({ script, args, env = {}, logs }: ChildOptions): Promise<Child<Ready>> {
  mkdirSync(logs, { recursive: true });
  const logFile = join(logs, `${script}.log`);
  const log = createWriteStream(logFile, { flags: 'a' });
  const child = spawn(process.execPath, [...RUNTIME[script].flags, SCRIPTS[script], ...args], {
    env: { ...RUNTIME[script].env, ...process.env, ...env, METADATA_SERVER_DETECTION: 'none' },
    // The channel closes when this process ends, however it ends, and takes the child with it.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  child.stderr?.pipe(log, { end: false });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const ready = await firstLine<Ready>(child, script, { log, logFile });
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

interface LogPlace {
  log: NodeJS.WritableStream;
  logFile: string;
}

function firstLine<Ready>(child: ChildProcess, script: string, { log, logFile }: LogPlace): Promise<Ready> {
  return new Promise((resolve, reject) => {
    if (!child.stdout) return reject(new FailedError(`${script} has no output`));
    const lines = createInterface({ input: child.stdout });
    let isReady = false;
    let complaint = '';
    lines.on('line', (line) => {
      log.write(`${line}\n`);
      if (isReady || !line.startsWith('{"ready"')) return;
      isReady = true;
      resolve(JSON.parse(line) as Ready);
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      if (!isReady && complaint.length < COMPLAINT_CHARS) complaint += chunk.toString();
    });
    child.once('error', (cause) => reject(new FailedError(`${script} could not be started`, { cause })));
    // `close` comes after the last of its output, `exit` may come before.
    child.once('close', (code, signal) => {
      if (!isReady) reject(new FailedError(`${explain(script, complaint, signal ?? code)} (log: ${logFile})`));
    });
  });
}

/** What is kept of the output of a process that does not become ready; the log has all. */
const COMPLAINT_CHARS = 20_000;

function explain(script: string, complaint: string, end: string | number | null): string {
  const port = /EADDRINUSE[^\n]*?:(\d+)/.exec(complaint)?.[1];
  if (port)
    return `port ${port} is in use by another process: end that one, or name the first of ten free ports with --port`;
  const error = /^(?:\w*Error|Error): .*$|^\w*Error[^\n]*: .*$/m.exec(complaint)?.[0];
  return `the ${script} process ended before it was ready (${end})${error ? `: ${error}` : ''}`;
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
