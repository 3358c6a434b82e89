import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lastEndpoints } from '../../../infra/cli/endpoints.ts';

const MAIN = fileURLToPath(new URL('../../../infra/cli/main.ts', import.meta.url));

export interface Finished {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** A folder of a test's own, with the real command in it. */
export interface Workplace {
  dir: string;
  path(name: string): string;
  write(name: string, text: string): void;
  /** Runs the command to its end, as a person would in this folder. */
  sluice(...args: string[]): Promise<Finished>;
  /** The same with other variables in its environment. */
  sluiceWith(env: Readonly<Record<string, string>>, ...args: string[]): Promise<Finished>;
  /** The same with something on its stdin. */
  pipe(input: string, ...args: string[]): Promise<Finished>;
  /** The same for a command with --json. */
  json<T>(...args: string[]): Promise<T>;
  /** Starts `sluice up`, or another command that stays, and waits for a text on its stdout. */
  stay(args: readonly string[], until: RegExp): Promise<Staying>;
  /** Ends what still stays, and removes the folder. */
  close(): Promise<void>;
}

export interface Staying {
  pid: number;
  output(): string;
  /** Resolves when the text has come; rejects when the process ends first, or after a minute. */
  shows(text: RegExp): Promise<void>;
  kill(signal: NodeJS.Signals): Promise<number | null>;
}

const PATIENCE_MS = 60_000;
const ENV = { ...process.env, NO_COLOR: '1' };
// vitest asks for colours; a person's pipe does not.
Reflect.deleteProperty(ENV, 'FORCE_COLOR');

export function createWorkplace(files: Readonly<Record<string, string>> = {}): Workplace {
  const dir = mkdtempSync(join(tmpdir(), 'sluice-cli-'));
  const staying: Staying[] = [];
  const path = (name: string): string => join(dir, name);
  const write = (name: string, text: string): void => {
    mkdirSync(dirname(path(name)), { recursive: true });
    writeFileSync(path(name), text);
  };
  for (const [name, text] of Object.entries(files)) write(name, text);

  const start = (
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
    stdin: 'ignore' | 'pipe' = 'ignore',
  ): ChildProcess =>
    spawn(process.execPath, [MAIN, ...args], { cwd: dir, env: { ...ENV, ...env }, stdio: [stdin, 'pipe', 'pipe'] });

  const sluice = (...args: string[]): Promise<Finished> => sluiceWith({}, ...args);

  async function sluiceWith(env: Readonly<Record<string, string>>, ...args: string[]): Promise<Finished> {
    return finish(start(args, env));
  }

  async function finish(child: ChildProcess): Promise<Finished> {
    const [stdout, stderr, status] = await Promise.all([textOf(child.stdout), textOf(child.stderr), statusOf(child)]);
    return { status, stdout, stderr };
  }

  return {
    dir,
    path,
    write,
    sluice,
    sluiceWith,
    pipe(input, ...args) {
      const child = start(args, {}, 'pipe');
      child.stdin?.end(input);
      return finish(child);
    },
    async json<T>(...args: string[]): Promise<T> {
      const { stdout, stderr } = await sluice(...args, '--json');
      try {
        return JSON.parse(stdout) as T;
      } catch {
        throw new Error(`sluice ${args.join(' ')} --json printed no JSON: ${stdout}${stderr}`);
      }
    },
    async stay(args, until) {
      const child = start(args);
      let output = '';
      for (const stream of [child.stdout, child.stderr])
        stream?.on('data', (chunk: Buffer) => {
          output += chunk.toString();
        });
      const ended = statusOf(child);
      const one: Staying = {
        pid: child.pid ?? 0,
        output: () => output,
        shows: (text) =>
          waitFor(
            () => text.test(output),
            () => `${text} in: ${output}`,
          ),
        async kill(signal) {
          child.kill(signal);
          return ended;
        },
      };
      staying.push(one);
      await one.shows(until);
      return one;
    },
    async close() {
      await Promise.all(staying.map((one) => one.kill('SIGTERM')));
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** Polls; the message says what was waited for. */
export async function waitFor(isSo: () => boolean, what: () => string): Promise<void> {
  for (const until = Date.now() + PATIENCE_MS; !isSo(); ) {
    if (Date.now() > until) throw new Error(`${PATIENCE_MS} ms went by without ${what()}`);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

/** Ids of the processes that the folder's last `sluice up` started. */
export const pidsOf = (data: string) => lastEndpoints(data)?.pids ?? { up: 0, cloud: 0, functions: 0 };

async function textOf(stream: NodeJS.ReadableStream | null): Promise<string> {
  let text = '';
  for await (const chunk of stream ?? []) text += String(chunk);
  return text;
}

const statusOf = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => child.once('close', (status) => resolve(status)));
