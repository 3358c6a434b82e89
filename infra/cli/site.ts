import type { Endpoints } from './endpoints.ts';

/** Where a command finds a Sluice: in a local cloud, or deployed to a project at Google. */
export interface Site
  extends Pick<
    Endpoints,
    'project' | 'location' | 'buckets' | 'storage' | 'bigquery' | 'kms' | 'identity' | 'reidentifiers' | 'forgetters'
  > {
  accounts: Pick<Endpoints['accounts'], 'operator'>;
  /** One address with the functions below it, or each function's own. */
  functions: string | Readonly<Record<string, string>>;
  /** Headers that say who calls Google's services; absent = they ask for nobody, as a local cloud's. */
  credentials?(): Promise<Record<string, string>>;
}

export const urlOf = ({ functions }: Pick<Site, 'functions'>, name: string): string =>
  typeof functions === 'string' ? `${functions}/${name}` : (functions[name] ?? '');

/** As the calls of `http-json.ts` take it. */
export const authorized = async ({
  credentials,
}: Pick<Site, 'credentials'>): Promise<{ headers?: Record<string, string> }> =>
  credentials ? { headers: await credentials() } : {};
