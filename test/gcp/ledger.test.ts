import { createLedger } from '../../functions/gcp/ledger.ts';
import { createReleases } from '../../functions/gcp/releases.ts';
import { createObjectStore } from '../../functions/gcp/storage.ts';
import { CURRENT_RELEASE, releaseName } from '../../functions/model/release.ts';
import { ledgerContract } from '../contract/ledger.ts';
import { releasesContract } from '../contract/releases.ts';
import { PROJECT, startLocal } from './local.ts';

const STATE = 'acme-state';

async function startState() {
  const local = await startLocal();
  await local.createBucket(STATE);
  return { objects: createObjectStore({ project: PROJECT, endpoint: local.http('storage') }), stop: local.stop };
}

ledgerContract('objects in the state bucket', async () => {
  const { objects, stop } = await startState();
  return { ledger: createLedger(objects, STATE), stop };
});

releasesContract('objects in the state bucket', async () => {
  const { objects, stop } = await startState();
  return {
    open: () => createReleases(objects, STATE),
    put: async (release) => void (await objects.write(STATE, releaseName(release.id), JSON.stringify(release))),
    makeCurrent: async (id) =>
      void (await objects.write(STATE, CURRENT_RELEASE, JSON.stringify({ v: 1, id, at: '2026-01-31T00:00:00Z' }))),
    stop,
  };
});
