import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Release } from '../../functions/model/release.ts';
import type { Releases } from '../../functions/ports.ts';

export interface ReleasesBackend {
  /** As a function that has just started sees them. */
  open(): Releases;
  put(release: Release): Promise<void>;
  makeCurrent(id: string): Promise<void>;
  stop(): Promise<void>;
}

/** What every source of releases must do; `start` gives one in which nothing is deployed. */
export function releasesContract(name: string, start: () => Promise<ReleasesBackend>): void {
  describe(`releases: ${name}`, () => {
    let backend: ReleasesBackend;
    beforeAll(async () => {
      backend = await start();
    });
    afterAll(() => backend.stop());
    const release = (id: string): Release => ({ v: 1, id, sources: [], transforms: [] });

    test('before the first is deployed there is none: it may come', async () => {
      await expect(backend.open().current()).rejects.toMatchObject({ code: 'RELEASE_MISSING', retryable: true });
    });

    test('one is found by its id; one that is not there will not come', async () => {
      await backend.put(release('a'));
      expect(await backend.open().get('a')).toEqual(release('a'));
      await expect(backend.open().get('never')).rejects.toMatchObject({ code: 'RELEASE_MISSING', retryable: false });
    });

    test('the current one changes under a function that runs, and older ones stay', async () => {
      const releases = backend.open();
      await backend.put(release('b'));
      await backend.makeCurrent('a');
      expect((await releases.current()).id).toBe('a');
      await backend.makeCurrent('b');
      expect((await releases.current()).id).toBe('b');
      expect((await releases.get('a')).id).toBe('a');
    });

    test('one that is named and was never put is a fault of the deployment', async () => {
      await backend.makeCurrent('missing');
      await expect(backend.open().current()).rejects.toMatchObject({ code: 'RELEASE_MISSING', retryable: false });
    });
  });
}
