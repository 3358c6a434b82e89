import { terminal } from '../errors.ts';
import type { LedgerEntry } from '../model/run.ts';
import type { Source } from '../model/source.ts';
import type { Ports } from '../ports.ts';

/** The declaration under which a run was claimed, whatever is declared by now. Throws NO_SOURCE (terminal). */
export async function sourceOf(ports: Ports, entry: LedgerEntry): Promise<Source> {
  const release = await ports.releases.get(entry.release);
  const source = release.sources.find(({ id }) => id === entry.source);
  if (!source)
    throw terminal(
      'NO_SOURCE',
      `release ${entry.release} has no source ${entry.source}: declare it again, or drop the run`,
    );
  return source;
}
