import type { Transform } from '../../../functions/model/transform.ts';
import { ServiceError } from '../errors.ts';
import { callJson } from '../http-json.ts';
import { authorized, type Site } from '../site.ts';

/** What building a transform once would read: as BigQuery says, at most so much, or why nobody can say. */
export type ReadBytes =
  | { kind: 'exact'; bytes: number }
  | { kind: 'at-most'; bytes: number; why: string }
  | { kind: 'unknown'; why: string };

type Warehouse = Pick<Site, 'bigquery' | 'project' | 'location' | 'credentials'>;

/** Days that no table has more of: an incremental transform of a new version builds all that its inputs hold. */
const EVERY_DAY = { from: '0001-01-01', to: '9999-12-31' };

/** Asks for a dry run, which is free. Whoever may not read the tables is told the most that it could be. */
export async function readBytes(site: Warehouse, transform: Transform): Promise<ReadBytes> {
  try {
    const bytes = await dryRun(site, transform);
    return transform.kind === 'incremental'
      ? { kind: 'at-most', bytes, why: 'all days that its inputs hold' }
      : { kind: 'exact', bytes };
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    if (error.code === 'accessDenied') return sizeOfInputs(site, transform);
    if (error.code === 'notFound') return { kind: 'unknown', why: 'a table that it reads is not there yet' };
    return { kind: 'unknown', why: `BigQuery does not take the query as things stand (${error.code ?? error.status})` };
  }
}

async function dryRun(site: Warehouse, { kind, sql }: Transform): Promise<number> {
  const date = (name: keyof typeof EVERY_DAY): object => ({
    name,
    parameterType: { type: 'DATE' },
    parameterValue: { value: EVERY_DAY[name] },
  });
  const job = await callJson<{ statistics?: { totalBytesProcessed?: string } }>(
    'POST',
    `${site.bigquery}/bigquery/v2/projects/${site.project}/jobs`,
    {
      jobReference: { projectId: site.project, location: site.location },
      configuration: {
        dryRun: true,
        query: {
          query: sql,
          useLegacySql: false,
          useQueryCache: false,
          ...(kind === 'incremental' && { parameterMode: 'NAMED', queryParameters: [date('from'), date('to')] }),
        },
      },
    },
    await authorized(site),
  );
  return Number(job?.statistics?.totalBytesProcessed ?? 0);
}

async function sizeOfInputs(site: Warehouse, { inputs, external }: Transform): Promise<ReadBytes> {
  const caller = await authorized(site);
  let bytes = 0;
  for (const id of [...inputs, ...external]) {
    const [table, dataset, project = site.project] = id.split('.').reverse();
    const url = `${site.bigquery}/bigquery/v2/projects/${project}/datasets/${dataset}/tables/${table}`;
    const found = await callJson<{ numBytes?: string; type?: string }>('GET', url, undefined, {
      ...caller,
      allow: [403, 404],
    });
    if (!found) return { kind: 'unknown', why: `${id} is not there yet, or may not be seen` };
    if (found.type?.endsWith('VIEW'))
      return { kind: 'unknown', why: `${id} is a view, and what is behind it may not be read` };
    bytes += Number(found.numBytes ?? 0);
  }
  return { kind: 'at-most', bytes, why: 'all of its inputs, since the caller may not read them' };
}
