import { spawn } from 'node:child_process';
import { json } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { MeasuredFile } from '../../../functions/model/dlp-charge.ts';
import { FailedError } from '../errors.ts';
import type { Asked, Told } from './measure-host.ts';

const HOST = fileURLToPath(new URL('./measure-host.ts', import.meta.url));

/** What each file would send to DLP, in their order. Throws FailedError where one cannot be read. */
export async function measureFiles(asked: Asked): Promise<MeasuredFile[]> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', HOST], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  child.stdin.on('error', () => undefined);
  child.stdin.end(JSON.stringify(asked));
  const told = (await json(child.stdout).catch(() => undefined)) as Told | undefined;
  await ended;
  if (!told) throw new FailedError('the process that measures files ended before it was done');
  if ('error' in told) throw new FailedError(told.error);
  return told.files;
}
