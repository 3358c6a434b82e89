import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ArchiveOptions } from '../commands/archive.ts';
import { paint, print, printJson } from '../output.ts';
import { formatBytes } from '../quantities.ts';
import { makeArchive } from './archive.ts';
import { archiveName } from './archive-name.ts';
import { checkedOutCommit } from './commit.ts';
import { makeSbom } from './sbom.ts';

export const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url));

/** What the archive is made of. */
const INPUTS = ['functions', 'package.json', 'package-lock.json', 'LICENSE'];

export async function archive({
  out,
  commit = checkedOutCommit(REPOSITORY, INPUTS),
  sbom,
  json,
}: ArchiveOptions): Promise<void> {
  const { zip, sha256, files } = await makeArchive(REPOSITORY);
  const file = join(out, archiveName(commit));
  mkdirSync(out, { recursive: true });
  writeFileSync(file, zip);
  if (sbom)
    writeFileSync(file.replace(/zip$/, 'cdx.json'), makeSbom(readJson('package.json'), readJson('package-lock.json')));
  if (json) printJson({ file, commit, bytes: zip.length, sha256, files: files.length });
  else print(`${file}  ${paint('dim', `${formatBytes(zip.length)}  sha256 ${sha256}`)}`);
}

function readJson<T>(name: string): T {
  return JSON.parse(readFileSync(join(REPOSITORY, name), 'utf8')) as T;
}
