import { type Command, Option } from 'commander';
import type { Column } from '../../../functions/model/column.ts';
import { leafColumns } from '../../../functions/model/leaf.ts';
import type { Release } from '../../../functions/model/release.ts';
import type { Load, Source } from '../../../functions/model/source.ts';
import { DeclarationError, ExitError, UsageError } from '../errors.ts';
import { type JsonOption, jsonOption, projectOption } from '../options.ts';
import { paint, print, printJson } from '../output.ts';
import { formatCounted } from '../quantities.ts';
import { renderColumns } from '../table.ts';

export interface CheckOptions extends JsonOption {
  project: string;
}

export interface CostOptions extends CheckOptions {
  cost: string[];
  to?: string;
  source?: string;
  data?: string;
  env?: string;
}

export function addCheck(program: Command): void {
  program
    .command('check')
    .summary('every declaration, offline; what a file will cost')
    .description(
      'Compiles every declaration without running anything, and tells all that is wrong with them at once. With --cost: reads files as a run would, sends nothing, and tells what each will cost at list price.',
    )
    .addOption(new Option('--cost <file...>', 'what a run of each file will cost, before it is dropped'))
    .addOption(
      new Option('--to <path>', 'where the files are to be dropped, as in shop/customers/, which says whose they are'),
    )
    .addOption(new Option('--source <id>', 'whose they are, as in shop.customers').conflicts('to'))
    .addOption(new Option('--data <dir>', 'ask the warehouse of this local cloud what lies there'))
    .addOption(
      new Option('--env <name>', 'ask that of a deployment at Google: infra/deploy/env/NAME.json').conflicts('data'),
    )
    .addOption(projectOption())
    .addOption(jsonOption())
    .action(async ({ cost, ...options }: CheckOptions & Partial<CostOptions>) => {
      if (!cost) return check(options);
      const { checkCost } = await import('../cost/check-cost.ts');
      await checkCost({ ...options, cost });
    });
}

async function check({ project, json, ...rest }: CheckOptions & Partial<CostOptions>): Promise<void> {
  const stray = Object.keys(rest).join(', --');
  if (stray !== '') throw new UsageError(`--${stray} is of --cost: name the files as well`);
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
