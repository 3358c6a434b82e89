import type { Command } from 'commander';
import type { Column } from '../../../functions/model/column.ts';
import { leafColumns } from '../../../functions/model/leaf.ts';
import type { Release } from '../../../functions/model/release.ts';
import type { Load, Source } from '../../../functions/model/source.ts';
import { DeclarationError, ExitError } from '../errors.ts';
import { type JsonOption, jsonOption, projectOption } from '../options.ts';
import { paint, print, printJson } from '../output.ts';
import { formatCounted } from '../quantities.ts';
import { renderColumns } from '../table.ts';

interface CheckOptions extends JsonOption {
  project: string;
}

export function addCheck(program: Command): void {
  program
    .command('check')
    .summary('every declaration, offline')
    .description('Compiles every declaration without running anything, and tells all that is wrong with them at once.')
    .addOption(projectOption())
    .addOption(jsonOption())
    .action(check);
}

async function check({ project, json }: CheckOptions): Promise<void> {
  const { compileProject, renderProblems } = await import('../project.ts');
  const { release, problems } = compileProject(project);
  if (json) printJson(release ? { ok: true, problems, ...inventory(release) } : { ok: false, problems });
  if (!release) {
    if (json) throw new ExitError(2);
    throw new DeclarationError(renderProblems(project, problems));
  }
  if (!json) printInventory(release);
}

/** Columns and fields with a protection of their own, and those that are dropped, whole records as one. */
const protectedIn = (columns: readonly Column[]): number =>
  leafColumns(columns).filter(({ privacy }) => privacy.kind === 'transform').length;
const droppedIn = (columns: readonly Column[]): number =>
  columns.reduce((sum, { privacy, fields = [] }) => sum + (privacy.kind === 'drop' ? 1 : droppedIn(fields)), 0);

function inventory({ id, sources, transforms }: Release): object {
  return {
    release: id,
    sources: sources.map(({ id, files, format, load, columns }) => ({
      id,
      files: files.glob,
      format: format.type,
      load: load.mode,
      columns: columns.length,
      protected: protectedIn(columns),
      dropped: droppedIn(columns),
    })),
    transforms: transforms.map(({ id, kind, version, inputs, external }) => ({ id, kind, version, inputs, external })),
  };
}

function printInventory({ id, sources, transforms }: Release): void {
  print(`${formatCounted(sources.length, 'source')}, ${formatCounted(transforms.length, 'transform')}: release ${id}`);
  if (sources.length > 0) {
    print();
    print(renderColumns(heads('source', 'format', 'load', 'columns'), sources.map(sourceRow)));
  }
  if (transforms.length === 0) return;
  print();
  print(
    renderColumns(
      heads('transform', 'kind', 'version', 'reads'),
      transforms.map(({ id, kind, version, inputs, external }) => [
        id,
        kind,
        version.slice(0, 12),
        [...inputs, ...external].join(', '),
      ]),
    ),
  );
}

const heads = (...names: string[]): { head: string }[] => names.map((head) => ({ head: paint('dim', head) }));

function sourceRow({ id, format, load, columns }: Source): string[] {
  const dropped = droppedIn(columns);
  const shielded = protectedIn(columns);
  const protection = `${shielded} of ${columns.length} protected${dropped > 0 ? `, ${dropped} dropped` : ''}`;
  return [id, format.type, describeLoad(load), protection];
}

function describeLoad(load: Load): string {
  return load.mode === 'merge' ? `merge on ${load.key.join(', ')}` : load.mode;
}
