import { FailedError } from '../errors.ts';

const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';

/** Access tokens of whoever runs the command, from Google's application default credentials; renewed when they end. */
export function createAccessTokens(): () => Promise<string> {
  // Loaded when it is needed: most commands go to a local cloud.
  const auth = import('google-auth-library').then(({ GoogleAuth }) => new GoogleAuth({ scopes: [SCOPE] }));
  auth.catch(() => {});
  return async () => {
    const token = await (await auth).getAccessToken().catch((cause: unknown) => {
      throw new FailedError(
        'there are no Google credentials here: run `gcloud auth application-default login`, or set GOOGLE_APPLICATION_CREDENTIALS',
        { cause },
      );
    });
    if (!token) throw new FailedError('the Google credentials that are here give no access token: log in again');
    return token;
  };
}
