import { createServer } from 'node:http';
import { environmentOf } from '../../../../infra/cli/environment.ts';
import { localEndpoints } from '../../../../infra/cli/local-names.ts';

/** What a function sees at Google: no endpoint of its own, a token whose signature Cloud Run took off, a metadata server. */
export interface PretendGoogle {
  env: Record<string, string>;
  /** An identity token as Cloud Run hands it on. */
  tokenFor(name: string): string;
  /** What the metadata server was asked for. */
  asked: readonly string[];
  close(): Promise<void>;
}

const PORTS = { storage: 1, bigquery: 1, dlp: 1, tasks: 1, pubsub: 1, scheduler: 1, eventarc: 1, admin: 1, grpc: 1 };

export async function pretendGoogle(): Promise<PretendGoogle> {
  const asked: string[] = [];
  const metadata = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.setHeader('metadata-flavor', 'Google');
    response.setHeader('content-type', 'application/json');
    const isToken = request.url?.includes('/service-accounts/default/token');
    response.end(isToken ? JSON.stringify({ access_token: 'a', expires_in: 3600, token_type: 'Bearer' }) : 'default');
  });
  await new Promise<void>((resolve) => metadata.listen(0, '127.0.0.1', resolve));
  const address = metadata.address();
  const host = `127.0.0.1:${address && typeof address === 'object' ? address.port : 0}`;
  const endpoints = localEndpoints({ project: 'p', location: 'US', ports: PORTS, functions: 1, sql: '' });
  const local = Object.entries(environmentOf(endpoints, {}));
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return {
    asked,
    env: {
      ...Object.fromEntries(local.filter(([name]) => !name.startsWith('SLUICE_ENDPOINT_'))),
      SLUICE_TOKEN_SIGNATURES: 'removed-by-cloud-run',
      K_SERVICE: 'sluice',
      METADATA_SERVER_DETECTION: 'assume-present',
      GCE_METADATA_HOST: host,
      // Nothing leaves the machine: behind this proxy is nobody.
      HTTPS_PROXY: 'http://127.0.0.1:1',
      NO_PROXY: '127.0.0.1',
    },
    tokenFor(name) {
      const now = Math.floor(Date.now() / 1000);
      const claims = {
        iss: 'https://accounts.google.com',
        aud: `${endpoints.functions}/${name}`,
        azp: endpoints.accounts.operator,
        email: endpoints.accounts.operator,
        email_verified: true,
        sub: '1',
        iat: now,
        exp: now + 600,
      };
      return `${part({ alg: 'RS256', kid: '1', typ: 'JWT' })}.${part(claims)}.SIGNATURE_REMOVED_BY_GOOGLE`;
    },
    close: () => new Promise((resolve) => metadata.close(() => resolve())),
  };
}
