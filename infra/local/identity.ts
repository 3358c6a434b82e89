import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { Context } from './context.ts';

/** Service accounts' OIDC tokens as Pub/Sub, Cloud Tasks and Cloud Scheduler attach them, signed with a local key. */
export interface Identity {
  /**
   * A signed JWT, valid for one hour. Callers who verify it fetch the key from the routes below. It names the account by
   * its unique id, and by its e-mail address too unless `includeEmail` is false.
   */
  token(claims: { audience: string; email: string; includeEmail?: boolean }): string;
  /** Adds the discovery document and the certificates, on the paths that www.googleapis.com has them. */
  routes(app: FastifyInstance): void;
}

/** Google's verifiers accept no other issuer for such tokens. */
const ISSUER = 'https://accounts.google.com';
const LIFETIME_S = 3600;
/** Google hands out one token again and again too; signing takes about a millisecond, a queue may dispatch 500 a second. */
const REUSE_S = 300;
const MAX_REUSED = 1_000;
/** Google's, for some 5.5 hours; verifiers keep the keys as long as this says. */
const KEEP = 'public, max-age=19800, must-revalidate, no-transform';

export function createIdentity(context: Context, now: () => number = Date.now): Identity {
  const { db } = context.state;
  context.state.migrate('identity', [
    'CREATE TABLE identity_keys (kid TEXT PRIMARY KEY, private_key TEXT NOT NULL) STRICT',
  ]);
  const { kid, privateKey } = readOrCreateKey();
  const publicKey = createPublicKey(privateKey);
  const reusable = new Map<string, { token: string; until: number }>();

  function readOrCreateKey(): { kid: string; privateKey: KeyObject } {
    const row = db.prepare('SELECT kid, private_key FROM identity_keys').get();
    if (row) return { kid: String(row.kid), privateKey: createPrivateKey(String(row.private_key)) };
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const kid = createHash('sha1').update(pem).digest('hex');
    db.prepare('INSERT INTO identity_keys (kid, private_key) VALUES (?, ?)').run(kid, pem);
    return { kid, privateKey };
  }

  return {
    token({ audience, email, includeEmail = true }) {
      const seconds = Math.floor(now() / 1000);
      const key = JSON.stringify([audience, email, includeEmail]);
      const held = reusable.get(key);
      if (held && seconds < held.until) return held.token;
      const subject = renderSubject(email);
      const token = renderJwt(privateKey, kid, {
        aud: audience,
        azp: subject,
        ...(includeEmail && { email, email_verified: true }),
        exp: seconds + LIFETIME_S,
        iat: seconds,
        iss: ISSUER,
        sub: subject,
      });
      if (reusable.size >= MAX_REUSED) reusable.clear();
      reusable.set(key, { token, until: seconds + REUSE_S });
      return token;
    },

    routes(app) {
      app.get('/.well-known/openid-configuration', (request) => ({
        issuer: ISSUER,
        jwks_uri: `${request.protocol}://${request.host}/oauth2/v3/certs`,
        id_token_signing_alg_values_supported: ['RS256'],
        response_types_supported: ['id_token'],
        subject_types_supported: ['public'],
        claims_supported: ['aud', 'azp', 'email', 'email_verified', 'exp', 'iat', 'iss', 'sub'],
      }));
      app.get('/oauth2/v3/certs', (_request, reply) =>
        reply
          .header('cache-control', KEEP)
          .send({ keys: [{ ...publicKey.export({ format: 'jwk' }), alg: 'RS256', use: 'sig', kid }] }),
      );
      // Google serves X.509 certificates here; verifiers read the bare public key out of them, and take one as it is.
      app.get('/oauth2/v1/certs', (_request, reply) =>
        reply
          .header('cache-control', KEEP)
          .send({ [kid]: publicKey.export({ type: 'spki', format: 'pem' }).toString() }),
      );
    },
  };
}

/** A service account's unique id has 21 digits; here it follows from the e-mail address, so that it never changes. */
export function renderSubject(email: string): string {
  const digits = BigInt(`0x${createHash('sha256').update(email).digest('hex')}`).toString();
  return `1${digits.slice(0, 20)}`;
}

function renderJwt(key: KeyObject, kid: string, claims: object): string {
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const signed = `${encode({ alg: 'RS256', kid, typ: 'JWT' })}.${encode(claims)}`;
  return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), key).toString('base64url')}`;
}
