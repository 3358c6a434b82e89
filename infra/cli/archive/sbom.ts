import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FailedError } from '../errors.ts';
import { ARCHIVE_ENTRY } from './bundle.ts';
import { type Lock, type Manifest, runtimeManifest } from './runtime-manifest.ts';

/**
 * What the deployed functions are made of, as CycloneDX: what is bundled and what is installed beside the bundle. npm
 * writes it, out of the lock alone; the usual tool for it would bring 90 packages and a native XML parser along.
 */
export function makeSbom(manifest: Manifest, lock: Lock): string {
  const keep = Object.keys(manifest.dependencies ?? {});
  const runtime = runtimeManifest(manifest, lock, { keep, main: ARCHIVE_ENTRY });
  const folder = mkdtempSync(join(tmpdir(), 'sluice-sbom-'));
  try {
    writeFileSync(join(folder, 'package.json'), JSON.stringify(runtime.manifest));
    writeFileSync(join(folder, 'package-lock.json'), JSON.stringify(runtime.lock));
    const npm = spawnSync('npm', ['sbom', '--sbom-format=cyclonedx', '--package-lock-only'], {
      cwd: folder,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    });
    if (npm.error) throw new FailedError(`npm could not be started: ${npm.error.message}`, { cause: npm.error });
    if (npm.status !== 0) throw new FailedError(`npm sbom failed: ${npm.stderr.trim()}`);
    return npm.stdout;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
