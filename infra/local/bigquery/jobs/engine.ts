import type { Meter } from '../../meter.ts';
import type { Catalog, DatasetRecord, TableRecord, TableRef } from '../catalog.ts';
import type { Clock } from '../clock.ts';
import { JobFailure, notSupported } from '../errors.ts';
import type { InsertIds } from '../insert-ids.ts';
import type { Sizes } from '../sizes.ts';
import type { Warehouse } from '../warehouse.ts';
import type { ResultCache } from './cached-results.ts';
import type { JobStore } from './job-store.ts';
import type { Locks } from './locks.ts';
import type { Sessions } from './sessions.ts';

/** The objects that jobs read and write: the storage service's contract. */
export interface Files {
  match(bucket: string, pattern: string): { name: string; generation: string; path: string; size: number }[];
  /** Moves a finished file in as a new generation. Throws ApiError where there is no such bucket. */
  write(bucket: string, name: string, filePath: string, contentType: string): void;
}

/** What every kind of job is carried out with. */
export interface Engine {
  warehouse: Warehouse;
  catalog: Catalog;
  sizes: Sizes;
  store: JobStore;
  locks: Locks;
  results: ResultCache;
  sessions: Sessions;
  insertIds: InsertIds;
  meter: Meter;
  clock: Clock;
  files: Files;
  project: string;
  location: string;
  /** Folder for files on their way out; emptied at every start. */
  exports: string;
  /** A name in DuckDB's schema `anon` that was never taken. */
  freshResult(): string;
}

/** Where a result without a destination table seems to lie; its table id is the job's. */
export const ANONYMOUS_DATASET = '_anonymous';

export const nameOf = (ref: TableRef) => `${ref.project}:${ref.dataset}.${ref.table}`;

export function requireDataset(engine: Engine, project: string, dataset: string): DatasetRecord {
  const record = engine.catalog.dataset(project, dataset);
  if (!record) throw new JobFailure('notFound', `Not found: Dataset ${project}:${dataset}`);
  return record;
}

export function requireTable(engine: Engine, ref: TableRef): TableRecord {
  requireDataset(engine, ref.project, ref.dataset);
  const record = engine.catalog.table(ref);
  if (!record) throw new JobFailure('notFound', `Not found: Table ${nameOf(ref)}`);
  return record;
}

/** `{ projectId, datasetId, tableId }` of a request, its project defaulted. */
export function readTableRef(
  raw: { projectId?: string; datasetId?: string; tableId?: string } | undefined,
  project: string,
  what: string,
): TableRef {
  if (!raw?.datasetId || !raw.tableId) throw new JobFailure('invalid', `Required parameter is missing: ${what}`);
  if (raw.tableId.includes('@')) throw notSupported(`time travel by the table decorator of ${raw.tableId}`);
  return { project: raw.projectId ?? project, dataset: raw.datasetId, table: raw.tableId };
}
