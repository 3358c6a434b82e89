import { CURRENT_RELEASE, type CurrentRelease, type Release, releaseName } from '../../functions/model/release.ts';
import { FailedError } from './errors.ts';
import { callJson } from './http-json.ts';
import { authorized, type Site } from './site.ts';

type State = Pick<Site, 'storage' | 'buckets' | 'credentials'>;

/** Puts a release into the state bucket, then names it as the current one. */
export async function publishRelease(site: State, release: Release, now: Date): Promise<void> {
  await storeRelease(site, release);
  await nameCurrent(site, release.id, now);
}

/** Releases are immutable: one that stands there under this id stays. */
export const storeRelease = (site: State, release: Release): Promise<void> =>
  putJson(site, releaseName(release.id), release, '&ifGenerationMatch=0');

export const nameCurrent = (site: State, id: string, now: Date): Promise<void> =>
  putJson(site, CURRENT_RELEASE, { v: 1, id, at: now.toISOString() } satisfies CurrentRelease);

export async function putJson(site: State, name: string, value: object, query = ''): Promise<void> {
  const url = `${site.storage}/upload/storage/v1/b/${site.buckets.state}/o?uploadType=media&name=${encodeURIComponent(name)}${query}`;
  await callJson('POST', url, value, { ...(await authorized(site)), allow: [412] });
}

/** What runs now; undefined before the first release. */
export async function currentRelease(site: State): Promise<CurrentRelease | undefined> {
  return getJson<CurrentRelease>(site, CURRENT_RELEASE);
}

/** Throws FailedError where no such release was stored. */
export async function readRelease(site: State, id: string): Promise<Release> {
  const release = await getJson<Release>(site, releaseName(id));
  if (!release)
    throw new FailedError(
      `there is no release ${id} in ${site.buckets.state}: \`sluice release\` of that commit stores it`,
    );
  return release;
}

export async function getJson<T>(site: State, name: string): Promise<T | undefined> {
  const url = `${site.storage}/storage/v1/b/${site.buckets.state}/o/${encodeURIComponent(name)}?alt=media`;
  return callJson<T>('GET', url, undefined, { ...(await authorized(site)), allow: [404] });
}

export async function removeObject(site: State, name: string): Promise<void> {
  const url = `${site.storage}/storage/v1/b/${site.buckets.state}/o/${encodeURIComponent(name)}`;
  await callJson('DELETE', url, undefined, { ...(await authorized(site)), allow: [404] });
}
