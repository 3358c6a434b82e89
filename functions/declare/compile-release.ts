import { digest } from '../model/ids.ts';
import type { Release } from '../model/release.ts';
import { checkDomains } from './check-domains.ts';
import { type CompiledSource, compileSource } from './compile-source.ts';
import { type CompiledTransform, compileTransform } from './compile-transform.ts';
import { parseFilePath } from './file-path.ts';
import { linkTransforms } from './link.ts';
import { findOverlap } from './pattern-overlap.ts';
import { compare, type Problem, sortProblems } from './problem.ts';

export interface ReleaseInput {
  /** Paths relative to the project folder, with `/`; files that are not declarations may be among them. */
  files: readonly { path: string; text: string }[];
  /** The commit's SHA; absent = `dev-` and a hash of what was compiled. */
  id?: string;
  /**
   * The Google Cloud project that the release will run in. Known, it tells whether `project.dataset.table` is one of ours;
   * absent, such a table is taken for ours, and its reader is never unchanged.
   */
  project?: string;
}

/** All declarations → one release, or everything that is wrong with them, sorted by place. */
export function compileRelease(input: ReleaseInput): { release?: Release; problems: Problem[] } {
  const problems: Problem[] = [];
  const sources: CompiledSource[] = [];
  const transforms: CompiledTransform[] = [];
  const declared = new Map<string, { id: string; file: string }>();

  for (const { path, text } of [...input.files].sort((a, b) => compare(a.path, b.path))) {
    const place = parseFilePath(path);
    const at = { file: path, line: 1, column: 1, key: 'file' };
    if (place.kind === 'misplaced')
      problems.push({ ...at, code: place.code, message: place.message, remedy: place.remedy });
    if (place.kind !== 'source' && place.kind !== 'transform') continue;

    // Tables that differ by case alone are two in BigQuery and one on a laptop.
    const same = declared.get(place.id.toLowerCase());
    if (same !== undefined) {
      const message = `\`${place.id}\` is the table of \`${same.file}\` too`;
      problems.push({ ...at, code: 'DUPLICATE_NAME', message, remedy: 'rename one of the two files' });
    }
    declared.set(place.id.toLowerCase(), { id: place.id, file: path });

    // A byte order mark is no part of the text; editors on Windows add it, and BigQuery does not take it.
    const file = {
      file: path,
      dataset: place.dataset,
      name: place.name,
      id: place.id,
      text: text.replace(/^\ufeff/, ''),
    };
    if (place.kind === 'source') sources.push(compileSource(file));
    else transforms.push(compileTransform(file));
  }

  const whole = sources
    .flatMap(({ source }) => (source === undefined ? [] : [source]))
    .sort((a, b) => compare(a.id, b.id));
  const sourceIds = new Set(sources.map(({ id }) => id));
  const linked = linkTransforms(transforms, whole, sourceIds, input.project);
  problems.push(
    ...sources.flatMap((source) => source.problems),
    ...transforms.flatMap((transform) => transform.problems),
  );
  problems.push(...linked.problems, ...findOverlaps(sources));
  const byId = new Map(transforms.map((transform) => [transform.id, transform]));
  const ordered = linked.transforms.flatMap(({ id }) => byId.get(id) ?? []);
  problems.push(...checkDomains(whole, sourceIds, ordered, input.project));
  if (problems.length > 0) return { problems: sortProblems(problems) };

  const contents = { sources: whole, transforms: linked.transforms };
  const id = input.id ?? `dev-${digest([JSON.stringify(contents)], 12)}`;
  return { release: { v: 1, id, ...contents }, problems: [] };
}

/** An object must have one source, or its rows would be loaded twice under two protections. */
function findOverlaps(sources: readonly CompiledSource[]): Problem[] {
  const problems: Problem[] = [];
  sources.forEach((source, at) => {
    for (const other of sources.slice(0, at)) {
      if (source.pattern === undefined || other.pattern === undefined) continue;
      const name = findOverlap(source.pattern.parts, other.pattern.parts);
      if (name === undefined) continue;
      const message = `\`${source.pattern.glob}\` overlaps with \`${other.pattern.glob}\` of \`${other.file}\`: both match ${JSON.stringify(name)}`;
      problems.push(
        source.pattern.problem({
          path: ['files'],
          code: 'OVERLAPPING_FILES',
          message,
          remedy: 'make one of the two patterns narrower',
        }),
      );
    }
  });
  return problems;
}
