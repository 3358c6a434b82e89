import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** The service in a process of its own, over a folder that outlives it. */
export interface Killable {
  url: string;
  pid: number;
  /** With no warning at all. */
  kill(): Promise<void>;
}

/** `memoryLimit`: DuckDB's. */
export async function startKillable(dir: string, memoryLimit?: string): Promise<Killable> {
  const child: ChildProcess & { stdout: NonNullable<ChildProcess['stdout']> } = spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      join(import.meta.dirname, 'kill-child.ts'),
      dir,
      ...(memoryLimit ? [memoryLimit] : []),
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const [url] = (await once(createInterface(child.stdout), 'line')) as [string];
  return {
    url,
    pid: child.pid ?? 0,
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}
