import type { Lock, LockedPackage, Manifest } from '../../infra/cli/archive/runtime-manifest.ts';

/** What a review asks of package.json and its lock, as problems in words. */

export interface PackageManifest extends Manifest {
  devDependencies?: Readonly<Record<string, string>>;
  allowScripts?: Readonly<Record<string, boolean>>;
}

const EXACT = /^\d+\.\d+\.\d+(-[\w.]+)?$/;

/** No range, tag, address or folder: the version that was tried is the version that is installed. */
export function checkPins({ dependencies = {}, devDependencies = {} }: PackageManifest): string[] {
  const all = { ...dependencies, ...devDependencies };
  const twice = Object.keys(dependencies).filter((name) => name in devDependencies);
  return [
    ...Object.entries(all).flatMap(([name, version]) =>
      EXACT.test(version) ? [] : [`${name} is not pinned: ${version}`],
    ),
    ...twice.map((name) => `${name} is declared twice`),
  ];
}

const INTEGRITY = /^sha512-[A-Za-z0-9+/]{86}==$/;

/** Every package by its hash and from nowhere but the registry, and the lock says what package.json says. */
export function checkLock(manifest: PackageManifest, { lockfileVersion, packages }: Lock): string[] {
  const problems: string[] = lockfileVersion === 3 ? [] : [`the lock is of version ${lockfileVersion}, not 3`];
  const root = packages[''];
  for (const kind of ['dependencies', 'devDependencies'] as const)
    if (JSON.stringify(root?.[kind] ?? {}) !== JSON.stringify(manifest[kind] ?? {}))
      problems.push(`the lock has other ${kind} than package.json: run npm install`);
  for (const [path, entry] of installed(packages)) {
    if (!path.startsWith('node_modules/')) problems.push(`${path} is no package of the registry`);
    if (entry.link === true) problems.push(`${path} is a link`);
    // An address would bind every machine to one registry, and could be that of another one.
    if (entry.resolved !== undefined) problems.push(`${path} says where it comes from: ${String(entry.resolved)}`);
    if (!INTEGRITY.test(entry.integrity ?? '')) problems.push(`${path} has no SHA-512`);
    if (!EXACT.test(entry.version ?? '')) problems.push(`${path} has no version`);
  }
  return problems;
}

/** npm runs install scripts of those that are allowed and of no other: each has to be decided upon. */
export function checkScripts({ allowScripts = {} }: PackageManifest, { packages }: Lock): string[] {
  const asking = installed(packages)
    .filter(([, { hasInstallScript }]) => hasInstallScript)
    .map(([path]) => nameOf(path));
  return [
    ...asking.filter((name) => !(name in allowScripts)).map((name) => `${name} has an install script: allow it or not`),
    ...Object.keys(allowScripts).flatMap((name) => (asking.includes(name) ? [] : [`${name} has no install script`])),
  ];
}

export const installed = (packages: Lock['packages']): [string, LockedPackage][] =>
  Object.entries(packages).filter(([path]) => path !== '');

export const nameOf = (path: string): string => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
