import { callJson } from './http-json.ts';
import { authorized, type Site } from './site.ts';

/** What the functions say of a job that BigQuery refused. They keep the reason's code alone: messages may quote values. */
const REFUSED = /the warehouse refused the job (\S+) \(\w+\): `bq show -j` tells why/;

interface Job {
  status?: { errorResult?: { reason?: string; message?: string } };
}

/** Puts BigQuery's own message in, for the person who asks and may read the job; a job is asked for once. */
export function createJobMessages(
  site: Pick<Site, 'bigquery' | 'project' | 'location' | 'credentials'>,
): (text: string) => Promise<string> {
  const { bigquery, project, location } = site;
  const known = new Map<string, Promise<string | undefined>>();

  async function messageOf(id: string): Promise<string | undefined> {
    const url = `${bigquery}/bigquery/v2/projects/${project}/jobs/${id}?location=${location}`;
    // Without it the text says what it said before.
    const job = await authorized(site)
      .then((caller) => callJson<Job>('GET', url, undefined, { ...caller, allow: [404] }))
      .catch(() => undefined);
    const { reason, message } = job?.status?.errorResult ?? {};
    return message === undefined ? undefined : `${reason}: ${message}`;
  }

  return async (text) => {
    const [refusal, id] = REFUSED.exec(text) ?? [];
    if (refusal === undefined || id === undefined) return text;
    const asked = known.get(id) ?? messageOf(id);
    known.set(id, asked);
    const message = await asked;
    return message === undefined ? text : text.replace(refusal, () => message);
  };
}
