import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { compileRelease } from '../../functions/declare/compile-release.ts';
import { UsageError } from './errors.ts';

export const DEFAULT_PROJECT = 'sql';

/** All declarations under a project folder, paths relative to it with forward slashes. */
export function readProject(folder: string): { path: string; text: string }[] {
  if (!existsSync(folder))
    throw new UsageError(
      `there is no project folder ${folder}: it holds sources/ and transforms/; name another with --project`,
    );
  return ['sources', 'transforms', 'tests'].flatMap((part) => {
    const root = join(folder, part);
    if (!existsSync(root)) return [];
    return readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.(ya?ml|sql)$/.test(entry.name))
      .map((entry) => {
        const path = join(entry.parentPath, entry.name);
        return { path: relative(folder, path).split(sep).join('/'), text: readFileSync(path, 'utf8') };
      });
  });
}

export const compileProject = (folder: string, project?: string): ReturnType<typeof compileRelease> =>
  compileRelease({ files: readProject(folder), ...(project && { project }) });
