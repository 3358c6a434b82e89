import { expect, test } from 'vitest';
import { type LockedPackage, runtimeManifest } from '../../../../infra/cli/archive/runtime-manifest.ts';

const MANIFEST = {
  name: 'x',
  version: '1.0.0',
  dependencies: { a: '1.0.0', b: '1.0.0' },
  devDependencies: { d: '1.0.0' },
};

const pathsOf = (packages: Record<string, LockedPackage>): string[] => {
  const { lock } = runtimeManifest(MANIFEST, { lockfileVersion: 3, packages }, { keep: ['a'], main: 'main.js' });
  return Object.keys((lock as { packages: object }).packages).filter((path) => path !== '');
};

test.each<[string, Record<string, LockedPackage>, string[]]>([
  ['what nothing kept needs is left out', { 'node_modules/a': {}, 'node_modules/b': {}, 'node_modules/d': {} }, ['a']],
  [
    'needs of needs come along',
    {
      'node_modules/a': { dependencies: { c: '1' } },
      'node_modules/c': { dependencies: { e: '1' } },
      'node_modules/e': {},
    },
    ['a', 'c', 'e'],
  ],
  [
    'a version of its own is taken before the common one',
    { 'node_modules/a': { dependencies: { c: '1' } }, 'node_modules/a/node_modules/c': {}, 'node_modules/c': {} },
    ['a', 'a/node_modules/c'],
  ],
  [
    'what a nested package needs is found above it',
    {
      'node_modules/a': { dependencies: { c: '1' } },
      'node_modules/a/node_modules/c': { dependencies: { e: '1', f: '1' } },
      'node_modules/a/node_modules/f': {},
      'node_modules/e': {},
    },
    ['a', 'a/node_modules/c', 'a/node_modules/f', 'e'],
  ],
  [
    'what is optional comes if the lock has it',
    {
      'node_modules/a': { optionalDependencies: { linux: '1', windows: '1' } },
      'node_modules/linux': { optional: true },
    },
    ['a', 'linux'],
  ],
  [
    'circles end',
    { 'node_modules/a': { dependencies: { c: '1' } }, 'node_modules/c': { dependencies: { a: '1' } } },
    ['a', 'c'],
  ],
])('%s', (_, packages, expected) => {
  expect(pathsOf(packages)).toEqual(expected.map((path) => `node_modules/${path}`));
});

test('the flags of the whole project are not those of the functions', () => {
  const packages = { 'node_modules/a': { version: '1.0.0', devOptional: true, peer: true, optional: true } };
  const { lock, manifest } = runtimeManifest(MANIFEST, { lockfileVersion: 3, packages }, { keep: ['a'], main: 'm.js' });
  expect(lock).toMatchObject({ packages: { 'node_modules/a': { version: '1.0.0', optional: true } } });
  expect((lock as { packages: Record<string, object> }).packages['node_modules/a']).not.toHaveProperty('devOptional');
  expect(manifest).toMatchObject({ main: 'm.js', dependencies: { a: '1.0.0' } });
  expect(manifest).not.toHaveProperty('devDependencies');
});

test.each([
  ['package.json lacks it', ['z'], 'package.json has no dependency z'],
  ['the lock lacks it', ['b'], 'package-lock.json has no b'],
])('refuses a dependency when %s', (_, keep, message) => {
  const lock = { lockfileVersion: 3, packages: { 'node_modules/a': {} } };
  expect(() => runtimeManifest(MANIFEST, lock, { keep, main: 'm.js' })).toThrow(message);
});
