import { FailedError } from '../errors.ts';

/** What package.json and package-lock.json (version 3) hold, as far as it matters here. */
export interface Manifest {
  name: string;
  version: string;
  license?: string;
  dependencies?: Readonly<Record<string, string>>;
  [field: string]: unknown;
}
export interface Lock {
  lockfileVersion: number;
  packages: Readonly<Record<string, LockedPackage>>;
}
export interface LockedPackage {
  version?: string;
  integrity?: string;
  license?: string;
  hasInstallScript?: boolean;
  dependencies?: Readonly<Record<string, string>>;
  optionalDependencies?: Readonly<Record<string, string>>;
  peerDependencies?: Readonly<Record<string, string>>;
  [field: string]: unknown;
}

/** Both files with nothing but the named dependencies and what these need, at the locked versions. */
export function runtimeManifest(
  { name, version, license, dependencies = {} }: Manifest,
  lock: Lock,
  { keep, main }: { keep: readonly string[]; main: string },
): { manifest: Manifest; lock: object } {
  const kept = Object.fromEntries(
    [...keep].sort().map((dependency) => {
      const range = dependencies[dependency];
      if (range === undefined)
        throw new FailedError(`package.json has no dependency ${dependency}, which the functions need at run time`);
      return [dependency, range];
    }),
  );
  const head = { name, version, ...(license && { license }) };
  const engines = { node: '24.x' };
  const packages = reachable(lock, keep);
  return {
    manifest: { ...head, private: true, type: 'module', main, engines, dependencies: kept },
    lock: {
      name,
      version,
      lockfileVersion: lock.lockfileVersion,
      requires: true,
      packages: { '': { ...head, dependencies: kept, engines }, ...packages },
    },
  };
}

function reachable({ packages }: Lock, roots: readonly string[]): Record<string, LockedPackage> {
  const found = new Set<string>();
  const visit = (from: string, name: string, isOptional: boolean): void => {
    const path = resolvePackage(packages, from, name);
    if (path === undefined) {
      if (isOptional) return;
      throw new FailedError(`package-lock.json has no ${name}, which ${from || 'package.json'} needs: run npm install`);
    }
    if (found.has(path)) return;
    found.add(path);
    const { dependencies = {}, optionalDependencies = {}, peerDependencies = {} } = packages[path] ?? {};
    for (const one of Object.keys(dependencies)) visit(path, one, one in optionalDependencies);
    for (const one of [...Object.keys(optionalDependencies), ...Object.keys(peerDependencies)]) visit(path, one, true);
  };
  for (const name of roots) visit('', name, false);
  return Object.fromEntries([...found].sort().map((path) => [path, withoutFlags(packages[path] ?? {})]));
}

/** As Node looks for it: beside the package that asks, then one folder up after the other. */
function resolvePackage(packages: Lock['packages'], from: string, name: string): string | undefined {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    const path = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`;
    if (packages[path]) return path;
    if (folder === '') return undefined;
  }
}

/** They say how the whole project came to it, which is not how the functions do. */
function withoutFlags({ dev: _, devOptional: __, peer: ___, ...rest }: LockedPackage): LockedPackage {
  return rest;
}
