import { checkedOutCommit } from '../archive/commit.ts';
import type { ReleaseOptions } from '../commands/release.ts';
import { findSite } from '../connect.ts';
import { dataFlag } from '../endpoints.ts';
import { refuseNewTokens } from '../keys/token-changes.ts';
import { print, printJson } from '../output.ts';
import { currentRelease, nameCurrent, readRelease, storeRelease } from '../publish-release.ts';
import { compareReleases, renderChanges } from '../release-changes.ts';
import { compileDelivery } from './canary.ts';

export async function release({ commit, project: folder, stage, json, ...place }: ReleaseOptions): Promise<void> {
  const id = commit ?? checkedOutCommit(folder, ['.']);
  const site = await findSite(place);
  const next = compileDelivery(folder, { project: site.project, id });
  const before = await currentRelease(site);
  if (!stage) await refuseNewTokens(site, next, dataFlag(place));
  await storeRelease(site, next);
  if (!stage) await nameCurrent(site, id, new Date());
  const changes = before && before.id !== id ? compareReleases(await readRelease(site, before.id), next) : undefined;
  if (json) return printJson({ release: id, before: before?.id, current: !stage, changes });
  print(`release ${id} is ${stage ? 'stored' : 'current'}${before && before.id !== id ? `, after ${before.id}` : ''}`);
  if (changes) print(renderChanges(changes) || 'nothing has changed in the declarations');
}
