import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { lintSource } from '@secretlint/core';
import { creator } from '@secretlint/secretlint-rule-preset-recommend';

/** What looks like a credential in a text: the rule's words, with the place and without the secret. */
export async function findSecrets(path: string, content: string): Promise<string[]> {
  const { messages } = await lintSource({
    source: { filePath: path, content, ext: extname(path), contentType: 'text' },
    options: {
      // The words quote what was found; a test's log is no place for it.
      maskSecrets: true,
      config: { rules: [{ id: '@secretlint/secretlint-rule-preset-recommend', rule: creator }] },
    },
  });
  return messages.map(({ ruleId, loc }) => `${path}:${loc.start.line} ${ruleId}`);
}

/** Every text file that git tracks or would track, by its path. */
export function* trackedTexts(root: string): Generator<[path: string, text: string]> {
  const git = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (git.status !== 0) throw new Error(`git cannot list the files of ${root}: ${git.error?.message ?? git.stderr}`);
  for (const path of git.stdout.split('\0').filter((name) => name !== '')) {
    const bytes = readFileSync(join(root, path));
    // Parquet and the like; git itself takes a file with a zero byte for binary.
    if (!bytes.includes(0)) yield [path, bytes.toString('utf8')];
  }
}
