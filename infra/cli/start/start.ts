import type { Release } from '../../../functions/model/release.ts';
import type { StartOptions } from '../commands/start.ts';
import { type Deployment, deploy } from '../deployment.ts';
import { ExitError } from '../errors.ts';
import { catchInterrupts, InterruptedError } from '../interrupt.ts';
import { note, paint, print, printJson } from '../output.ts';
import { requireRelease } from '../project.ts';
import { formatCounted } from '../quantities.ts';
import { stayUp } from '../stay-up.ts';
import { hints } from '../up.ts';
import { collectFacts } from './collect.ts';
import type { Facts } from './facts.ts';
import { claimFolder } from './own-folder.ts';
import { createProgress } from './progress.ts';
import { readShopFiles, SHOP_PROJECT } from './shop.ts';
import { renderSummary } from './summary/summary.ts';
import { carryOut } from './work.ts';

/** The main job: a fresh local cloud, the sample shop through all of it, a summary. Throws ExitError(1) if something failed. */
export async function start({ data, exit, json }: StartOptions): Promise<void> {
  const began = performance.now();
  const progress = createProgress({ live: !json, began });
  const say = json ? note : print;
  const interrupts = catchInterrupts();
  const interrupted = interrupts.came.then((): never => {
    throw new InterruptedError();
  });
  let deployment: Deployment | undefined;

  async function work(): Promise<{ up: Deployment; release: Release; facts: Facts }> {
    await claimFolder(data);
    const release = await progress.step('Declarations compiled', async () => {
      const value = requireRelease(SHOP_PROJECT);
      const { sources, transforms } = value;
      const said = `${formatCounted(sources.length, 'source')}, ${formatCounted(transforms.length, 'transform')}`;
      return { value, said };
    });
    const [up, files] = await progress.step('Local cloud and functions up', async () => {
      const onRestart = (what: string): void => say(`the ${what} had ended and runs again`);
      const value = await Promise.all([deploy({ data, sql: SHOP_PROJECT, onRestart }, release), readShopFiles()]);
      return { value, said: `in ${data}` };
    });
    deployment = up;
    const done = await carryOut(progress, up, release, files);
    const collected = await collectFacts({ data, endpoints: up.endpoints, release, files }, done);
    return { up, release, facts: { ...collected, milliseconds: performance.now() - began } };
  }

  async function stay(up: Deployment, release: Release): Promise<void> {
    const staying = await stayUp(up, { data, project: SHOP_PROJECT, release, say });
    const lines = [...hints(release.sources[0], data), ['stop', 'Ctrl-C; the next start begins anew']] as const;
    const rows = lines.map(([what, how]) => `  ${paint('bold', what.padEnd(11))}  ${how}`);
    say(['', 'It stays up, and tells here what comes next.', '', ...rows, ''].join('\n'));
    await Promise.race([interrupts.came, up.broken]);
    await staying.stop();
  }

  try {
    const { up, release, facts } = await Promise.race([work(), interrupted]);
    if (json) printJson(facts);
    else print(`\n${renderSummary(facts)}`);
    if (!exit) await stay(up, release);
    if (facts.failures.length > 0) throw new ExitError(1);
  } finally {
    await deployment?.stop();
  }
}
