import { FailedError } from '../errors.ts';

const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';

/**
 * Headers of whoever runs the command, from Google's application default credentials: an access token, renewed when it
 * ends, and the project that a person's calls are counted against.
 */
export function createCredentials(): () => Promise<Record<string, string>> {
  // Loaded when it is needed: most commands go to a local cloud.
  const client = import('google-auth-library').then(({ GoogleAuth }) =>
    new GoogleAuth({ scopes: [SCOPE] }).getClient(),
  );
  client.catch(() => {});
  return async () => {
    try {
      return Object.fromEntries(await (await client).getRequestHeaders());
    } catch (cause) {
      throw new FailedError(
        'there are no Google credentials here: run `gcloud auth application-default login`, or set GOOGLE_APPLICATION_CREDENTIALS',
        { cause },
      );
    }
  };
}
