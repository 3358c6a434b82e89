import { globSync, readFileSync } from 'node:fs';
import type { Files } from './projects.ts';

/** The project folder that comes with Sluice. */
export const SAMPLE_PROJECT = new URL('../../sql/', import.meta.url);

export const readSample = (path: string): string => readFileSync(new URL(path, SAMPLE_PROJECT), 'utf8');

/** Its sources and transforms, by path. */
export function sampleDeclarations(): Files {
  const paths = globSync('{sources,transforms}/**/*.{yaml,sql}', { cwd: SAMPLE_PROJECT }).map((path) =>
    path.replaceAll('\\', '/'),
  );
  return Object.fromEntries(paths.sort().map((path) => [path, readSample(path)]));
}
