import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createIdTokens } from '../../../infra/cli/id-tokens.ts';
import { createReceiver, type Receiver } from '../local/receiver.ts';

const OPERATOR = 'sluice-operator@acme.iam.gserviceaccount.com';
const accounts = { push: 'p@x.y', tasks: 't@x.y', scheduler: 's@x.y', operator: OPERATOR };
let iam: Receiver;

beforeEach(async () => {
  iam = await createReceiver();
  iam.answer((_, index) => ({ body: JSON.stringify({ token: `token-${index}` }) }));
});
afterEach(async () => {
  vi.useRealTimers();
  await iam.close();
});

test('a token is asked of IAM for the operator, with its e-mail address', async () => {
  expect(await createIdTokens({ identity: iam.url, accounts })('https://f.example.com')).toBe('token-0');
  expect(iam.received.map(({ method, path, body }) => [method, path, JSON.parse(body) as unknown])).toEqual([
    [
      'POST',
      `/v1/projects/-/serviceAccounts/${OPERATOR}:generateIdToken`,
      { audience: 'https://f.example.com', includeEmail: true },
    ],
  ]);
});

test('a token is used again for its audience, until it might end on its way', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const idToken = createIdTokens({ identity: iam.url, accounts });
  expect([await idToken('a'), await idToken('b'), await idToken('a')]).toEqual(['token-0', 'token-1', 'token-0']);
  vi.setSystemTime(Date.now() + 46 * 60_000);
  expect(await idToken('a')).toBe('token-2');
});

test('what IAM says instead of a token is told', async () => {
  const idToken = createIdTokens({ identity: iam.url, accounts });
  iam.answer({
    status: 403,
    body: JSON.stringify({ error: { message: 'iam.serviceAccounts.getOpenIdToken denied' } }),
  });
  await expect(idToken('a')).rejects.toThrow('iam.serviceAccounts.getOpenIdToken denied');
  iam.answer({ body: '{}' });
  await expect(idToken('a')).rejects.toThrow(`no identity token of ${OPERATOR}`);
});
