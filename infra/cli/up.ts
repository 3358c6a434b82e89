import { relative } from 'node:path';
import type { Release } from '../../functions/model/release.ts';
import type { UpOptions } from './commands/up.ts';
import { type Deployment, deploy } from './deployment.ts';
import { dataFlag } from './endpoints.ts';
import { catchInterrupts } from './interrupt.ts';
import { note, paint, print, printJson } from './output.ts';
import { requireRelease } from './project.ts';
import { formatCounted } from './quantities.ts';
import { stayUp } from './stay-up.ts';

/** Starts both processes and stays until a signal. Throws DeclarationError before anything is started if a declaration is wrong. */
export async function up({ data, port, seed, project, json }: UpOptions): Promise<void> {
  const say = json ? note : print;
  const release = requireRelease(project);
  const deployment = await deploy(
    {
      data,
      sql: project,
      ...(port !== undefined && { port }),
      ...(seed !== undefined && { seed }),
      onRestart: (what) => say(`the ${what} had ended and runs again`),
    },
    release,
  );
  const interrupts = catchInterrupts();
  try {
    const staying = await stayUp(deployment, { data, project, release, say });
    if (json) printJson(deployment.endpoints);
    else print(renderUp(deployment, release, { data, project }));
    if (deployment.held) say(deployment.held);
    await Promise.race([interrupts.came, deployment.broken]);
    await staying.stop();
  } finally {
    await deployment.stop();
  }
}

function renderUp(
  { endpoints }: Deployment,
  { id, sources, transforms }: Release,
  { data, project }: { data: string; project: string },
): string {
  const { storage, bigquery, functions, buckets } = endpoints;
  const counts = `${formatCounted(sources.length, 'source')}, ${formatCounted(transforms.length, 'transform')}`;
  const lines: [string, string][] = [
    ['storage', `${storage}  ${paint('dim', `gs://${buckets.raw} takes the files`)}`],
    ['bigquery', `${bigquery}  ${paint('dim', `project ${endpoints.project}`)}`],
    ['functions', functions],
    ['declarations', `${relative('.', project) || '.'}: ${counts} ${paint('dim', id)}`],
    ...hints(sources[0], data),
    ['stop', 'Ctrl-C; the folder keeps everything'],
  ];
  const rows = lines.map(([what, where]) => `  ${paint('bold', what.padEnd(12))}  ${where}`);
  return [`Sluice is up on ${data}`, '', ...rows, ''].join('\n');
}

/** What to try first, with names that are there. */
export function hints(source: Release['sources'][number] | undefined, data: string): [string, string][] {
  const folder = source?.files.glob.replace(/[^/]*[*{].*$/, '') || 'folder/';
  return [
    ['drop a file', `npx sluice drop FILE --to ${folder} --wait${dataFlag(data)}`],
    ['query', `npx sluice query 'SELECT COUNT(*) FROM ${source?.id ?? 'dataset.table'}'${dataFlag(data)}`],
  ];
}
