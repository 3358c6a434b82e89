import { type Certificates, OAuth2Client } from 'google-auth-library';
import { retryable, type SluiceError, terminal } from '../errors.ts';
import type { TokenSignatures } from '../model/deployment.ts';
import type { CallerVerifier, ExpectedCaller } from '../ports.ts';

export interface OidcOptions {
  /** Base URL of the certificates; absent = Google. */
  endpoint?: string;
  signatures: TokenSignatures;
  /** Milliseconds since the epoch. */
  now?: () => number;
}

type Part = Readonly<Record<string, unknown>>;

/** Of Google's tokens for service accounts and people, in both spellings that it uses. */
const ISSUERS = ['https://accounts.google.com', 'accounts.google.com'];
/** What Google's library allows for clocks that differ, seconds. */
const SKEW_S = 300;
const JWT = /^(?<header>[\w-]+)\.(?<claims>[\w-]+)\.(?<signature>[\w-]+)$/;
/** Google's tokens have about 900 characters. */
const MAX_TOKEN = 4096;
/** What Cloud Run puts in a signature's place. Source: cloud.google.com/run/docs/troubleshooting#signature-removed. */
const REMOVED = 'SIGNATURE_REMOVED_BY_GOOGLE';

export function createCallerVerifier({ endpoint, signatures, now = Date.now }: OidcOptions): CallerVerifier {
  const certificates = createCertificates(endpoint, now);

  /** Google's library judges the signature and all of the claims; its messages quote the token, so none is kept. */
  async function isGenuine(token: string, kid: string, audience: string): Promise<boolean> {
    const { client, certs } = await certificates(kid);
    return client.verifySignedJwtWithCertsAsync(token, certs, audience, ISSUERS).then(
      () => true,
      () => false,
    );
  }

  return {
    async verify(authorization, { audience, callers }) {
      const token = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
      if (token === undefined) throw unauthenticated('there is no bearer token in the authorization header', audience);
      const { header, claims, signature } = (token.length <= MAX_TOKEN && JWT.exec(token)?.groups) || {};
      const { alg, kid } = decode(header);
      const told = decode(claims);
      if (alg !== 'RS256' || typeof kid !== 'string')
        throw unauthenticated('the token is not a JWT that Google signed', audience);
      const fault = faultOf(told, audience, now() / 1000);
      if (fault) throw unauthenticated(fault, audience);
      const isRemoved = signature === REMOVED;
      if (isRemoved && signatures === 'verify')
        throw unauthenticated(
          'the token has no signature (behind Cloud Run, SLUICE_TOKEN_SIGNATURES says so)',
          audience,
        );
      if (!isRemoved && !(await isGenuine(token, kid, audience)))
        throw unauthenticated("the signature of the token is not Google's", audience);
      return expectCaller(told, callers);
    },
  };
}

/** What is wrong with the claims, apart from whose they are. */
function faultOf(claims: Part, audience: string, seconds: number): string | undefined {
  const { iss, aud, exp, iat, email, email_verified } = claims;
  if (typeof iss !== 'string' || !ISSUERS.includes(iss)) return 'the issuer of the token is not Google';
  if (aud !== audience) return 'the token is for another audience';
  if (typeof exp !== 'number' || seconds > exp + SKEW_S) return 'the token has expired';
  if (typeof iat !== 'number' || seconds < iat - SKEW_S) return 'the token is not valid yet';
  if (typeof email !== 'string' || email_verified !== true) return 'the token has no verified e-mail address';
  return undefined;
}

function expectCaller({ email }: Part, callers: ExpectedCaller['callers']): string {
  const caller = String(email);
  if (!callers.includes(caller))
    throw terminal('PERMISSION_DENIED', `${caller} may not call this function: SLUICE_CALLERS_* names who may`, {
      details: { caller },
    });
  return caller;
}

const unauthenticated = (fault: string, audience: string): SluiceError =>
  terminal('UNAUTHENTICATED', `${fault}: send an identity token of Google's for ${audience}`);

/** An empty one stands for whatever is no JSON object. */
function decode(part: string | undefined): Part {
  try {
    const value = JSON.parse(Buffer.from(part ?? '', 'base64url').toString()) as unknown;
    return typeof value === 'object' && value !== null ? (value as Part) : {};
  } catch {
    return {};
  }
}

/** Google announces a key before it signs with it, so one that is not known is rare, and more often invented. */
const RENEW_AFTER_MS = 60_000;
const TIMEOUT_MS = 10_000;

interface Certified {
  client: OAuth2Client;
  certs: Certificates;
}

/** The certificates, kept as long as their answer allows. An unknown key has them fetched anew, once a minute at most. */
function createCertificates(endpoint: string | undefined, now: () => number): (kid: string) => Promise<Certified> {
  const newClient = (): OAuth2Client =>
    new OAuth2Client({
      transporterOptions: { timeout: TIMEOUT_MS },
      ...(endpoint && { endpoints: { oauth2FederatedSignonPemCertsUrl: `${endpoint}/oauth2/v1/certs` } }),
    });
  let current = newClient();
  let renewedAt = Number.NEGATIVE_INFINITY;

  async function fetchOf(client: OAuth2Client): Promise<Certified> {
    try {
      const certs = (await client.getFederatedSignonCertsAsync()).certs as unknown;
      if (typeof certs === 'object' && certs !== null) return { client, certs: certs as Certificates };
    } catch (cause) {
      throw retryable('IDENTITY_FAILED', 'the certificates that verify callers could not be fetched', { cause });
    }
    // It would be kept as long as its headers say.
    if (client === current) current = newClient();
    throw retryable('IDENTITY_FAILED', 'the answer that should hold the certificates is not JSON');
  }

  const known = shared(() => fetchOf(current));
  const renewed = shared(async () => {
    const fresh = await fetchOf(newClient());
    renewedAt = now();
    current = fresh.client;
    return fresh;
  });
  return async (kid) => {
    const present = await known();
    const isEnough = Object.hasOwn(present.certs, kid) || now() - renewedAt < RENEW_AFTER_MS;
    return isEnough ? present : renewed();
  };
}

/** Whoever asks while one is under way waits for that one: an instance starts, and a key changes, with many requests at once. */
function shared<T>(work: () => Promise<T>): () => Promise<T> {
  let underWay: Promise<T> | undefined;
  return () => {
    underWay ??= work().finally(() => {
      underWay = undefined;
    });
    return underWay;
  };
}
