import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Third-party data that lies beside the project and is read from there, never copied. */
const ROOT = fileURLToPath(new URL('../../../shared/', import.meta.url));

/**
 * Whether `path` is there. On CI a missing folder fails the tests that need it; elsewhere they are skipped, and say so.
 */
export function hasShared(path: string): boolean {
  if (existsSync(ROOT + path)) return true;
  const message = `../shared/${path} is missing: the tests that read it cannot run`;
  if (process.env.CI) throw new Error(message);
  console.warn(`skipped: ${message}`);
  return false;
}

export const sharedPath = (path: string): string => ROOT + path;

export const readShared = (path: string): Buffer => readFileSync(sharedPath(path));
