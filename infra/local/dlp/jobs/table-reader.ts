import { ApiError, type RpcCode } from '../../api-error.ts';
import type { Table } from '../wire/value.ts';

export interface TableReference {
  projectId: string;
  datasetId: string;
  tableId: string;
}

/** BigQuery tables as DLP sees them, over BigQuery's own REST API: what a client would read is what is inspected. */
export interface TableReader {
  /** Types of the columns by name, and when the table was changed last (milliseconds). */
  describe(table: TableReference): Promise<{ types: Record<string, string>; modifiedMs: number }>;
  /** Pages of rows; nested and repeated columns come as JSON texts under their column's name. */
  read(table: TableReference): AsyncGenerator<Table>;
  /** Makes the table if it is missing, and appends rows (JSON, as insertAll takes them). */
  append(table: TableReference, schema: readonly object[], rows: readonly object[]): Promise<void>;
}

const PAGE_ROWS = 5000;

interface Field {
  name: string;
  type: string;
  mode?: string;
}

interface Page {
  rows?: { f: { v: unknown }[] }[];
  pageToken?: string;
}

/** `endpoint` is where BigQuery listens, once it does. */
export function createTableReader(endpoint: () => string | undefined): TableReader {
  async function call<T>(method: string, path: string, body?: object): Promise<T> {
    const base = endpoint();
    if (base === undefined)
      throw new ApiError('UNIMPLEMENTED', 'BigQuery tables need the local BigQuery, which is not running here');
    const response = await fetch(`${base}/bigquery/v2${path}`, {
      method,
      ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    const answer = (await response.json()) as T & { error?: { message: string; status?: string } };
    if (!response.ok)
      throw new ApiError(codeOf(response.status), answer.error?.message ?? `BigQuery answered ${response.status}`);
    return answer;
  }
  const pathOf = ({ projectId, datasetId, tableId }: TableReference) =>
    `/projects/${projectId}/datasets/${datasetId}/tables/${tableId}`;

  return {
    async describe(table) {
      const { schema, lastModifiedTime } = await call<{ schema?: { fields?: Field[] }; lastModifiedTime?: string }>(
        'GET',
        pathOf(table),
      );
      const types = Object.fromEntries((schema?.fields ?? []).map(({ name, type }) => [name, type]));
      return { types, modifiedMs: Number(lastModifiedTime) };
    },
    async *read(table) {
      const { schema } = await call<{ schema?: { fields?: Field[] } }>('GET', pathOf(table));
      const fields = schema?.fields ?? [];
      const headers = fields.map(({ name }) => ({ name }));
      let pageToken: string | undefined;
      do {
        const query = new URLSearchParams({ maxResults: String(PAGE_ROWS), ...(pageToken && { pageToken }) });
        const page = await call<Page>('GET', `${pathOf(table)}/data?${query}`);
        yield {
          headers,
          rows: (page.rows ?? []).map(({ f }) => ({ values: f.map(({ v }) => readCell(v)) })),
        };
        pageToken = page.pageToken;
      } while (pageToken);
    },
    async append(table, fields, rows) {
      const { projectId, datasetId, tableId } = table;
      const exists = await call('GET', pathOf(table)).then(
        () => true,
        (error: ApiError) => {
          if (error.code === 'NOT_FOUND') return false;
          throw error;
        },
      );
      if (!exists) {
        await call('POST', `/projects/${projectId}/datasets/${datasetId}/tables`, {
          tableReference: { projectId, datasetId, tableId },
          schema: { fields },
        });
      }
      for (let from = 0; from < rows.length; from += 500) {
        const { insertErrors } = await call<{ insertErrors?: unknown[] }>('POST', `${pathOf(table)}/insertAll`, {
          rows: rows.slice(from, from + 500).map((json) => ({ json })),
        });
        if (insertErrors)
          throw new ApiError('INTERNAL', `BigQuery refused ${insertErrors.length} rows of findings for ${tableId}`);
      }
    },
  };
}

function readCell(cell: unknown): Table['rows'][number]['values'][number] {
  if (cell === null || cell === undefined) return {};
  return { stringValue: typeof cell === 'string' ? cell : JSON.stringify(plain(cell)) };
}

/** BigQuery's `{ f: [{ v }] }` and `[{ v }]` without their wrapping. */
function plain(cell: unknown): unknown {
  if (Array.isArray(cell)) return cell.map((item: { v: unknown }) => plain(item.v));
  if (typeof cell === 'object' && cell !== null && 'f' in cell)
    return (cell.f as { v: unknown }[]).map(({ v }) => plain(v));
  return cell;
}

function codeOf(status: number): RpcCode {
  if (status === 404) return 'NOT_FOUND';
  return status === 403 ? 'PERMISSION_DENIED' : status < 500 ? 'INVALID_ARGUMENT' : 'UNAVAILABLE';
}
