import type { JobResult } from './jobs/job.ts';
import { type EncodedRow, encodeRow, type RowFormat, reformatRow, rowBytes, rowsOf } from './rows.ts';
import { type Field, typeOfField } from './schema.ts';
import { quoteName } from './sql/types.ts';
import type { Warehouse } from './warehouse.ts';

export interface Page {
  rows: EncodedRow[];
  /** Position of the first row that is not on this page. */
  next: number;
}

/** BigQuery answers at most 10 MB of rows at once. Source: cloud.google.com/bigquery/quotas#query_jobs */
const MAX_PAGE_BYTES = 10 * 1024 * 1024;
const DEFAULT_ROWS = 50_000;

interface PageRequest {
  physical: string;
  schema: Field[];
  /** DuckDB's column names; the schema's own where absent. */
  columns?: string[];
  /** Only rows that meet this. */
  where?: string | undefined;
  start: number;
  limit: number | undefined;
  format: RowFormat;
}

/** A page of a query's result, wherever its rows lie. */
export async function readResultPage(
  warehouse: Warehouse,
  result: Pick<JobResult, 'physical' | 'inline' | 'schema'>,
  request: Pick<PageRequest, 'start' | 'limit' | 'format'>,
): Promise<Page> {
  const { physical, inline, schema } = result;
  if (physical !== undefined)
    return readPage(warehouse, { ...request, physical, schema, columns: schema.map((_, i) => `c${i + 1}`) });
  const types = schema.map(typeOfField);
  const end = request.limit === undefined ? undefined : request.start + request.limit;
  const rows = (inline ?? []).slice(request.start, end).map((row) => reformatRow(row, types, request.format));
  return { rows, next: request.start + rows.length };
}

/** Rows that are read before their width is known: DuckDB hands rows on by the thousand, whatever they take. */
const FIRST_ROWS = 100;

/** Reads rows by position until the page is full: memory is bounded by one page, also where few rows fill it. */
export async function readPage(warehouse: Warehouse, request: PageRequest): Promise<Page> {
  const types = request.schema.map(typeOfField);
  const names = (request.columns ?? request.schema.map((field) => quoteName(field.name))).join(', ');
  const limit = Math.min(request.limit ?? DEFAULT_ROWS, DEFAULT_ROWS * 2);
  const where = request.where === undefined ? '' : ` WHERE ${request.where}`;
  const rows: Page['rows'] = [];
  let bytes = 0;
  if (limit === 0 || types.length === 0) return { rows, next: request.start };
  return warehouse.transaction(async (tx) => {
    for (let step = Math.min(limit, FIRST_ROWS); step > 0; ) {
      const from = request.start + rows.length;
      const until = rows.length + step;
      const result = await tx.stream(`SELECT ${names} FROM ${request.physical}${where} LIMIT ${step} OFFSET ${from}`);
      for await (const chunk of result)
        for (const values of rowsOf(chunk)) {
          const row = encodeRow(values, types, request.format);
          bytes += rowBytes(row);
          rows.push(row);
          if (bytes >= MAX_PAGE_BYTES) return { rows, next: request.start + rows.length };
        }
      if (rows.length < until) break;
      step = Math.min(limit - rows.length, Math.ceil((MAX_PAGE_BYTES - bytes) / (bytes / rows.length)));
    }
    return { rows, next: request.start + rows.length };
  });
}
