import type { FastifyInstance } from 'fastify';
import { JobFailure } from '../errors.ts';
import { type InsertAllRequest, insertAll } from '../insert-all.ts';
import { type Engine, requireTable } from '../jobs/engine.ts';
import { readPage } from '../pages.ts';
import type { Field } from '../schema.ts';
import { answer, decodeToken, encodeToken, type Query, readCount } from './request.ts';

interface Params {
  project: string;
  dataset: string;
  table: string;
}

export function tabledataRoutes(app: FastifyInstance, prefix: string, engine: Engine): void {
  const root = `${prefix}/projects/:project/datasets/:dataset/tables/:table`;

  app.get<{ Params: Params; Querystring: Query }>(`${root}/data`, ({ params, query }) =>
    answer(async () => {
      const source = await sourceOf(engine, params);
      const selected = query.selectedFields?.split(',').map((name) => name.trim().toLowerCase());
      const chosen = source.schema
        .map((field, i) => ({ field, column: source.columns?.[i] }))
        .filter(({ field }) => !selected || selected.includes(field.name.toLowerCase()));
      const start = Number(decodeToken(query.pageToken) ?? readCount(query.startIndex, 'startIndex') ?? 0);
      const page = await readPage(engine.warehouse, {
        physical: source.physical,
        schema: chosen.map(({ field }) => field),
        ...(source.columns && { columns: chosen.map(({ column }) => column ?? '') }),
        start,
        limit: readCount(query.maxResults, 'maxResults'),
        format: { useInt64Timestamp: query['formatOptions.useInt64Timestamp'] === 'true' },
      });
      return {
        kind: 'bigquery#tableDataList',
        etag: '"data"',
        totalRows: String(source.rows),
        ...(page.next < source.rows && { pageToken: encodeToken(page.next) }),
        ...(page.rows.length > 0 && { rows: page.rows }),
      };
    }),
  );

  app.post<{ Params: Params; Body: InsertAllRequest }>(`${root}/insertAll`, ({ params, body }) =>
    answer(() => insertAll(engine, { ...params }, body ?? {})),
  );
}

interface Source {
  physical: string;
  schema: Field[];
  columns: string[] | undefined;
  rows: number;
}

/** A table's rows, or those of a query's anonymous result, which `bq` reads as a table. */
async function sourceOf(engine: Engine, params: Params): Promise<Source> {
  if (params.dataset === '_anonymous') {
    const job = await engine.store.byResult(params.table.replace('_', '.'));
    if (!job?.result)
      throw new JobFailure('notFound', `Not found: Table ${params.project}:${params.dataset}.${params.table}`);
    return { ...job.result, columns: job.result.schema.map((_, i) => `c${i + 1}`) };
  }
  const record = requireTable(engine, params);
  if (record.kind === 'VIEW') throw new JobFailure('invalid', `Cannot list a table of type VIEW.`);
  return {
    physical: record.physical,
    schema: record.schema,
    columns: undefined,
    rows: await engine.sizes.rowsOf(record),
  };
}
