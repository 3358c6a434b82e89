import type { Site } from '../site.ts';
import { createCredentials } from './credentials.ts';
import type { DeploymentFile } from './deployment-file.ts';

const GOOGLE = {
  storage: 'https://storage.googleapis.com',
  bigquery: 'https://bigquery.googleapis.com',
  kms: 'https://cloudkms.googleapis.com',
  identity: 'https://iamcredentials.googleapis.com',
};

/** A deployment as commands use it. Google's endpoints ask for credentials; those on loopback do not. */
export function deployedSite({
  project,
  location,
  buckets,
  functions,
  operator,
  reidentifiers,
  forgetters,
  endpoints,
}: DeploymentFile): Site {
  const at = { ...GOOGLE, ...endpoints };
  const isLocal = at.storage.startsWith('http:');
  return {
    project,
    location,
    buckets,
    functions,
    accounts: { operator },
    reidentifiers,
    forgetters,
    ...at,
    ...(!isLocal && { credentials: createCredentials() }),
  };
}
