import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { unzipSync } from 'fflate';
import { afterAll, describe, expect, test } from 'vitest';
import { checkedOutCommit } from '../../../../infra/cli/archive/commit.ts';
import { UsageError } from '../../../../infra/cli/errors.ts';
import { createWorkplace } from '../sluice.ts';

const COMMIT = 'a'.repeat(40);
const place = createWorkplace({ 'repo/functions/a.ts': '', 'repo/notes.txt': '' });
afterAll(() => place.close());

test('sluice archive writes the archive and its bill of materials under the name that delivery knows', async () => {
  const { file, bytes, sha256 } = await place.json<{ file: string; bytes: number; sha256: string }>(
    ...['archive', '--commit', COMMIT, '--out', 'build', '--sbom'],
  );
  expect(readdirSync(place.path('build'))).toEqual([`functions-${COMMIT}.cdx.json`, `functions-${COMMIT}.zip`]);
  const zip = readFileSync(place.path(file));
  expect({ bytes: zip.length, files: Object.keys(unzipSync(zip)) }).toMatchObject({
    bytes,
    files: expect.arrayContaining(['functions/index.js', 'package.json']),
  });
  expect(sha256).toMatch(/^[0-9a-f]{64}$/);
});

describe('the commit that is checked out', () => {
  const repo = place.path('repo');
  const git = (...args: string[]): string =>
    spawnSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], {
      cwd: repo,
      encoding: 'utf8',
    }).stdout.trim();

  test('is none outside of a checkout', () => {
    expect(() => checkedOutCommit(repo, ['functions'])).toThrow(UsageError);
  });

  test('is told while the paths are as they were committed, and refused when they are not', () => {
    git('init', '-q');
    git('add', '.');
    git('commit', '-q', '-m', 'x');
    expect(checkedOutCommit(repo, ['functions'])).toBe(git('rev-parse', 'HEAD'));
    place.write('repo/notes.txt', 'changed');
    expect(checkedOutCommit(repo, ['functions'])).toBe(git('rev-parse', 'HEAD'));
    place.write('repo/functions/b.ts', '');
    expect(() => checkedOutCommit(repo, ['functions'])).toThrow(/functions\/b\.ts/);
  });
});
