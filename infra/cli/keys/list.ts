import type { KeySource } from '../../../functions/model/deployment.ts';
import { parseKeyName } from '../../../functions/model/key-name.ts';
import type { KeysOptions } from '../commands/keys.ts';
import { dataFlag } from '../endpoints.ts';
import { ServiceError } from '../errors.ts';
import { note, paint, print, printJson } from '../output.ts';
import { currentRelease, readRelease } from '../publish-release.ts';
import type { Site } from '../site.ts';
import { renderColumns } from '../table.ts';
import { configuredKeys } from './configured.ts';
import { type KeyUse, keyUses } from './key-uses.ts';
import { createKms } from './kms.ts';

interface ListedKey {
  key: string;
  name: string;
  version: number;
  /** The functions have it. */
  configured: boolean;
  kmsKey?: string;
  uses: Omit<KeyUse, 'key'>[];
}

interface WrappingKey {
  name: string;
  /** Number of the version that wraps; absent with `problem`. */
  primary?: string;
  /** Other versions that still exist and cost money, by number. */
  others?: { version: string; state: string }[];
  /** Why nothing is known of it. */
  problem?: string;
}

export async function list({ data, env, json }: KeysOptions): Promise<void> {
  const { site, keys } = await configuredKeys({ data, ...(env !== undefined && { env }) });
  const current = await currentRelease(site);
  const uses = current ? keyUses(await readRelease(site, current.id)) : [];
  const listed = listKeys(keys, uses);
  const names = [...new Set(Object.values(keys).map(({ kmsKey }) => kmsKey))];
  const wrapping = await Promise.all(names.map((name) => wrappingKey(site, name)));
  if (json) return printJson({ release: current?.id, keys: listed, wrapping });
  if (listed.length === 0) return note('no keys: no column asks for one');
  const heads = ['key', 'version', 'used by', 'wrapped by'].map((head) => ({ head: paint('dim', head) }));
  print(renderColumns(heads, listed.map(row)));
  print();
  for (const one of wrapping) print(describeWrapping(one, dataFlag({ data, ...(env !== undefined && { env }) })));
}

function listKeys(keys: Readonly<Record<string, KeySource>>, uses: readonly KeyUse[]): ListedKey[] {
  const names = [...new Set([...Object.keys(keys), ...uses.map(({ key }) => key)])];
  return names
    .map((key): ListedKey => {
      const kmsKey = keys[key]?.kmsKey;
      const own = uses.filter((use) => use.key === key).map(({ source, columns }) => ({ source, columns }));
      return { key, ...parseKeyName(key), configured: kmsKey !== undefined, ...(kmsKey && { kmsKey }), uses: own };
    })
    .sort((a, b) => (a.name === b.name ? a.version - b.version : a.name < b.name ? -1 : 1));
}

function row({ name, version, configured, kmsKey, uses }: ListedKey): string[] {
  const by = uses.map(({ source, columns }) => `${source} (${columns.join(', ')})`).join('; ');
  return [
    name,
    String(version),
    by || paint('dim', 'no column of the release that runs'),
    configured ? shortName(kmsKey ?? '') : paint('red', 'missing: files with these columns go to quarantine'),
  ];
}

/** `projects/p/locations/l/keyRings/r/cryptoKeys/k` → `r/k` */
const shortName = (kmsKey: string): string => kmsKey.replace(/^.*\/keyRings\/([^/]+)\/cryptoKeys\//, '$1/');

async function wrappingKey(site: Site, name: string): Promise<WrappingKey> {
  const kms = createKms(site);
  try {
    const [key, versions] = await Promise.all([kms.find(name), kms.versions(name)]);
    const numberOf = (version: string): string => version.slice(version.lastIndexOf('/') + 1);
    const primary = key?.primary?.name;
    const others = versions
      .filter((one) => one.name !== primary && one.state !== 'DESTROYED')
      .map((one) => ({ version: numberOf(one.name), state: one.state }));
    return { name, ...(primary && { primary: numberOf(primary) }), others };
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return { name, problem: error.message };
  }
}

function describeWrapping({ name, primary, others = [], problem }: WrappingKey, where: string): string {
  if (problem !== undefined) return `${shortName(name)}: nothing is known of its versions: ${problem}`;
  const wraps = primary === undefined ? 'no version wraps' : `version ${primary} wraps`;
  if (others.length === 0) return `${shortName(name)}: ${wraps}, and there is no other`;
  const rest = others.map(({ version, state }) => `${version} (${state.toLowerCase()})`).join(', ');
  return `${shortName(name)}: ${wraps}; also there: ${rest}. \`npx sluice keys rewrap${where}\` makes the others needless`;
}
