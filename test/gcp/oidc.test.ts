import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SluiceError } from '../../functions/errors.ts';
import { createCallerVerifier } from '../../functions/gcp/oidc.ts';
import type { CallerVerifier } from '../../functions/ports.ts';
import { callerVerifierContract } from '../contract/caller-verifier.ts';
import { badAuthorizations, createIssuer, goodClaims, type Issuer, seconds } from '../issuer.ts';
import { PROJECT, startLocal } from './local.ts';

callerVerifierContract('OIDC, of the local cloud', async () => {
  const local = await startLocal();
  const iam = `${local.http('admin')}/v1/projects`;
  const made = (accountId: string) =>
    local.call<{ email: string }>('POST', `${iam}/${PROJECT}/serviceAccounts`, { accountId });
  const [tasks, push] = [await made('sluice-tasks'), await made('sluice-push')];
  const signatures = 'verify';
  return {
    verifier: createCallerVerifier({ endpoint: local.http('admin'), signatures }),
    unreachable: createCallerVerifier({ endpoint: 'http://127.0.0.1:9', signatures }),
    accounts: [tasks.email, push.email],
    token: async ({ account, ...request }) => {
      const url = `${iam}/-/serviceAccounts/${account}:generateIdToken`;
      return (await local.call<{ token: string }>('POST', url, request)).token;
    },
    stop: local.stop,
  };
});

const AUDIENCE = 'https://sluice-load-1.europe-west3.run.app';
const TASKS = 'sluice-tasks@acme.iam.gserviceaccount.com';
const EXPECTED = { audience: AUDIENCE, callers: [TASKS, 'sluice-scheduler@acme.iam.gserviceaccount.com'] };

let issuer: Issuer;
let nowMs: number;
let verifier: CallerVerifier;

beforeEach(async () => {
  issuer = await createIssuer();
  nowMs = Date.now();
  verifier = createCallerVerifier({ endpoint: issuer.url, signatures: 'verify', now: () => nowMs });
});
afterEach(() => issuer.close());

const good = (): string => `Bearer ${issuer.token(AUDIENCE, TASKS)}`;
const ask = (authorization: string | undefined, from = verifier): Promise<string> =>
  from.verify(authorization, EXPECTED);

async function refusal(authorization: string | undefined, from = verifier): Promise<SluiceError> {
  const error = await ask(authorization, from).then(
    (caller) => `let in as ${caller}`,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(SluiceError);
  return error as SluiceError;
}

describe('a caller', () => {
  test('is told by a token of Google', async () => {
    expect(await ask(good())).toBe(TASKS);
    expect(await ask(good().replace('Bearer', 'bearer'))).toBe(TASKS);
    expect(await ask(`Bearer ${issuer.token(AUDIENCE, TASKS, { iss: 'accounts.google.com' })}`)).toBe(TASKS);
  });

  test('may have a clock that is minutes off', async () => {
    const late = issuer.token(AUDIENCE, TASKS, { iat: seconds() - 3700, exp: seconds() - 100 });
    const early = issuer.token(AUDIENCE, TASKS, { iat: seconds() + 100, exp: seconds() + 3700 });
    expect(await Promise.all([ask(`Bearer ${late}`), ask(`Bearer ${early}`)])).toEqual([TASKS, TASKS]);
  });

  test('who is not expected is named and may not call', async () => {
    const stranger = 'sluice-push@acme.iam.gserviceaccount.com';
    const error = await refusal(`Bearer ${issuer.token(AUDIENCE, stranger)}`);
    expect([error.code, error.retryable, error.details]).toEqual(['PERMISSION_DENIED', false, { caller: stranger }]);
  });

  test.each([TASKS.toUpperCase(), `${TASKS}.example.com`, `x${TASKS}`, `${TASKS} `, EXPECTED.callers.join(',')])(
    'is not another for being alike: %s',
    async (email) => {
      expect((await refusal(`Bearer ${issuer.token(AUDIENCE, email)}`)).code).toBe('PERMISSION_DENIED');
    },
  );
});

test('every bad token is refused, and stands in no error', async () => {
  for (const [what, authorization] of badAuthorizations(issuer, AUDIENCE, TASKS)) {
    const error = await refusal(authorization);
    expect([what, error.code, error.retryable]).toEqual([what, 'UNAUTHENTICATED', false]);
    const said = JSON.stringify([error.message, error.details, error.cause, error.stack]);
    for (const part of (authorization ?? '').split(/[\s.]+/).filter((one) => one.length > 9))
      expect([what, said.includes(part)]).toEqual([what, false]);
  }
});

describe('the certificates', () => {
  test('are fetched once, however many ask at once, and kept', async () => {
    await Promise.all(Array.from({ length: 20 }, () => ask(good())));
    await ask(good());
    expect(issuer.asked()).toBe(1);
  });

  test('are fetched anew when their time is over', async () => {
    await issuer.close();
    issuer = await createIssuer({ keep: 'no-store' });
    const forgetful = createCallerVerifier({ endpoint: issuer.url, signatures: 'verify' });
    await ask(good(), forgetful);
    await ask(good(), forgetful);
    expect(issuer.asked()).toBe(2);
  });

  test('are fetched anew when a new key signs, and the old key stays good', async () => {
    const before = good();
    await ask(before);
    issuer.rotate();
    await Promise.all(Array.from({ length: 20 }, () => ask(good())));
    expect(await ask(before)).toBe(TASKS);
    expect(issuer.asked()).toBe(2);
  });

  test('are not fetched more than once a minute for keys that somebody made up', async () => {
    const madeUp = (n: number): string => `Bearer ${issuer.token(AUDIENCE, TASKS, {}, { kid: `made-up-${n}` })}`;
    for (let n = 0; n < 10; n++) expect((await refusal(madeUp(n))).code).toBe('UNAUTHENTICATED');
    expect(issuer.asked()).toBe(2);
    nowMs += 61_000;
    expect((await refusal(madeUp(10))).code).toBe('UNAUTHENTICATED');
    expect(issuer.asked()).toBe(3);
  });

  test.each<[string, { status: number; body?: string }]>([
    ['an error of the service', { status: 500 }],
    ['an error that is not worth a retry', { status: 404 }],
    ['an answer that is no JSON', { status: 200, body: '<html>' }],
    ['an answer that is empty', { status: 200 }],
  ])('that cannot be had are retryable, and may be had later: %s', async (_, answer) => {
    issuer.fail(answer);
    const error = await refusal(good());
    expect([error.code, error.retryable]).toEqual(['IDENTITY_FAILED', true]);
    issuer.fail();
    expect(await ask(good())).toBe(TASKS);
  });

  test('that are known stay good while they cannot be fetched for an unknown key', async () => {
    await ask(good());
    const known = good();
    issuer.rotate();
    const unknown = good();
    issuer.fail({ status: 404 });
    expect((await refusal(unknown)).code).toBe('IDENTITY_FAILED');
    expect(await ask(known)).toBe(TASKS);
    issuer.fail();
    expect(await ask(unknown)).toBe(TASKS);
  });
});

describe('behind Cloud Run, which removes signatures that it has verified', () => {
  const behind = (): CallerVerifier =>
    createCallerVerifier({ endpoint: issuer.url, signatures: 'removed-by-cloud-run', now: () => nowMs });
  const removed = (claims: object = {}): string => {
    const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
    const all = { ...goodClaims(AUDIENCE, TASKS), ...claims };
    return `Bearer ${encode({ alg: 'RS256', kid: 'key-1' })}.${encode(all)}.SIGNATURE_REMOVED_BY_GOOGLE`;
  };

  test('a caller is told by what is left of the token', async () => {
    expect(await ask(removed(), behind())).toBe(TASKS);
    expect(issuer.asked()).toBe(0);
  });

  test.each<[string, object, string]>([
    ['expired', { iat: seconds() - 4200, exp: seconds() - 600 }, 'UNAUTHENTICATED'],
    ['of another audience', { aud: 'https://elsewhere.example.com' }, 'UNAUTHENTICATED'],
    ['of another issuer', { iss: 'https://accounts.example.com' }, 'UNAUTHENTICATED'],
    ['of an e-mail that nobody verified', { email_verified: false }, 'UNAUTHENTICATED'],
    ['of another caller', { email: 'sluice-push@acme.iam.gserviceaccount.com' }, 'PERMISSION_DENIED'],
  ])('a token is refused that is %s', async (_, claims, code) => {
    expect((await refusal(removed(claims), behind())).code).toBe(code);
  });

  test('every signature but the removed one is verified as ever', async () => {
    expect(await ask(good(), behind())).toBe(TASKS);
    for (const [what, authorization] of badAuthorizations(issuer, AUDIENCE, TASKS).filter(
      ([one]) => !/would have/.test(one),
    ))
      expect([what, (await refusal(authorization, behind())).code]).toEqual([what, 'UNAUTHENTICATED']);
  });
});
