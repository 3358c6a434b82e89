import type { Release } from '../../functions/model/release.ts';
import type { Deployment } from './deployment.ts';
import { compileProject, renderProblems } from './project.ts';
import { currentRelease, readRelease } from './publish-release.ts';
import { compareReleases, renderChanges } from './release-changes.ts';
import { watchFlow } from './watch-flow.ts';
import { watchProject } from './watch-project.ts';

export interface StayOptions {
  data: string;
  /** Folder of the declarations, as the person wrote it. */
  project: string;
  /** The one that is current. */
  release: Release;
  say: (line: string) => void;
}

/** While it stays up: tells of what flows through, and makes a changed project the current release. */
export async function stayUp(
  deployment: Deployment,
  { data, project, release, say }: StayOptions,
): Promise<{ stop(): Promise<void> }> {
  const flow = await watchFlow(deployment.endpoints, data, say);
  let current = release;
  let told = '';
  // Editors save often; what was said already is not said again.
  const complain = (problems: string): void => {
    if (problems !== told) say(`${problems}; release ${current.id} stays current`);
    told = problems;
  };

  async function takeOver(): Promise<void> {
    try {
      const { release: next, problems } = compileProject(project);
      if (!next) return complain(renderProblems(project, problems));
      // It may have become another one from elsewhere, as by `sluice retokenize`.
      const named = await currentRelease(deployment.endpoints);
      if (named && named.id !== current.id) current = await readRelease(deployment.endpoints, named.id);
      if (next.id === current.id) {
        if (told !== '') say(`release ${current.id} is what the declarations say again`);
        told = '';
        return;
      }
      await deployment.release(next);
      say(`release ${next.id} is current; ${renderChanges(compareReleases(current, next))}`);
      current = next;
      told = '';
    } catch (error) {
      complain((error as Error).message);
    }
  }

  const watching = watchProject(project, takeOver);
  return {
    async stop() {
      watching.stop();
      await flow.stop();
    },
  };
}
