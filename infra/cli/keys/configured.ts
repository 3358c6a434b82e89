import type { KeySource } from '../../../functions/model/deployment.ts';
import { findSite } from '../connect.ts';
import { readDeployment } from '../env/deployment-file.ts';
import { FailedError } from '../errors.ts';
import type { PlaceOption } from '../options.ts';
import type { Site } from '../site.ts';
import { localKeys } from './local-keys.ts';

/** The keys that the functions are given, where a person means a local cloud or a deployment. */
export async function configuredKeys({
  data,
  env,
}: PlaceOption): Promise<{ site: Site; keys: Readonly<Record<string, KeySource>> }> {
  const site = await findSite({ data, ...(env !== undefined && { env }) });
  if (env === undefined) return { site, keys: await localKeys(data, site, []) };
  const { keys, dlp_key: kmsKey } = readDeployment(env);
  if (!keys || !kmsKey) {
    throw new FailedError(
      `the file of ${env} holds no keys: write it again with \`terraform -chdir=infra/deploy output -json environment\``,
    );
  }
  return { site, keys: Object.fromEntries(Object.entries(keys).map(([name, wrapped]) => [name, { wrapped, kmsKey }])) };
}
