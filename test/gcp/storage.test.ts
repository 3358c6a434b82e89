import { createObjectStore } from '../../functions/gcp/storage.ts';
import { objectStoreContract } from '../contract/object-store.ts';
import { PROJECT, startLocal } from './local.ts';

objectStoreContract('Cloud Storage', async () => {
  const local = await startLocal();
  return {
    store: createObjectStore({ project: PROJECT, endpoint: local.http('storage') }),
    versioned: await local.createBucket('acme-versioned', { versioned: true }),
    plain: await local.createBucket('acme-plain'),
    stop: local.stop,
  };
});
