import { CURRENT_RELEASE, type CurrentRelease, type Release, releaseName } from '../../functions/model/release.ts';
import type { Endpoints } from './endpoints.ts';
import { callJson } from './http-json.ts';

/** Puts a release into the state bucket, then names it as the current one. */
export async function publishRelease(
  { storage, buckets }: Pick<Endpoints, 'storage' | 'buckets'>,
  release: Release,
  now: Date,
): Promise<void> {
  const put = (name: string, value: object, query = ''): Promise<unknown> =>
    callJson(
      'POST',
      `${storage}/upload/storage/v1/b/${buckets.state}/o?uploadType=media&name=${encodeURIComponent(name)}${query}`,
      value,
      { allow: [412] },
    );
  await put(releaseName(release.id), release, '&ifGenerationMatch=0');
  await put(CURRENT_RELEASE, { v: 1, id: release.id, at: now.toISOString() } satisfies CurrentRelease);
}

/** Names of the keys that the release's columns are protected with. */
export function keysOf(release: Pick<Release, 'sources'>): string[] {
  const keys = release.sources.flatMap(({ columns }) =>
    columns.flatMap(({ privacy }) =>
      privacy.kind === 'transform' && 'key' in privacy.transform ? [privacy.transform.key] : [],
    ),
  );
  return [...new Set(keys)].sort();
}
