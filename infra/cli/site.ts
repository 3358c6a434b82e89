import type { Endpoints } from './endpoints.ts';

/** Where a command finds a Sluice: in a local cloud, or deployed to a project at Google. */
export interface Site
  extends Pick<Endpoints, 'project' | 'location' | 'buckets' | 'storage' | 'bigquery' | 'identity'> {
  accounts: Pick<Endpoints['accounts'], 'operator'>;
  /** One address with the functions below it, or each function's own. */
  functions: string | Readonly<Record<string, string>>;
  /** Of the caller, for Google's services; absent = they ask for none, as a local cloud's. */
  accessToken?(): Promise<string>;
}

export const urlOf = ({ functions }: Pick<Site, 'functions'>, name: string): string =>
  typeof functions === 'string' ? `${functions}/${name}` : (functions[name] ?? '');

/** As the calls of `http-json.ts` take it. */
export const authorized = async ({ accessToken }: Pick<Site, 'accessToken'>): Promise<{ token?: string }> =>
  accessToken ? { token: await accessToken() } : {};
