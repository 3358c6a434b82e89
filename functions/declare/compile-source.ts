import { digest } from '../model/ids.ts';
import type { Freshness, Source } from '../model/source.ts';
import { checkColumns } from './check-columns.ts';
import { checkLoad } from './check-load.ts';
import { checkPrivacy } from './check-privacy.ts';
import { compilePattern, type PatternPart, parsePattern } from './file-pattern.ts';
import { withFullPaths } from './nested-names.ts';
import { type Finding, type Problem, renderKey } from './problem.ts';
import type { DeclaredSource } from './schema/source.ts';
import { readSource, type SourceDraft } from './source-draft.ts';
import { parseYaml } from './yaml-document.ts';

export interface SourceFile {
  file: string;
  dataset: string;
  name: string;
  id: string;
  text: string;
}

export interface CompiledSource {
  id: string;
  file: string;
  /** Absent when there are problems. */
  source?: Source;
  problems: Problem[];
  /** Known as soon as the pattern itself is right, so that overlaps show beside other problems. */
  pattern?: { glob: string; parts: readonly PatternPart[]; problem: (finding: Finding) => Problem };
}

export function compileSource({ file, dataset, name, id, text }: SourceFile): CompiledSource {
  const yaml = parseYaml(text);
  const problems: Problem[] = yaml.faults.map((fault) => ({ file, key: 'file', ...fault }));
  if (problems.length > 0) return { id, file, problems };

  const problem = ({ path, code, message, remedy }: Finding): Problem => ({
    file,
    ...yaml.locate(path),
    key: path.length === 0 ? 'file' : renderKey(path),
    code,
    message,
    remedy,
  });
  const { draft, findings } = readSource(yaml.value ?? {});
  if (draft === undefined) return { id, file, problems: findings.map(problem) };

  const parsed = draft.settings.files === undefined ? undefined : parsePattern(draft.settings.files);
  if (parsed !== undefined && 'fault' in parsed) findings.push({ path: ['files'], ...parsed.fault });
  findings.push(...checkColumns(draft), ...checkPrivacy(draft), ...checkLoad(draft));

  const glob = draft.settings.files;
  const pattern =
    glob === undefined || parsed === undefined || 'fault' in parsed
      ? undefined
      : { glob, parts: parsed.parts, problem };
  if (findings.length > 0 || pattern === undefined) {
    return { id, file, problems: findings.map(problem), ...(pattern === undefined ? {} : { pattern }) };
  }
  const source = assemble({ id, dataset, name }, draft, compilePattern(pattern.glob, pattern.parts));
  return { id, file, source, problems: [], pattern };
}

function assemble(names: Pick<Source, 'id' | 'dataset' | 'name'>, draft: SourceDraft, files: Source['files']): Source {
  // No finding stands, so every part that the schema wants is there.
  const settings = draft.settings as Omit<DeclaredSource, 'columns'>;
  const { owner, description, format, load, partition, cluster, expect } = settings;
  const columns = withFullPaths(draft.columns.flatMap(({ column }) => (column === undefined ? [] : [column])));
  return {
    ...names,
    ...(owner === undefined ? {} : { owner }),
    ...(description === undefined ? {} : { description }),
    files,
    format,
    load,
    ...(partition === undefined ? {} : { partition }),
    cluster,
    batchSeconds: settings.batch,
    onNewColumn: settings.on_new_column,
    badRowsAllowed: settings.bad_rows?.allow ?? 0,
    minRows: expect?.min_rows ?? 1,
    ...(settings.max_cost === undefined ? {} : { maxCost: settings.max_cost }),
    ...(expect?.every === undefined ? {} : { expect: freshness(expect.every, expect.by) }),
    columns,
    version: fingerprint(columns, load),
  };
}

const freshness = (everySeconds: number, by: string | undefined): Freshness => ({
  everySeconds,
  ...(by === undefined ? {} : { by }),
});

/** Of what decides a row's look and which rows there are; not of when and how they come, nor of descriptions. */
const fingerprint = (columns: Source['columns'], load: Source['load']): string =>
  digest([JSON.stringify(columns, (key, value) => (key === 'description' ? undefined : value)), JSON.stringify(load)]);
