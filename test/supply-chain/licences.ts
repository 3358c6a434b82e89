import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Lock, type Manifest, runtimeManifest } from '../../infra/cli/archive/runtime-manifest.ts';
import { installed, nameOf } from './packages.ts';

/** `npm run licences` writes THIRD_PARTY.md: every package of the lock, its licence, and whether it is deployed. */

/** They ask for their notice to be kept, or for nothing. */
const PERMISSIVE = ['MIT', 'Apache-2.0', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'BlueOak-1.0.0', 'CC0-1.0'];
/** Data, not code, which asks for its author's name. */
const DATA = ['CC-BY-3.0'];
/** Ask for changes of their own files to be published: fine for tools, which are neither changed nor handed on. */
const TOOLS_ONLY = ['MPL-2.0'];

interface Licensed {
  name: string;
  version: string;
  licence: string;
  deployed: boolean;
}

/** Sorted; a package may be there in several versions. */
export function listLicences(manifest: Manifest, lock: Lock): Licensed[] {
  const keep = Object.keys(manifest.dependencies ?? {});
  const deployed = (runtimeManifest(manifest, lock, { keep, main: '' }).lock as Lock).packages;
  const all = installed(lock.packages).map(([path, { version = '', license = 'none' }]) => ({
    name: nameOf(path),
    version,
    licence: license,
    deployed: path in deployed,
  }));
  const known = new Map<string, Licensed>();
  for (const one of all) {
    const key = `${one.name} ${one.version}`;
    known.set(key, { ...one, deployed: one.deployed || known.get(key)?.deployed === true });
  }
  return [...known.values()].sort((a, b) => (`${a.name} ${a.version}` < `${b.name} ${b.version}` ? -1 : 1));
}

/** Whoever may choose takes what is allowed; whoever must obey all needs all allowed. */
export function checkLicences(list: readonly Licensed[]): string[] {
  return list.flatMap(({ name, version, licence, deployed }) => {
    const allowed = [...PERMISSIVE, ...DATA, ...(deployed ? [] : TOOLS_ONLY)];
    const choices = licence.replace(/^\((.*)\)$/, '$1').split(' OR ');
    const isAllowed = choices.some((choice) => choice.split(' AND ').every((one) => allowed.includes(one)));
    return isAllowed ? [] : [`${name} ${version}: ${licence} is not allowed${deployed ? ' in what is deployed' : ''}`];
  });
}

export function renderLicences(list: readonly Licensed[]): string {
  const section = (title: string, members: readonly Licensed[]): string[] => [
    `## ${title} (${members.length})`,
    '',
    '| package | version | licence |',
    '|---|---|---|',
    ...members.map(({ name, version, licence }) => `| ${name} | ${version} | ${licence} |`),
    '',
  ];
  return [
    '# Licences of others',
    '',
    'Written by `npm run licences` out of package-lock.json; a test compares the two, and allows no licence that is not on its list.',
    '',
    ...section(
      'Deployed with the functions',
      list.filter(({ deployed }) => deployed),
    ),
    ...section(
      'On a laptop and in tests only',
      list.filter(({ deployed }) => !deployed),
    ),
  ].join('\n');
}

if (import.meta.main) {
  const root = join(import.meta.dirname, '../..');
  const read = <T>(name: string): T => JSON.parse(readFileSync(join(root, name), 'utf8')) as T;
  writeFileSync(
    join(root, 'THIRD_PARTY.md'),
    renderLicences(listLicences(read<Manifest>('package.json'), read<Lock>('package-lock.json'))),
  );
}
