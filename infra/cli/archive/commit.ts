import { spawnSync } from 'node:child_process';
import { InvalidArgumentError } from 'commander';
import { UsageError } from '../errors.ts';

/** What an artifact is named by. */
export function parseCommit(text: string): string {
  if (!/^[0-9a-f]{40}$/.test(text)) throw new InvalidArgumentError('Give the 40 hex digits of a commit.');
  return text;
}

/** The commit that is checked out. Throws UsageError where the paths differ from it, so that no name lies. */
export function checkedOutCommit(root: string, paths: readonly string[]): string {
  const git = (...args: string[]): string | undefined => {
    const { status, stdout } = spawnSync('git', ['-C', root, ...args], { encoding: 'utf8' });
    return status === 0 ? stdout.trimEnd() : undefined;
  };
  const commit = git('rev-parse', 'HEAD');
  if (commit === undefined)
    throw new UsageError(`${root} is no checkout of git: say which commit it is with --commit SHA`);
  const changed = git('status', '--porcelain', '--', ...paths);
  if (changed)
    throw new UsageError(
      `what is here is not commit ${commit.slice(0, 12)}:\n${changed}\ncommit it first, since an artifact is named by its commit`,
    );
  return commit;
}
