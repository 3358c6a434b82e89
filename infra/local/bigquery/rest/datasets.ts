import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ApiError } from '../../api-error.ts';
import type { DatasetRecord } from '../catalog.ts';
import { JobFailure, notSupported } from '../errors.ts';
import { type Engine, requireDataset } from '../jobs/engine.ts';
import { checkDatasetId } from '../jobs/run-ddl.ts';
import { checkIfMatch, isKnown } from './preconditions.ts';
import { answer, decodeToken, encodeToken, merge, type Query, readCount } from './request.ts';

const KEPT = [
  'friendlyName',
  'description',
  'labels',
  'access',
  'defaultTableExpirationMs',
  'defaultPartitionExpirationMs',
  'maxTimeTravelHours',
  'storageBillingModel',
  'isCaseInsensitive',
  'defaultCollation',
  'resourceTags',
  'defaultEncryptionConfiguration',
  'externalDatasetReference',
];
const REFUSED = ['externalDatasetReference', 'linkedDatasetSource'];

interface Params {
  project: string;
  dataset: string;
}

/** int64 is text in JSON, also where a client wrote a number. */
const INT64 = ['defaultTableExpirationMs', 'defaultPartitionExpirationMs', 'maxTimeTravelHours'];
const textOf = (key: string, value: unknown) =>
  INT64.includes(key) && typeof value === 'number' ? String(value) : value;

function keep(body: Record<string, unknown>): Record<string, unknown> {
  for (const key of REFUSED) if (body[key] !== undefined) throw notSupported(`${key}`);
  if (body.isCaseInsensitive === true) throw notSupported('isCaseInsensitive');
  if (body.defaultCollation) throw notSupported('defaultCollation');
  const kept = Object.entries(body).filter(([key]) => KEPT.includes(key));
  return Object.fromEntries(kept.map(([key, value]) => [key, textOf(key, value)]));
}

const DEFAULT_ACCESS = [
  { role: 'WRITER', specialGroup: 'projectWriters' },
  { role: 'OWNER', specialGroup: 'projectOwners' },
  { role: 'READER', specialGroup: 'projectReaders' },
];

/** One change of a dataset at a time: each is made of what the one before left. */
const lockOf = ({ project, dataset }: Params) => `dataset ${project}:${dataset}`;

const etagOf = (record: DatasetRecord) => `"${record.modified}"`;

/** `labels.KEY`, `labels.KEY:VALUE`, several of them by spaces. Throws ApiError. */
function readFilter(text: string): (record: DatasetRecord) => boolean {
  const wanted = text
    .split(/\s+/)
    .filter(Boolean)
    .map((term) => {
      const [whole, key = '', value] = /^labels\.([^:]+)(?::(.*))?$/.exec(term) ?? [];
      if (whole === undefined) throw new ApiError('INVALID_ARGUMENT', `Invalid filter: ${text}`);
      return { key, value };
    });
  return ({ rest }) => {
    const labels = (rest.labels ?? {}) as Record<string, string>;
    return wanted.every(({ key, value }) => Object.hasOwn(labels, key) && (!value || value === labels[key]));
  };
}

function render(record: DatasetRecord, base: string): object {
  return {
    kind: 'bigquery#dataset',
    etag: etagOf(record),
    id: `${record.project}:${record.dataset}`,
    selfLink: `${base}/projects/${record.project}/datasets/${record.dataset}`,
    datasetReference: { projectId: record.project, datasetId: record.dataset },
    access: DEFAULT_ACCESS,
    ...record.rest,
    location: record.location,
    creationTime: String(record.created),
    lastModifiedTime: String(record.modified),
    type: 'DEFAULT',
  };
}

export function datasetRoutes(app: FastifyInstance, prefix: string, engine: Engine, base: () => string): void {
  const root = `${prefix}/projects/:project/datasets`;

  app.get<{ Params: Params; Querystring: Query }>(root, ({ params, query }) =>
    answer(() => {
      const limit = readCount(query.maxResults, 'maxResults') ?? 1000;
      const from = Number(decodeToken(query.pageToken) ?? 0);
      const all = engine.catalog.datasets(params.project).filter(readFilter(query.filter ?? ''));
      const page = all.slice(from, from + limit);
      return {
        kind: 'bigquery#datasetList',
        etag: '"datasets"',
        ...(from + limit < all.length && { nextPageToken: encodeToken(from + limit) }),
        datasets: page.map((record) => ({
          kind: 'bigquery#dataset',
          id: `${record.project}:${record.dataset}`,
          datasetReference: { projectId: record.project, datasetId: record.dataset },
          labels: record.rest.labels,
          friendlyName: record.rest.friendlyName,
          location: record.location,
        })),
      };
    }),
  );

  app.post<{ Params: Params; Body: Record<string, unknown> }>(root, ({ params, body }) =>
    answer(async () => {
      const reference = body?.datasetReference as { datasetId?: string; projectId?: string } | undefined;
      const dataset = reference?.datasetId;
      if (dataset === undefined)
        throw new ApiError('INVALID_ARGUMENT', 'Required parameter is missing: datasetReference.datasetId');
      checkDatasetId(dataset);
      const location = String(body.location ?? engine.location);
      if (location.toUpperCase() !== engine.location.toUpperCase())
        throw new ApiError(
          'INVALID_ARGUMENT',
          `The local cloud has one location, ${engine.location}; dataset ${dataset} asks for ${location}`,
        );
      const release = await engine.locks.acquire(lockOf({ project: params.project, dataset }));
      try {
        if (engine.catalog.dataset(params.project, dataset))
          throw new JobFailure('duplicate', `Already Exists: Dataset ${params.project}:${dataset}`);
        const now = engine.clock.now();
        const record: DatasetRecord = {
          project: params.project,
          dataset,
          location: engine.location,
          rest: keep(body),
          created: now,
          modified: now,
        };
        await engine.warehouse.transaction((tx) => engine.catalog.putDataset(tx, record));
        return render(record, base());
      } finally {
        release();
      }
    }),
  );

  app.get<{ Params: Params }>(`${root}/:dataset`, (request, reply) =>
    answer(() => {
      const record = requireDataset(engine, request.params.project, request.params.dataset);
      return isKnown(request, etagOf(record)) ? reply.code(304).send() : render(record, base());
    }),
  );

  const change = (replace: boolean) => (request: FastifyRequest<{ Params: Params; Body: Record<string, unknown> }>) =>
    answer(async () => {
      const { params, body } = request;
      const release = await engine.locks.acquire(lockOf(params));
      try {
        const before = requireDataset(engine, params.project, params.dataset);
        checkIfMatch(request, etagOf(before));
        const rest = replace ? keep(body) : keep(merge(before.rest, body));
        const record: DatasetRecord = { ...before, rest, modified: Math.max(engine.clock.now(), before.modified + 1) };
        await engine.warehouse.transaction((tx) => engine.catalog.putDataset(tx, record));
        return render(record, base());
      } finally {
        release();
      }
    });
  app.patch<{ Params: Params; Body: Record<string, unknown> }>(`${root}/:dataset`, change(false));
  app.put<{ Params: Params; Body: Record<string, unknown> }>(`${root}/:dataset`, change(true));

  app.delete<{ Params: Params; Querystring: Query }>(`${root}/:dataset`, (request, reply) =>
    answer(async () => {
      const { params, query } = request;
      const record = requireDataset(engine, params.project, params.dataset);
      checkIfMatch(request, etagOf(record));
      const tables = engine.catalog.tables(params.project, params.dataset);
      if (tables.length > 0 && query.deleteContents !== 'true')
        throw new JobFailure('resourceInUse', `Dataset ${params.project}:${params.dataset} is still in use`);
      await engine.warehouse.transaction(async (tx) => {
        for (const table of tables) await engine.catalog.dropTable(tx, table);
        await engine.catalog.dropDataset(tx, record);
      });
      return reply.code(204).send();
    }),
  );
}
