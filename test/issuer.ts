import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { createReceiver } from './infra/local/receiver.ts';

/** Issues identity tokens as Google does, and any that Google would not; serves the certificates that verify them. */
export interface Issuer {
  url: string;
  /** Signed with the present key. A claim of `undefined` is left out. */
  token(audience: string, email: string, claims?: Claims, header?: Claims): string;
  /** How often the certificates were asked for. */
  asked(): number;
  /** Another key from now on; tokens of the one before are still good. */
  rotate(): void;
  /** What is answered from now on instead of the certificates; absent = the certificates again. */
  fail(answer?: { status: number; body?: string }): void;
  close(): Promise<void>;
}

type Claims = Readonly<Record<string, unknown>>;

interface Key {
  kid: string;
  privateKey: KeyObject;
  pem: string;
}

function newKey(kid: string): Key {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { kid, privateKey, pem: publicKey.export({ type: 'spki', format: 'pem' }).toString() };
}

export async function createIssuer({ keep = 'public, max-age=3600' } = {}): Promise<Issuer> {
  const receiver = await createReceiver();
  const keys = [newKey('key-1')];
  const newest = (): Key => keys.at(-1) as Key;
  const serve = (): void => {
    const body = JSON.stringify(Object.fromEntries(keys.map(({ kid, pem }) => [kid, pem])));
    receiver.answer({ headers: { 'content-type': 'application/json', 'cache-control': keep }, body });
  };
  serve();
  return {
    url: receiver.url,
    token: (audience, email, claims = {}, header = {}) => {
      const { kid, privateKey } = newest();
      return renderJwt(privateKey, { kid, ...header }, { ...goodClaims(audience, email), ...claims });
    },
    asked: () => receiver.received.filter(({ path }) => path === '/oauth2/v1/certs').length,
    rotate() {
      keys.push(newKey(`key-${keys.length + 1}`));
      serve();
    },
    fail: (answer) => (answer ? receiver.answer(answer) : serve()),
    close: () => receiver.close(),
  };
}

export const seconds = (): number => Math.floor(Date.now() / 1000);

export const goodClaims = (audience: string, email: string) => ({
  iss: 'https://accounts.google.com',
  aud: audience,
  azp: '111',
  sub: '111',
  email,
  email_verified: true,
  iat: seconds(),
  exp: seconds() + 3600,
});

const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');

export function renderJwt(key: KeyObject, header: Claims, claims: Claims): string {
  const signed = `${encode({ alg: 'RS256', typ: 'JWT', ...header })}.${encode(claims)}`;
  return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), key).toString('base64url')}`;
}

/** A parcel of what attackers send: each with what it is, and the header that brings it. */
export function badAuthorizations(
  issuer: Issuer,
  audience: string,
  email: string,
): [what: string, authorization: string | undefined][] {
  const good = issuer.token(audience, email);
  const [header = '', claims = '', signature = ''] = good.split('.');
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const bearer = (token: string): string => `Bearer ${token}`;
  const unsigned = `${encode({ alg: 'none', kid: 'key-1' })}.${claims}`;
  const hmac = `${encode({ alg: 'HS256', kid: 'key-1' })}.${claims}`;
  const pem = publicKey.export({ type: 'spki', format: 'pem' });
  const otherwise = (changed: Claims): string => bearer(issuer.token(audience, email, changed));
  return [
    ['no header', undefined],
    ['another scheme', `Basic ${good}`],
    ['no token', 'Bearer '],
    ['a token that is no JWT', 'Bearer letmein'],
    ['two tokens', `Bearer ${good}, Bearer ${good}`],
    ['a token of two parts', bearer(`${header}.${claims}`)],
    ['a token of parts that are no JSON', 'Bearer abc.def.ghi'],
    [
      'a token of JSON that is no object',
      bearer(`${Buffer.from('null').toString('base64url')}.${claims}.${signature}`),
    ],
    ['a token that is far too long', bearer(`${header}.${claims}.${'x'.repeat(5000)}`)],
    ['a token of another key', bearer(renderJwt(privateKey, { kid: 'key-1' }, goodClaims(audience, email)))],
    ['a token of an unknown key', bearer(renderJwt(privateKey, { kid: 'mine' }, goodClaims(audience, email)))],
    [
      'a key named like a part of the language',
      bearer(renderJwt(privateKey, { kid: '__proto__' }, goodClaims(audience, email))),
    ],
    [
      'claims under a signature of others',
      bearer(`${header}.${encode(goodClaims(audience, `x${email}`))}.${signature}`),
    ],
    ['no signature, alg none', bearer(`${unsigned}.`)],
    ['some signature, alg none', bearer(`${unsigned}.${signature}`)],
    [
      'the certificate as a password, alg HS256',
      bearer(`${hmac}.${createHmac('sha256', pem).update(hmac).digest('base64url')}`),
    ],
    ['a signature that Cloud Run would have removed', bearer(`${header}.${claims}.SIGNATURE_REMOVED_BY_GOOGLE`)],
    ['an expired token', otherwise({ iat: seconds() - 4200, exp: seconds() - 600 })],
    ['a token without an end', otherwise({ exp: undefined })],
    ['a token whose end is text', otherwise({ exp: String(seconds() + 3600) })],
    ['a token that ends in a year', otherwise({ exp: seconds() + 365 * 86_400 })],
    ['a token of the future', otherwise({ iat: seconds() + 600, exp: seconds() + 4200 })],
    ['another audience', bearer(issuer.token('https://elsewhere.example.com', email))],
    ['the audience in other letters', bearer(issuer.token(audience.toUpperCase(), email))],
    ['the audience among others', otherwise({ aud: [audience, 'https://elsewhere.example.com'] })],
    ['another issuer', otherwise({ iss: 'https://accounts.example.com' })],
    ['no issuer', otherwise({ iss: undefined })],
    ['an e-mail that nobody verified', otherwise({ email_verified: false })],
    ['an e-mail verified as text', otherwise({ email_verified: 'true' })],
    ['no e-mail', otherwise({ email: undefined })],
  ];
}
