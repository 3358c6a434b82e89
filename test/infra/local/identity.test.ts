import { generateKeyPairSync, sign } from 'node:crypto';
import { OAuth2Client } from 'google-auth-library';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHttp, listen } from '../../../infra/local/http.ts';
import { createIdentity, type Identity } from '../../../infra/local/identity.ts';
import { createTemporaryContext } from './temporary-context.ts';

const AUDIENCE = 'https://functions.example/load';
const EMAIL = 'tasks@test.iam.gserviceaccount.com';

const temporary = createTemporaryContext();
const app = createHttp({ bodies: 'json' });
let identity: Identity;
let base: string;
let client: OAuth2Client;

beforeAll(async () => {
  identity = createIdentity(temporary.context);
  identity.routes(app);
  base = `http://127.0.0.1:${await listen(app, 0)}`;
  client = new OAuth2Client({
    endpoints: {
      oauth2FederatedSignonPemCertsUrl: `${base}/oauth2/v1/certs`,
      oauth2FederatedSignonJwkCertsUrl: `${base}/oauth2/v3/certs`,
    },
  });
});

afterAll(async () => {
  await app.close();
  temporary.remove();
});

const claimsOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());

describe("Google's client", () => {
  test('verifies a token and reads the claims that Google sends', async () => {
    const ticket = await client.verifyIdToken({
      idToken: identity.token({ audience: AUDIENCE, email: EMAIL }),
      audience: AUDIENCE,
    });
    const payload = ticket.getPayload();
    expect(payload).toMatchObject({
      iss: 'https://accounts.google.com',
      aud: AUDIENCE,
      email: EMAIL,
      email_verified: true,
    });
    expect(payload?.sub).toMatch(/^\d{21}$/);
    expect(payload?.azp).toBe(payload?.sub);
    expect((payload?.exp ?? 0) - (payload?.iat ?? 0)).toBe(3600);
  });

  test('refuses a token for another audience', async () => {
    const idToken = identity.token({ audience: 'https://elsewhere.example', email: EMAIL });
    await expect(client.verifyIdToken({ idToken, audience: AUDIENCE })).rejects.toThrow(/Wrong recipient/);
  });

  test('refuses a token whose claims were changed', async () => {
    const [header, , signature] = identity.token({ audience: AUDIENCE, email: EMAIL }).split('.');
    const forged = Buffer.from(
      JSON.stringify({ ...claimsOf(identity.token({ audience: AUDIENCE, email: EMAIL })), email: 'me@evil.example' }),
    );
    const idToken = `${header}.${forged.toString('base64url')}.${signature}`;
    await expect(client.verifyIdToken({ idToken, audience: AUDIENCE })).rejects.toThrow(/Invalid token signature/);
  });

  test('refuses a token signed with another key under the same key id', async () => {
    const [header, payload] = identity.token({ audience: AUDIENCE, email: EMAIL }).split('.');
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const signature = sign('RSA-SHA256', Buffer.from(`${header}.${payload}`), privateKey).toString('base64url');
    await expect(
      client.verifyIdToken({ idToken: `${header}.${payload}.${signature}`, audience: AUDIENCE }),
    ).rejects.toThrow(/Invalid token signature/);
  });
});

test('the discovery document leads to a key set that holds the key of a token', async () => {
  const discovery = (await (await fetch(`${base}/.well-known/openid-configuration`)).json()) as {
    issuer: string;
    jwks_uri: string;
  };
  expect(discovery.issuer).toBe('https://accounts.google.com');
  const { keys } = (await (await fetch(discovery.jwks_uri)).json()) as {
    keys: { kid: string; kty: string; alg: string }[];
  };
  const header = JSON.parse(
    Buffer.from(identity.token({ audience: AUDIENCE, email: EMAIL }).split('.')[0] ?? '', 'base64url').toString(),
  );
  expect(keys).toMatchObject([{ kid: header.kid, kty: 'RSA', alg: 'RS256' }]);
});

test('a token is handed out again for five minutes, then a fresh one', () => {
  let nowMs = 1_700_000_000_000;
  const clocked = createIdentity(temporary.context, () => nowMs);
  const ask = () => clocked.token({ audience: AUDIENCE, email: EMAIL });
  const first = ask();
  nowMs += 299_000;
  expect(ask()).toBe(first);
  nowMs += 2_000;
  expect(claimsOf(ask()).iat).toBe(1_700_000_301);
});

test('the key outlives a restart', async () => {
  const idToken = identity.token({ audience: AUDIENCE, email: EMAIL });
  const reopened = createIdentity(temporary.reopen());
  const header = (token: string) => token.split('.')[0];
  expect(header(reopened.token({ audience: AUDIENCE, email: EMAIL }))).toBe(header(idToken));
});
