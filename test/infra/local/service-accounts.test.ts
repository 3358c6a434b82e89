import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHttp, listen } from '../../../infra/local/http.ts';
import { createIdentity } from '../../../infra/local/identity.ts';
import { createServiceAccounts } from '../../../infra/local/service-accounts.ts';
import { createTemporaryContext } from './temporary-context.ts';

const temporary = createTemporaryContext();
const app = createHttp({ bodies: 'json' });
const EMAIL = 'sluice-operator@test.iam.gserviceaccount.com';
let base: string;

beforeAll(async () => {
  const identity = createIdentity(temporary.context);
  createServiceAccounts(temporary.context, { identity }).routes(app);
  base = `http://127.0.0.1:${await listen(app, 0)}/v1`;
  await call('POST', 'projects/test/serviceAccounts', {
    accountId: 'sluice-operator',
    serviceAccount: { displayName: 'People' },
  });
});
afterAll(async () => {
  await app.close();
  temporary.remove();
});

async function call(method: string, path: string, body?: object) {
  const response = await fetch(`${base}/${path}`, {
    method,
    ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  const json = (await response.json()) as Record<string, unknown> & { error?: { status: string } };
  return { status: response.status, json };
}
const tokenOf = (email: string, body: object, project = '-') =>
  call('POST', `projects/${project}/serviceAccounts/${email}:generateIdToken`, body);
const claimsOf = (token: unknown) =>
  JSON.parse(Buffer.from(String(token).split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;

describe('a service account', () => {
  const account = {
    name: `projects/test/serviceAccounts/${EMAIL}`,
    projectId: 'test',
    email: EMAIL,
    uniqueId: expect.stringMatching(/^\d{21}$/),
    displayName: 'People',
  };

  test('is there once it was made', async () => {
    expect((await call('GET', `projects/test/serviceAccounts/${EMAIL}`)).json).toEqual(account);
    expect((await call('GET', 'projects/test/serviceAccounts')).json).toEqual({ accounts: [account] });
  });

  test('is made once', async () => {
    const again = await call('POST', 'projects/test/serviceAccounts', { accountId: 'sluice-operator' });
    expect([again.status, again.json.error?.status]).toEqual([409, 'ALREADY_EXISTS']);
  });

  test.each(['short', 'Upper-case', '1-digit-first', 'dash-last-', `long-${'x'.repeat(30)}`, 'a@b.example', undefined])(
    'cannot be called %s',
    async (accountId) => {
      const refused = await call('POST', 'projects/test/serviceAccounts', { accountId });
      expect([refused.status, refused.json.error?.status]).toEqual([400, 'INVALID_ARGUMENT']);
    },
  );

  test('belongs to the project of this cloud', async () => {
    expect((await call('POST', 'projects/other/serviceAccounts', { accountId: 'sluice-push' })).status).toBe(404);
    expect((await call('GET', 'projects/other/serviceAccounts')).status).toBe(404);
  });

  test('is gone once it was deleted, and gets no more tokens', async () => {
    await call('POST', 'projects/test/serviceAccounts', { accountId: 'sluice-gone' });
    const gone = 'sluice-gone@test.iam.gserviceaccount.com';
    expect((await tokenOf(gone, { audience: 'a' })).status).toBe(200);
    expect((await call('DELETE', `projects/test/serviceAccounts/${gone}`)).status).toBe(200);
    expect((await tokenOf(gone, { audience: 'a' })).status).toBe(404);
    expect((await call('DELETE', `projects/test/serviceAccounts/${gone}`)).status).toBe(404);
  });
});

describe('an identity token', () => {
  test('is for the audience that was asked for, with the e-mail address if that was', async () => {
    const { json } = await tokenOf(EMAIL, { audience: 'https://f.example.com', includeEmail: true });
    expect(claimsOf(json.token)).toMatchObject({ aud: 'https://f.example.com', email: EMAIL, email_verified: true });
    const bare = claimsOf((await tokenOf(EMAIL, { audience: 'https://f.example.com' })).json.token);
    expect(bare).toMatchObject({ aud: 'https://f.example.com', sub: claimsOf(json.token).sub });
    expect(bare).not.toHaveProperty('email');
    expect(bare).not.toHaveProperty('email_verified');
  });

  test.each<[string, string, object, string, number, string]>([
    ['of nobody', 'nobody@test.iam.gserviceaccount.com', { audience: 'a' }, '-', 404, 'NOT_FOUND'],
    ['for nobody', EMAIL, { includeEmail: true }, '-', 400, 'INVALID_ARGUMENT'],
    ['of an account in a project', EMAIL, { audience: 'a' }, 'test', 400, 'INVALID_ARGUMENT'],
    ['through delegates', EMAIL, { audience: 'a', delegates: ['x'] }, '-', 501, 'UNIMPLEMENTED'],
    ['with a field that there is not', EMAIL, { audience: 'a', scope: ['x'] }, '-', 400, 'INVALID_ARGUMENT'],
  ])('%s is an error', async (_, email, body, project, status, code) => {
    const { json, ...refused } = await tokenOf(email, body, project);
    expect([refused.status, json.error?.status]).toEqual([status, code]);
    expect(json).not.toHaveProperty('token');
  });

  test('is the one thing that the credentials of an account are given out as', async () => {
    const access = await call('POST', `projects/-/serviceAccounts/${EMAIL}:generateAccessToken`, { scope: ['x'] });
    expect(access.status).toBe(404);
  });
});
