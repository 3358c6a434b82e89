import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Lock, LockedPackage } from '../../infra/cli/archive/runtime-manifest.ts';
import { REPOSITORY } from '../cold-function.ts';
import { checkLicences, listLicences, renderLicences } from './licences.ts';
import { checkLock, checkPins, checkScripts, type PackageManifest } from './packages.ts';

const read = <T>(name: string): T => JSON.parse(readFileSync(join(REPOSITORY, name), 'utf8')) as T;
const manifest = read<PackageManifest>('package.json');
const lock = read<Lock>('package-lock.json');

describe('the packages that are used', () => {
  test('are pinned, each to one version', () => expect(checkPins(manifest)).toEqual([]));
  test('are locked by hash, and from the registry', () => expect(checkLock(manifest, lock)).toEqual([]));
  test('run no install script that nobody decided upon', () => expect(checkScripts(manifest, lock)).toEqual([]));
  test('are under licences that are allowed', () => expect(checkLicences(listLicences(manifest, lock))).toEqual([]));
  test('are listed with their licences in THIRD_PARTY.md: npm run licences writes it', () => {
    expect(readFileSync(join(REPOSITORY, 'THIRD_PARTY.md'), 'utf8')).toBe(renderLicences(listLicences(manifest, lock)));
  });
});

describe('a package that should not be', () => {
  test.each([
    ['a range', { dependencies: { a: '^1.0.0' } }, 'a is not pinned: ^1.0.0'],
    ['a tag', { devDependencies: { a: 'latest' } }, 'a is not pinned: latest'],
    [
      'an address',
      { dependencies: { a: 'git+ssh://example.com/a.git' } },
      'a is not pinned: git+ssh://example.com/a.git',
    ],
    ['a folder', { dependencies: { a: 'file:../a' } }, 'a is not pinned: file:../a'],
    ['both kinds at once', { dependencies: { a: '1.0.0' }, devDependencies: { a: '1.0.0' } }, 'a is declared twice'],
  ])('%s is found', (_, fields, problem) => {
    expect(checkPins({ name: 'x', version: '1.0.0', ...fields })).toEqual([problem]);
  });

  const GOOD: LockedPackage = { version: '1.0.0', integrity: `sha512-${'A'.repeat(86)}==`, license: 'MIT' };
  const own = { name: 'x', version: '1.0.0', dependencies: { a: '1.0.0' } };
  const lockOf = (entry: LockedPackage, path = 'node_modules/a', dependencies = own.dependencies): Lock => ({
    lockfileVersion: 3,
    packages: { '': { dependencies }, [path]: entry },
  });
  test.each<[string, Lock, string[]]>([
    ['nothing wrong', lockOf(GOOD), []],
    ['no hash', lockOf({ ...GOOD, integrity: undefined }), ['node_modules/a has no SHA-512']],
    ['a weak hash', lockOf({ ...GOOD, integrity: 'sha1-x' }), ['node_modules/a has no SHA-512']],
    [
      'another place',
      lockOf({ ...GOOD, resolved: 'https://example.com/a.tgz' }),
      ['node_modules/a says where it comes from: https://example.com/a.tgz'],
    ],
    ['a link', lockOf({ ...GOOD, link: true }), ['node_modules/a is a link']],
    ['a folder', lockOf(GOOD, 'packages/a'), ['packages/a is no package of the registry']],
    [
      'a lock that is behind',
      lockOf(GOOD, 'node_modules/a', { a: '0.9.0' }),
      ['the lock has other dependencies than package.json: run npm install'],
    ],
  ])('in the lock, %s', (_, planted, problems) => {
    expect(checkLock(own, planted)).toEqual(problems);
  });

  test.each<[string, Record<string, boolean>, boolean, string[]]>([
    ['an install script that nobody decided upon', {}, true, ['a has an install script: allow it or not']],
    ['one that was decided upon', { a: false }, true, []],
    ['a decision about nothing', { a: true }, false, ['a has no install script']],
  ])('%s', (_, allowScripts, hasInstallScript, problems) => {
    expect(checkScripts({ ...own, allowScripts }, lockOf({ ...GOOD, hasInstallScript }))).toEqual(problems);
  });

  test.each<[string, string, boolean, boolean]>([
    ['MIT', 'MIT', true, true],
    ['a choice that has one', '(GPL-3.0-only OR MIT)', true, true],
    ['two at once', 'MIT AND GPL-3.0-only', true, false],
    ['a copyleft', 'GPL-3.0-only', false, false],
    ['a weak copyleft among the tools', 'MPL-2.0', false, true],
    ['a weak copyleft that is deployed', 'MPL-2.0', true, false],
    ['none', 'none', false, false],
  ])('the licence %s', (_, licence, deployed, allowed) => {
    expect(checkLicences([{ name: 'a', version: '1.0.0', licence, deployed }]).length === 0).toBe(allowed);
  });
});
