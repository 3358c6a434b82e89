import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const SCRIPT = join(import.meta.dirname, '../../infra/install.mjs');
const LOCK = {
  packages: { '': {}, 'node_modules/a': { version: '1.0.0' }, 'node_modules/b': { version: '2.0.0', optional: true } },
};
let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'sluice-install-'));
  mkdirSync(join(dir, 'infra/cli'), { recursive: true });
  mkdirSync(join(dir, 'bin'));
  cpSync(SCRIPT, join(dir, 'infra/install.mjs'));
  writeFileSync(join(dir, 'infra/cli/main.ts'), '');
  lock(LOCK);
});
afterEach(() => rmSync(dir, { recursive: true }));

const lock = (contents: object): void => writeFileSync(join(dir, 'package-lock.json'), JSON.stringify(contents));

/** Stands in for npm: notes that it was called, and leaves behind what the lines say. */
function npm(...lines: string[]): void {
  const text = ['#!/bin/sh', 'echo "$@" >> calls', ...lines].join('\n');
  writeFileSync(join(dir, 'bin/npm'), text);
  chmodSync(join(dir, 'bin/npm'), 0o755);
}
const BRINGS_NODE = `mkdir -p node_modules/.bin && ln -sf ${process.execPath} node_modules/.bin/node`;

const install = (): SpawnSyncReturns<string> =>
  spawnSync(process.execPath, [join(dir, 'infra/install.mjs')], {
    encoding: 'utf8',
    env: { ...process.env, PATH: `${join(dir, 'bin')}:/usr/bin:/bin` },
  });
const calls = (): number =>
  existsSync(join(dir, 'calls')) ? readFileSync(join(dir, 'calls'), 'utf8').trim().split('\n').length : 0;

test('installs once, and again when the lock has changed', () => {
  npm(BRINGS_NODE);
  expect(install()).toMatchObject({ status: 0, stdout: '', stderr: expect.stringContaining('installing') });
  expect(install()).toMatchObject({ status: 0, stdout: '', stderr: '' });
  expect(calls()).toBe(1);
  expect(readFileSync(join(dir, 'calls'), 'utf8')).toBe('ci --no-audit --no-fund --loglevel=error\n');
  lock({ packages: { '': {}, 'node_modules/a': { version: '1.0.1' } } });
  expect(install().status).toBe(0);
  expect(calls()).toBe(2);
});

test('leaves alone what somebody has installed by hand', () => {
  npm();
  spawnSync('sh', ['-c', BRINGS_NODE], { cwd: dir });
  writeFileSync(
    join(dir, 'node_modules/.package-lock.json'),
    JSON.stringify({ packages: { 'node_modules/a': { version: '1.0.0' } } }),
  );
  expect(install()).toMatchObject({ status: 0, stderr: '' });
  expect(calls()).toBe(0);
});

test.each([
  ['npm fails', ['exit 1'], 'error: npm ci failed; what it said stands above'],
  ['npm brings no Node 24', ['mkdir node_modules'], 'error: the package `node` brought no Node 24'],
])('says so when %s, and tries again the next time', (_, lines, message) => {
  npm(...lines);
  const { status, stderr } = install();
  expect(status).toBe(1);
  expect(stderr).toContain(message);
  npm(BRINGS_NODE);
  expect(install().status).toBe(0);
});
