import type { Release } from '../../../functions/model/release.ts';
import type { Source } from '../../../functions/model/source.ts';
import { matchSource } from '../../../functions/plan/match-source.ts';
import { planNames } from '../drop.ts';
import { UsageError } from '../errors.ts';

export interface PlacedFile {
  path: string;
  /** Bytes. */
  size: number;
  source: Source;
}

/** The source of each file: the one that is named, that of the name it is to have, or that of the path it has here. */
export function findSources(
  release: Release,
  files: readonly string[],
  { to, source: id }: { to?: string; source?: string },
): PlacedFile[] {
  const known = release.sources.map((source) => `${source.id} (${source.files.glob})`).join(', ') || 'none';
  const declared = release.sources.find((source) => source.id === id);
  if (id !== undefined && !declared) throw new UsageError(`there is no source ${id}; there are: ${known}`);
  const planned = to === undefined ? files.flatMap((file) => planNames([file], 'any/')) : planNames(files, to);
  return planned.map(({ file, name, size }) => {
    const source = declared ?? (to === undefined ? ofLocalPath(release, file) : matchSource(release, name)?.source);
    if (source) return { path: file, size, source };
    const tried = to === undefined ? `${file} matches no source by its path here` : `no source matches ${name}`;
    throw new UsageError(
      `${tried}: say where it is to be dropped, as in --to shop/customers/, or which source takes it (--source); there are: ${known}`,
    );
  });
}

/** `/home/me/shop/customers/1.csv` is tried as it is, as `me/shop/customers/1.csv`, and so on. */
function ofLocalPath(release: Release, path: string): Source | undefined {
  const parts = path.split(/[\\/]/).filter((part) => part !== '' && part !== '.');
  for (let from = 0; from < parts.length; from++) {
    const match = matchSource(release, parts.slice(from).join('/'));
    if (match) return match.source;
  }
  return undefined;
}
