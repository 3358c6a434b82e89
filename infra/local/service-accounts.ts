import type { FastifyInstance } from 'fastify';
import { ApiError } from './api-error.ts';
import type { Context } from './context.ts';
import { type Identity, renderSubject } from './identity.ts';

/** Service accounts (IAM API v1: create, get, list, delete) and their identity tokens (IAM Credentials API v1). */
export interface ServiceAccounts {
  /** For a server of `createHttp({ bodies: 'json' })`; the two APIs share no path. */
  routes(app: FastifyInstance): void;
}

interface AccountResource {
  displayName?: string;
  description?: string;
}

/** Source: cloud.google.com/iam/docs/reference/rest/v1/projects.serviceAccounts/create. */
const ACCOUNT_ID = /^[a-z](?:[-a-z0-9]{4,28}[a-z0-9])$/;

export function createServiceAccounts(context: Context, { identity }: { identity: Identity }): ServiceAccounts {
  const { db } = context.state;
  context.state.migrate('service-accounts', [
    'CREATE TABLE service_accounts (email TEXT PRIMARY KEY, config TEXT NOT NULL) STRICT',
  ]);
  const insert = db.prepare('INSERT OR IGNORE INTO service_accounts (email, config) VALUES (?, ?)');
  const select = db.prepare('SELECT config FROM service_accounts WHERE email = ?');
  const selectAll = db.prepare('SELECT config FROM service_accounts ORDER BY email');
  const remove = db.prepare('DELETE FROM service_accounts WHERE email = ?');

  function find(email: string): unknown {
    const row = select.get(email);
    if (!row) throw new ApiError('NOT_FOUND', `Unknown service account: ${email}`);
    return JSON.parse(String(row.config));
  }

  function create(project: string, accountId: unknown, { displayName, description }: AccountResource): unknown {
    checkProject(project);
    if (typeof accountId !== 'string' || !ACCOUNT_ID.test(accountId))
      throw invalid('The account ID must have 6 to 30 lower-case letters, digits and dashes, and begin with a letter');
    const email = `${accountId}@${project}.iam.gserviceaccount.com`;
    const account = {
      name: `projects/${project}/serviceAccounts/${email}`,
      projectId: project,
      uniqueId: renderSubject(email),
      email,
      ...(displayName !== undefined && { displayName }),
      ...(description !== undefined && { description }),
    };
    const { changes } = insert.run(email, JSON.stringify(account));
    if (changes === 0)
      throw new ApiError('ALREADY_EXISTS', `Service account ${accountId} already exists within project ${project}.`);
    return account;
  }

  function checkProject(project: string): void {
    if (project !== context.project)
      throw new ApiError('NOT_FOUND', `The local cloud holds the project ${context.project}, not ${project}`);
  }

  function token(email: string, body: TokenRequest): { token: string } {
    const { audience, includeEmail = false, delegates = [], ...others } = body;
    const [other] = Object.keys(others);
    if (other !== undefined)
      throw invalid(`Invalid JSON payload received. Unknown name "${other}": Cannot find field.`);
    if (delegates.length > 0)
      throw new ApiError('UNIMPLEMENTED', 'The local cloud knows no delegates: it has no policies that allow them');
    if (!audience) throw invalid('Audience must not be empty.');
    find(email);
    return { token: identity.token({ audience, email, includeEmail }) };
  }

  return {
    routes(app) {
      type Params = { Params: { project: string; account: string } };
      const collection = '/v1/projects/:project/serviceAccounts';
      app.post<Params & { Body?: { accountId?: unknown; serviceAccount?: AccountResource } }>(collection, (request) =>
        create(request.params.project, request.body?.accountId, request.body?.serviceAccount ?? {}),
      );
      app.get<Params>(collection, ({ params }) => {
        checkProject(params.project);
        return { accounts: selectAll.all().map((row) => JSON.parse(String(row.config)) as unknown) };
      });
      app.get<Params>(`${collection}/:account`, ({ params }) => find(params.account));
      app.delete<Params>(`${collection}/:account`, ({ params }) => {
        find(params.account);
        remove.run(params.account);
        return {};
      });
      app.post<Params & { Body?: TokenRequest }>(`${collection}/:account`, ({ params, body, method, url }) => {
        const [email = '', action] = params.account.split(':');
        if (action !== 'generateIdToken')
          throw new ApiError('NOT_FOUND', `${method} ${url} is not an operation that the local cloud supports`);
        // Google takes the account from its address and refuses a project beside it.
        if (params.project !== '-') throw invalid('The project must be given as the wildcard -');
        return token(email, body ?? {});
      });
    },
  };
}

/** Source: cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/generateIdToken. */
interface TokenRequest {
  audience?: string;
  includeEmail?: boolean;
  delegates?: string[];
}

const invalid = (message: string): ApiError => new ApiError('INVALID_ARGUMENT', message);
