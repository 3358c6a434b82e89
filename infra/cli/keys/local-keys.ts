import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KeySource } from '../../../functions/model/deployment.ts';
import { FailedError } from '../errors.ts';
import { createKms, type Kms, type KmsPlace } from './kms.ts';

/** De-identification keys of a local cloud: as in the cloud, 32 random bytes that exist nowhere but wrapped by KMS. */
export type LocalKeys = Readonly<Record<string, KeySource>>;

/** Folders from before there was a local KMS hold the bytes themselves. */
type StoredKey = KeySource | { unwrapped: string };

const KEY_BYTES = 32;
export const keysFile = (dir: string): string => join(dir, 'keys.json');

/** Ring and key have the names that Terraform gives them. */
export const localKmsKey = (project: string): string =>
  `projects/${project}/locations/us/keyRings/sluice/cryptoKeys/dlp`;

/**
 * The keys of the folder, those that are missing among `names` made and kept first. Another key under an old name would
 * give every value a second token, so a folder that has lost its keys is a FailedError, and never gets new ones.
 */
export async function localKeys(
  dir: string,
  place: KmsPlace & { project: string },
  names: readonly string[],
): Promise<LocalKeys> {
  const kms = createKms(place);
  const kmsKey = localKmsKey(place.project);
  const stored = readLocalKeys(dir);
  await ensureKmsKey(kms, kmsKey, dir, stored);
  const keys: Record<string, KeySource> = {};
  for (const [name, key] of Object.entries(stored ?? {})) {
    keys[name] =
      'unwrapped' in key ? { wrapped: await kms.wrap(kmsKey, Buffer.from(key.unwrapped, 'base64')), kmsKey } : key;
  }
  for (const name of names) {
    if (!Object.hasOwn(keys, name)) keys[name] = { wrapped: await kms.wrap(kmsKey, randomBytes(KEY_BYTES)), kmsKey };
  }
  if (JSON.stringify(keys) !== JSON.stringify(stored)) writeLocalKeys(dir, keys);
  return keys;
}

/** undefined = the folder has never had any. Throws FailedError for what cannot be read. */
export function readLocalKeys(dir: string): Record<string, StoredKey> | undefined {
  const file = keysFile(dir);
  if (!existsSync(file)) return undefined;
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, StoredKey>;
  } catch (cause) {
    throw new FailedError(`${file} cannot be read: put back a copy of it, or begin anew in another folder`, { cause });
  }
}

/** Renamed into place: half a file would be a lost key. */
export function writeLocalKeys(dir: string, keys: LocalKeys): void {
  const draft = `${keysFile(dir)}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(keys, undefined, 2)}\n`, { mode: 0o600, flush: true });
  renameSync(draft, keysFile(dir));
}

/** The file comes before the KMS key, so a KMS key without the file tells that the file was lost. */
async function ensureKmsKey(
  kms: Kms,
  kmsKey: string,
  dir: string,
  stored: Record<string, StoredKey> | undefined,
): Promise<void> {
  const isThere = (await kms.find(kmsKey)) !== undefined;
  if (isThere && stored === undefined) {
    throw new FailedError(
      `${keysFile(dir)} is gone, and what was tokenised in ${dir} can be joined only with its keys: put it back, or begin anew in another folder`,
    );
  }
  if (isThere) return;
  if (Object.values(stored ?? {}).some((key) => 'wrapped' in key)) {
    throw new FailedError(
      `the local KMS in ${dir} has lost the key that wrapped ${keysFile(dir)}: put the folder back, or begin anew in another one`,
    );
  }
  if (stored === undefined) writeLocalKeys(dir, {});
  await kms.create(kmsKey);
}
