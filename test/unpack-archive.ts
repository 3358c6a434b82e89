import { cpSync, existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Archive } from '../infra/cli/archive/archive.ts';
import { REPOSITORY } from './cold-function.ts';

/** The archive as it is deployed, in a temporary folder: its files, and the packages of its lock. The caller removes it. */
export function unpackArchive(archive: Archive): string {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-archive-'));
  for (const { path, text } of archive.files) {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  installLocked(folder, archive);
  return folder;
}

/** As `npm ci` would: exactly the packages that the archive's lock names, out of those that are installed here. */
function installLocked(folder: string, { files }: Archive): void {
  const lock = JSON.parse(files.find(({ path }) => path === 'package-lock.json')?.text ?? '{}') as {
    packages: Record<string, { optional?: boolean }>;
  };
  for (const [path, { optional }] of Object.entries(lock.packages)) {
    if (path === '' || (optional && !existsSync(join(REPOSITORY, path)))) continue;
    const nested = join(REPOSITORY, path, 'node_modules');
    cpSync(join(REPOSITORY, path), join(folder, path), { recursive: true, filter: (from) => from !== nested });
  }
  const framework = '../@google-cloud/functions-framework/build/src/main.js';
  mkdirSync(join(folder, 'node_modules/.bin'));
  writeFileSync(join(folder, 'node_modules/.bin/functions-framework'), `require('${framework}');`);
}
