import { callJson } from './http-json.ts';
import type { Field, WireRow } from './query/decode-row.ts';
import { authorized, type Site } from './site.ts';

type Place = Pick<Site, 'bigquery' | 'project' | 'credentials'>;

export interface TableSize {
  rows: number;
  bytes: number;
}

const urlOf = ({ bigquery, project }: Place, id: string): string => {
  const [dataset, table] = id.split('.');
  return `${bigquery}/bigquery/v2/projects/${project}/datasets/${dataset}/tables/${table}`;
};

/** Of those tables that are there; a view holds nothing. BigQuery charges nothing for asking. */
export async function tableSizes(place: Place, ids: readonly string[]): Promise<Map<string, TableSize>> {
  const caller = await authorized(place);
  const sizes = new Map<string, TableSize>();
  await Promise.all(
    ids.map(async (id) => {
      const table = await callJson<{ numRows?: string; numBytes?: string; type?: string }>(
        'GET',
        urlOf(place, id),
        undefined,
        { ...caller, allow: [404] },
      );
      if (table && !table.type?.endsWith('VIEW'))
        sizes.set(id, { rows: Number(table.numRows ?? 0), bytes: Number(table.numBytes ?? 0) });
    }),
  );
  return sizes;
}

/** Some rows of a table, by tabledata.list, which is free where a query is not. */
export async function firstRows(
  place: Place,
  id: string,
  count: number,
): Promise<{ fields: Field[]; rows: WireRow[] }> {
  const [table, data] = await Promise.all([
    callJson<{ schema?: { fields?: Field[] } }>('GET', urlOf(place, id)),
    callJson<{ rows?: WireRow[] }>(
      'GET',
      `${urlOf(place, id)}/data?maxResults=${count}&formatOptions.useInt64Timestamp=true`,
    ),
  ]);
  return { fields: table?.schema?.fields ?? [], rows: data?.rows ?? [] };
}
