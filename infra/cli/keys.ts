import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * De-identification keys of a local cloud: made once, kept in its (ignored) folder. In the cloud they are wrapped by KMS
 * and never seen; here they are as good as the folder's permissions.
 */
export function localKeys(dir: string, names: readonly string[]): Record<string, { unwrapped: string }> {
  const file = join(dir, 'keys.json');
  const keys = existsSync(file)
    ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, { unwrapped: string }>)
    : {};
  const added = names.filter((name) => !keys[name]);
  for (const name of added) keys[name] = { unwrapped: randomBytes(32).toString('base64') };
  if (added.length > 0) writeFileSync(file, JSON.stringify(keys, undefined, 2), { mode: 0o600 });
  return keys;
}
