import { retryable, terminal } from '../errors.ts';
import { CURRENT_RELEASE, type CurrentRelease, type Release, releaseName } from '../model/release.ts';
import type { ObjectStore, Releases } from '../ports.ts';

/** Releases are immutable, so an instance reads each once; which one is current is asked each time. */
export function createReleases(objects: ObjectStore, bucket: string): Releases {
  const known = new Map<string, Release>();

  async function get(id: string): Promise<Release> {
    const cached = known.get(id);
    if (cached) return cached;
    const text = await objects.readText(bucket, releaseName(id));
    if (text === undefined) {
      throw terminal('RELEASE_MISSING', `release ${id} is not in the state bucket: deploy it again`, {
        details: { release: id },
      });
    }
    const release = JSON.parse(text) as Release;
    known.set(id, release);
    return release;
  }

  return {
    get,
    async current() {
      const text = await objects.readText(bucket, CURRENT_RELEASE);
      if (text === undefined) {
        throw retryable(
          'RELEASE_MISSING',
          `no release is current: ${CURRENT_RELEASE} is missing in the state bucket; deploy one`,
        );
      }
      return get((JSON.parse(text) as CurrentRelease).id);
    },
  };
}
