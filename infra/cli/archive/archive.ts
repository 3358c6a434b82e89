import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { ARCHIVE_ENTRY, type ArchiveFile, bundleFunctions, EXTERNAL } from './bundle.ts';
import { type Lock, type Manifest, runtimeManifest } from './runtime-manifest.ts';

/** What Google's buildpack turns into the functions: all of them, from one archive. */
export interface Archive {
  files: readonly ArchiveFile[];
  zip: Uint8Array<ArrayBuffer>;
  sha256: string;
}

/** The first day that a zip can tell, by the local clock as zip has it: the same bytes anywhere and any time. */
const NO_DAY = new Date(1980, 0, 1);

/** Makes the archive from a checkout: the same checkout gives the same bytes. */
export async function makeArchive(root: string): Promise<Archive> {
  const read = (name: string): string => readFileSync(join(root, name), 'utf8');
  const { manifest, lock } = runtimeManifest(
    JSON.parse(read('package.json')) as Manifest,
    JSON.parse(read('package-lock.json')) as Lock,
    { keep: EXTERNAL, main: ARCHIVE_ENTRY },
  );
  const json = (value: object): string => `${JSON.stringify(value, undefined, 2)}\n`;
  const files = [
    ...(await bundleFunctions(root)),
    { path: 'LICENSE', text: read('LICENSE') },
    { path: 'package.json', text: json(manifest) },
    { path: 'package-lock.json', text: json(lock) },
  ].sort((a, b) => (a.path < b.path ? -1 : 1));
  const zip = zipSync(Object.fromEntries(files.map(({ path, text }) => [path, strToU8(text)])), {
    level: 9,
    mtime: NO_DAY,
  });
  return { files, zip, sha256: createHash('sha256').update(zip).digest('hex') };
}
