import { isDeepStrictEqual } from 'node:util';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ApiError } from '../../api-error.ts';
import type { ForeignKey, MaterializedOptions, TableKeys, TableRecord, TableRef } from '../catalog.ts';
import { JobFailure, notSupported, toFailure } from '../errors.ts';
import { type Engine, nameOf, requireDataset, requireTable } from '../jobs/engine.ts';
import type { DestinationConfiguration } from '../jobs/job.ts';
import {
  checkMaterializedLayout,
  defaultMaterialized,
  parseMaterialized,
  renderMaterialized,
} from '../jobs/materialized-views.ts';
import { addTable } from '../jobs/new-table.ts';
import { changeSchema, checkTableId } from '../jobs/open-destination.ts';
import { requirePart } from '../jobs/parts.ts';
import { renderTableRef } from '../jobs/render-job.ts';
import { viewRecord } from '../jobs/run-ddl.ts';
import { surroundingsOf } from '../jobs/script/surroundings.ts';
import { type Partition, refuseSpecial, splitDecorator } from '../partitions/decorators.ts';
import { isPartitionedAlike } from '../partitions/layout.ts';
import { checkLayout, readLayout } from '../partitions/read-layout.ts';
import { type Field, fieldOfType, parseFields } from '../schema.ts';
import { checkSchemaChange, inOrder } from '../schema-change.ts';
import { planStatement, type QueryPlan } from '../sql/analyze/statement.ts';
import type { Statement } from '../sql/parse/statement-tree.ts';
import { parseScript } from '../sql/parse/statements.ts';
import { SqlError } from '../sql/sql-error.ts';
import type { Tx } from '../warehouse.ts';
import { checkIfMatch, isKnown } from './preconditions.ts';
import { answer, decodeToken, encodeToken, merge, type Query, readCount } from './request.ts';

type Body = Record<string, unknown>;
type CreateView = Extract<Statement, { kind: 'createView' }>;
interface Params {
  project: string;
  dataset: string;
  table: string;
}

const KEPT = ['friendlyName', 'description', 'labels', 'resourceTags', 'encryptionConfiguration'];
const REFUSED = [
  'externalDataConfiguration',
  'cloneDefinition',
  'snapshotDefinition',
  'tableConstraints',
  'biglakeConfiguration',
  'defaultCollation',
];

const refOf = (params: Params): TableRef => ({ project: params.project, dataset: params.dataset, table: params.table });
const keep = (body: Body) => Object.fromEntries(Object.entries(body).filter(([key]) => KEPT.includes(key)));

function layoutOf({ timePartitioning, rangePartitioning, clustering, requirePartitionFilter }: TableRecord): object {
  return {
    ...(timePartitioning && {
      timePartitioning: { ...timePartitioning, ...(requirePartitionFilter && { requirePartitionFilter: true }) },
    }),
    ...(rangePartitioning && { rangePartitioning }),
    ...(clustering && { clustering: { fields: clustering } }),
  };
}

const etagOf = (engine: Engine, record: TableRecord) => `"${record.modified}-${engine.catalog.version(record)}"`;

/** The table resource; `sizes` cost a scan of a changed table, so lists go without. */
export async function renderTable(
  engine: Engine,
  record: TableRecord,
  base: string,
  { schema = record.schema, partition }: { schema?: Field[]; partition?: Partition | undefined } = {},
): Promise<object> {
  const size = partition ? await engine.sizes.partition(record, partition.condition) : await engine.sizes.of(record);
  const tableId = partition ? `${record.table}$${partition.id}` : record.table;
  return {
    kind: 'bigquery#table',
    etag: etagOf(engine, record),
    id: nameOf({ ...record, table: tableId }),
    selfLink: `${base}/projects/${record.project}/datasets/${record.dataset}/tables/${tableId}`,
    tableReference: { projectId: record.project, datasetId: record.dataset, tableId },
    ...record.rest,
    ...(schema.length > 0 && { schema: { fields: schema } }),
    numBytes: String(size.total),
    numTotalLogicalBytes: String(size.total),
    numActiveLogicalBytes: String(size.total),
    numLongTermBytes: '0',
    numRows: String(size.rows),
    creationTime: String(record.created),
    lastModifiedTime: String(record.modified),
    ...(record.expirationTime !== undefined && { expirationTime: String(record.expirationTime) }),
    type: record.kind,
    location: engine.location,
    ...layoutOf(record),
    ...((record.timePartitioning || record.rangePartitioning) && {
      requirePartitionFilter: record.requirePartitionFilter,
    }),
    ...(record.kind === 'VIEW' && { view: { query: record.view, useLegacySql: false } }),
    ...renderMaterialized(record),
    ...fixedParts(record),
  };
}

/** What only statements and copies make. */
const fixedParts = (record: TableRecord): Body => ({
  ...baseOf(record),
  ...(record.keys && { tableConstraints: renderKeys(record.keys) }),
});

function renderKeys({ primary, foreign }: TableKeys): object {
  const render = ({ name, columns, table, referenced }: ForeignKey) => ({
    name,
    referencedTable: renderTableRef(table),
    columnReferences: columns.map((column, i) => ({ referencingColumn: column, referencedColumn: referenced[i] })),
  });
  return {
    ...(primary && { primaryKey: { columns: primary } }),
    ...(foreign.length > 0 && { foreignKeys: foreign.map(render) }),
  };
}

/** What a snapshot or a clone was made of, and when. */
function baseOf({ kind, base }: TableRecord): object {
  if (!base) return {};
  const baseTableReference = renderTableRef(base.table);
  const at = new Date(base.at).toISOString();
  return kind === 'SNAPSHOT'
    ? { snapshotDefinition: { baseTableReference, snapshotTime: at } }
    : { cloneDefinition: { baseTableReference, cloneTime: at } };
}

/** `shown` = what the table has already: clients send back what they have read. */
function refuse(body: Body, shown: Body = {}): void {
  for (const key of REFUSED)
    if (body[key] !== undefined && body[key] !== null && body[key] !== '' && !isDeepStrictEqual(body[key], shown[key]))
      throw notSupported(`${key}`);
}

/** A view's columns are those of its query, which must hold now. */
function planView(engine: Engine, ref: TableRef, text: string, materialized?: MaterializedOptions): QueryPlan {
  try {
    const { statements } = parseScript(text);
    const [first] = statements;
    if (statements.length !== 1 || first?.statement.kind !== 'query')
      throw new SqlError('A view must be one SELECT', 0);
    const surroundings = surroundingsOf(
      engine,
      { project: ref.project, configuration: { query: {} } },
      engine.clock.now(),
      undefined,
    );
    const statement: CreateView = {
      kind: 'createView',
      path: [ref.project, ref.dataset, ref.table].map((name) => ({ name, at: 0, quoted: true })),
      orReplace: true,
      ifNotExists: false,
      columns: undefined,
      options: [],
      query: first.statement.query,
      text,
      materialized: materialized && {
        partitionBy: undefined,
        clusterBy: [],
        isIncremental: !materialized.allowNonIncremental,
      },
      at: 0,
    };
    const plan = planStatement(statement, {
      ...surroundings,
      findTable: (path, at) => {
        const info = surroundings.findTable(path, at, false);
        if (info.view !== undefined && nameOf(info) === nameOf(ref))
          throw new SqlError(`View ${nameOf(ref)} refers to itself`, at);
        return info;
      },
      parameter: (_name, _index, at) => {
        throw new SqlError('Query parameters cannot be used inside of a view', at);
      },
    });
    if (plan.kind !== 'ddl' || !plan.query) throw new Error('a view without a query');
    return plan.query;
  } catch (error) {
    throw toFailure(error, text);
  }
}

const schemaOf = (plan: QueryPlan): Field[] => plan.columns.map((column) => fieldOfType(column.name, column.type));

function viewQuery(body: Body): string | undefined {
  const view = body.view as { query?: string; useLegacySql?: boolean } | undefined | null;
  if (!view) return undefined;
  if (view.useLegacySql === true) throw notSupported('legacy SQL in views');
  return String(view.query ?? '');
}

async function insertTable(engine: Engine, params: Params, body: Body): Promise<TableRecord> {
  const reference = body?.tableReference as { tableId?: string } | undefined;
  if (reference?.tableId === undefined)
    throw new ApiError('INVALID_ARGUMENT', 'Required parameter is missing: tableReference.tableId');
  const ref: TableRef = { project: params.project, dataset: params.dataset, table: reference.tableId };
  requireDataset(engine, ref.project, ref.dataset);
  checkTableId(ref.table);
  refuse(body);
  const release = await engine.locks.acquire(nameOf(ref));
  try {
    if (engine.catalog.table(ref)) throw new JobFailure('duplicate', `Already Exists: Table ${nameOf(ref)}`);
    const now = engine.clock.now();
    const view = viewQuery(body);
    if (view !== undefined) {
      const record: TableRecord = {
        ...viewRecord(ref, view, schemaOf(planView(engine, ref, view)), now),
        expirationTime: body.expirationTime ? Number(body.expirationTime) : undefined,
        rest: keep(body),
      };
      await engine.warehouse.transaction((tx) => engine.catalog.putTable(tx, record));
      return record;
    }
    if (body.materializedView) return await insertMaterialized(engine, ref, body, now);
    const schema = parseFields((body.schema as { fields?: unknown } | undefined)?.fields ?? []);
    const raw = body as DestinationConfiguration;
    const layout = readLayout(raw);
    checkLayout(schema, layout);
    const given = {
      ...ref,
      schema,
      ...layout,
      requirePartitionFilter:
        body.requirePartitionFilter === true || raw.timePartitioning?.requirePartitionFilter === true,
      expirationTime: body.expirationTime ? Number(body.expirationTime) : undefined,
      rest: keep(body),
    };
    return await engine.warehouse.transaction((tx) => addTable(engine, tx, given));
  } finally {
    release();
  }
}

type Change = FastifyRequest<{ Params: Params; Body: Body }>;

async function insertMaterialized(engine: Engine, ref: TableRef, body: Body, now: number): Promise<TableRecord> {
  const raw = body.materializedView as { query?: string };
  const materialized = parseMaterialized(raw, defaultMaterialized(now), body.maxStaleness);
  const text = String(raw.query ?? '');
  const plan = planView(engine, ref, text, materialized);
  const layout = readLayout(body as DestinationConfiguration);
  const record: TableRecord = {
    ...viewRecord(ref, text, schemaOf(plan), now),
    ...layout,
    kind: 'MATERIALIZED_VIEW',
    materialized,
    rest: keep(body),
    expirationTime: body.expirationTime ? Number(body.expirationTime) : undefined,
  };
  checkMaterializedLayout(engine, record.schema, layout, plan);
  await engine.warehouse.transaction((tx) => engine.catalog.putTable(tx, record));
  return record;
}

async function changeTable(engine: Engine, request: Change, replace: boolean): Promise<TableRecord> {
  const { params, body } = request;
  const ref = refOf(params);
  refuse(body, fixedParts(requireTable(engine, ref)));
  const release = await engine.locks.acquire(nameOf(ref));
  try {
    const before = requireTable(engine, ref);
    checkIfMatch(request, etagOf(engine, before));
    const next: TableRecord = { ...before, modified: Math.max(engine.clock.now(), before.modified + 1) };
    next.rest = replace ? keep(body) : keep(merge(before.rest, body));
    if (body.expirationTime === null || (replace && body.expirationTime === undefined)) next.expirationTime = undefined;
    else if (body.expirationTime !== undefined) next.expirationTime = Number(body.expirationTime);
    if (body.requirePartitionFilter !== undefined) next.requirePartitionFilter = body.requirePartitionFilter === true;
    const clustering = body.clustering as { fields?: string[] } | null | undefined;
    if (clustering !== undefined) next.clustering = clustering?.fields;
    const layout = readLayout(body as DestinationConfiguration);
    if (layout.timePartitioning || layout.rangePartitioning) {
      if (!isPartitionedAlike(before, layout))
        throw new JobFailure('invalid', `Cannot change partitioning of Table ${nameOf(before)}`);
      // What a PATCH does not name stays; null takes it away.
      const kept = replace || body.timePartitioning === null ? undefined : before.timePartitioning?.expirationMs;
      const isNamed = Object.hasOwn((body.timePartitioning as object | null) ?? {}, 'expirationMs');
      next.timePartitioning =
        layout.timePartitioning && !isNamed && kept !== undefined
          ? { ...layout.timePartitioning, expirationMs: kept }
          : layout.timePartitioning;
    }
    const view = viewQuery(body);
    if (view !== undefined) {
      if (before.kind !== 'VIEW') throw new JobFailure('invalid', `${nameOf(before)} is a table, not a view`);
      next.view = view;
      delete next.viewColumns;
      next.schema = schemaOf(planView(engine, ref, view));
    }
    if (body.materializedView) {
      if (!before.materialized) throw new JobFailure('invalid', `${nameOf(before)} is not a materialized view`);
      const { query } = body.materializedView as { query?: string };
      if (query !== undefined && query !== before.view)
        throw new JobFailure('invalid', `The query of materialized view ${nameOf(before)} cannot be changed`);
      next.materialized = parseMaterialized(body.materializedView, before.materialized, body.maxStaleness);
      if (next.materialized.allowNonIncremental !== before.materialized.allowNonIncremental)
        throw new JobFailure('invalid', 'allowNonIncrementalDefinition cannot be changed');
    }
    if (before.kind === 'SNAPSHOT' && body.schema !== undefined)
      throw new JobFailure('invalid', `The schema of ${nameOf(before)} cannot change: it is a snapshot`);
    const fields = (body.schema as { fields?: unknown } | undefined)?.fields;
    return await engine.warehouse.transaction(async (tx) => {
      if (fields === undefined || before.view !== undefined) {
        await engine.catalog.putTable(tx, next);
        return next;
      }
      const schema = parseFields(fields);
      checkSchemaChange(before.schema, schema, nameOf(before), 'wider');
      checkLayout(schema, next);
      return changeSchema(engine, tx, { ...next, schema: before.schema }, inOrder(before.schema, schema));
    });
  } finally {
    release();
  }
}

async function deletePartition(engine: Engine, tx: Tx, record: TableRecord, partition: Partition): Promise<void> {
  await tx.run(`DELETE FROM ${record.physical} WHERE ${partition.condition}`);
  await engine.catalog.touch(tx, record, engine.clock.now());
}

export function tableRoutes(app: FastifyInstance, prefix: string, engine: Engine, base: () => string): void {
  const root = `${prefix}/projects/:project/datasets/:dataset/tables`;

  app.get<{ Params: Params; Querystring: Query }>(root, ({ params, query }) =>
    answer(() => {
      requireDataset(engine, params.project, params.dataset);
      const limit = readCount(query.maxResults, 'maxResults') ?? 1000;
      const from = Number(decodeToken(query.pageToken) ?? 0);
      const all = engine.catalog.tables(params.project, params.dataset);
      return {
        kind: 'bigquery#tableList',
        etag: '"tables"',
        ...(from + limit < all.length && { nextPageToken: encodeToken(from + limit) }),
        tables: all.slice(from, from + limit).map((record) => ({
          kind: 'bigquery#table',
          id: nameOf(record),
          tableReference: { projectId: record.project, datasetId: record.dataset, tableId: record.table },
          type: record.kind,
          creationTime: String(record.created),
          ...(record.expirationTime !== undefined && { expirationTime: String(record.expirationTime) }),
          labels: record.rest.labels,
          friendlyName: record.rest.friendlyName,
          ...layoutOf(record),
          ...(record.kind === 'VIEW' && { view: { useLegacySql: false } }),
          ...baseOf(record),
        })),
        totalItems: all.length,
      };
    }),
  );

  app.post<{ Params: Params; Body: Body }>(root, ({ params, body }) =>
    answer(async () => renderTable(engine, await insertTable(engine, params, body), base())),
  );
  app.get<{ Params: Params; Querystring: Query }>(`${root}/:table`, (request, reply) =>
    answer(() => {
      const { record, partition } = requirePart(engine, refOf(request.params));
      if (isKnown(request, etagOf(engine, record))) return reply.code(304).send();
      const wanted = request.query.selectedFields?.toLowerCase().split(',');
      const schema = record.schema.filter((field) => !wanted || wanted.includes(field.name.toLowerCase()));
      return renderTable(engine, record, base(), { schema, partition });
    }),
  );
  for (const [method, replace] of [
    ['PATCH', false],
    ['PUT', true],
  ] as const)
    app.route<{ Params: Params; Body: Body }>({
      method,
      url: `${root}/:table`,
      handler: (request) =>
        answer(async () => renderTable(engine, await changeTable(engine, request, replace), base())),
    });
  app.delete<{ Params: Params }>(`${root}/:table`, (request, reply) =>
    answer(async () => {
      const release = await engine.locks.acquire(nameOf(splitDecorator(refOf(request.params)).ref));
      try {
        const { record, partition } = requirePart(engine, refOf(request.params));
        refuseSpecial(partition, 'deleted');
        checkIfMatch(request, etagOf(engine, record));
        await engine.warehouse.transaction((tx) =>
          partition ? deletePartition(engine, tx, record, partition) : engine.catalog.dropTable(tx, record),
        );
      } finally {
        release();
      }
      return reply.code(204).send();
    }),
  );
}
