import type { RollbackOptions } from '../commands/rollback.ts';
import { findSite } from '../connect.ts';
import { dataFlag } from '../endpoints.ts';
import { FailedError, UsageError } from '../errors.ts';
import { callJson } from '../http-json.ts';
import { refuseNewTokens } from '../keys/token-changes.ts';
import { note, print, printJson } from '../output.ts';
import { currentRelease, nameCurrent, readRelease } from '../publish-release.ts';
import { compareReleases, renderChanges } from '../release-changes.ts';
import { authorized, type Site } from '../site.ts';

/** Everything is looked for before anything is changed: half a rollback would be worse than none. */
export async function rollback(
  commit: string,
  { infra, yes, json, project, ...place }: RollbackOptions,
): Promise<void> {
  if (infra && place.env === undefined)
    throw new UsageError('--infra deploys functions, which only a deployment at Google has: add --env NAME');
  const site = await findSite(place);
  const id = await findRelease(site, commit);
  const [before, next] = await Promise.all([currentRelease(site), readRelease(site, id)]);
  await refuseNewTokens(site, next, dataFlag(place));
  if (infra && place.env !== undefined) {
    const { deployCommit } = await import('./deploy-commit.ts');
    await deployCommit(site, { env: place.env, commit: id, yes: yes === true, project, say: json ? note : print });
  }
  await nameCurrent(site, id, new Date());
  const changes = before && before.id !== id ? compareReleases(await readRelease(site, before.id), next) : undefined;
  if (json) return printJson({ release: id, before: before?.id, infra: infra === true, changes });
  print(`release ${id} is current${before && before.id !== id ? `, instead of ${before.id}` : ', as it was'}`);
  if (changes) print(renderChanges(changes) || 'nothing differs in the declarations');
}

const FULL = 40;

/** The one release whose id begins so. */
async function findRelease(site: Site, prefix: string): Promise<string> {
  if (!/^(dev-)?[0-9a-f]{4,40}$/.test(prefix))
    throw new UsageError(`${prefix} is no commit: give its hex digits, at least four`);
  // Whole, it needs no listing, which the account that delivers may not do.
  if (prefix.length === FULL) return prefix;
  const query = new URLSearchParams({ prefix: `releases/${prefix}`, fields: 'items(name)' });
  const found = await callJson<{ items?: { name: string }[] }>(
    'GET',
    `${site.storage}/storage/v1/b/${site.buckets.state}/o?${query}`,
    undefined,
    await authorized(site),
  );
  const ids = (found?.items ?? []).flatMap(({ name }) => /^releases\/(.+)\.json$/.exec(name)?.[1] ?? []);
  const [id, ...others] = ids;
  if (id === undefined) throw new FailedError(`there is no release ${prefix} in ${site.buckets.state}`);
  if (others.length > 0) throw new UsageError(`${prefix} may be any of ${ids.join(', ')}: give more of it`);
  return id;
}
