import type { FastifyInstance } from 'fastify';
import { JobFailure, notSupported } from '../errors.ts';
import { type InsertAllRequest, insertAll } from '../insert-all.ts';
import { ANONYMOUS_DATASET, type Engine } from '../jobs/engine.ts';
import { requirePart } from '../jobs/parts.ts';
import { type Page, readPage, readResultPage } from '../pages.ts';
import type { RowFormat } from '../rows.ts';
import { answer, decodeToken, encodeToken, type Query, readCount, readFormat } from './request.ts';

interface Params {
  project: string;
  dataset: string;
  table: string;
}

export function tabledataRoutes(app: FastifyInstance, prefix: string, engine: Engine): void {
  const root = `${prefix}/projects/:project/datasets/:dataset/tables/:table`;

  app.get<{ Params: Params; Querystring: Query }>(`${root}/data`, ({ params, query }) =>
    answer(async () => {
      const { page, rows } = await pageOf(engine, params, {
        start: Number(decodeToken(query.pageToken) ?? readCount(query.startIndex, 'startIndex') ?? 0),
        limit: readCount(query.maxResults, 'maxResults'),
        format: readFormat(query['formatOptions.useInt64Timestamp'], query['formatOptions.timestampOutputFormat']),
        selected: query.selectedFields?.split(',').map((name) => name.trim().toLowerCase()),
      });
      return {
        kind: 'bigquery#tableDataList',
        etag: '"data"',
        totalRows: String(rows),
        ...(page.next < rows && { pageToken: encodeToken(page.next) }),
        ...(page.rows.length > 0 && { rows: page.rows }),
      };
    }),
  );

  app.post<{ Params: Params; Body: InsertAllRequest }>(`${root}/insertAll`, ({ params, body }) =>
    answer(() => insertAll(engine, { ...params }, body ?? {})),
  );
}

/** A table's rows, or those of a query's anonymous result, which `bq` reads as a table. */
async function pageOf(engine: Engine, params: Params, request: PageOf): Promise<{ page: Page; rows: number }> {
  if (params.dataset === ANONYMOUS_DATASET) {
    const job = await engine.store.find(params.project, params.table);
    if (!job?.result)
      throw new JobFailure('notFound', `Not found: Table ${params.project}:${params.dataset}.${params.table}`);
    if (request.selected) throw notSupported('selectedFields of an anonymous result');
    return { page: await readResultPage(engine.warehouse, job.result, request), rows: job.result.rows };
  }
  const { record, partition } = requirePart(engine, params);
  if (record.view !== undefined) throw new JobFailure('invalid', `Cannot list a table of type ${record.kind}.`);
  const schema = record.schema.filter(
    (field) => !request.selected || request.selected.includes(field.name.toLowerCase()),
  );
  return {
    page: await readPage(engine.warehouse, {
      ...request,
      physical: record.physical,
      schema,
      where: partition?.condition,
    }),
    rows: partition
      ? (await engine.sizes.partition(record, partition.condition)).rows
      : await engine.sizes.rowsOf(record),
  };
}

interface PageOf {
  start: number;
  limit: number | undefined;
  format: RowFormat;
  selected: string[] | undefined;
}
