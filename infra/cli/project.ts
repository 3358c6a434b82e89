import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { compileRelease } from '../../functions/declare/compile-release.ts';
import { type Problem, renderProblem } from '../../functions/declare/problem.ts';
import type { Release } from '../../functions/model/release.ts';
import { DeclarationError, UsageError } from './errors.ts';
import { formatCounted } from './quantities.ts';

/** A project known by the id that `sluice up` gives it, so that `check` says the same version. */
export const LOCAL_PROJECT = 'local';
const DECLARATION = /\.(ya?ml|json|sql)$/i;

/** All declarations under a project folder, paths relative to it with forward slashes. */
export function readProject(folder: string): { path: string; text: string }[] {
  if (!existsSync(folder) || !statSync(folder).isDirectory())
    throw new UsageError(
      `there is no project folder ${folder}: it holds sources/ and transforms/; name another with --project`,
    );
  if (!['sources', 'transforms'].some((part) => existsSync(join(folder, part))))
    throw new UsageError(
      `the project folder ${folder} has neither sources/ nor transforms/: begin with sources/<dataset>/<name>.yaml, or name another with --project`,
    );
  return ['sources', 'transforms', 'tests'].flatMap((part) => {
    const root = join(folder, part);
    if (!existsSync(root)) return [];
    return readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && DECLARATION.test(entry.name))
      .map((entry) => {
        const path = join(entry.parentPath, entry.name);
        return { path: relative(folder, path).split(sep).join('/'), text: readFileSync(path, 'utf8') };
      });
  });
}

/** Under the commit's id where it is known, which is that of what is deployed. */
export const compileProject = (
  folder: string,
  project = LOCAL_PROJECT,
  id?: string,
): { release?: Release; problems: Problem[] } =>
  compileRelease({ files: readProject(folder), project, ...(id && { id }) });

/** Throws DeclarationError with everything that is wrong. */
export function requireRelease(folder: string): Release {
  const { release, problems } = compileProject(folder);
  if (!release) throw new DeclarationError(renderProblems(folder, problems));
  return release;
}

/** Grouped by file, a line each; then how many. */
export function renderProblems(folder: string, problems: readonly Problem[]): string {
  const files = new Set(problems.map(({ file }) => file));
  const groups = [...files].map((file) =>
    problems
      .filter((problem) => problem.file === file)
      .map((problem) => renderProblem(problem, folder))
      .join('\n'),
  );
  return `${groups.join('\n\n')}\n\n${formatCounted(problems.length, 'problem')} in ${formatCounted(files.size, 'file')}`;
}
