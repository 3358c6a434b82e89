import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SluiceError } from '../../functions/errors.ts';
import type { CallerVerifier } from '../../functions/ports.ts';

export interface CallerVerifierBackend {
  verifier: CallerVerifier;
  /** Two accounts that there are. */
  accounts: [string, string];
  /** A token of IAM's. */
  token(request: { account: string; audience: string; includeEmail: boolean }): Promise<string>;
  /** Another verifier, whose certificates cannot be reached. */
  unreachable: CallerVerifier;
  stop(): Promise<void>;
}

const AUDIENCE = 'https://sluice-load-1.europe-west3.run.app';

/** What every verifier of callers must do. */
export function callerVerifierContract(name: string, open: () => Promise<CallerVerifierBackend>): void {
  describe(`a verifier of callers: ${name}`, () => {
    let backend: CallerVerifierBackend;
    let caller: string;
    let other: string;
    beforeAll(async () => {
      backend = await open();
      [caller, other] = backend.accounts;
    });
    afterAll(() => backend.stop());

    const tokenOf = (account: string, audience = AUDIENCE, includeEmail = true): Promise<string> =>
      backend.token({ account, audience, includeEmail });
    async function refusal(authorization: string | undefined, verifier = backend.verifier): Promise<SluiceError> {
      const thrown = await verifier.verify(authorization, { audience: AUDIENCE, callers: [caller] }).then(
        (email) => `let in as ${email}`,
        (error: unknown) => error,
      );
      expect(thrown).toBeInstanceOf(SluiceError);
      return thrown as SluiceError;
    }

    test('tells whose token it is, of all that are expected', async () => {
      for (const account of [caller, other]) {
        const authorization = `Bearer ${await tokenOf(account)}`;
        const expected = { audience: AUDIENCE, callers: [caller, other] };
        expect(await backend.verifier.verify(authorization, expected)).toBe(account);
      }
    });

    test('refuses a good token of somebody else, by name', async () => {
      const error = await refusal(`Bearer ${await tokenOf(other)}`);
      expect([error.code, error.retryable, error.details.caller]).toEqual(['PERMISSION_DENIED', false, other]);
    });

    test('refuses a token for another audience, one that names nobody, and none', async () => {
      const elsewhere = `Bearer ${await tokenOf(caller, 'https://elsewhere.example.com')}`;
      const nameless = `Bearer ${await tokenOf(caller, AUDIENCE, false)}`;
      for (const authorization of [elsewhere, nameless, 'Bearer letmein', undefined]) {
        const error = await refusal(authorization);
        expect([error.code, error.retryable]).toEqual(['UNAUTHENTICATED', false]);
        const [, claims = 'no claims'] = (authorization ?? '').split('.');
        expect(JSON.stringify([error.message, error.details, error.stack])).not.toContain(claims);
      }
    });

    test('says retryable where it cannot be found out', async () => {
      const error = await refusal(`Bearer ${await tokenOf(caller)}`, backend.unreachable);
      expect([error.code, error.retryable]).toEqual(['IDENTITY_FAILED', true]);
    });
  });
}
