import { FailedError } from './errors.ts';
import { callJson } from './http-json.ts';
import { authorized, type Site } from './site.ts';

/** Google's identity tokens live for an hour; one is used for less than that, so that none ends on its way. */
const REUSE_MS = 45 * 60_000;

/**
 * Identity tokens of an account (the operator's, unless said), each for one audience (a function's URL), as IAM Credentials
 * gives them out: the one way in which the command line calls a function, here and at Google.
 */
export function createIdTokens(
  site: Pick<Site, 'identity' | 'accounts' | 'credentials'>,
  account = site.accounts.operator,
): (audience: string) => Promise<string> {
  const { identity } = site;
  const held = new Map<string, { token: string; until: number }>();

  return async (audience) => {
    const known = held.get(audience);
    if (known && Date.now() < known.until) return known.token;
    const url = `${identity}/v1/projects/-/serviceAccounts/${account}:generateIdToken`;
    const answer = await callJson<{ token?: string }>(
      'POST',
      url,
      { audience, includeEmail: true },
      await authorized(site),
    );
    if (!answer?.token) throw new FailedError(`IAM gave no identity token of ${account}`);
    held.set(audience, { token: answer.token, until: Date.now() + REUSE_MS });
    return answer.token;
  };
}
