import type { KeySource } from '../../../functions/model/deployment.ts';
import type { KeysOptions } from '../commands/keys.ts';
import { dataFlag } from '../endpoints.ts';
import { FailedError, ServiceError } from '../errors.ts';
import { note, paint, print, printJson } from '../output.ts';
import { configuredKeys } from './configured.ts';
import { createKms, type Kms, type Unwrapped } from './kms.ts';
import { writeLocalKeys } from './local-keys.ts';

export interface Rewrapped {
  /** All keys, as they are to be configured from now on. */
  keys: Record<string, KeySource>;
  /** Names of those that another version than the primary one had wrapped. */
  changed: string[];
}

/**
 * Wraps each data key by the primary version of its KMS key, unless that one has wrapped it already. The bytes are in
 * this process while it runs, and nowhere else; each new wrapping is opened and compared before it is handed out.
 */
export async function rewrapKeys(kms: Kms, keys: Readonly<Record<string, KeySource>>): Promise<Rewrapped> {
  const rewrapped: Rewrapped = { keys: {}, changed: [] };
  for (const [name, key] of Object.entries(keys)) {
    const { bytes, byPrimary } = await open(kms, name, key);
    if (byPrimary) {
      rewrapped.keys[name] = key;
      continue;
    }
    const { kmsKey } = key;
    const wrapped = await kms.wrap(kmsKey, bytes);
    const again = await open(kms, name, { wrapped, kmsKey });
    if (!again.bytes.equals(bytes) || !again.byPrimary)
      throw new FailedError(
        `what KMS gives for ${name} is not the key that was wrapped: nothing was changed; try again`,
      );
    rewrapped.keys[name] = { wrapped, kmsKey };
    rewrapped.changed.push(name);
  }
  return rewrapped;
}

async function open(kms: Kms, name: string, { wrapped, kmsKey }: KeySource): Promise<Unwrapped> {
  try {
    return await kms.unwrap(kmsKey, wrapped);
  } catch (cause) {
    if (!(cause instanceof ServiceError)) throw cause;
    throw new FailedError(
      `${kmsKey} does not unwrap ${name}: ${cause.message} (you need roles/cloudkms.cryptoKeyEncrypterDecrypter on it, and the version that wrapped must be enabled)`,
      { cause },
    );
  }
}

export async function rewrap({ data, env, json }: KeysOptions): Promise<void> {
  const { site, keys: before } = await configuredKeys({ data, ...(env !== undefined && { env }) });
  const { keys, changed } = await rewrapKeys(createKms(site), before);
  if (env === undefined && changed.length > 0) writeLocalKeys(data, keys);
  if (json) return printJson({ keys, changed });
  if (changed.length === 0) return note('every key is wrapped by the primary version of its KMS key: nothing to do');
  if (env === undefined) {
    print(`${changed.join(', ')} wrapped anew: the tokens stay what they are`);
    print(paint('dim', `the functions have the old wrapping until \`npx sluice up${dataFlag(data)}\` starts again`));
    return;
  }
  print(renderWrappedKeys(keys));
  note(
    `put this into infra/deploy/env/${env}.tfvars and apply; only then destroy the other versions of the KMS key (\`npx sluice keys --env ${env}\` lists them)`,
  );
}

/** As Terraform's file of values has them. */
export function renderWrappedKeys(keys: Readonly<Record<string, KeySource>>): string {
  const names = Object.keys(keys).map((name) => JSON.stringify(name));
  const width = Math.max(...names.map(({ length }) => length));
  const lines = Object.values(keys).map(({ wrapped }, at) => `  ${names[at]?.padEnd(width)} = "${wrapped}"`);
  return ['wrapped_keys = {', ...lines, '}'].join('\n');
}
