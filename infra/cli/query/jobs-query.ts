import { randomUUID } from 'node:crypto';
import { callJson } from '../http-json.ts';
import { authorized, type Site } from '../site.ts';
import type { Field, WireRow } from './decode-row.ts';

/** What BigQuery answers to jobs.query and jobs.getQueryResults. */
interface Answer {
  jobReference: { jobId: string; location?: string };
  jobComplete: boolean;
  schema?: { fields?: Field[] };
  rows?: WireRow[];
  pageToken?: string;
  totalRows?: string;
  totalBytesBilled?: string;
  numDmlAffectedRows?: string;
}

export interface QueryResult {
  fields: Field[];
  rows: WireRow[];
  /** Rows of the whole result; `rows` may be fewer. */
  totalRows: number;
  bytesBilled: number;
  /** Of INSERT, UPDATE, DELETE and MERGE. */
  affectedRows?: number;
}

const PAGE_ROWS = 1000;
const WAIT_MS = 20_000;

/** Runs the SQL as it stands and reads at most `maxRows` rows. Throws ServiceError with BigQuery's own message. */
export async function runQuery(
  site: Pick<Site, 'bigquery' | 'project' | 'location' | 'credentials'>,
  query: string,
  maxRows: number,
): Promise<QueryResult> {
  const { bigquery, project, location } = site;
  const caller = await authorized(site);
  const url = `${bigquery}/bigquery/v2/projects/${project}/queries`;
  const format = { useInt64Timestamp: true };
  const first = await callJson<Answer>(
    'POST',
    url,
    {
      query,
      useLegacySql: false,
      location,
      timeoutMs: WAIT_MS,
      maxResults: Math.min(PAGE_ROWS, maxRows),
      formatOptions: format,
      requestId: randomUUID(),
    },
    caller,
  );
  if (!first) throw new Error('jobs.query gave no answer');
  const page = async (rows: number, token: string | undefined): Promise<Answer> => {
    const parameters = new URLSearchParams({
      location,
      timeoutMs: String(WAIT_MS),
      maxResults: String(Math.min(PAGE_ROWS, maxRows - rows)),
      'formatOptions.useInt64Timestamp': 'true',
      ...(token !== undefined && { pageToken: token }),
    });
    const answer = await callJson<Answer>('GET', `${url}/${first.jobReference.jobId}?${parameters}`, undefined, caller);
    if (!answer) throw new Error('jobs.getQueryResults gave no answer');
    return answer;
  };

  let answer = first;
  while (!answer.jobComplete) answer = await page(0, undefined);
  const rows = answer.rows ?? [];
  const result = {
    fields: answer.schema?.fields ?? [],
    totalRows: Number(answer.totalRows ?? 0),
    bytesBilled: Number(answer.totalBytesBilled ?? 0),
    ...(answer.numDmlAffectedRows !== undefined && { affectedRows: Number(answer.numDmlAffectedRows) }),
  };
  while (answer.pageToken !== undefined && rows.length < maxRows) {
    answer = await page(rows.length, answer.pageToken);
    rows.push(...(answer.rows ?? []));
  }
  return { ...result, rows: rows.slice(0, maxRows) };
}
